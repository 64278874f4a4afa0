"""Where is this parcel, and what is the matter with it."""

from __future__ import annotations

from django.utils.translation import gettext

from logistics.desk.answers import Answer
from logistics.desk.services.call import Call, Outcome
from logistics.desk.services.facts import facts_of
from logistics.desk.services.finding import find_parcel
from logistics.parcels.errors import clock
from logistics.parcels.states import EVENT_LABELS


def find(call: Call) -> Outcome:
    """Stage, place, shelf and open issues of a parcel within reach; changes nothing."""
    parcel = find_parcel(call)
    place = parcel.station.name if parcel.station else ""
    facts = facts_of(parcel, call.station) | {
        "stage": str(EVENT_LABELS[parcel.stage]),
        "place": place,
        "shelf": parcel.shelf if not parcel.is_closed else "",
        "issues": [str(EVENT_LABELS[issue]) for issue in parcel.issues],
        "news": clock(parcel.last_event_at),
    }
    answer = Answer(
        word=str(EVENT_LABELS[parcel.stage]),
        message=gettext("在%(place)s。") % {"place": place} if place else gettext("还没有位置记录。"),
        hint="、".join(facts["issues"]),
        number=parcel.waybill,
        facts=facts,
    )
    return Outcome(answer, parcel)
