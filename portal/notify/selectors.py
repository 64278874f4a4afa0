"""Reads of the outbox."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Case, Count, F, Prefetch, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Substr

from portal.core.actor import Actor, Scope, demand
from portal.core.clock import COUNTY_TIME
from portal.core.errors import NotFound
from portal.notify.models import Attempt, BlockedNumber, Message, MessageLine, ProviderHealth
from portal.notify.states import STATUSES_OF, Outcome, Progress, ReceiptKind, Status

SHOWN_FOR = dt.timedelta(days=30)  # a number may get another owner: what is older is nobody's news
BADGE_MOST = 99
TOWNSHIP_DIGITS = 9


# -- the reader's own ------------------------------------------------------------------------------------


def own_messages(*, actor: Actor, now: dt.datetime) -> QuerySet[Message]:
    """Messages to the actor's own verified phone that are also shown in the account, newest first.

    Codes that open an account are never among them. What was withdrawn before it was sent is gone.
    """
    phone = demand(actor).extra.get("own_phone", "")
    if not phone:
        return Message.objects.none()
    mine = Message.objects.filter(recipient=phone, in_app=True, created_at__gt=now - SHOWN_FOR)
    return mine.exclude(status=Status.WITHDRAWN).order_by("-id")


def own_page(*, actor: Actor, now: dt.datetime, before: str = "", size: int = 20) -> tuple[list[Message], str]:
    """A page of them with their lines, and the id to go on from ("" at the end). Two queries."""
    rows = own_messages(actor=actor, now=now).prefetch_related("lines")
    if is_id(before):
        rows = rows.filter(pk__lt=before)
    page = list(rows[: size + 1])
    return page[:size], str(page[size - 1].pk) if len(page) > size else ""


def own_unread(*, actor: Actor, now: dt.datetime) -> int:
    """How many are unread, at most BADGE_MOST + 1. One query by index."""
    return own_messages(actor=actor, now=now).filter(read_at=None).order_by()[: BADGE_MOST + 1].count()


def is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


# -- for whoever merges lines ----------------------------------------------------------------------------


def told_together(subject: str) -> list[str]:
    """Subjects that were told in the same message as `subject` last was, itself among them; none when it never was."""
    last = MessageLine.objects.filter(subject=subject, withdrawn_at=None).order_by("-pk").values("message")[:1]
    lines = MessageLine.objects.filter(message__in=last, withdrawn_at=None).order_by("pk")
    return list(lines.values_list("subject", flat=True))


def subjects_told(*, template: str, recipient: str, since: dt.datetime) -> list[str]:
    """What messages of one template told one recipient of since then, oldest first."""
    lines = MessageLine.objects.filter(
        message__template=template, message__recipient=recipient, message__created_at__gte=since, withdrawn_at=None
    )
    return list(lines.order_by("pk").values_list("subject", flat=True))


# -- officials -------------------------------------------------------------------------------------------


def messages_in_scope(*, actor: Actor, permission: str) -> QuerySet[Message]:
    """Messages about the divisions in which the actor holds `permission` (MESSAGE_VIEW, MESSAGE_RESEND)."""
    scope = demand(actor).scope(permission)
    return Message.objects.filter(_within(scope)) if scope else Message.objects.none()


def _within(scope: Scope, field: str = "area") -> Q:
    reach = Q() if scope.everything else Q(pk__in=[])
    for prefix in scope.divisions:
        reach |= Q(**{f"{field}__startswith": prefix})
    return reach


def message_in_scope(*, actor: Actor, permission: str, message_id, lock: bool = False) -> Message:
    """One of them, locked for a writer. Raises NotFound for all others."""
    rows = messages_in_scope(actor=actor, permission=permission)
    found = (
        (rows.select_for_update() if lock else rows).filter(pk=message_id).first() if is_id(str(message_id)) else None
    )
    if found is None:
        raise NotFound()
    return found


def tries_of_message(*, actor: Actor, permission: str, message_id) -> list[Attempt]:
    """What was tried with one message, oldest first. Raises NotFound outside the actor's scope."""
    message = message_in_scope(actor=actor, permission=permission, message_id=message_id)
    return list(Attempt.objects.filter(message=message).order_by("pk"))


def failed_messages(*, actor: Actor, permission: str, since: dt.datetime) -> QuerySet[Message]:
    """Messages that did not reach anybody, newest first."""
    return (
        messages_in_scope(actor=actor, permission=permission)
        .filter(status=Status.FAILED, created_at__gte=since)
        .order_by("-id")
    )


@dataclass(frozen=True, slots=True)
class CostLine:
    """`area` is a township's nine digits, or the county's six; `cost` in hundredths of a fen (0.0001 yuan)."""

    area: str
    provider: str
    messages: int
    segments: int
    cost: int


def month_costs(*, actor: Actor, permission: str, month: dt.date) -> list[CostLine]:
    """What the messages of a county month cost, by township and provider; charged is what a provider accepted.

    Messages about no division (login codes) have the area "" and are seen by those whose scope is everything.
    """
    scope = demand(actor).scope(permission)
    if not scope:
        return []
    begin = dt.datetime(month.year, month.month, 1, tzinfo=COUNTY_TIME)
    end = (begin + dt.timedelta(days=32)).replace(day=1)
    charged = Attempt.objects.filter(_within(scope, "message__area"), outcome=Outcome.ACCEPTED)
    rows = (
        charged.filter(at__gte=begin, at__lt=end)
        .annotate(town=Substr("message__area", 1, TOWNSHIP_DIGITS))
        .annotate(place=Case(When(town__endswith="000", then=Substr("town", 1, 6)), default=F("town")))
        .values("place", "provider")
        .annotate(messages=Count("message", distinct=True), segments=Sum("segments"), cost=Sum("cost"))
        .order_by("place", "provider")
    )
    return [CostLine(r["place"], r["provider"], r["messages"], r["segments"], r["cost"]) for r in rows]


def tally(*, actor: Actor, permission: str, since: dt.datetime) -> dict[Progress, int]:
    """Messages since a moment by where they stand. One query, for the officials' home page."""
    rows = messages_in_scope(actor=actor, permission=permission).filter(created_at__gte=since)
    return rows.aggregate(
        **{str(progress): Count("pk", filter=Q(status__in=statuses)) for progress, statuses in STATUSES_OF.items()}
    )  # type: ignore[return-value]  # a Progress is the text of its name


def public_provider_health(*, now: dt.datetime) -> list[ProviderHealth]:
    """How the providers are: of no person and no place, for whoever runs or watches the portal."""
    resting = Case(When(resting_until__gt=now, then=Value(1)), default=Value(0))
    return list(ProviderHealth.objects.annotate(resting=resting).order_by("-resting", "name"))


def blocked_numbers(*, actor: Actor, permission: str, now: dt.datetime) -> QuerySet[BlockedNumber]:
    """Numbers that get no text messages now, among those the actor's area ever wrote to."""
    written_to = messages_in_scope(actor=actor, permission=permission).values("recipient")
    return BlockedNumber.objects.filter(until__gt=now, phone__in=written_to).order_by("-since")


# -- developers ------------------------------------------------------------------------------------------


def public_developer_messages(*, tail: str = "", limit: int = 50) -> list[Message]:
    """The latest messages with lines and tries, for whoever runs the portal on their own machine.

    `tail` keeps those to phones that end in it. Raises NotFound in production.
    """
    if settings.PRODUCTION:
        raise NotFound()
    rows = Message.objects.order_by("-created_at", "-id")
    if tail:
        rows = rows.filter(recipient__endswith=tail)
    tries = Prefetch("tries", Attempt.objects.order_by("pk"))
    return list(rows.prefetch_related("lines", tries)[:limit])


def awaiting_receipts(provider: str) -> int:
    return Attempt.objects.filter(provider=provider, outcome=Outcome.UNKNOWN, receipt=ReceiptKind.NONE).count()
