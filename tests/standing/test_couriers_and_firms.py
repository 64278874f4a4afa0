"""A courier or a firm without a good certificate takes on nothing new; what they carry reaches people."""

from __future__ import annotations

import io

import pytest

from logistics.certificates.services import measures
from logistics.parcels.models import Parcel
from logistics.parcels.services.door import deliver_at_door, start_delivery
from logistics.parcels.services.handovers import offer_handover, take_over
from logistics.parcels.services.parcels import ParcelDraft, create_parcels
from logistics.parcels.services.parties import Party
from logistics.parcels.services.record import record_events
from logistics.parcels.services.sources import feed_source, source_for
from logistics.parcels.states import RowResult, Stage
from logistics.registry.models import Vehicle
from logistics.registry.standing import Stopped, require_good
from logistics.registry.states import PlateKind, VehicleType
from members.access.states import Permission
from portal.core.actor import Actor, ActorKind, Grant, Scope
from tests.certificates.conftest import certify
from tests.custody.conftest import COUNTY, NOW, START, fresh
from tests.desk.conftest import Phone
from tests.door.conftest import picture
from tests.spine.conftest import NewEvent
from tests.standing.conftest import DAY, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["suspended", "firm", "licence"])
def stop_courier(request, registered, stop, world):
    """Stops the courier: by their own certificate, their enterprise's, or the end of their driving licence."""

    def act():
        if request.param == "licence":
            registered.licence_until = TODAY - DAY
            registered.save()
        else:
            stop(registered if request.param == "suspended" else world.carrier)

    return act


def sides(world, giver, taker, persona):
    return {"giver": giver, "taker": taker, "station": world.township_station, "actor": persona.actor(), "now": NOW}


def test_a_stopped_courier_takes_nothing_over(counter, courier, world, town_keeper, stop_courier):
    before, after = counter.parcel(), counter.parcel()
    to_courier = sides(world, Party.station(world.township_station), Party.person(courier.user.pk), town_keeper)
    offered = offer_handover(parcels=[before], **to_courier)
    stop_courier()
    with pytest.raises(Stopped):
        take_over(handover=offered, scanned=[before.waybill], actor=courier.actor(), now=NOW)
    with pytest.raises(Stopped):
        offer_handover(parcels=[after], **to_courier)


def test_what_they_carry_is_delivered_or_handed_back(counter, courier, world, town_keeper, in_hands, stop_courier):
    to_deliver, to_hand_back = in_hands(courier), in_hands(courier)
    stop_courier()
    start_delivery(parcel=to_deliver, actor=courier.actor(), now=NOW)
    deliver_at_door(parcel=to_deliver, proof="photo", file=io.BytesIO(picture()), actor=courier.actor(), now=NOW)
    assert fresh(to_deliver).stage == Stage.DELIVERED
    back = sides(world, Party.person(courier.user.pk), Party.station(world.township_station), courier)
    offered = offer_handover(parcels=[to_hand_back], **back)
    take_over(handover=offered, scanned=[to_hand_back.waybill], actor=town_keeper.actor(), now=NOW)
    assert fresh(to_hand_back).custody_ref == world.township_station.code


def test_their_new_scans_are_refused_with_the_reason(counter, courier, registered, world, stop):
    parcel = counter.parcel()
    stop(registered)
    answer = Phone(courier, world.township_station).scan("load", parcel.waybill)
    assert (answer.result, answer.code) == ("refused", "stopped_suspended")
    assert registered.code in answer.message
    assert registered.name not in answer.message
    actor = courier.actor()
    event = NewEvent(id="x", number=parcel.waybill, code="OUT_FOR_DELIVERY", at=NOW.isoformat(),
                     station=world.township_station.code)  # fmt: skip
    result = record_events(events=[event], source=source_for(actor=actor, now=NOW), actor=actor, now=NOW)
    assert [line.code for line in result.refused] == ["party_stopped"]


def test_who_is_not_registered_as_a_courier_is_not_asked(counter, courier, world):
    assert Phone(courier, world.township_station).scan("load", counter.parcel().waybill).result == "ok"


def test_a_stopped_carrier_announces_nothing_new_and_still_tells_of_its_parcels(counter, world, stop):
    parcel = counter.parcel()
    stop(world.carrier)
    numbers = (("zto", "780055555555"), ("yto", "990055555555"), ("zto", parcel.carrier_number))
    drafts = [ParcelDraft(carrier=firm, carrier_number=number, destination_station=world.village.code)
              for firm, number in numbers]  # fmt: skip
    outcomes = create_parcels(drafts=drafts, actor=COUNTY, now=NOW)
    assert [o.result for o in outcomes] == [RowResult.REFUSED, RowResult.ACCEPTED, RowResult.DUPLICATE]
    assert outcomes[0].error.code == "stopped_suspended"
    feed = Actor(ActorKind.FEED, "feed:zto", grants=_grants(world))
    events = [NewEvent(id=code, number=parcel.waybill, code=code, at=NOW.isoformat())
              for code in ("AT_COUNTY", "DELIVERED")]  # fmt: skip
    source = feed_source(enterprise=world.carrier, now=NOW)
    result = record_events(events=events, source=source, actor=feed, now=NOW)
    assert [(line.index, line.code) for line in result.refused] == [(0, "party_stopped")]
    assert fresh(parcel).stage == Stage.DELIVERED


def _grants(world):
    return (Grant(frozenset({Permission.EVENT_RECORD.value}), Scope(enterprises=frozenset({world.carrier.pk}))),)


def test_a_carriers_end_stops_the_stations_it_runs(counter, keeper, world, stop, county_official):
    world.village.operator = world.carrier
    world.village.save()
    parcel = counter.parcel()
    row = stop(world.carrier)
    with pytest.raises(Stopped):
        counter.inbound(parcel, keeper)
    measures.reinstate(certificate=row, actor=county_official.actor(), now=NOW, why="已整改")


def test_a_vehicle_is_stopped_by_its_certificate_and_by_its_papers(world, county_official, stop):
    van = Vehicle.objects.create(
        plate="甘L12345", plate_kind=PlateKind.SMALL, type=VehicleType.VAN, operator=world.carrier,
        division=world.county, load_kg=800, volume_l=3000, insurance_until=TODAY + DAY, inspection_until=TODAY + DAY,
    )  # fmt: skip
    require_good(van, now=NOW)
    with pytest.raises(Stopped) as refused:
        require_good(van, now=NOW + 2 * DAY)
    assert refused.value.code == "stopped_papers_expired"
    row = certify(van, county_official, kind="vehicle", now=START, until=TODAY + 30 * DAY, holder_name=van.plate)
    measures.suspend(certificate=row, actor=county_official.actor(), now=NOW, why="改装货厢")
    van.refresh_from_db()
    with pytest.raises(Stopped) as refused:
        require_good(van, now=NOW)
    assert refused.value.code == "stopped_suspended"
    assert Parcel.objects.count() == 0
