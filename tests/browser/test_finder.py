"""The station finder with a script: the nearest station without telling anybody where one is, and the map."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from logistics.registry.models import Station
from tests.browser.conftest import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
HERE = {"latitude": 35.2071, "longitude": 105.9931}


@pytest.fixture
def placed(world):
    for station, east in ((world.village, 0.0), (world.village_next_door, 0.05), (world.township_station, 0.2)):
        Station.objects.filter(pk=station.pk).update(longitude=105.99 + east, latitude="35.207")
    return world


def test_the_nearest_station_and_a_position_that_never_leaves_the_phone(visit, placed):
    page = visit("/stations/")
    asked = []
    page.on("request", lambda request: asked.append(f"{request.url} {request.post_data or ''}"))
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation(HERE)
    page.get_by_role("button", name="离我最近的").click()
    lines = page.locator("[data-near-answer] li")
    expect(lines).to_have_count(3)
    expect(lines.first).to_contain_text("何马村站")
    expect(lines.first).to_contain_text("米")
    expect(lines.last).to_contain_text("水洛镇站")
    expect(lines.last).to_contain_text("公里")
    assert asked
    assert not [line for line in asked if "35.2" in line or "105.9" in line]
    assert violations(page) == []


def test_without_a_position_the_page_says_what_else_to_do(visit, placed):
    page = visit("/stations/")
    page.context.clear_permissions()
    page.evaluate("() => { navigator.geolocation.getCurrentPosition = (done, refused) => refused({code: 1}) }")
    page.get_by_role("button", name="离我最近的").click()
    expect(page.locator("[data-near-answer] [role=status]")).to_contain_text("输入村名")


def test_the_map_is_loaded_when_it_is_asked_for(visit, placed):
    page = visit(f"/stations/{placed.village.code}/")
    assert not page.evaluate("'L' in window"), "nobody pays for a map they do not open"
    page.get_by_role("button", name="在地图上看").click()
    expect(page.locator(".finder-map path.ground-dot")).to_have_count(3)
    expect(page.locator(".leaflet-tooltip")).to_contain_text("何马村站")
    assert violations(page) == []


def test_without_a_script_there_are_no_dead_buttons(visit, placed):
    page = visit("/stations/", javascript=False)
    expect(page.get_by_role("button", name="离我最近的")).to_be_hidden()
    page.locator("#q").fill("何马")
    page.get_by_role("button", name="查找").click()
    expect(page.locator("main")).to_contain_text("何马村站")
