"""One parcel decided from its row says the same as the query that cuts lists: for everybody, every kind of parcel."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from logistics.parcels.models import Handover, HandoverItem, Parcel
from logistics.parcels.selectors import visible_parcels, within_reach
from logistics.parcels.selectors_looks import busy_lookers
from logistics.parcels.services import looks
from logistics.parcels.services.looks import TooManyLooks, look_at_people
from logistics.parcels.states import Custodian
from logistics.registry.models import Station
from members.access.states import Permission, Role
from portal.audit.models import AuditEntry
from portal.notify.models import Message
from tests.custody.conftest import RECIPIENT_PHONE
from tests.personas import CAST, hold, make_persona

pytestmark = pytest.mark.django_db
ASKED = (Permission.STATION_RECEIVE, Permission.STATION_GIVE_OUT, Permission.BAG_MANAGE, Permission.PARCEL_VIEW,
         Permission.OWN_PARCELS, Permission.PARCEL_CORRECT, Permission.PARCEL_VIEW_PERSONAL, Permission.DOCUMENT_PRINT,
         Permission.PARCEL_DELIVER, Permission.EVENT_RECORD)  # fmt: skip
NOW = timezone.now()


def end(parcel: Parcel, *, days: int) -> Parcel:
    """Lets a journey have ended so many days ago."""
    Parcel.objects.filter(pk=parcel.pk).update(stage="DELIVERED", closed_at=NOW - dt.timedelta(days=days))
    parcel.refresh_from_db()
    return parcel


def hand(parcel: Parcel, to: str, *, days: int = 0, answered: bool = True) -> None:
    """A handover from the township station to a person, some days ago."""
    at = NOW - dt.timedelta(days=days)
    done = {"state": "confirmed", "answered_at": at, "answered_by": to, "scanned": 1} if answered else {}
    handover = Handover.objects.create(
        from_kind=Custodian.STATION, from_ref="zl-shuiluo", to_kind=Custodian.PERSON, to_ref=to, expected=1,
        station=Station.objects.get(code="zl-shuiluo"), offered_at=at, offered_by="user:0", **done,
    )  # fmt: skip
    HandoverItem.objects.create(handover=handover, parcel=parcel, scanned=answered, open=not answered)


def reached(persona, permission=Permission.PARCEL_VIEW_PERSONAL) -> set[int]:
    return set(visible_parcels(actor=persona.actor(), permission=permission).values_list("pk", flat=True))


@pytest.fixture
def parcels(counter, world) -> list[Parcel]:
    """Bound for each station and for none, handed in, lying where they don't belong, ended, of either carrier."""
    stations = [world.village, world.village_next_door, world.far_village, world.township_station, world.hub]
    made = [counter.parcel(destination_station=s.code, recipient_phone="13700000000") for s in stations]
    made += [counter.parcel(carrier=world.other_carrier.code, recipient_phone=RECIPIENT_PHONE)]
    lost, closed, handed_in = (
        counter.parcel(destination_station=world.far_village.code, recipient_phone="") for _n in range(3)
    )
    counter.scan(lost, "AT_TOWN", station=world.village)
    counter.scan(closed, "AT_TOWN", station=world.village)
    counter.scan(closed, "LOST", hours=1, station=world.village)
    Parcel.objects.filter(pk=handed_in.pk).update(origin_station=world.village)
    nowhere = counter.parcel(destination_station="", destination=world.village_division.code)
    old, recent, carried, handed = (counter.parcel(recipient_phone="") for _n in range(4))
    Parcel.objects.filter(pk=carried.pk).update(custody_kind=Custodian.PERSON, custody_ref="user:0")
    return [*made, lost, closed, handed_in, nowhere, end(old, days=31), end(recent, days=29), carried, handed]


@pytest.mark.parametrize("who", sorted(CAST))
def test_the_row_and_the_query_agree(world, parcels, who):
    actor = CAST[who](world).actor()
    *_others, carried, handed = parcels
    Parcel.objects.filter(pk=carried.pk).update(custody_ref=actor.id)
    hand(handed, actor.id, answered=False)
    for permission in ASKED:
        shown = set(visible_parcels(actor=actor, permission=permission).values_list("pk", flat=True))
        reached = {p.pk for p in Parcel.objects.all() if within_reach(actor=actor, permission=permission, parcel=p)}
        assert reached == shown, permission


# -- how long, and for whom ----------------------------------------------------------------------------------------
PAGES = ("work_parcel", "work_door_stop")
PAPERS = ("print_label", "print_proof")


@pytest.mark.parametrize("permission", [p for p in ASKED if p != Permission.OWN_PARCELS])
def test_a_closed_parcel_is_its_station_s_for_thirty_days(counter, keeper, county_official, permission):
    recent, old = end(counter.parcel(), days=29), end(counter.parcel(), days=31)
    assert old.pk not in reached(keeper, permission)
    if keeper.actor().may(permission):
        assert recent.pk in reached(keeper, permission)
    if county_official.actor().may(permission):
        assert {recent.pk, old.pk} <= reached(
            county_official, permission
        )  # complaints come late; each look is on record


def test_pages_papers_and_looks_end_with_it(counter, keeper):
    parcel = end(counter.parcel(), days=29)
    address = reverse("work_parcel", args=[parcel.waybill])
    assert "王小明" in keeper.client.post(address, {"purpose": "complaint"}).content.decode()
    end(parcel, days=31)
    for name in (*PAGES, *PAPERS):
        assert keeper.client.get(reverse(name, args=[parcel.waybill])).status_code == 404, name
    assert keeper.client.post(address, {"purpose": "complaint"}).status_code == 404
    assert AuditEntry.objects.filter(action="parcel.looked").count() == 1


def test_a_driver_of_the_hub_does_not_reach_the_county(counter, world):
    """All of the county lies below the hub; what they carry does not."""
    driver = make_persona(1900, "线路司机", Role.COURIER, world.hub)
    parcel, at_hub, mine = counter.parcel(), counter.parcel(), counter.parcel()
    counter.scan(at_hub, "AT_COUNTY", station=world.hub)
    Parcel.objects.filter(pk=mine.pk).update(custody_kind=Custodian.PERSON, custody_ref=driver.actor().id)
    for permission in (Permission.PARCEL_VIEW, Permission.PARCEL_VIEW_PERSONAL, Permission.DOCUMENT_PRINT):
        assert reached(driver, permission) == {at_hub.pk, mine.pk}
    for name in (*PAGES, "print_label"):
        assert driver.client.get(reverse(name, args=[parcel.waybill])).status_code == 404, name
        assert driver.client.get(reverse(name, args=[mine.waybill])).status_code == 200, name


def test_what_was_handed_over_stays_in_reach_for_a_while(counter, courier):
    offered, taken, long_ago, of_another = (counter.parcel() for _n in range(4))
    who = courier.actor().id
    hand(offered, who, answered=False)
    hand(end(taken, days=3), who, days=3)
    hand(long_ago, who, days=31)
    hand(of_another, "user:0")
    assert reached(courier) == {offered.pk, taken.pk}


def test_who_is_keeper_and_courier_reaches_as_both(counter, courier, world):
    here, below_the_township = counter.parcel(), counter.parcel(destination_station=world.village_next_door.code)
    assert reached(courier) == set()
    hold(courier.user, Role.KEEPER, world.village)
    assert reached(courier) == {here.pk}
    assert below_the_township.pk not in reached(courier)


# -- how often ------------------------------------------------------------------------------------------------------
@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(looks, "LOOKS_TOLD", 2)
    monkeypatch.setattr(looks, "LOOKS_MOST", 3)


def look(persona, parcel, now=None):
    return look_at_people(parcel=parcel, purpose="call", actor=persona.actor(), now=now or NOW)


def test_many_looks_are_told_once_and_then_refused_until_midnight(counter, keeper, county_official, few):
    parcel = counter.parcel()
    look(keeper, parcel)
    assert not Message.objects.filter(template="many_looks").exists()
    look(keeper, parcel)
    look(keeper, parcel)
    assert Message.objects.get(template="many_looks").recipient == county_official.user.phone
    with pytest.raises(TooManyLooks) as refused:
        look(keeper, parcel)
    assert 0 < refused.value.retry_after <= 24 * 3600 + 1
    assert AuditEntry.objects.filter(action="parcel.looked").count() == 3
    look(keeper, parcel, now=NOW + dt.timedelta(seconds=refused.value.retry_after))
    look(county_official, parcel)  # each person has a count of their own


def test_the_officials_home_shows_who_looked_often(counter, keeper, county_official, neighbour_official, monkeypatch):
    monkeypatch.setattr("logistics.parcels.admin.home.busy_lookers", lambda **asked: busy_lookers(**asked, least=1))
    home = reverse("admin:index")
    assert "查看完整信息较多" not in county_official.client.get(home).content.decode()
    look(keeper, counter.parcel(), now=timezone.now())
    shown = county_official.client.get(home).content.decode()
    assert "查看完整信息较多" in shown
    assert keeper.user.name in shown
    assert "查看完整信息较多" not in neighbour_official.client.get(home).content.decode()
