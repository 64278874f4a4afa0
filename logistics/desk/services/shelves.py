"""Shelf labels: scanning one says where the next parcels lie."""

from __future__ import annotations

from django.utils.translation import gettext

from logistics.desk import words
from logistics.desk.answers import Answer
from logistics.desk.services.call import Call, Outcome


def shelf_of(call: Call) -> Outcome:
    """The shelf that was scanned is the one from now on."""
    answer = Answer(
        code="shelf",
        word=str(words.NEW_SHELF),
        message=gettext("现在放到货架 %(shelf)s。") % {"shelf": call.number},
        number=call.number,
        facts={"shelf": call.number},
    )
    return Outcome(answer)
