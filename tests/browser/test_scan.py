"""Scan pages in a real browser, on a phone: the wedge, a lost line, an expired session, the keyboard, no script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from logistics.desk.models import Scan
from logistics.parcels.models import Parcel
from logistics.parcels.services.consent import give_consent
from tests.browser.watch import fits
from tests.custody.conftest import NOW, counter  # noqa: F401  fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def ready(page: Page) -> Page:
    """Waits for the script: from then on the field takes what a scanner types."""
    page.wait_for_selector("html[data-desk=ready]")
    return page


def wedge(page: Page, number: str, end: str = "Enter") -> None:
    """A scanner types at a few milliseconds a character, wherever the focus is."""
    page.keyboard.type(number)
    if end:
        page.keyboard.press(end)


def rows(page: Page, result: str = "ok"):
    return page.locator(f"#scans > li[data-result={result}]")


@pytest.fixture
def three(counter, keeper):  # noqa: F811
    """Three parcels for the keeper's village, whose recipients agreed."""
    parcels = [counter.parcel() for _each in range(3)]
    for parcel in parcels:
        give_consent(parcel=parcel, channel="phone", actor=keeper.actor(), now=NOW)
    return parcels


def test_three_barcodes_in_one_second_are_three_scans(visit, three, keeper):
    """Enter, Tab or nothing ends a barcode; the focus may be anywhere; nothing waits for an answer."""
    page = ready(visit("/work/inbound/", client=keeper.client))
    expect(page.locator("#number")).to_be_focused()
    page.locator("#shelf").fill("3-2")
    page.locator("#sound").focus()
    wedge(page, three[0].waybill)
    wedge(page, three[1].carrier_number, end="Tab")
    wedge(page, three[2].waybill, end="")
    expect(rows(page)).to_have_count(3)
    expect(page.locator("#word")).to_have_text("3-2")
    expect(page.locator("#number")).to_have_value("")
    assert set(Parcel.objects.values_list("stage", "shelf")) == {("READY_FOR_PICKUP", "3-2")}
    assert Scan.objects.count() == 3
    fits(page)
