"""A villager opens a station: from the form to the certificate, to the QR code on its paper, and to what it allows."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from logistics.certificates.services import measures
from logistics.licensing import services
from logistics.licensing.models import Application
from logistics.parcels.services.consent import give_consent
from logistics.registry.models import Station
from tests.applicant.conftest import pdf
from tests.browser.conftest import violations
from tests.browser.desk import ready, rows, wedge
from tests.browser.watch import fits
from tests.custody.conftest import counter  # noqa: F401  fixture
from tests.documents.conftest import look as read_pdf
from tests.door.conftest import picture
from tests.licensing.conftest import Desk, desk  # noqa: F401  fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

TYPED = {
    "name": "何马二站", "address": "3社路口", "point": "106.05,35.21", "hours": "08:30-18:30", "phone": "0933-6620001",
    "capacity": "120", "area": "40", "contact_name": "王小明", "contact_phone": "13809331001",
}  # fmt: skip
CHOSEN = {"kind": "village", "premises": "owned"}


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def places(world):
    for number, station in enumerate((world.hub, world.township_station, world.village)):
        Station.objects.filter(pk=station.pk).update(longitude=106.03 + number / 40, latitude=35.2 + number / 50)


def saved(page: Page) -> None:
    expect(page.locator("#apply [data-status]")).to_contain_text("已保存")


def fill_in(page: Page) -> None:
    """As somebody types, on a phone; the wrong thing first, and a pin instead of figures."""
    field = page.locator
    for name, value in CHOSEN.items():
        field(f"#f-{name}").select_option(value)
    for name, text in TYPED.items():
        field(f"#f-{name}").fill(text)
    field(".apply-township").select_option(label="水洛镇")
    field("#f-division").select_option("620825100208")
    saved(page)  # sentences about the fields above have their place now, and nothing moves under the finger
    field("[name=services][value=pickup]").check()
    field("#f-capacity").fill("很多")
    field("#f-phone").focus()
    expect(field("#f-capacity-error")).to_contain_text("请填写整数")
    field("#f-capacity").fill("120")
    field("#f-phone").focus()
    expect(field("#f-capacity-error")).to_be_hidden()
    field("[data-open-pin]").click()
    field(".apply-map").click(position={"x": 140, "y": 90})
    expect(field("[data-says]")).to_contain_text("位置已填好")
    saved(page)


def hand_in_papers(page: Page) -> None:
    photo = {"name": "门头.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    fake = {"name": "inside.pdf", "mimeType": "application/pdf", "buffer": b"MZ" + b"\0" * 99}
    paper = {"name": "inside.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    page.set_input_files("#u-front", files=[photo])
    expect(page.locator("#d-front")).to_contain_text("门头.jpg")
    page.set_input_files("#u-inside", files=[fake])
    expect(page.locator("#d-inside [data-refused]")).to_contain_text("不是 PDF，也不是照片")
    page.set_input_files("#u-inside", files=[paper])
    expect(page.locator("#d-inside")).to_contain_text("inside.pdf")


def nothing_in_the_way(page: Page) -> None:
    assert violations(page) == []
    fits(page)


def test_from_the_form_to_the_scan(visit, live_server, settings, villager, county_official, desk: Desk, counter):  # noqa: F811
    settings.PUBLIC_URL = live_server.url
    page = visit("/apply/kinds/station/", client=villager.client, trouble=True)
    nothing_in_the_way(page)
    page.get_by_role("button", name="开始填表").click()
    fill_in(page)
    page.context.set_offline(True)
    page.locator("#f-address").fill("3社路口，村委会对面")
    page.locator("#f-phone").focus()
    expect(page.locator("#apply [data-status]")).to_contain_text("没有网络")
    page.context.set_offline(False)
    saved(page)
    hand_in_papers(page)
    nothing_in_the_way(page)
    page.get_by_role("button", name="提交申请").click()
    expect(page.locator("main")).to_contain_text("等待审核，期间不能修改")
    nothing_in_the_way(page)
    row = Application.objects.get()
    assert row.data["address"] == "3社路口，村委会对面"
    address = page.url

    desk.now = timezone.now()
    desk.claim(row)
    services.return_for_changes(
        application=row, revision=1, remarks={"name": "请加上村名", "front": "看不清门牌"},
        actor=county_official.actor(), now=desk.now,
    )  # fmt: skip
    page.goto(address)
    expect(page.locator("#f-name-remark")).to_contain_text("请加上村名")
    expect(page.locator("#d-front")).to_contain_text("看不清门牌")
    page.locator("#f-name").fill("何马村便民二站")
    page.get_by_role("button", name="改好了，重新提交").click()
    expect(page.locator("main")).to_contain_text("等待审核，期间不能修改")

    row.refresh_from_db()
    assert row.revision == 2
    desk.now = timezone.now()
    row = desk.approve(desk.claim(row))
    page.goto(address)
    nothing_in_the_way(page)
    link = page.get_by_role("link", name="下载证书").get_attribute("href")
    paper = read_pdf(page.request.get(live_server.url + link).body())
    assert "何马村便民二站" in paper.flat
    (code,) = [text for codes in paper.codes for text in codes.values()]
    stranger = visit(code.removeprefix(live_server.url))
    expect(stranger.locator("main")).to_contain_text(row.certificate.number)
    expect(stranger.locator("main")).to_contain_text("有效")
    nothing_in_the_way(stranger)

    station = Station.objects.get(name="何马村便民二站")
    parcel = counter.parcel(destination_station=station.code)
    give_consent(parcel=parcel, channel="phone", actor=villager.actor(), now=timezone.now())
    official = county_official.actor()
    measures.suspend(certificate=row.certificate, actor=official, now=timezone.now(), why="灭火器过期")
    stranger.reload()
    expect(stranger.locator("main")).to_contain_text("暂停")
    page.goto(f"{live_server.url}/work/inbound/")
    ready(page)
    wedge(page, parcel.waybill)
    expect(rows(page, "refused")).to_have_count(1)
    expect(page.locator("main")).to_contain_text("灭火器过期")
    row.certificate.refresh_from_db()
    measures.reinstate(certificate=row.certificate, actor=official, now=timezone.now(), why="已经整改")
    wedge(page, parcel.waybill)
    expect(rows(page)).to_have_count(1)
    parcel.refresh_from_db()
    assert parcel.stage == "READY_FOR_PICKUP"
