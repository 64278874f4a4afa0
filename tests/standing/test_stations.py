"""A station that may not work takes in nothing new, from this moment; what lies there still gets to people."""

from __future__ import annotations

import uuid

import pytest

from logistics.certificates.services import measures
from logistics.parcels.models import Parcel, RefusedEvent
from logistics.parcels.services.collecting import collect_parcel
from logistics.parcels.services.consent import give_consent
from logistics.parcels.services.handovers import offer_handover, take_over
from logistics.parcels.services.parcels import ParcelDraft, create_parcel
from logistics.parcels.services.parties import Party
from logistics.parcels.services.pickup import give_out, refuse_parcel
from logistics.parcels.services.record import record_events
from logistics.parcels.services.returns import ReturnReason, start_return
from logistics.parcels.services.sources import source_for
from logistics.parcels.states import Stage
from logistics.registry.selectors import public_serving_stations
from logistics.registry.standing import Stopped
from members.access.states import Role
from tests.certificates.conftest import certify
from tests.custody.conftest import COUNTY, NOW, START, codes_of, fresh
from tests.desk.conftest import Phone, agreed, post
from tests.personas import make_persona
from tests.spine.conftest import NewEvent
from tests.standing.conftest import DAY, TODAY, WHY

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["suspended", "expired", "operator", "uncertified"])
def stopped_village(request, world, counter, keeper, county_official, stop):
    """The keeper's village, stopped in each of the ways, a parcel bound for it, and the code of the answer."""
    village, parcel = world.village, agreed(counter, keeper)
    if request.param == "suspended":
        stop(village)
    elif request.param == "expired":
        certify(village, county_official, now=NOW - 40 * DAY, until=TODAY - DAY)
    elif request.param == "operator":
        village.operator = world.carrier
        village.save()
        stop(world.carrier)
    else:
        village.certify_by = TODAY - DAY
        village.save()
    village.refresh_from_db()
    return parcel, village, {"operator": "suspended"}.get(request.param, request.param)


def test_a_scan_is_refused_with_what_why_and_what_next(phone, stopped_village):
    parcel, village, code = stopped_village
    phone.station = village
    answer = phone.scan("inbound", parcel.waybill, shelf="3-2")
    assert (answer.result, answer.code) == ("refused", f"stopped_{code}")
    assert answer.message
    assert answer.hint
    assert answer.word
    assert (fresh(parcel).stage, codes_of(parcel)) == (Stage.CREATED, [])


def test_the_page_says_so_with_the_reason_and_works_again_after_reinstatement(
    counter, keeper, world, county_official, stop
):
    parcel = agreed(counter, keeper)
    row = stop(world.village)
    body = {"id": str(uuid.uuid4()), "number": parcel.waybill, "station": world.village.code, "shelf": "3-2"}
    status, answer = post(keeper.client, "scan/inbound/", **body)
    assert (status, answer["result"], answer["code"]) == (200, "refused", "stopped_suspended")
    assert WHY in answer["message"]
    assert "联系县级主管部门" in answer["hint"]
    measures.reinstate(certificate=row, actor=county_official.actor(), now=NOW, why="已整改")
    _status, answer = post(keeper.client, "scan/inbound/", **body | {"id": str(uuid.uuid4())})
    assert answer["result"] == "ok"


def test_what_lies_there_is_found_moved_counted_given_out_and_returned(counter, phone, keeper, world, stop):
    given, code = counter.waiting(keeper)
    returned, _code = counter.waiting(keeper)
    stop(world.village)
    phone.station = world.village
    assert phone.scan("find", given.waybill).result == "ok"
    assert phone.scan("inbound", given.waybill, shelf="5-1").code == "moved"
    give_out(parcel=given, station=world.village, method="code", code=code.code, actor=keeper.actor(), now=NOW)
    assert fresh(given).stage == Stage.DELIVERED
    refuse_parcel(parcel=returned, actor=keeper.actor(), now=NOW)
    start_return(parcel=returned, reason=ReturnReason.REFUSED, actor=keeper.actor(), now=NOW)
    assert fresh(returned).stage == Stage.RETURNING


def test_what_lies_there_is_handed_on(counter, keeper, world, town_keeper, stop):
    parcel, _code = counter.waiting(keeper)
    stop(world.village)
    here, above = Party.station(world.village), Party.station(world.township_station)
    offer = offer_handover(
        giver=here, taker=above, station=world.village, parcels=[parcel], actor=keeper.actor(), now=NOW
    )
    _taken, counted = take_over(handover=offer, scanned=[parcel.waybill], actor=town_keeper.actor(), now=NOW)
    assert not counted.missing
    assert fresh(parcel).custody_ref == world.township_station.code


def test_nothing_is_handed_to_it_neither_offered_nor_taken(counter, keeper, world, town_keeper, stop):
    parcel, other = counter.parcel(), counter.parcel()
    sides = {"giver": Party.station(world.township_station), "taker": Party.station(world.village),
             "station": world.township_station, "actor": town_keeper.actor(), "now": NOW}  # fmt: skip
    offered = offer_handover(parcels=[parcel], **sides)
    stop(world.village)
    with pytest.raises(Stopped):
        offer_handover(parcels=[other], **sides)
    with pytest.raises(Stopped):
        take_over(handover=offered, scanned=[parcel.waybill], actor=keeper.actor(), now=NOW)
    scanned = Phone(keeper, world.village).scan("take-over", str(offered.pk))
    assert scanned.result == "refused"
    assert fresh(parcel).custody_ref == ""


def test_nothing_is_registered_for_it_nor_collected_there(counter, keeper, world, stop):
    stop(world.village)
    draft = ParcelDraft(carrier="zto", carrier_number="780099999999", destination_station=world.village.code)
    with pytest.raises(Stopped) as refused:
        create_parcel(draft=draft, actor=COUNTY, now=NOW)
    assert WHY in str(refused.value.message)
    up = ParcelDraft(direction="UP", origin_station=world.village.code, sender_name="王", sender_phone="13800138000",
                     recipient_name="李", recipient_phone="13800138001", recipient_address="兰州市")  # fmt: skip
    with pytest.raises(Stopped):
        collect_parcel(draft=up, station=world.village, form_key=uuid.uuid4(), identity_checked=True,
                       goods_checked=True, actor=keeper.actor(), now=NOW)  # fmt: skip
    assert not Parcel.objects.exists()


def test_it_is_not_offered_as_a_destination(counter, hub_phone, world, stop):
    place = world.village.division_id
    assert public_serving_stations(divisions=[place], today=TODAY) == {place: world.village}
    stop(world.village)
    assert public_serving_stations(divisions=[place], today=TODAY) == {place: world.township_station}
    asked = hub_phone.scan("hub-inbound", "780012345678")
    offered = {row["value"] for row in asked.ask["destinations"]}
    assert world.village.code not in offered
    assert world.village_next_door.code in offered


@pytest.fixture
def hub_phone(world):
    return Phone(make_persona(1311, "分拣员", Role.KEEPER, world.hub), world.hub)


def test_its_terminal_takes_nothing_on_and_the_refusal_is_kept_and_settled(
    counter, keeper, scanner, world, county_official, stop
):
    parcel = agreed(counter, keeper)
    row = stop(world.village)
    actor = scanner.actor()

    def send(*codes):
        events = [NewEvent(id=f"scan-{code}", number=parcel.waybill, code=code, at=NOW.isoformat()) for code in codes]
        return record_events(events=events, source=source_for(actor=actor, now=NOW), actor=actor, now=NOW)

    result = send("READY_FOR_PICKUP", "DAMAGED")
    assert [line.code for line in result.refused] == ["party_stopped"]
    assert (result.accepted, codes_of(parcel)) == (1, ["DAMAGED"])
    kept = RefusedEvent.objects.get()
    assert kept.settled_at is None
    measures.reinstate(certificate=row, actor=county_official.actor(), now=NOW, why="已整改")
    assert not send("READY_FOR_PICKUP").refused
    kept.refresh_from_db()
    assert kept.settled_at is not None


def test_a_scan_of_before_the_end_that_arrives_late_is_taken(counter, keeper, scanner, world, county_official):
    parcel = agreed(counter, keeper)
    certify(world.village, county_official, now=START, until=TODAY - DAY)
    actor = scanner.actor()
    moments = [(NOW - hours * DAY / 24).isoformat() for hours in (24, 1)]
    late = [NewEvent(id=at, number=parcel.waybill, code="READY_FOR_PICKUP", at=at) for at in moments]
    result = record_events(events=late, source=source_for(actor=actor, now=NOW), actor=actor, now=NOW)
    assert (result.accepted, [line.index for line in result.refused]) == (1, [1])


def test_consent_given_before_counts_again_later(counter, keeper, world, stop, county_official):
    parcel = counter.parcel()
    row = stop(world.village)
    give_consent(parcel=parcel, channel="phone", actor=keeper.actor(), now=NOW)
    with pytest.raises(Stopped):
        counter.inbound(parcel, keeper)
    measures.reinstate(certificate=row, actor=county_official.actor(), now=NOW, why="已整改")
    world.village.refresh_from_db()
    assert counter.inbound(parcel, keeper).code
