"""What a scan answers: the same words for the page that scans without reloading and for the plain form."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from logistics.desk.states import Result
from portal.core.errors import DomainError


class Answer(msgspec.Struct, kw_only=True):
    """What the page shows: colour, sound and vibration by `result`, one large `word`, a sentence, what to do next.

    `code` is "" or stable English. `number` is the waybill once a parcel was found, else what was read;
    `printed` is what stands on the parcel's label, "" where `number` does.
    `facts` are short texts by name (shelf, destination, lane, tail, recipient, carrier …), masked where personal.
    `ask` is {"kind", "options": [{"value", "label"}]} when somebody has to decide. `undo` says whether it can be taken
    back, `counts` is {"expected", "scanned"} where something is counted (expected may be None).
    """

    id: str = ""
    result: str = Result.OK.value
    code: str = ""
    word: str = ""
    message: str = ""
    hint: str = ""
    number: str = ""
    printed: str = ""
    facts: dict[str, Any] = {}
    ask: dict[str, Any] | None = None
    undo: bool = False
    undone: bool = False
    counts: dict[str, int | None] | None = None


def option(value: str, label: object) -> dict[str, str]:
    return {"value": value, "label": str(label)}


def question(kind: str, options: list[dict[str, str]], **more: Any) -> dict[str, Any]:
    return {"kind": kind, "options": options, **more}


def refused(error: DomainError, *, number: str = "", facts: dict | None = None, word: object = "") -> Answer:
    """A refusal by the rules, as a judged scan."""
    return Answer(
        result=Result.REFUSED.value,
        code=error.code,
        word=str(word or _("请停")),
        message=str(error.message),
        hint=str(error.hint),
        number=number,
        facts=facts or {},
    )
