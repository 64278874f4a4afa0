"""Mistakes are answered by correcting events; the first record stays."""

from __future__ import annotations

import datetime as dt

import pytest

from logistics.parcels.errors import EventNotTaken, ParcelNotFound
from logistics.parcels.events import NewEvent
from logistics.parcels.models import Event, Pickup, PickupCode
from logistics.parcels.services.corrections import (
    AlreadyCorrected,
    BadReason,
    NotCorrectable,
    ReplacementMismatch,
    WhyMissing,
    correct_event,
)
from logistics.parcels.services.pickup import give_out, issue_code, make_link_token, read_link_token
from logistics.parcels.services.rebuild import differences
from portal.audit.models import AuditEntry
from portal.core.errors import Forbidden
from portal.notify.models import Message
from tests.custody.conftest import NOW, START, codes_of, fresh

pytestmark = pytest.mark.django_db
SOON = NOW + dt.timedelta(hours=2)
LATER = NOW + dt.timedelta(hours=3)
WHY = "扫错了包裹,收件人来电说没有取"


def correct(event, who, *, reason="did_not_occur", why=WHY, now=LATER, **more):
    return correct_event(event=event, reason=reason, why=why, actor=who.actor(), now=now, **more)


def event_of(parcel, code) -> Event:
    return Event.objects.select_related("parcel", "source").get(parcel=parcel, code=code)


@pytest.fixture
def delivered(counter, keeper):
    parcel, code = counter.waiting(keeper)
    give_out(
        parcel=parcel, station=counter.world.village, actor=keeper.actor(), now=SOON, method="code", code=code.code
    )
    return fresh(parcel)


def test_undone_delivery_waits_again_under_its_code(counter, delivered, keeper, county_official):
    old_code = PickupCode.objects.get(parcel=delivered).code
    token = make_link_token(parcel=delivered, now=NOW)
    parcel = correct(event_of(delivered, "DELIVERED"), county_official)
    assert (parcel.stage, parcel.closed_at, parcel.corrected) == ("READY_FOR_PICKUP", None, True)
    assert Pickup.objects.get(parcel=parcel).undone_at == LATER
    assert read_link_token(token=token, now=LATER).pk == parcel.pk
    again = give_out(
        parcel=parcel, station=counter.world.village, actor=keeper.actor(), now=LATER, method="code", code=old_code
    )
    assert again.undone_at is None
    assert fresh(parcel).stage == "DELIVERED"
    assert codes_of(parcel) == ["READY_FOR_PICKUP", "DELIVERED", "VOID", "DELIVERED"]
    assert list(differences()) == []


def test_reopened_code_gives_way_to_a_live_one(counter, delivered, county_official, world):
    """Another parcel got the same digits while this one counted as delivered."""
    digits = PickupCode.objects.get(parcel=delivered).code
    issue_code(parcel=counter.parcel(), station=world.village, now=SOON, draw=lambda: digits)
    correct(event_of(delivered, "DELIVERED"), county_official)
    row = PickupCode.objects.get(parcel=delivered)
    assert row.used_at is None
    assert row.code != digits


def test_audit_says_who_what_and_why(delivered, county_official):
    correct(event_of(delivered, "DELIVERED"), county_official)
    entry = AuditEntry.objects.get(action="event.corrected")
    assert (entry.actor, entry.why) == (county_official.actor().id, WHY)
    assert (entry.before["stage"], entry.after["stage"]) == ("DELIVERED", "READY_FOR_PICKUP")


def test_undone_arrival_voids_the_code(counter, keeper, county_official):
    parcel, code = counter.waiting(keeper)
    Message.objects.update(status="sent", sent_at=NOW)
    correct(event_of(parcel, "READY_FOR_PICKUP"), county_official)
    assert PickupCode.objects.get(parcel=parcel).voided_at == LATER
    assert fresh(parcel).stage == "CREATED"
    again = counter.inbound(fresh(parcel), keeper, now=LATER)
    assert again.code == code.code  # the message on the recipient's phone stays true
    assert again.voided_at is None
    assert Message.objects.filter(template="parcel_arrived").count() == 1


def test_incorrect_data_needs_the_right_data(counter, county_official, world):
    parcel = counter.parcel()
    counter.scan(parcel, "AT_TOWN", hours=1, station=world.other_township_station)
    event = event_of(parcel, "AT_TOWN")
    with pytest.raises(ReplacementMismatch):
        correct(event, county_official, reason="incorrect_data")
    hour = (START + dt.timedelta(hours=1)).isoformat()
    right = NewEvent(
        number="SOMEBODY-ELSES",
        code="AT_TOWN",
        at=hour,
        station=world.township_station.code,
    )
    with pytest.raises(ReplacementMismatch):
        correct(event, county_official, replacement=right)
    parcel = correct(event, county_official, reason="incorrect_data", replacement=right)
    assert parcel.station_id == world.township_station.pk
    assert codes_of(parcel).count("AT_TOWN") == 2


def test_bad_replacement_changes_nothing(counter, county_official):
    parcel = counter.parcel()
    counter.scan(parcel, "AT_COUNTY", hours=1)
    for bad in (
        NewEvent(number="", code="AT_COUNTY", at="2099-01-01T00:00"),
        NewEvent(number="", code="AT_COUNTY", at="yesterday"),
        NewEvent(number="", code="TO_COUNTY", at=START.isoformat()),
        NewEvent(number="", code="AT_COUNTY", at=START.isoformat(), station="no-such"),
    ):
        with pytest.raises(EventNotTaken) as refusal:
            correct(event_of(parcel, "AT_COUNTY"), county_official, reason="incorrect_data", replacement=bad)
        assert str(refusal.value.hint)
    assert codes_of(parcel) == ["AT_COUNTY"]
    assert not AuditEntry.objects.filter(action="event.corrected").exists()


def test_corrected_once_and_corrections_stand(counter, county_official):
    parcel = counter.parcel()
    counter.scan(parcel, "AT_COUNTY", hours=1)
    correct(event_of(parcel, "AT_COUNTY"), county_official)
    with pytest.raises(AlreadyCorrected) as refusal:
        correct(event_of(parcel, "AT_COUNTY"), county_official)
    assert str(county_official.user.pk) in str(refusal.value.message)
    with pytest.raises(NotCorrectable):
        correct(event_of(parcel, "VOID"), county_official)


def test_reasons(counter, county_official):
    parcel = counter.parcel()
    counter.scan(parcel, "AT_COUNTY", hours=1)
    for why in ("", "  ", "错了", "长" * 301):
        with pytest.raises(WhyMissing):
            correct(event_of(parcel, "AT_COUNTY"), county_official, why=why)
    with pytest.raises(BadReason):
        correct(event_of(parcel, "AT_COUNTY"), county_official, reason="because")


@pytest.mark.parametrize("who", ["keeper", "courier", "villager", "township_official", "support", "enterprise_admin"])
def test_only_supervisors_correct(counter, request, who):
    parcel = counter.parcel()
    counter.scan(parcel, "AT_COUNTY", hours=1)
    with pytest.raises(Forbidden):
        correct(event_of(parcel, "AT_COUNTY"), request.getfixturevalue(who))


def test_neighbour_county_finds_nothing(counter, neighbour_official):
    parcel = counter.parcel()
    counter.scan(parcel, "AT_COUNTY", hours=1)
    with pytest.raises(ParcelNotFound):
        correct(event_of(parcel, "AT_COUNTY"), neighbour_official)
