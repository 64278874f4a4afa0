"""A parcel on its way to a stopped station: whoever sorts it or hands it over is asked for another one."""

from __future__ import annotations

import pytest

from logistics.desk.models import Scan
from logistics.desk.services.answering import answer_scan
from logistics.parcels.models import Consent
from logistics.parcels.selectors_consent import consented_parcels
from logistics.parcels.services.bags import open_bag
from logistics.parcels.services.redirect import NothingToRedirect, redirect
from members.access.states import Permission, Role
from portal.audit.models import AuditEntry
from tests.custody.conftest import NOW, fresh
from tests.desk.conftest import Phone, agreed
from tests.personas import make_persona

pytestmark = pytest.mark.django_db


@pytest.fixture
def town_phone(world):
    return Phone(make_persona(1312, "镇站员", Role.KEEPER, world.township_station), world.township_station)


def reply(phone, value, destination=""):
    return answer_scan(
        id=phone.ids[-1], value=value, destination=destination, actor=phone.persona.actor(), now=phone.now
    )


def test_sorting_asks_redirects_and_goes_on(counter, town_phone, keeper, world, stop):
    parcel = agreed(counter, keeper)
    bag = open_bag(origin=world.township_station, destination=world.village_next_door,
                   actor=town_phone.persona.actor(), now=NOW)  # fmt: skip
    stop(world.village)
    asked = town_phone.scan("sort", parcel.waybill, bag=bag.number)
    assert (asked.result, asked.code) == ("ask", "destination_stopped")
    offered = [row["value"] for row in asked.ask["destinations"]]
    assert world.village_next_door.code in offered
    assert world.village.code not in offered
    wrong = reply(town_phone, "redirect", world.village.code)
    assert wrong.code == "destination_missing"
    done = reply(town_phone, "redirect", world.village_next_door.code)
    assert (done.result, done.word) == ("ok", world.village_next_door.name)
    assert fresh(parcel).destination_station == world.village_next_door
    entry = AuditEntry.objects.get(action="parcel.redirected")
    assert entry.before == {"destination_station": world.village.code}


def test_the_new_station_asks_the_recipient_again(counter, town_phone, keeper, world, stop):
    parcel = agreed(counter, keeper)
    assert consented_parcels([parcel.pk])
    stop(world.village)
    redirect(parcel=parcel, station=world.village_next_door, permission=Permission.BAG_MANAGE,
             actor=town_phone.persona.actor(), now=NOW)  # fmt: skip
    assert not consented_parcels([parcel.pk])
    assert Consent.objects.get().withdrawn_at == NOW


def test_handing_over_asks_and_may_pass_it_on_as_it_is(counter, town_phone, world, stop):
    parcel = counter.parcel()
    stop(world.village)
    asked = town_phone.scan("hand-over", parcel.waybill)
    assert (asked.result, [o["value"] for o in asked.ask["options"]]) == ("ask", ["redirect", "leave", "aside"])
    assert reply(town_phone, "leave").result == "ok"
    assert fresh(parcel).destination_station == world.village
    assert Scan.objects.get().result == "ok"


def test_the_hub_says_it_when_the_parcel_arrives(counter, world, stop):
    parcel = counter.parcel()
    stop(world.village)
    phone = Phone(make_persona(1313, "分拣员", Role.KEEPER, world.hub), world.hub)
    answer = phone.scan("hub-inbound", parcel.waybill)
    assert answer.result == "ok"
    assert "改送" in answer.hint


def test_a_station_that_works_is_not_taken_from(counter, town_phone, world):
    parcel = counter.parcel()
    with pytest.raises(NothingToRedirect):
        redirect(parcel=parcel, station=world.village_next_door, permission=Permission.BAG_MANAGE,
                 actor=town_phone.persona.actor(), now=NOW)  # fmt: skip
