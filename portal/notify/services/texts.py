"""The words of a stored message."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.utils.translation import gettext

from portal.notify.models import Message, MessageLine
from portal.notify.sms import Outgoing
from portal.notify.templates import TemplateMisuse
from portal.notify.templates import template as find_template


def lines_of(message: Message) -> list[dict]:
    """Variables of the lines that still stand; of all when none does, so that a withdrawn message can be read."""
    rows = sorted(message.lines.all(), key=lambda row: row.pk)
    standing = [row for row in rows if row.withdrawn_at is None]
    return [json.loads(row.parameters) for row in standing or rows]


def text_of(message: Message) -> str:
    """The words for a page. One written before its template changed can't be put into words any more, and says so."""
    try:
        return outgoing_of(message).text
    except TemplateMisuse:
        return gettext("这条消息是旧版本写的，内容不能再显示。")


def language_of(message: Message) -> str:
    return json.loads(message.parameters)["language"]


def outgoing_of(message: Message) -> Outgoing:
    """What a provider is given. Reads `message.lines`: prefetch them for many messages.

    Raises TemplateMisuse for a message whose template was changed or dropped after it was written.
    """
    content, template = json.loads(message.parameters), find_template(message.template)
    values, language = content["values"], content["language"]
    lines: Sequence[dict] = lines_of(message) if template.line else ()
    return Outgoing(
        message_id=str(message.pk),
        recipient=message.recipient,
        template=template.name,
        language=language,
        count=len(lines),
        parameters=tuple(template.ordered(values, language, lines)),
        parameters_apart=tuple(template.ordered_apart(values, lines)),
        text=template.render(values, language, lines),
    )


def has_lines(message: Message) -> bool:
    return MessageLine.objects.filter(message=message, withdrawn_at=None).exists()
