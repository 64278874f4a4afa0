"""Arrival at the county hub or a township station: the parcel is here, and the page says where it goes next."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.desk import words
from logistics.desk.answers import Answer
from logistics.desk.services.call import Call, Outcome
from logistics.desk.services.clocks import moment_for
from logistics.desk.services.facts import facts_of, fitting_bag
from logistics.desk.services.finding import ForeignParcel, UnknownNumber, find_parcel, require_on_its_way_through
from logistics.desk.services.questions import ask_misrouted, ask_to_register
from logistics.desk.services.repeats import came_in_unseen, repeated, standing_event
from logistics.parcels.models import Parcel
from logistics.parcels.services.evidence import ARRIVALS
from logistics.parcels.services.guards import append, event, lock_one, require_open
from logistics.parcels.services.redirect import destination_stopped
from logistics.parcels.states import Stage
from logistics.registry import standing
from portal.core.errors import Conflict


class NotATransitStation(Conflict):
    code = "not_a_transit_station"
    message = _("本站不是中转站，不办理到件扫描。")
    hint = _("请到“到站入库”扫描。")


def hub_inbound(call: Call) -> Outcome:
    """AT_COUNTY at a hub, AT_TOWN at a township station, once a visit. Unknown and misrouted ones become questions."""
    stage = ARRIVALS.get(call.station.kind)
    if stage is None:
        raise NotATransitStation()
    try:
        parcel = find_parcel(call)
        require_on_its_way_through(parcel, call.station)
    except UnknownNumber:
        return ask_to_register(call)
    except ForeignParcel as error:
        return ask_misrouted(call, error)
    locked = lock_one(parcel)
    require_open([locked])
    # A parcel on its way back comes through a second time: its first visit does not count.
    since = locked.stage_at if locked.stage == Stage.RETURNING else None
    if earlier := standing_event(locked, stage, call.station, since=since):
        if came_in_unseen(call, parcel, earlier):
            return Outcome(_arrived(parcel, call, undo=False), parcel)
        return repeated(call, parcel, earlier.recorded_at, earlier.actor, facts=_facts(parcel, call))
    standing.require_station(call.station, now=call.now)
    arrived = event(locked, stage, station=call.station, now=moment_for(call, locked))
    ids = append(events=[arrived], actor=call.actor, now=call.now, stations=[call.station])
    return Outcome(_arrived(parcel, call), parcel, ids)


def _arrived(parcel: Parcel, call: Call, *, undo: bool = True) -> Answer:
    facts = _facts(parcel, call)
    hint = ""
    if not facts["destination"]:
        hint = gettext("没有登记投递站点，请看面单地址分拣。")
    elif destination_stopped(parcel, now=call.now):
        hint = gettext("投递站点现在不能收件，分拣时请选改送的站点。")
    elif facts["bag"]:
        hint = gettext("请装入 %(bag)s 号袋。") % {"bag": facts["bag"]}
    return Answer(
        word=str(facts["lane"] or words.DONE[call.task]),
        message=gettext("已到%(station)s。") % {"station": call.station.name},
        hint=hint,
        number=parcel.waybill,
        facts=facts,
        undo=undo,
    )


def _facts(parcel: Parcel, call: Call) -> dict:
    bag = fitting_bag(parcel, call.station)
    return facts_of(parcel, call.station) | {"bag": bag.number if bag else ""}
