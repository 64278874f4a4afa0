"""The desk's home: what a person may do at a station, its figures of today, and who the browser acts for."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.urls import reverse

from logistics.desk.selectors import NotYourStation
from logistics.desk.selectors_today import neighbours_of, station_today
from logistics.desk.services.scans import take_scan
from logistics.desk.states import Task
from logistics.desk.views.words import WORDS
from logistics.parcels.models import Parcel
from logistics.parcels.services.consent import give_consent
from logistics.parcels.services.handovers import offer_handover, take_over
from logistics.parcels.services.parties import Party
from members.access.states import Role
from portal.core.ids import new_id
from tests.custody.conftest import NOW, counter  # noqa: F401  fixture
from tests.personas import hold, make_persona

pytestmark = pytest.mark.django_db

SCRIPTS = sorted((Path(__file__).parents[2] / "static/js/desk").rglob("*.js"))


def test_figures_of_a_village_station(counter, world, keeper):  # noqa: F811
    town = make_persona(1050, "镇站长", Role.KEEPER, world.township_station)
    announced, coming, shelved, late = (counter.parcel() for _each in range(4))
    for parcel in (coming, shelved, late):
        counter.scan(parcel, "AT_TOWN", hours=1, station=world.township_station)
    offer_handover(
        giver=Party.station(world.township_station), taker=Party.station(world.village), parcels=[coming],
        station=world.township_station, actor=town.actor(), now=NOW,
    )  # fmt: skip
    for parcel in (shelved, late):
        give_consent(parcel=parcel, channel="phone", actor=keeper.actor(), now=NOW)
        take_scan(
            id=new_id(), task=Task.INBOUND, station=world.village, number=parcel.waybill, actor=keeper.actor(), now=NOW
        )
    Parcel.objects.filter(pk=late.pk).update(issues=["PICKUP_OVERDUE"])
    today = station_today(actor=keeper.actor(), station=world.village, now=NOW)
    assert (today.expected, today.shelf, today.overdue, today.to_answer) == (1, 2, 1, 1)
    assert today.scans == {"inbound": 2}
    tomorrow = station_today(actor=keeper.actor(), station=world.village, now=NOW + dt.timedelta(days=1))
    assert tomorrow.scans == {}
    assert announced.stage == "CREATED"  # nobody in the county has it: not on its way to the village yet


def test_what_the_hub_expects_is_of_its_county(counter, world, keeper):  # noqa: F811
    hold(keeper.user, Role.KEEPER, world.hub)
    hold(keeper.user, Role.KEEPER, world.neighbour_hub)
    counter.parcel()
    counter.scan(counter.parcel(), "AT_COUNTY", hours=1, station=world.hub)
    assert station_today(actor=keeper.actor(), station=world.hub, now=NOW).expected == 1
    assert station_today(actor=keeper.actor(), station=world.neighbour_hub, now=NOW).expected == 0


def test_figures_and_neighbours_of_other_stations_are_not_told(world, keeper):
    for read in (station_today, neighbours_of):
        more = {"now": NOW} if read is station_today else {}
        with pytest.raises(NotYourStation):
            read(actor=keeper.actor(), station=world.village_next_door, **more)


def test_the_home_costs_the_same_however_much_there_is(counter, world, keeper, django_assert_max_num_queries):  # noqa: F811
    def statements() -> int:
        with django_assert_max_num_queries(14) as asked:
            assert browser.get("/work/").status_code == 200
        return len(asked)

    browser = keeper.client
    before = statements()
    for _each in range(3):
        counter.waiting(keeper)
        counter.scan(counter.parcel(), "AT_TOWN", hours=1, station=world.township_station)
    assert statements() == before


def test_tiles_are_what_the_person_may_do_there(world, keeper, courier):
    hold(keeper.user, Role.KEEPER, world.hub)
    keeper.client.post("/work/station/", {"station": world.hub.code})
    at_hub = keeper.client.get("/work/").content.decode()
    assert reverse("desk_hub-inbound") in at_hub
    assert reverse("desk_inbound") not in at_hub
    keeper.client.post("/work/station/", {"station": world.village.code})
    at_village = keeper.client.get("/work/").content.decode()
    assert reverse("desk_inbound") in at_village
    assert reverse("desk_hub-inbound") not in at_village
    round_ = courier.client.get("/work/").content.decode()
    assert reverse("desk_load") in round_
    assert reverse("desk_give-out") not in round_


def test_without_a_station_there_remain_the_lists(enterprise_admin):
    page = enterprise_admin.client.get("/work/").content.decode()
    assert "您还没有被安排到站点" in page
    assert reverse("work_imports") in page
    assert reverse("desk_inbound") not in page


def test_the_drawer_of_a_browser_names_nobody_and_differs(keeper, keeper_next_door):
    own = keeper.client.get("/work/who/").json()["user"]
    assert own == keeper.new_client().get("/work/who/").json()["user"]
    assert own != keeper_next_door.client.get("/work/who/").json()["user"]
    assert str(keeper.user.pk) not in (own, own.lstrip("0"))


def test_scan_pages_alone_may_run_the_decoder(keeper):
    assert "'wasm-unsafe-eval'" in keeper.client.get("/work/inbound/")["Content-Security-Policy"]
    assert "wasm" not in keeper.client.get("/work/")["Content-Security-Policy"]


def test_every_text_a_script_asks_for_is_delivered():
    """A key that is missing would be shown as it is."""
    asked = set()
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r'say\("(\w+)"', text))
        asked |= {key for pair in re.findall(r'say\(\w+ \? "(\w+)" : "(\w+)"', text) for key in pair}
        asked |= set(re.findall(r'tell\("(\w+)"\)', text))
    assert asked
    assert asked - set(WORDS) == set()


def test_a_form_that_is_no_scan_is_answered_in_words(keeper):
    """Without a script: a forged or emptied form is a refusal above the form, and nothing is recorded."""
    page = keeper.client.post("/work/inbound/", {"number": "XN1"})
    assert page.status_code == 200
    assert 'data-result="refused"' in page.content.decode()
    assert page.context["answer"].code == "bad_input"


def test_a_drivers_desk_begins_with_what_they_carry(counter, world, courier, keeper, sorter):  # noqa: F811
    parcels = [counter.parcel() for _n in range(3)]
    for parcel in parcels:
        counter.scan(parcel, "AT_COUNTY", hours=1, station=world.hub)
    me = Party.person(courier.user.pk)
    carried = offer_handover(
        giver=Party.station(world.hub), taker=me, parcels=parcels[:2], station=world.hub, actor=sorter.actor(), now=NOW
    )
    take_over(handover=carried, scanned=[p.waybill for p in parcels[:2]], actor=courier.actor(), now=NOW)
    offer_handover(
        giver=Party.station(world.hub), taker=me, parcels=parcels[2:], station=world.hub, actor=sorter.actor(), now=NOW
    )
    page = courier.client.get("/work/").content.decode()
    mine = page.partition('id="mine"')[2].partition("</dl>")[0]
    assert re.findall(r'href="([^"]+)"[^>]*>\s*(\d+)', mine) == [("/work/carry/", "2"), ("/work/handovers/", "1")]
    assert page.index('id="mine"') < page.index('id="today"')
    assert 'id="mine"' not in keeper.client.get("/work/").content.decode()
