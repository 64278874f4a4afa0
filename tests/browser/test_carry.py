"""Two phones and a doorstep in a real browser: a QR handover between two people, and a signature with a finger."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from logistics.parcels.models import DoorDelivery
from tests.browser.conftest import violations
from tests.browser.watch import fits
from tests.custody.conftest import counter, fresh  # noqa: F401  fixture
from tests.door.conftest import driver, in_hands, town_keeper  # noqa: F401  fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def path_of(address: str) -> str:
    return "/" + address.split("/", 3)[3]


def test_goods_pass_between_two_phones(visit, in_hands, courier, driver):  # noqa: F811
    """The driver shows a badge, the courier offers, the driver counts; the courier's phone learns of it by itself."""
    first, second = in_hands(courier), in_hands(courier)
    taker = visit("/work/me/", client=driver.client)
    expect(taker.get_by_role("img", name="我的工牌二维码")).to_be_visible()
    badge = taker.locator("#link").input_value()
    giver = visit(path_of(badge), client=courier.client)
    expect(giver.get_by_role("heading", level=1)).to_contain_text("号工作人员")
    fits(giver)
    giver.get_by_role("button", name="发起交接").click()
    expect(giver.get_by_role("img", name="这张交接单的二维码")).to_be_visible()
    assert violations(giver) == []
    taker.goto(giver.url)
    fits(taker)
    taker.get_by_label("或逐件扫描、输入单号").fill(f"{first.waybill}\n{second.waybill}")
    expect(taker.get_by_text("已输入 2 个")).to_be_visible()
    assert violations(taker) == []
    taker.get_by_role("button", name="确认接收").click()
    expect(taker.locator("#state")).to_contain_text("已确认")
    expect(giver.locator("#state")).to_contain_text("已确认", timeout=8000)
    assert {fresh(p).custody_ref for p in (first, second)} == {driver.actor().id}


@pytest.fixture
def at_the_door(in_hands, courier, visit):  # noqa: F811
    """The courier's page of a parcel that is out for delivery."""

    def go(**options):
        parcel = in_hands(courier)
        courier.client.post("/work/door/", {"number": [parcel.waybill]})
        return parcel, visit(f"/work/door/{parcel.waybill}/", client=courier.client, **options)

    return go


def test_a_signature_with_a_finger(at_the_door):
    parcel, page = at_the_door()
    fits(page)
    assert violations(page) == []
    page.get_by_role("button", name="凭签名签收").click()
    expect(page.get_by_text("请先在框内签名。")).to_be_visible()
    pad = page.locator("canvas.pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()

    def write():
        page.mouse.move(box["x"] + 30, box["y"] + 30)
        page.mouse.down()
        for step in range(1, 9):
            page.mouse.move(box["x"] + 30 + step * 25, box["y"] + (90 if step % 2 else 30))
        page.mouse.up()

    write()
    page.get_by_role("button", name="重写").click()
    page.get_by_role("button", name="凭签名签收").click()
    expect(page.get_by_text("请先在框内签名。")).to_be_visible()
    box = pad.bounding_box()
    write()
    page.get_by_role("button", name="凭签名签收").click()
    expect(page.get_by_text("已签收").first).to_be_visible()
    assert fresh(parcel).stage == "DELIVERED"
    delivery = DoorDelivery.objects.get(parcel=parcel)
    assert (delivery.proof, delivery.photo.kind, delivery.photo.width) == ("signature", "signature", 600)


def test_without_a_script_code_and_photo_remain(at_the_door):
    parcel, page = at_the_door(javascript=False, dark=True)
    expect(page.locator("canvas.pad")).to_be_hidden()
    expect(page.get_by_role("button", name="凭照片签收")).to_be_visible()
    page.get_by_label("签收码", exact=True).fill(parcel.door_code.code)
    page.get_by_role("button", name="凭签收码签收").click()
    expect(page.get_by_text("已签收").first).to_be_visible()
