"""Real threads on real connections: the database decides who was first."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from logistics.desk.services.scans import take_scan
from logistics.parcels.models import BagItem, Event, HandoverItem, Pickup, PickupCode
from logistics.parcels.services import looks
from logistics.parcels.services.bags import InOtherBag, SealUsed, add_to_bag, open_bag, seal_bag
from logistics.parcels.services.consent import give_consent, withdraw_consent
from logistics.parcels.services.departures import depart
from logistics.parcels.services.handovers import HandoverAnswered, InOpenHandover, offer_handover, take_over
from logistics.parcels.services.parties import Party
from logistics.parcels.services.pickup import give_out
from logistics.parcels.services.pickup.giving import AlreadyGivenOut
from logistics.parcels.services.returns import start_return
from members.access.states import Role
from portal.core.errors import DomainError
from portal.notify.models import Message
from tests.custody.conftest import COUNTY, NOW, codes_of, fresh
from tests.personas import hold, make_persona

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def at_once(*acts):
    """Run every act in a thread of its own, all released together; what each returned or refused with."""
    gate = threading.Barrier(len(acts))

    def run(act):
        try:
            gate.wait(timeout=20)
            return act()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def split(results, refusal):
    """(what succeeded, the refusals); anything else that went wrong fails the test."""
    lost = [r for r in results if isinstance(r, DomainError)]
    assert all(isinstance(error, refusal) for error in lost), lost
    return [r for r in results if not isinstance(r, DomainError)], lost


def test_two_keepers_give_out_one_parcel(counter, keeper, world):
    colleague = make_persona(1201, "何同事", Role.KEEPER, world.village)
    parcel, code = counter.waiting(keeper)
    keepers = [who.actor() for who in (keeper, colleague, keeper, colleague)]
    acts = [
        lambda actor=actor: give_out(
            parcel=parcel, station=world.village, actor=actor, now=NOW, method="code", code=code.code
        )
        for actor in keepers
    ]
    won, lost = split(at_once(*acts), AlreadyGivenOut)
    assert (len(won), len(lost)) == (1, 3)
    assert Pickup.objects.get(parcel=parcel).given_by == won[0].given_by
    assert all(won[0].given_by.removeprefix("user:") in str(error.message) for error in lost)
    assert codes_of(parcel) == ["READY_FOR_PICKUP", "DELIVERED"]


def test_give_out_and_return_at_once(counter, keeper, world):
    """Whichever comes first, the parcel does not go both ways."""
    parcel, code = counter.waiting(keeper)
    counter.scan(parcel, "REFUSED", hours=72)
    actor = keeper.actor()
    at_once(
        lambda: give_out(parcel=parcel, station=world.village, actor=actor, now=NOW, method="code", code=code.code),
        lambda: start_return(parcel=parcel, reason="REFUSED", actor=actor, now=NOW),
    )
    assert sorted({"DELIVERED", "RETURNING"} & set(codes_of(parcel))) == [fresh(parcel).stage]


def test_inbound_scanned_by_two(counter, keeper, world):
    parcel = counter.parcel()
    give_consent(parcel=parcel, channel="phone", actor=keeper.actor(), now=NOW)
    results = at_once(*[lambda shelf=shelf: counter.inbound(parcel, keeper, shelf=shelf) for shelf in ("1", "2", "3")])
    assert len({code.code for code in results}) == 1
    assert codes_of(parcel) == ["READY_FOR_PICKUP"]
    assert PickupCode.objects.filter(parcel=parcel).count() == 1


def test_consent_withdrawn_while_the_parcel_arrives(counter, keeper, villager):
    """Either the parcel was in first, or it is refused; never in after the withdrawal."""
    parcel = counter.parcel()
    give_consent(parcel=parcel, actor=villager.actor(), now=NOW)
    inbound, withdrawn = at_once(
        lambda: counter.inbound(parcel, keeper),
        lambda: withdraw_consent(parcel=parcel, actor=villager.actor(), now=NOW),
    )
    assert withdrawn.withdrawn_at == NOW
    assert isinstance(inbound, PickupCode) == (codes_of(parcel) == ["READY_FOR_PICKUP"])


def test_two_people_answer_one_handover(counter, world):
    sorter = make_persona(1202, "分拣员", Role.KEEPER, world.hub)
    takers = [make_persona(1203 + n, "镇站员", Role.KEEPER, world.township_station) for n in range(2)]
    first, second = counter.parcel(), counter.parcel()
    handover = offer_handover(
        giver=Party.station(world.hub), taker=Party.station(world.township_station), station=world.township_station,
        parcels=[first, second], actor=sorter.actor(), now=NOW,
    )  # fmt: skip
    scans = ([first.waybill, second.waybill], [first.waybill])
    acts = [
        lambda who=who, scanned=scanned: take_over(handover=handover, scanned=scanned, actor=who.actor(), now=NOW)
        for who, scanned in zip(takers, scans, strict=True)
    ]
    won, lost = split(at_once(*acts), HandoverAnswered)
    assert (len(won), len(lost)) == (1, 1)
    assert codes_of(first) == ["CUSTODY", "AT_TOWN"]
    assert codes_of(second) == (["CUSTODY", "AT_TOWN"] if won[0][0].state == "confirmed" else ["COUNT_MISMATCH"])


def test_a_handover_confirmed_while_its_parcels_are_scanned_and_depart(counter, world):
    """Whoever is first: one arrival, one departure, no lock waits for another."""
    sorter = make_persona(1202, "分拣员", Role.KEEPER, world.hub)
    taker = make_persona(1203, "镇站员", Role.KEEPER, world.township_station)
    parcels = [counter.parcel() for _n in range(4)]
    handover = offer_handover(
        giver=Party.station(world.hub), taker=Party.station(world.township_station), station=world.township_station,
        parcels=parcels, actor=sorter.actor(), now=NOW,
    )  # fmt: skip
    numbers, actor = [p.waybill for p in parcels], taker.actor()
    now = timezone.now()

    def scan(parcel):
        return take_scan(
            id=uuid.uuid4(), task="hub-inbound", station=world.township_station, number=parcel.waybill, actor=actor,
            now=now,
        )  # fmt: skip

    acts = [lambda: take_over(handover=handover, scanned=numbers, actor=actor, now=now)]
    acts += [lambda p=p: scan(p) for p in reversed(parcels)]
    split(at_once(*acts), HandoverAnswered)
    assert [codes_of(p).count("AT_TOWN") for p in parcels] == [1, 1, 1, 1]
    leave = [
        lambda: depart(station=world.township_station, parcels=parcels, stage="TO_VILLAGE", actor=COUNTY, now=now)
        for _time in range(3)
    ]
    assert split(at_once(*leave), DomainError)[1] == []
    assert [codes_of(p).count("TO_VILLAGE") for p in parcels] == [1, 1, 1, 1]


def test_one_parcel_offered_twice_at_once(counter, world):
    sorter = make_persona(1202, "分拣员", Role.KEEPER, world.hub)
    hold(sorter.user, Role.KEEPER, world.other_township_station)
    parcel = counter.parcel()
    actor = sorter.actor()
    acts = [
        lambda to=to: offer_handover(
            giver=Party.station(world.hub), taker=Party.station(to), station=to, parcels=[parcel], actor=actor, now=NOW
        )
        for to in (world.township_station, world.other_township_station)
    ]
    won, lost = split(at_once(*acts), InOpenHandover)
    assert (len(won), len(lost)) == (1, 1)
    assert HandoverItem.objects.filter(parcel=parcel).count() == 1


def test_one_seal_on_two_bags_at_once(counter, world):
    bags = [open_bag(origin=world.hub, destination=world.township_station, actor=COUNTY, now=NOW) for _n in range(2)]
    parcels = [counter.parcel(), counter.parcel()]
    for bag, parcel in zip(bags, parcels, strict=True):
        add_to_bag(bag=bag, parcels=[parcel], actor=COUNTY, now=NOW)
    acts = [lambda bag=bag: seal_bag(bag=bag, seal_number="FQ000001", actor=COUNTY, now=NOW) for bag in bags]
    won, lost = split(at_once(*acts), SealUsed)
    assert (len(won), len(lost)) == (1, 1)
    assert Event.objects.filter(code="BAGGED").count() == 1


def test_one_parcel_into_two_bags_at_once(counter, world):
    bags = [open_bag(origin=world.hub, destination=world.township_station, actor=COUNTY, now=NOW) for _n in range(2)]
    shared, first, second = counter.parcel(), counter.parcel(), counter.parcel()
    loads = ([shared, first], [second, shared])
    acts = [
        lambda bag=bag, load=load: add_to_bag(bag=bag, parcels=load, actor=COUNTY, now=NOW)
        for bag, load in zip(bags, loads, strict=True)
    ]
    won, lost = split(at_once(*acts), InOtherBag)
    assert (len(won), len(lost)) == (1, 1)
    assert BagItem.objects.filter(parcel=shared).count() == 1
    assert BagItem.objects.count() == 2  # the other load stayed out as a whole


def test_looks_at_the_same_moment_are_counted_one_by_one(counter, keeper, county_official, monkeypatch):
    """Else two that count the same jump over the number at which officials are told, and over the last allowed."""
    monkeypatch.setattr(looks, "LOOKS_TOLD", 3)
    monkeypatch.setattr(looks, "LOOKS_MOST", 5)
    parcel, actor = counter.parcel(), keeper.actor()
    acts = [lambda: looks.look_at_people(parcel=parcel, purpose="call", actor=actor, now=NOW) for _look in range(12)]
    seen, lost = split(at_once(*acts), looks.TooManyLooks)
    assert (len(seen), len(lost)) == (5, 7)
    assert Message.objects.filter(template="many_looks").count() == 1
