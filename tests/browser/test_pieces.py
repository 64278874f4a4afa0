"""A number of three pieces on a phone: taken in one by one, one given out, then the rest."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import expect

from logistics.parcels.models import Parcel, ParcelPiece, PickupCode
from logistics.parcels.services.consent import give_consent
from tests.browser.conftest import PHONE
from tests.browser.desk import look, ready, wedge
from tests.custody.conftest import counter  # noqa: F401  fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("PIECES_PICTURES", "")


def picture(page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def take_in(visit, keeper, parcel, shelf: str, size=PHONE):
    page = ready(visit("/work/inbound/", client=keeper.client, size=size))
    wedge(page, f"HJ/{shelf}")
    expect(page.locator("#word")).to_have_text("换货架")
    wedge(page, parcel.waybill)
    return page


def test_one_of_three_then_the_rest(visit, counter, world, keeper, villager):  # noqa: F811
    parcel = counter.parcel(pieces=3)
    give_consent(parcel=parcel, channel="phone", actor=keeper.actor(), now=parcel.created_at)
    page = take_in(visit, keeper, parcel, "A-1")
    expect(page.locator("#message")).to_contain_text("第 1 件，共 3 件，放 A-1；还差 2 件。")
    picture(page, "inbound-1")
    wedge(page, parcel.waybill)
    expect(page.locator("#word")).to_have_text("同一件？")
    look(page)
    picture(page, "inbound-ask")
    page.get_by_role("button", name="还是同一件").first.click()
    expect(page.locator("#message")).to_contain_text("没有多计")

    code = PickupCode.objects.get(parcel=parcel).code
    page = ready(visit("/work/give-out/", client=keeper.client, size=PHONE))
    wedge(page, parcel.waybill)
    expect(page.locator("#give-ways button")).to_have_count(2)
    expect(page.locator("#give-now")).to_be_hidden()
    look(page)
    picture(page, "give-ask")
    wedge(page, code)  # a code proves who came, and chooses nothing
    expect(page.locator("#word")).to_have_text("还差件")
    picture(page, "give-code")
    assert not ParcelPiece.objects.filter(parcel=parcel, given_at__isnull=False).exists()
    page.get_by_role("button", name="先交付 1 件，其余再等").click()
    expect(page.locator("#message")).to_contain_text("已交付 1 件，还有 2 件没到。")
    look(page)
    picture(page, "give-one")
    wedge(page, parcel.waybill)
    expect(page.locator("#message")).to_contain_text("还有 2 件没到")
    picture(page, "give-nothing-here")

    for width, height in ((360, 740), (1280, 800)):
        size = {"width": width, "height": height}
        for name, path in (("my", "/my/"), ("own", f"/p/{parcel.waybill}")):
            own = visit(path, client=villager.client, size=size)
            expect(own.locator("main")).to_contain_text("已取走 1/3 件，还有 2 件没到。")
            look(own)
            picture(own, f"{name}-{width}")
        work = visit(f"/work/parcels/{parcel.waybill}/", client=keeper.client, size=size)
        expect(work.locator("main")).to_contain_text("其余的不会到了")
        picture(work, f"parcel-{width}")

    take_in(visit, keeper, parcel, "B-1")
    page = take_in(visit, keeper, parcel, "B-2")
    expect(page.locator("#message")).to_contain_text("第 3 件，共 3 件，放 B-2；已到齐。")
    page = ready(visit("/work/give-out/", client=keeper.client, size={"width": 1280, "height": 800}))
    wedge(page, parcel.waybill)
    expect(page.locator("#message")).to_contain_text("第 2 件在 B-1；第 3 件在 B-2。")
    expect(page.locator("#give-ways")).to_be_hidden()
    picture(page, "give-rest-1280")
    wedge(page, code)
    expect(page.locator("#word")).to_have_text("已交付")
    assert Parcel.objects.get(pk=parcel.pk).stage == "DELIVERED"


def test_tier_one_of_a_relay_phone(visit, counter, keeper):  # noqa: F811
    parcel = counter.parcel(pieces=3, recipient_phone="18412345678转6021")
    give_consent(parcel=parcel, channel="phone", actor=keeper.actor(), now=parcel.created_at)
    take_in(visit, keeper, parcel, "A-1")
    for width, height in ((360, 740), (1280, 800)):
        page = visit(f"/t/{parcel.waybill}", size={"width": width, "height": height})
        page.locator("input[name=digits]").fill("6021")
        picture(page, f"tier0-{width}")
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_contain_text("已到 1/3 件。")
        expect(page.locator("main")).to_contain_text("登记的电话收不到短信")
        expect(page.get_by_role("button", name="发验证码")).to_have_count(0)
        look(page)
        picture(page, f"tier1-{width}")
