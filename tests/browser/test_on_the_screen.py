"""What a scan page asks can be answered on a small phone without scrolling, wherever the page stood before."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from logistics.parcels.models import Parcel
from logistics.parcels.services.consent import give_consent
from tests.browser.conftest import PHONE
from tests.browser.desk import card, look, ready, wedge
from tests.custody.conftest import counter  # noqa: F401  fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def on_screen(found: Locator, least: int = 1) -> None:
    expect(found.nth(least - 1)).to_be_visible()
    for n in range(found.count()):
        expect(found.nth(n)).to_be_in_viewport(ratio=1)


def far_down(page) -> None:
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")


@pytest.fixture
def inbound(visit, keeper):
    return ready(visit("/work/inbound/", client=keeper.client, size=PHONE))


@pytest.fixture
def giving(visit, keeper):
    return ready(visit("/work/give-out/", client=keeper.client, size=PHONE))


def test_consent_is_asked_in_the_band(inbound, counter):  # noqa: F811
    for _each in range(3):
        far_down(inbound)
        wedge(inbound, counter.parcel().waybill)
        expect(inbound.locator("#word")).to_have_text("问同意")
        on_screen(inbound.locator("#band button"), least=3)
    look(inbound)
    expect(inbound.locator("#scans [data-value=phone]")).to_have_count(2)  # the earlier two went to their lines
    inbound.locator("#band [data-value=phone]").click()
    expect(inbound.locator("#band [data-value=phone]")).to_have_text("再点一次确认：电话同意")
    inbound.locator("#band [data-value=phone]").click()
    expect(inbound.locator("#band")).to_have_attribute("data-result", "ok")
    on_screen(inbound.locator("#word"))
    expect(inbound.locator("#number")).to_be_focused()


def test_the_same_piece_or_another(inbound, counter, keeper):  # noqa: F811
    parcel = counter.parcel(pieces=3)
    give_consent(parcel=parcel, channel="phone", actor=keeper.actor(), now=parcel.created_at)
    wedge(inbound, parcel.waybill)
    expect(inbound.locator("#band")).to_have_attribute("data-result", "ok")
    far_down(inbound)
    wedge(inbound, parcel.waybill)
    expect(inbound.locator("#word")).to_have_text("同一件？")
    on_screen(inbound.locator("#band button"), least=2)


def test_give_out_by_parcel_and_code(giving, counter, keeper):  # noqa: F811
    (parcel, code), (_other, _code) = counter.waiting(keeper), counter.waiting(keeper)
    far_down(giving)
    wedge(giving, parcel.waybill)
    on_screen(card(giving, "交付"))
    on_screen(giving.get_by_label("取件码", exact=True).last)
    look(giving)
    giving.get_by_label("证件").check()
    giving.locator("#give-pin").fill("999999")
    card(giving, "交付").click()
    expect(giving.locator("#band")).to_have_attribute("data-result", "refused")
    on_screen(giving.locator("#word"))
    on_screen(card(giving, "交付"))
    expect(giving.locator("#band [data-fact=shelf]")).to_have_text("货架3-2")
    wedge(giving, code.code)
    expect(giving.locator("#band")).to_have_attribute("data-result", "ok")


def test_give_out_while_pieces_are_missing(giving, counter, keeper):  # noqa: F811
    parcel, _code = counter.waiting(keeper, pieces=3)
    far_down(giving)
    wedge(giving, parcel.waybill)
    on_screen(giving.locator("#give-ways button"), least=2)


def test_the_number_on_the_label_is_large_and_ours_small(inbound, counter, keeper):  # noqa: F811
    parcel = counter.parcel()
    give_consent(parcel=parcel, channel="phone", actor=keeper.actor(), now=parcel.created_at)
    wedge(inbound, parcel.carrier_number)
    expect(inbound.locator("#band .printed")).to_have_text(parcel.carrier_number)
    line = inbound.locator("#scans li").first
    expect(line.locator(".printed b")).to_have_text(parcel.carrier_number[-4:])
    expect(line.locator(".own-number")).to_have_text(parcel.waybill)
    inbound.reload()  # drawn by the server, then by the script
    expect(ready(inbound).locator("#scans .printed").first).to_have_text(parcel.carrier_number)


def test_ten_scans_without_a_tap_and_the_questions_afterwards(inbound, counter, keeper):  # noqa: F811
    agreed = [counter.parcel() for _n in range(5)]
    for parcel in agreed:
        give_consent(parcel=parcel, channel="phone", actor=keeper.actor(), now=parcel.created_at)
    unasked = [counter.parcel(recipient_phone="13900139000") for _n in range(5)]
    inbound.get_by_label("货架位").fill("3-2")
    for pair in zip(agreed, unasked, strict=True):
        for parcel in pair:
            wedge(inbound, parcel.carrier_number)  # nothing is touched in between
    expect(inbound.locator("#scans > li[data-result=ok]")).to_have_count(5)
    expect(inbound.locator("#scans > li[data-result=ask]")).to_have_count(5)
    expect(inbound.locator("#to-ask-count")).to_have_text("5")
    inbound.locator("#to-ask a").click()
    expect(inbound.get_by_role("heading", name="待问同意")).to_be_visible()
    look(inbound)
    first = inbound.locator("#asking > li").first
    with inbound.expect_response("**/call/") as told:
        first.get_by_role("link", name="打电话").click()
    assert told.value.json()["dial"] == "+8613900139000"
    expect(first.get_by_role("link", name="139 0013 9000")).to_have_attribute("href", "tel:+8613900139000")
    first.get_by_role("button", name="当面同意，以后都放本站").click()
    expect(inbound.get_by_role("heading", name="已经同意，可以入库")).to_be_visible()  # the other four
    inbound.get_by_role("button", name="全部入库").click()
    expect(inbound.get_by_text("已入库 4 件。")).to_be_visible()
    expect(inbound.get_by_text("现在没有要问的")).to_be_visible()


def test_two_parcels_of_one_person_with_one_code(giving, counter, keeper):  # noqa: F811
    (first, code), (second, _other) = counter.waiting(keeper), counter.waiting(keeper)
    wedge(giving, code.code)
    expect(giving.locator("#give-also .printed")).to_have_text(second.carrier_number)
    on_screen(card(giving, "交付"))
    look(giving)
    card(giving, "交付").click()  # the one touch after the code
    expect(giving.locator("#message")).to_contain_text("已交付 2 件。")
    assert {p.stage for p in Parcel.objects.filter(pk__in=[first.pk, second.pk])} == {"DELIVERED"}
