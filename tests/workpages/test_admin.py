"""The officials' site: parcels, events, bags, handovers to read; time limits to set; all within the own area."""

from __future__ import annotations

import pytest

from logistics.parcels.events import NewEvent
from logistics.parcels.models import Event, RefusedEvent, TimerRule
from logistics.parcels.services.bags import add_to_bag, open_bag, seal_bag
from logistics.parcels.services.handovers import offer_handover, take_over
from logistics.parcels.services.parties import Party
from logistics.parcels.services.record import record_events
from logistics.parcels.services.sources import file_source, source_for
from portal.audit.models import AuditEntry
from portal.core.actor import system_actor
from portal.core.clock import now
from tests.custody.conftest import COUNTY, NOW

pytestmark = pytest.mark.django_db
ADMIN = "/admin/parcels"


@pytest.fixture
def things(counter, world):
    """A sealed bag that was handed over with one parcel too many, an event of now, and a refused line of a file."""
    inside, extra = counter.parcel(), counter.parcel()
    bag = open_bag(origin=world.hub, destination=world.township_station, actor=COUNTY, now=NOW)
    add_to_bag(bag=bag, parcels=[inside], actor=COUNTY, now=NOW)
    seal_bag(bag=bag, seal_number="FQ000001", actor=COUNTY, now=NOW)
    handover = offer_handover(
        giver=Party.station(world.hub), taker=Party.station(world.township_station), station=world.township_station,
        bags=[bag], actor=COUNTY, now=NOW,
    )  # fmt: skip
    numbers = [bag.number, extra.waybill]
    take_over(handover=handover, scanned=numbers, actor=system_actor("other"), now=NOW)
    record_events(
        events=[
            NewEvent(number="UNKNOWN12345", code="AT_TOWN", at=now().isoformat(), text="secret raw text 13893300009")
        ],
        source=file_source(enterprise=world.carrier, now=NOW), actor=COUNTY, now=now(),
    )  # fmt: skip
    record_events(
        events=[NewEvent(number=inside.waybill, code="AT_TOWN", at=now().isoformat())],
        source=source_for(actor=COUNTY, now=NOW), actor=COUNTY, now=now(),
    )  # fmt: skip
    return {
        "parcel": inside, "bag": bag, "handover": handover, "extra": extra,
        "event": Event.objects.get(parcel=inside, code="AT_TOWN", source__code=COUNTY.id),
        "refusedevent": RefusedEvent.objects.get(),
    }  # fmt: skip


NAMES = ("parcel", "event", "bag", "handover", "refusedevent")


@pytest.mark.parametrize("name", NAMES)
def test_officials_read_their_own_area(things, name, county_official, neighbour_official):
    thing = things[name]
    listed = f"{ADMIN}/{name}/"
    own = county_official.client.get(listed)
    assert own.status_code == 200
    assert str(thing.pk) in own.content.decode()
    assert county_official.client.get(f"{listed}{thing.pk}/change/").status_code == 200
    foreign = neighbour_official.client.get(listed)
    assert foreign.status_code == 200
    assert f"{listed}{thing.pk}/" not in foreign.content.decode()
    assert neighbour_official.client.get(f"{listed}{thing.pk}/change/").status_code == 404


@pytest.mark.parametrize("name", NAMES)
def test_what_services_write_is_read_only(things, name, administrator):
    thing = things[name]
    client = administrator.client
    assert client.get(f"{ADMIN}/{name}/add/").status_code == 403
    assert client.get(f"{ADMIN}/{name}/{thing.pk}/delete/").status_code == 403
    assert client.post(f"{ADMIN}/{name}/{thing.pk}/change/", {"reason": "x"}).status_code == 403


@pytest.mark.parametrize("who", ["keeper", "courier", "villager", "enterprise_admin"])
def test_others_stay_out(things, request, who):
    client = request.getfixturevalue(who).client
    for name in NAMES:
        assert client.get(f"{ADMIN}/{name}/").status_code in (302, 403, 404)


def test_parcel_page_shows_no_people(things, administrator):
    body = administrator.client.get(f"{ADMIN}/parcel/{things['parcel'].pk}/change/").content.decode()
    assert "王小明" not in body
    assert f"/work/parcels/{things['parcel'].waybill}/" in body


def test_bag_and_handover_show_what_was_on_them(things, county_official):
    bag = county_official.client.get(f"{ADMIN}/bag/{things['bag'].pk}/change/").content.decode()
    assert things["parcel"].waybill in bag
    handover = county_official.client.get(f"{ADMIN}/handover/{things['handover'].pk}/change/").content.decode()
    assert things["extra"].waybill in handover


def test_raw_text_of_refused_events_is_personal(things, county_official, township_official):
    address = f"{ADMIN}/refusedevent/{things['refusedevent'].pk}/change/"
    page = county_official.client.get(address).content.decode()
    assert "secret raw text" in page
    assert "UNKNOWN12345" in page
    assert "13893300009" not in page  # a look at whole numbers is logged, on the staff page
    assert township_official.client.get(address).status_code == 404  # the carrier sits in the county, not the township


def test_time_limits_are_set_with_a_reason(county_official, township_official):
    TimerRule.objects.update_or_create(kind="no_update", defaults={"hours": 48})
    address = f"{ADMIN}/timerrule/no_update/change/"
    client = county_official.client
    assert client.post(address, {"hours": "72", "enabled": "on"}).status_code == 200  # no reason: asked again
    assert TimerRule.objects.get(kind="no_update").hours == 48
    assert client.post(address, {"hours": "0", "enabled": "on", "reason": "雪季"}).status_code == 200
    assert client.post(address, {"hours": "72", "enabled": "on", "reason": "雪季班车少"}).status_code == 302
    assert TimerRule.objects.get(kind="no_update").hours == 72
    entry = AuditEntry.objects.get(action="timerrule.changed")
    assert (entry.before, entry.after, entry.why) == ({"hours": 48}, {"hours": 72}, "雪季班车少")
    assert township_official.client.get(address).status_code == 404
