"""How one message is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.notify.models import Attempt, Message
from portal.notify.services import language_of, text_of
from portal.notify.states import Status

COST_UNITS = 10_000  # of 0.0001 yuan in one yuan
TITLES = {
    "parcel_arrived": _("包裹到站"),
    "parcel_arrived_on": _("包裹到站"),
    "parcel_waiting": _("取件提醒"),
    "parcel_waiting_on": _("取件提醒"),
    "consent_asked": _("放到站点可以吗"),
    "out_for_delivery": _("正在派送"),
    "staff_invited": _("工作邀请"),
    "staff_joined": _("工作邀请"),
    "staff_left": _("离开单位"),
    "driver_asked": _("绑定车辆"),
}
TONES = {
    Status.OPEN: "",
    Status.WAITING: "",
    Status.SENDING: "",
    Status.UNKNOWN: "badge-warn",
    Status.SENT: "badge-ok",
    Status.DELIVERED: "badge-ok",
    Status.FAILED: "badge-error",
    Status.WITHDRAWN: "",
}


@dataclass(frozen=True, slots=True)
class OwnCard:
    """`text` without the address at its end, which is `link`, a path of our own."""

    id: str
    title: object
    text: str
    link: str
    at: object
    unread: bool
    language: str


def own_card(message: Message) -> OwnCard:
    text, link = _parted(text_of(message))
    title = TITLES.get(message.template, _("消息"))
    language = "en" if language_of(message) == "en" else "zh-CN"
    return OwnCard(str(message.pk), title, _unbroken(text), link, message.created_at, message.read_at is None, language)


def _unbroken(text: str) -> str:
    """A code stays on one line: `482 913` with a space that does not break."""
    return re.sub(r"(?<!\d)(\d{3}) (\d{3})(?!\d)", "\\1\N{NO-BREAK SPACE}\\2", text)


def _parted(text: str) -> tuple[str, str]:
    """The link in a message leads to this very site: it is offered as a link instead of as signs to type."""
    found = re.search(rf"(?<=[。.])[^。.]*{re.escape(settings.PUBLIC_URL)}(/(?:l|join|my)/\S+)\s*$", text)
    return (text[: found.start()].rstrip(), found[1]) if found else (text, "")


@dataclass(frozen=True, slots=True)
class DeveloperCard:
    message: Message
    text: str
    link: str
    tone: str
    lines: int
    tries: list[Attempt]
    yuan: str


def developer_card(message: Message) -> DeveloperCard:
    tries = list(message.tries.all())
    cost = sum(attempt.cost for attempt in tries)
    standing = [line for line in message.lines.all() if line.withdrawn_at is None]
    text = text_of(message)
    link = found[0] if (found := re.search(r"https?://\S+$", text)) else ""
    return DeveloperCard(
        message=message,
        text=text.removesuffix(link),
        link=link,
        tone=TONES.get(Status(message.status), ""),
        lines=len(standing),
        tries=tries,
        yuan=yuan(cost) if cost else "",
    )


def yuan(cost: int) -> str:
    """`450` → `0.0450`: hundredths of a fen as yuan."""
    return f"{cost // COST_UNITS}.{cost % COST_UNITS:04d}"
