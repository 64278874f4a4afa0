"""A parcel that is not on the list that is being counted."""

from __future__ import annotations

from django.utils.translation import gettext

from logistics.desk import words
from logistics.desk.answers import Answer
from logistics.desk.services.call import Call, Outcome
from logistics.desk.services.facts import facts_of
from logistics.desk.states import Result
from logistics.parcels.models import Parcel


def extra(call: Call, parcel: Parcel, message: str, counts: dict[str, int | None] | None, *, hint: str = "") -> Outcome:
    """Said aloud, so that it is put aside; recorded when the count is ended."""
    answer = Answer(
        result=Result.REFUSED.value,
        code="extra",
        word=str(words.EXTRA),
        message=message,
        hint=hint or gettext("已记为多出，请放到一边。"),
        number=parcel.waybill,
        facts=facts_of(parcel, call.station),
        counts=counts,
    )
    return Outcome(answer, parcel)
