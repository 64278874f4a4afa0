"""Writing into the outbox, and taking back what nobody has sent yet."""

from __future__ import annotations

import datetime as dt
import json

from django.conf import settings
from django.db import connection, transaction

from portal.core.clock import COUNTY_TIME
from portal.core.ids import new_id
from portal.core.rows import Columns, insert_row, read_rows
from portal.notify.models import Message, MessageLine
from portal.notify.states import UNSENT, Channel, Status, Urgency
from portal.notify.templates import Template, TemplateMisuse
from portal.notify.templates import template as find_template

# What was not sent by then is no news any more. A sender may say less.
KEEPS = {
    Urgency.NOW: dt.timedelta(minutes=30),
    Urgency.SOON: dt.timedelta(days=3),
    Urgency.CALM: dt.timedelta(days=1),
}


@transaction.atomic
def send(
    *,
    template: str,
    recipient: str,
    parameters: dict,
    dedupe_key: str,
    now: dt.datetime,
    expires_at: dt.datetime | None = None,
    language: str = "zh-hans",
    area: str = "",
) -> Message:
    """Put one message to `recipient` (E.164 phone) into the outbox, in the caller's transaction.

    A `dedupe_key` that was used before returns the first message and changes nothing. `area` is the code of
    the division whose officials may see that the message was sent. After `expires_at` it is not sent any more.
    Raises TemplateMisuse unless `parameters` are exactly what the template declares.
    """
    found = find_template(template)
    if found.line is not None:
        raise TemplateMisuse(f"{template} has lines: use add_line")
    found.check(parameters)
    row = _row(found, recipient, parameters, now, language, area)
    row.dedupe_key, row.due_at = dedupe_key, after_quiet(found, now)
    row.expires_at = expires_at or row.due_at + KEEPS[found.urgency]
    Message.objects.bulk_create([row], ignore_conflicts=True)  # the unique key is the referee
    return Message.objects.get(dedupe_key=dedupe_key)


@transaction.atomic(savepoint=False)
def add_line(
    *,
    template: str,
    recipient: str,
    parameters: dict,
    line: dict,
    merge_key: str,
    dedupe_key: str,
    subject: str,
    window: dt.timedelta,
    now: dt.datetime,
    language: str = "zh-hans",
    area: str = "",
) -> Message:
    """Tell of one thing in a message that takes further lines for `window` after its first.

    Lines with the same `merge_key` to the same recipient meet in one message; it is sent when the window ends, or
    earlier when it is full. A `dedupe_key` that was told, or waits to be told, changes nothing; one that was
    withdrawn unsent is told again. `subject` says what the line is about (`parcel:17`). The row lock of the open
    message makes senders wait for each other and the worker pass by. Raises TemplateMisuse.
    """
    found = find_template(template)
    found.check(parameters)
    found.check_line(line)
    old = _line(dedupe_key)
    if old is not None and old.withdrawn_at is None:
        return old.message
    message = _open_message(found, recipient, parameters, merge_key, window, now, language, area)
    row = old or MessageLine(dedupe_key=dedupe_key, subject=subject)
    row.message, row.parameters = message, json.dumps(line, ensure_ascii=False)
    row.added_at, row.withdrawn_at = now, None
    if old is not None:
        row.save()
    else:
        insert_row(row, unless="(dedupe_key)")
    return message


_LINE = Columns(MessageLine, "l")


def _line(dedupe_key: str) -> MessageLine | None:
    sql = f"SELECT {_LINE.sql} FROM notify_messageline l WHERE l.dedupe_key = %s"  # noqa: S608  names only
    rows = read_rows(sql, [dedupe_key], _LINE)
    return rows[0][0] if rows else None


_ONE_OPEN = "(recipient, merge_key) WHERE status = 'open'"  # index message_one_open


def _open_message(
    template: Template,
    recipient: str,
    parameters: dict,
    merge_key: str,
    window: dt.timedelta,
    now: dt.datetime,
    language: str,
    area: str,
) -> Message:
    """The open message of this recipient and key, locked; made when there is none, or the old one is full or due."""
    key = f"{template.name}:{merge_key}:{language}"  # other words are another message
    row = _row(template, recipient, parameters, now, language, area)
    row.status, row.merge_key, row.dedupe_key = Status.OPEN, key, f"merged:{new_id()}"
    row.due_at = after_quiet(template, now + window)
    row.expires_at = row.due_at + KEEPS[template.urgency]
    while not insert_row(row, unless=_ONE_OPEN):  # of two at once one makes it, the other finds it
        message = Message.objects.select_for_update().filter(recipient=recipient, merge_key=key, status=Status.OPEN)
        found = message.first()
        if found is None:
            continue
        if _takes_more(found, template, now):
            return found
        full = Message.objects.filter(pk=found.pk)
        full.update(status=Status.WAITING, due_at=min(found.due_at, after_quiet(template, now)))  # sent as it is
    return row


def _takes_more(message: Message, template: Template, now: dt.datetime) -> bool:
    lines = MessageLine.objects.filter(message=message, withdrawn_at=None).count()
    most = template.line.most if template.line else 0
    return lines < most and (message.due_at > now or message.created_at == now)


def _row(template: Template, recipient: str, parameters: dict, now: dt.datetime, language: str, area: str) -> Message:
    return Message(
        channel=Channel.SMS,
        template=template.name,
        recipient=recipient,
        parameters=json.dumps({"language": language, "values": parameters}, ensure_ascii=False),
        created_at=now,
        area=area,
        in_app=template.in_app,
    )


_LOCK_TOLD = """
SELECT m.id FROM notify_message m
WHERE m.id IN (SELECT l.message_id FROM notify_messageline l WHERE l.{column} = %s AND l.withdrawn_at IS NULL)
  AND m.status = ANY(%s)
ORDER BY m.id
FOR UPDATE
"""
_WITHDRAW = """
UPDATE notify_messageline SET withdrawn_at = %s
WHERE {column} = %s AND withdrawn_at IS NULL AND message_id = ANY(%s)
"""
_CLOSE_EMPTY = """
UPDATE notify_message m SET status = %s, error = ''
WHERE m.id = ANY(%s)
  AND NOT EXISTS (SELECT 1 FROM notify_messageline l WHERE l.message_id = m.id AND l.withdrawn_at IS NULL)
"""


@transaction.atomic(savepoint=False)
def withdraw(*, now: dt.datetime, dedupe_key: str = "", subject: str = "") -> int:
    """Take back what was not sent yet: one line by its key, or everything about a subject. Returns how many lines.

    A message without a line left is not sent. What a worker already holds, or sent, stays as it is.
    """
    if bool(dedupe_key) == bool(subject):
        raise TemplateMisuse("withdraw by key or by subject")
    column, value = ("dedupe_key", dedupe_key) if dedupe_key else ("subject", subject)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_TOLD.format(column=column), [value, [status.value for status in UNSENT]])
        locked = [pk for (pk,) in cursor.fetchall()]
        if not locked:
            return 0
        cursor.execute(_WITHDRAW.format(column=column), [now, value, locked])
        count = cursor.rowcount
        cursor.execute(_CLOSE_EMPTY, [Status.WITHDRAWN.value, locked])
    return count


def after_quiet(template: Template, moment: dt.datetime) -> dt.datetime:
    """`moment`, or the end of the quiet hours when it lies in them and the message can wait."""
    start, end = settings.SMS_QUIET_FROM, settings.SMS_QUIET_UNTIL
    if template.urgency != Urgency.CALM or start == end:
        return moment
    local = moment.astimezone(COUNTY_TIME)
    late, early = local.hour >= start, local.hour < end
    if not ((late or early) if start > end else (late and early)):
        return moment
    morning = local.replace(hour=end, minute=0, second=0, microsecond=0)
    return morning if morning > local else morning + dt.timedelta(days=1)
