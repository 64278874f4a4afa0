"""The ways a parcel goes, each walked on the real pages of all who touch it, on a small phone, in both languages.

Scanners type, people tap. Only two things are done without a page: the standing consent of the recipient, given long
before, and the worker that hands over messages.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

import pytest
from django.utils import timezone
from django.utils.translation import gettext, override
from playwright.sync_api import Locator, Page, expect

from logistics.parcels.models import Bag, Handover, Parcel
from logistics.parcels.services.consent import give_consent
from members.access.states import Role
from portal.notify.services import deliver_waiting
from portal.public.ready import FRESH
from tests.browser.conftest import PHONE
from tests.browser.desk import ready, rows
from tests.browser.watch import fits
from tests.custody.conftest import counter  # noqa: F401  fixture
from tests.personas import Persona, make_persona
from tests.public.conftest import DIGITS, RECIPIENT
from tests.waysin.files import PARCEL_HEADINGS, csv_bytes

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

LOOSE = 2  # parcels of the load that are in no bag


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@dataclass
class Reader:
    """Opens pages for people of one language, and finds things by our words in that language."""

    visit: object
    language: str
    pages: dict

    def say(self, chinese: str) -> str:
        with override("en" if self.language == "en" else "zh-hans"):
            return gettext(chinese)

    def at(self, path: str, persona: Persona | None = None) -> Page:
        """Everybody has one phone: the next page opens in the same browser."""
        key = persona.user.pk if persona else 0
        page = self.pages.get(key)
        if page is None:
            client = persona.client if persona else None
            page = self.pages[key] = self.visit(path, client=client, size=PHONE, language=self.language)
        else:
            page.goto(re.match(r"https?://[^/]+", page.url)[0] + path)
        expect(page.locator("html")).to_have_attribute("lang", "en" if self.language == "en" else "zh-CN")
        return page

    def desk(self, task: str, persona: Persona) -> Page:
        return ready(self.at(f"/work/{task}/", persona))

    def press(self, page: Page, chinese: str) -> None:
        page.locator("main").get_by_role("button", name=self.say(chinese), exact=True).click()

    def link(self, page: Page, chinese: str) -> Locator:
        return page.locator("main").get_by_role("link", name=self.say(chinese), exact=True).first

    def fill(self, page: Page, chinese: str, value: str) -> None:
        page.get_by_label(self.say(chinese), exact=True).fill(value)


@pytest.fixture(params=["zh-CN", "en"])
def read(request, visit) -> Reader:
    return Reader(visit, request.param, {})


@pytest.fixture
def sorter(world) -> Persona:
    return make_persona(1061, "分拣员", Role.KEEPER, world.hub)


@pytest.fixture
def driver(world) -> Persona:
    return make_persona(1062, "孙司机", Role.COURIER, world.hub)


@pytest.fixture
def town_keeper(world) -> Persona:
    return make_persona(1063, "镇站员", Role.KEEPER, world.township_station)


@pytest.fixture
def operator(world) -> Persona:
    return make_persona(1064, "吴操作", Role.ENTERPRISE_STAFF, world.carrier)


# -- steps that several ways share ---------------------------------------------------------------------


def scan(page: Page, code: str) -> None:
    """A scanner so fast that a busy machine can't cut its barcode in two (the wedge has its own tests)."""
    page.locator("#number").focus()
    page.keyboard.insert_text(code)
    page.keyboard.press("Enter")


def scan_all(page: Page, numbers: list[str]) -> None:
    """One after the other without waiting for answers, then a look that each was taken."""
    before = rows(page).count()
    for number in numbers:
        scan(page, number)
    expect(rows(page)).to_have_count(before + len(numbers), timeout=30_000)


def hand_to_driver(read: Reader, giver: Persona, driver: Persona, numbers: list[str]) -> Handover:
    """The giver scans what goes and the driver's badge; the driver's phone then scans the giver's code."""
    badge = read.at("/work/me/", driver).locator("#link").input_value()
    page = read.desk("hand-over", giver)
    for number in numbers:
        scan(page, number)
    expect(page.locator("#pile > li")).to_have_count(len(numbers))
    scan(page, badge)
    expect(page.locator("#taker-person")).to_be_checked()
    page.locator("#offer").click()
    expect(page.locator("#offered")).to_be_visible()
    fits(page)
    return Handover.objects.latest("offered_at")


def bring_to(read: Reader, driver: Persona, station) -> Handover:
    """The driver offers everything carried to a station."""
    page = read.at("/work/carry/", driver)
    fits(page)
    for box in page.locator("input[name=number]").all():
        box.check()
    page.locator("#station").select_option(station.code)
    read.press(page, "发起交接")
    expect(page).to_have_url(re.compile("/work/handovers/"))
    expect(page.locator("#state")).to_have_attribute("data-state", "pending")
    return Handover.objects.latest("offered_at")


def take_over_all(read: Reader, taker: Persona, handover: Handover) -> None:
    page = read.desk("take-over", taker)
    scan(page, f"http://localhost/work/handovers/{handover.pk}/")
    expect(page.locator("#take-expected")).to_have_text(str(handover.expected))
    page.locator("#all-there").click()
    page.locator("#finish").click()
    expect(page.locator("#handover")).to_be_hidden()
    handover.refresh_from_db()
    assert handover.state == "confirmed"


def look_up(read: Reader, number: str) -> Page:
    page = read.at(f"/t/{number}")
    fits(page)
    return page


# -- to the village --------------------------------------------------------------------------------------


def test_from_the_carriers_file_to_the_recipients_hands_with_one_missing(
    read, world, operator, sorter, driver, town_keeper, villager
):
    numbers = [f"7730000{n:05d}" for n in range(30 if read.language == "zh-CN" else 6)]
    give_consent(phone=f"+86{RECIPIENT}", actor=villager.actor(), now=timezone.now())
    the_carrier_sends_a_file(read, operator, world, numbers)
    missing, loose, bagged = numbers[0], numbers[1:LOOSE], numbers[LOOSE:]
    scan_all(read.desk("hub-inbound", sorter), numbers)
    bag = sorted_into_a_sealed_bag(read, sorter, bagged)
    offered = hand_to_driver(read, sorter, driver, [bag.number, missing, *loose])
    the_driver_misses_one(read, driver, offered, [bag.number, *loose], missing)
    both_pages_say(read, villager, bagged[-1], "发往乡镇")
    take_over_all(read, town_keeper, bring_to(read, driver, world.township_station))
    both_pages_say(read, villager, bagged[-1], "已到取件站点")
    the_bag_is_opened(read, town_keeper, bag)
    both_pages_say(read, villager, bagged[-1], "已到取件站点")
    shelved(read, town_keeper, [*loose, *bagged])
    code = the_message_is_on_the_developers_page(read, bagged[-1])
    the_recipient_looks_it_up(read, bagged[-1], "待取件")
    given_out_by_code(read, town_keeper, code)
    the_recipient_looks_it_up(read, bagged[-1], "已签收")
    the_missing_one_is_known_as_missing(read, sorter, missing)
    stages = list(Parcel.objects.values_list("stage", flat=True))
    assert sorted(stages) == sorted(["AT_COUNTY", "DELIVERED", *["READY_FOR_PICKUP"] * (len(numbers) - 2)])


def expect_stage(page: Page, stage: str) -> None:
    expect(page.get_by_role("heading", level=2, name=stage, exact=True)).to_be_visible()


def both_pages_say(read: Reader, villager: Persona, number: str, stage: str) -> None:
    """The public page and "my parcels" of the recipient."""
    time.sleep(FRESH)  # an answered number is kept for a moment
    expect_stage(look_up(read, number), read.say(stage))
    mine = read.at("/my/", villager)
    expect(mine.locator("article").filter(has_text=Parcel.objects.get(carrier_number=number).waybill)).to_contain_text(
        read.say(stage)
    )
    fits(mine)


def the_carrier_sends_a_file(read: Reader, operator, world, numbers: list[str]) -> None:
    township = world.township
    lines = [[*PARCEL_HEADINGS, "投递站点"]]
    lines += [[number, township.code, "王小明", RECIPIENT, world.township_station.name] for number in numbers]
    page = read.at("/work/imports/", operator)
    page.locator("input[name=kind][value=parcels]").check()
    file = {"name": "parcels.csv", "mimeType": "text/csv", "buffer": csv_bytes(lines)}
    page.locator("input[type=file]").set_input_files(file)
    read.press(page, "上传")
    read.press(page, "正式导入")
    expect(page.locator("dl.facts dd").first).to_have_text(str(len(numbers)))
    assert Parcel.objects.filter(destination_station=world.township_station).count() == len(numbers)


def sorted_into_a_sealed_bag(read: Reader, sorter, numbers: list[str]) -> Bag:
    page = read.desk("sort", sorter)
    page.locator("[data-lane=zl-shuiluo]").click()
    expect(page.locator("#bag")).to_be_visible()
    scan_all(page, numbers)
    expect(page.locator("#bag-count")).to_have_text(str(len(numbers)))
    page.locator("#bag-seal").click()
    scan(page, "FQ-2026-01")
    expect(page.locator("#bag")).to_be_hidden()
    bag = Bag.objects.get()
    assert (bag.state, bag.seal_number) == ("sealed", "FQ-2026-01")
    tag = page.locator("#bag-tag")
    expect(tag).to_be_visible()
    assert page.request.get(tag.evaluate("link => link.href")).headers["content-type"] == "application/pdf"
    fits(page)
    return bag


def the_driver_misses_one(read: Reader, driver, handover: Handover, there: list[str], missing: str) -> None:
    page = read.desk("take-over", driver)
    scan(page, f"http://localhost/work/handovers/{handover.pk}/")
    expect(page.locator("#take-expected")).to_have_text(str(handover.expected))
    for number in there:
        scan(page, number)
    parcel = Parcel.objects.get(carrier_number=missing)
    expect(page.locator("#expected li.line-plain")).to_have_count(1, timeout=15_000)
    expect(page.locator("#expected li.line-plain")).to_have_attribute("data-number", parcel.waybill)
    page.locator("#dispute").fill("装车时少一件")
    page.locator("#finish").click()
    expect(page.locator("#finish")).to_have_attribute("data-sure", "yes")
    page.locator("#finish").click()
    expect(page.locator("#handover")).to_be_hidden()
    handover.refresh_from_db()
    assert (handover.state, handover.scanned) == ("disputed", handover.expected - 1)
    manifest = page.request.get(f"{page.url.split('/work/')[0]}/work/print/handovers/{handover.pk}.pdf")
    assert manifest.headers["content-type"] == "application/pdf"


def the_bag_is_opened(read: Reader, keeper, bag: Bag) -> None:
    page = read.desk("open-bag", keeper)
    scan(page, bag.number)
    expect(page.locator("#bag-seal-number")).to_have_text(bag.seal_number)
    page.locator("#all-there").check()
    page.locator("#seal-intact").click()
    expect(page.locator("#bag")).to_be_hidden()
    bag.refresh_from_db()
    assert (bag.state, bag.seal_intact) == ("opened", True)


def shelved(read: Reader, keeper, numbers: list[str]) -> None:
    page = read.desk("inbound", keeper)
    scan(page, "HJ/3-2")  # the label on the shelf
    expect(page.locator("#shelf")).to_have_value("3-2")
    before = rows(page).count()
    for number in numbers:
        scan(page, number)
    expect(rows(page)).to_have_count(before + len(numbers), timeout=30_000)
    fits(page)
    assert set(Parcel.objects.filter(carrier_number__in=numbers).values_list("shelf", flat=True)) == {"3-2"}


def the_message_is_on_the_developers_page(read: Reader, number: str) -> str:
    """The pickup code as the recipient reads it beside the end of their number."""
    deliver_waiting(now=lambda: timezone.now() + timezone.timedelta(hours=20))
    page = read.at(f"/dev/messages/?tail={RECIPIENT[-4:]}")
    fits(page)
    code = Parcel.objects.get(carrier_number=number).pickup_code.code
    expect(page.locator("main")).to_contain_text(f"{code[:3]} {code[3:]}")
    expect(page.locator("main")).to_contain_text("水洛镇站")
    return code


def the_recipient_looks_it_up(read: Reader, number: str, stage: str) -> None:
    time.sleep(FRESH)  # a lookup page may be as old as that
    page = look_up(read, number)
    expect(page.get_by_role("heading", level=2, name=read.say(stage), exact=True)).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("王")
    page.locator("#digits").fill(DIGITS)
    read.press(page, "查看")
    expect(page.locator("main")).to_contain_text("王**")


def given_out_by_code(read: Reader, keeper, code: str) -> None:
    page = read.desk("give-out", keeper)
    scan(page, code)
    expect(page.locator("#word")).to_have_text("3-2")
    for box in page.locator("[name=also]").all():  # the others of this phone stay for another day
        box.uncheck()
    page.locator("#give-now").click()
    expect(page.locator("#give")).to_be_hidden()
    expect(page.locator("#band")).to_have_attribute("data-result", "ok")
    assert Parcel.objects.get(pickup_code__used_at__isnull=False).stage == "DELIVERED"


def the_missing_one_is_known_as_missing(read: Reader, sorter, number: str) -> None:
    parcel = Parcel.objects.get(carrier_number=number)
    assert parcel.issues == ["COUNT_MISMATCH"]
    page = read.at(f"/work/parcels/{parcel.waybill}/", sorter)
    expect(page.locator("main")).to_contain_text(read.say("件数不符"))
    fits(page)


# -- from the village ----------------------------------------------------------------------------------------


def test_a_villagers_parcel_from_the_counter_to_its_carrier(read, world, keeper, driver, sorter):
    waybill = collected(read, keeper)
    first = hand_to_driver(read, keeper, driver, [waybill])
    take_over_all(read, driver, first)
    expect_stage(look_up(read, waybill), read.say("发往乡镇"))
    take_over_all(read, sorter, bring_to(read, driver, world.hub))
    expect_stage(look_up(read, waybill), read.say("到达县级中心"))
    scan_all(read.desk("hub-inbound", sorter), [waybill])
    to_the_carrier(read, sorter, world, waybill, "7755550001")
    parcel = Parcel.objects.get()
    assert (parcel.stage, parcel.custody_kind, parcel.custody_ref) == ("HANDED_TO_CARRIER", "carrier", "zto")
    page = look_up(read, "7755550001")  # the sender follows it under the carrier's number too
    expect(page.get_by_role("heading", level=2, name=read.say("已交快递企业"), exact=True)).to_be_visible()


def collected(read: Reader, keeper) -> str:
    page = read.at("/work/collect/", keeper)
    fits(page)
    for name, value in (
        ("sender_name", "王小明"), ("sender_phone", RECIPIENT), ("recipient_name", "陈收货"),
        ("recipient_phone", "13911112222"), ("recipient_address", "浙江省义乌市北苑街道1号"), ("weight", "2.5"),
    ):  # fmt: skip
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=goods_checked]").check()
    page.locator("[name=identity_checked]").check()
    read.press(page, "收下包裹")
    expect(page).to_have_url(re.compile("/work/collect/XN"))
    fits(page)
    label = page.locator("main a[href*='/work/print/labels/']").get_attribute("href")
    printed = page.request.get(re.match(r"https?://[^/]+", page.url)[0] + label)
    assert printed.headers["content-type"] == "application/pdf"
    return page.locator(".result-word").inner_text()


def to_the_carrier(read: Reader, sorter, world, waybill: str, number: str = "") -> None:
    page = read.at("/work/to-carrier/", sorter)
    page.locator("#carrier").select_option(world.carrier.code)
    page.locator("#rows").fill(f"{waybill} {number}")
    read.press(page, "交出")
    expect(page).to_have_url(re.compile("/work/handovers/"))
    fits(page)


# -- refused, and back ------------------------------------------------------------------------------------------


def test_a_refused_parcel_goes_back_to_its_carrier(read, counter, world, keeper, driver, sorter):  # noqa: F811
    parcel, _code = counter.waiting(keeper)
    refused_and_turned_round(read, keeper, parcel)
    first = hand_to_driver(read, keeper, driver, [parcel.waybill])
    take_over_all(read, driver, first)
    take_over_all(read, sorter, bring_to(read, driver, world.hub))
    to_the_carrier(read, sorter, world, parcel.waybill)
    parcel.refresh_from_db()
    assert (parcel.stage, parcel.custody_kind) == ("RETURNING", "carrier")
    assert parcel.pickup_code.voided_at is not None
    page = look_up(read, parcel.waybill)
    expect(page.get_by_role("heading", level=2, name=read.say("退回途中"), exact=True)).to_be_visible()


def refused_and_turned_round(read: Reader, keeper, parcel: Parcel) -> None:
    page = read.at(f"/work/parcels/{parcel.waybill}/", keeper)
    read.link(page, "登记拒收").click()
    expect(page).to_have_url(re.compile("/refuse/$"))
    page.locator("[name=why]").fill("外箱破了不要")
    read.press(page, "登记拒收")
    expect(page).to_have_url(re.compile(f"/{parcel.waybill}/$"))
    read.link(page, "办理退回").click()
    page.locator("[name=reason][value=REFUSED]").check()
    fits(page)
    read.press(page, "开始退回")
    expect(page).to_have_url(re.compile(f"/{parcel.waybill}/$"))
    expect(page.locator("main")).to_contain_text(read.say("退回途中"))
    fits(page)
