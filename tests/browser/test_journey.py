"""One parcel from its carrier's file to its recipient's hands, by everybody who touches it, on a small phone."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

import openpyxl
import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.utils import timezone
from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect

from logistics.parcels.models import Parcel
from logistics.parcels.services.pickup import station_inbound
from logistics.parcels.states import Stage
from members.access.states import Role
from portal.notify.models import Message
from portal.notify.services import text_of
from tests.browser.watch import fits, tab_to, title_reads
from tests.personas import PASSWORD, Persona, make_persona
from tests.public.conftest import DIGITS, RECIPIENT
from tests.waysin.files import EVENT_HEADINGS, PARCEL_HEADINGS, csv_bytes, xlsx_bytes

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NUMBER, BAD_NUMBER = "773000000001", "773000000002"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {"parcels": "包裹登记", "events": "轨迹"}


@dataclass
class Walk:
    """A page and the language its reader chose; `say` gives our words in that language."""

    page: Page
    language: str

    def say(self, chinese: str) -> str:
        with override(self.language):
            return gettext(chinese)

    def press(self, chinese: str) -> None:
        self.page.get_by_role("button", name=self.say(chinese), exact=True).click()

    def follow(self, chinese: str) -> None:
        self.page.get_by_role("link", name=self.say(chinese), exact=True).first.click()

    def fill(self, chinese: str, value: str) -> None:
        self.page.get_by_label(self.say(chinese), exact=True).fill(value)

    def sees(self, chinese: str) -> None:
        expect(self.page.get_by_text(self.say(chinese)).first).to_be_visible()

    def stands_at(self, chinese: str) -> None:
        title_reads(self.page, self.say(chinese))


@pytest.fixture(params=["zh-hans", "en"])
def walk(request, visit) -> Callable[..., Walk]:
    """walk(path, client=None, javascript=True) → Walk, in the language chosen by the switch on the page."""

    def go(path: str, **more) -> Walk:
        page = visit(path, language="zh-CN", **more)
        if request.param == "en":
            page.get_by_role("button", name="English").click()
            expect(page.locator("html")).to_have_attribute("lang", "en")
        fits(page)
        return Walk(page, request.param)

    return go


@pytest.fixture
def operator(world) -> Persona:
    return make_persona(1020, "吴操作", Role.ENTERPRISE_STAFF, world.carrier)


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.MFA_TOTP_TOLERANCE = 1  # a code may turn while it is being typed


def parcels_file() -> list[list[str]]:
    return [
        [*PARCEL_HEADINGS, "投递站点"],
        [NUMBER, "620825100208", "王小明", RECIPIENT, "何马村站"],
        [BAD_NUMBER, "999999999999", "李无处", "13893300002", ""],
    ]


def events_file(world) -> list[list[str]]:
    def at(hours: int) -> str:
        return (timezone.localtime() - dt.timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S")

    return [
        EVENT_HEADINGS,
        [NUMBER, "揽收", at(40), "", "业务员张三(13812345678)已揽收"],
        [NUMBER, "到达县级中心", at(20), world.hub.code, ""],
        [NUMBER, "到达乡镇站", at(3), world.township_station.code, ""],
        [NUMBER, "到达乡镇站", "昨天", world.township_station.code, ""],
    ]


def upload(walk: Walk, kind: str, name: str, content: bytes) -> None:
    page = walk.page
    page.goto(page.url.split("/work/")[0] + "/work/imports/")
    walk.stands_at("文件导入")
    page.locator(f"input[name=kind][value={kind}]").check()
    mime = XLSX if name.endswith("xlsx") else "text/csv"
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": mime, "buffer": content})
    walk.press("上传")
    title_reads(page, name)


def take_for_real(walk: Walk, accepted: int) -> None:
    """After the dry run with one bad row: nothing is written, the row is named, and the rest is taken on request."""
    page = walk.page
    walk.sees("这是试运行的结果，还没有写入任何数据。")
    expect(page.locator("table tbody tr")).to_have_count(1)
    walk.press("正式导入")
    walk.sees("有些行没有接收。请下载结果，改好这些行后重新上传；已接收的行不会重复登记。")
    expect(page.locator("dl.facts dd").first).to_have_text(str(accepted))
    fits(page)


def downloaded(walk: Walk, link: str) -> bytes:
    with walk.page.expect_download() as waiting:
        walk.follow(link)
    return waiting.value.path().read_bytes()


def code_sent_to(phone: str, template: str) -> str:
    message = Message.objects.filter(recipient=f"+86{phone}", template=template).latest("created_at")
    return re.search(r"\d{6}", text_of(message)).group()


def log_in(walk: Walk, phone: str, password: str = "") -> None:
    walk.stands_at("登录")
    walk.fill("手机号", phone)
    if not password:
        return walk.press("获取验证码")
    walk.fill("密码", password)
    return walk.press("用密码登录")


def test_from_the_carriers_file_to_the_recipients_hands(
    walk, world, operator, villager, keeper, keeper_next_door, county_official, neighbour_official
):
    the_carrier_sends_files(walk, world, operator)
    parcel = Parcel.objects.get(carrier_number=NUMBER)
    the_recipient_agrees_after_a_code(walk, parcel)
    station_inbound(parcel=parcel, station=world.village, shelf="B-2", actor=keeper.actor(), now=timezone.now())
    parcel.refresh_from_db()
    code = f"{parcel.pickup_code.code[:3]} {parcel.pickup_code.code[3:]}"
    the_link_in_the_message_opens_it(walk, parcel, code)
    the_recipient_finds_it_after_login(walk, parcel, code)
    the_keeper_sees_it_and_nobody_next_door(walk, parcel, keeper, keeper_next_door)
    the_official_learns_why(walk, parcel, county_official, neighbour_official)


def the_carrier_sends_files(walk, world, operator) -> None:
    carrier = walk("/work/imports/")  # leads to the login and back
    log_in(carrier, operator.user.phone.removeprefix("+86"), PASSWORD)
    carrier.stands_at("文件导入")
    chinese = carrier.language != "en"
    write = {True: ("包裹.csv", csv_bytes), False: ("parcels.xlsx", xlsx_bytes)}[chinese]
    upload(carrier, "parcels", write[0], write[1](parcels_file()))
    assert not Parcel.objects.exists()
    take_for_real(carrier, 1)
    lines = openpyxl.load_workbook(io.BytesIO(downloaded(carrier, "下载 XLSX"))).active.values
    headings, good, bad, *sums = lines
    assert sums  # below the lines: what the file held, and where each line went
    assert (good[1], bad[1]) == (NUMBER, BAD_NUMBER)
    assert carrier.say("没有这个目的地区划代码。") in bad[4]
    assert set(PARCEL_HEADINGS) <= set(headings)
    write = {True: ("轨迹.xlsx", xlsx_bytes), False: ("events.csv", csv_bytes)}[chinese]
    upload(carrier, "events", write[0], write[1](events_file(world)))
    take_for_real(carrier, 3)
    rows = list(csv.reader(io.StringIO(downloaded(carrier, "下载 CSV").decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:5]] == ["2", "3", "4", "5"]
    assert "昨天" in rows[4]


def the_recipient_agrees_after_a_code(walk, parcel) -> None:
    """Tier 0 by the carrier's number, tier 1 by the last four digits, tier 2 by a code to the recipient's phone."""
    reader = walk("/", javascript=False)
    reader.fill("单号", NUMBER)
    reader.press("查包裹")
    page = reader.page
    expect(page.get_by_role("heading", level=2, name=reader.say("到达乡镇站"))).to_be_visible()
    for secret in ("王", "何马村委会", "13812345678", "张三", RECIPIENT[-4:]):
        expect(page.locator("main")).not_to_contain_text(secret)
    fits(page)
    reader.fill("收件人或寄件人手机号的后四位", DIGITS)
    reader.press("查看")
    expect(page.locator("main")).to_contain_text("王**")
    expect(page.locator("main")).not_to_contain_text("13812345678")
    fits(page)
    reader.press("发验证码")
    reader.stands_at("输入验证码")
    reader.fill("6 位验证码", code_sent_to(RECIPIENT, "lookup_code"))
    reader.press("确定")
    expect(page).to_have_url(re.compile(f"/p/{parcel.waybill}$"))
    fits(page)
    reader.press("同意放到站点")
    reader.sees("您已同意把这个包裹放到站点，到站后凭取件码自取。")


def the_link_in_the_message_opens_it(walk, parcel, code: str) -> None:
    message = Message.objects.get(template="parcel_arrived", recipient=f"+86{RECIPIENT}")
    token = re.search(r"/l/\S+", text_of(message)).group()
    developer = walk("/dev/messages/")
    expect(developer.page.get_by_text(token)).to_be_visible()
    reader = walk(token, javascript=False)
    expect(reader.page).to_have_url(re.compile(f"/p/{parcel.waybill}$"))
    expect(reader.page.locator(".secret")).to_have_text(code)
    expect(reader.page.get_by_role("link", name="0933-6620000")).to_be_visible()
    fits(reader.page)


def the_recipient_finds_it_after_login(walk, parcel, code: str) -> None:
    reader = walk("/my/", javascript=False)
    log_in(reader, f" {RECIPIENT[:3]} {RECIPIENT[3:7]} {RECIPIENT[7:]}")
    reader.stands_at("输入验证码")
    reader.fill("验证码", code_sent_to(RECIPIENT, "login_code"))
    reader.press("确认")
    reader.stands_at("我的包裹")
    expect(reader.page.get_by_role("article")).to_contain_text(code)
    reader.page.get_by_role("article").get_by_role("link").click()
    expect(reader.page.locator(".secret")).to_have_text(code)
    expect(reader.page.locator("main")).to_contain_text("B-2")
    fits(reader.page)


def the_keeper_sees_it_and_nobody_next_door(walk, parcel, keeper, keeper_next_door) -> None:
    address = f"/work/parcels/{parcel.waybill}/"
    keepers = walk("/work/parcels/", client=keeper.client)
    keepers.page.get_by_role("link", name=parcel.waybill).click()
    expect(keepers.page).to_have_url(re.compile(f"{address}$"))
    title_reads(keepers.page, parcel.waybill)
    expect(keepers.page.locator("main")).not_to_contain_text("王小明")
    is_refused(walk("/work/parcels/", client=keeper_next_door.client), address, 404)


def is_refused(walker: Walk, address: str, status: int) -> None:
    assert walker.page.goto(walker.page.url.split("/work/")[0] + address).status == status
    fits(walker.page)


def the_official_learns_why(walk, parcel, county_official, neighbour_official) -> None:
    secret = generate_totp_secret()
    TOTP.activate(county_official.user, secret)
    address = f"/work/parcels/{parcel.waybill}/why/"
    official = walk(address)
    log_in(official, county_official.user.phone.removeprefix("+86"), PASSWORD)
    official.stands_at("两步验证")
    official.fill("动态码或备用码", format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    official.press("登录")
    expect(official.page).to_have_url(re.compile(f"{address}$"))
    official.stands_at("为什么是这个状态")
    with override(official.language):
        ready = str(Stage.READY_FOR_PICKUP.label)
    expect(official.page.locator("main div.notice")).to_contain_text(ready)
    expect(official.page.locator("tbody tr")).to_have_count(Parcel.objects.get(pk=parcel.pk).events.count())
    is_refused(walk("/work/parcels/", client=neighbour_official.client), address, 404)


def test_looking_up_and_logging_in_by_keyboard_alone(visit, desk, villager):
    """Tab and Enter only; no mouse, no touch."""
    parcel = desk.waiting()
    page = visit("/")
    tab_to(page, "#numbers")
    page.keyboard.type(parcel.waybill)
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="待取件")).to_be_visible()
    tab_to(page, "#digits")
    page.keyboard.type(DIGITS)
    page.keyboard.press("Enter")
    expect(page.get_by_text("王**")).to_be_visible()
    tab_to(page, "a[href='/my/']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    tab_to(page, "#id_login")
    page.keyboard.type(RECIPIENT)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="输入验证码")).to_be_visible()
    tab_to(page, "#id_code")
    page.keyboard.type(code_sent_to(RECIPIENT, "login_code"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="我的包裹")).to_be_visible()
    tab_to(page, "article a")
    page.keyboard.press("Enter")
    expect(page.locator(".secret")).to_be_visible()
