"""Scanners as they are: slow ones, ones that hold Alt down; pages that are left and come back to."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from logistics.parcels.services.consent import give_consent
from tests.browser.conftest import PHONE
from tests.browser.desk import look, ready, rows, wedge
from tests.custody.conftest import counter, fresh  # noqa: F401  fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def parcels(counter, keeper):  # noqa: F811
    found = [counter.parcel() for _n in range(3)]
    for parcel in found:
        give_consent(parcel=parcel, channel="phone", actor=keeper.actor(), now=parcel.created_at)
    return found


@pytest.fixture
def inbound(visit, keeper):
    return ready(visit("/work/inbound/", client=keeper.client, size=PHONE))


def keys(page, text: str, *, apart: float, alt: bool = False) -> None:
    """Keys pressed `apart` seconds after each other, whatever the machine takes to deliver them."""
    browser, moment = page.context.new_cdp_session(page), time.time()
    for character in text:
        moment += apart
        key = {"key": "Enter" if character == "\r" else character, "timestamp": moment, "modifiers": 1 if alt else 0}
        down = (
            {**key, "text": character}
            if not alt
            else {**key, "code": f"Digit{character}" if character.isdigit() else f"Key{character.upper()}"}
        )
        browser.send("Input.dispatchKeyEvent", {"type": "keyDown", **down})
        browser.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})
    browser.detach()


def test_a_slow_scanner_in_the_shelf_field_is_a_scan(inbound, parcels):
    shelf = inbound.get_by_label("货架位")
    shelf.fill("3-2")
    keys(inbound, parcels[0].carrier_number + "\r", apart=0.07)
    expect(rows(inbound)).to_have_count(1)
    expect(shelf).to_have_value("3-2")
    expect(inbound.locator("#shelf-said")).to_contain_text("已当作扫描")
    assert fresh(parcels[0]).shelf == "3-2"


def test_a_new_shelf_is_asked_about_once(inbound, parcels):
    shelf = inbound.get_by_label("货架位")
    shelf.fill("3-2")
    shelf.press("Enter")
    expect(inbound.locator("#band")).to_have_attribute("data-code", "new_shelf")
    look(inbound)
    inbound.locator("#band").get_by_role("button", name="就放这里").click()
    wedge(inbound, parcels[0].carrier_number)
    expect(rows(inbound)).to_have_count(1)
    shelf.fill("3-22")
    shelf.press("Enter")
    inbound.locator("#band").get_by_role("button", name="改回 3-2").click()
    expect(shelf).to_have_value("3-2")
    wedge(inbound, parcels[1].carrier_number)
    expect(rows(inbound)).to_have_count(2)
    assert fresh(parcels[1]).shelf == "3-2"
    inbound.reload()
    ready(inbound)
    shelf.fill("")
    shelf.press("Enter")
    shelf.fill("3-2")  # parcels lie there by now
    shelf.press("Enter")
    expect(inbound.locator("#band")).not_to_have_attribute("data-code", "new_shelf")


def test_without_a_shelf_one_is_reminded_once(inbound, parcels):
    wedge(inbound, parcels[0].carrier_number)
    expect(inbound.locator("#shelf-said")).to_contain_text("还没有填货架位")


def test_a_scanner_that_holds_alt_down_presses_no_shortcut(inbound, parcels, counter):  # noqa: F811
    unasked = counter.parcel()
    wedge(inbound, unasked.carrier_number)
    expect(inbound.locator("#word")).to_have_text("问同意")
    keys(inbound, parcels[0].carrier_number, apart=0.005, alt=True)
    inbound.keyboard.press("Enter")
    expect(rows(inbound)).to_have_count(1)
    expect(inbound.locator("#scans .armed")).to_have_count(0)
    expect(rows(inbound, "ask")).to_have_count(1)


def test_a_count_goes_on_after_a_reload(visit, keeper, counter):  # noqa: F811
    shelved = [counter.waiting(keeper)[0] for _n in range(3)]
    page = ready(visit("/work/stock-take/", client=keeper.client, size=PHONE))
    page.get_by_role("button", name="开始盘点").click()
    expect(page.locator("#running")).to_be_visible()
    wedge(page, shelved[0].carrier_number)
    expect(page.locator("#count-scanned")).to_have_text("1")
    page.reload()
    ready(page)
    expect(page.locator("#word")).to_have_text("接着盘点")
    expect(page.locator("#count-scanned")).to_have_text("1")
    expect(page.locator("#count-expected")).to_have_text("3")
    look(page)
    wedge(page, shelved[1].carrier_number)
    expect(page.locator("#count-scanned")).to_have_text("2")


def test_the_desks_home_sends_what_waits(visit, keeper, parcels, counter):  # noqa: F811
    page = ready(visit("/work/inbound/", client=keeper.client, size=PHONE, trouble=True))
    page.route("**/work/scan/**", lambda route: route.fulfill(status=503, headers={"Retry-After": "60"}, json={}))
    wedge(page, parcels[0].carrier_number)
    wedge(page, counter.parcel().carrier_number)
    expect(page.locator("#waiting-count")).to_contain_text("2")
    page.unroute("**/work/scan/**")
    page.goto(page.url.replace("inbound/", ""))
    expect(page.locator("#waiting")).to_contain_text("已发出 2 件扫描")
    expect(page.get_by_role("link", name="其中 1 件要处理，去看")).to_be_visible()
    assert fresh(parcels[0]).stage == "READY_FOR_PICKUP"
