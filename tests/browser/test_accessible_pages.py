"""The states that pages go through, light and dark, small and large: no barrier that axe-core can find.

Walked in English, whose words are longer: what fits then fits in Chinese, in which test_every_page.py walks. The pages
are opened one after the other in the same browser, as their readers would.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from logistics.parcels.models import ImportBatch
from members.accounts.models import Relation
from portal.core.limits import Caller
from portal.public import limits
from tests.browser.conftest import DESK, violations
from tests.browser.watch import fits
from tests.public.conftest import DIGITS
from tests.waysin.files import PARCEL_HEADINGS, csv_bytes

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

COLOURS = ["color-contrast", "link-in-text-block"]  # all that the dark mode can change
LONG_NUMBER = "JD" + "0123456789" * 3 + "01234567"  # as long as any carrier's number may be
LONG_NAME = "庄浪县水洛镇何马村便民服务中心暨寄递物流综合服务站(邮政快递超市合作点)"


@dataclass
class Inspector:
    """Looks at the page that is open; keeps what is wrong by the page's name."""

    page: Page
    home: str
    found: dict[str, list[str]] = field(default_factory=dict)
    seen: int = 0

    def open(self, path: str, *, status: int = 200, name: str = "") -> None:
        answer = self.page.goto(self.home + path)
        assert answer.status == status, f"{path}: {answer.status}"
        walked = status == 200 and not name  # by test_every_page.py, where the dark colours are the same
        self.look(name or path, dark=not walked)

    def look(self, name: str, *, dark: bool = True) -> None:
        self.seen += 1
        problems = violations(self.page)
        try:
            fits(self.page)
        except AssertionError as error:
            problems.append(str(error))
        if dark:
            self.page.emulate_media(color_scheme="dark")
            problems += [f"dark: {line}" for line in violations(self.page, COLOURS)]
            self.page.emulate_media(color_scheme="light")
        if problems:
            self.found[name] = problems

    def send(self, selector: str, **fields: str) -> None:
        """Fills the form around `selector` and presses it."""
        for name, value in fields.items():
            self.page.locator(f"[name={name}]").last.fill(value)
        self.page.locator(selector).click()


@pytest.fixture
def inspect(visit, live_server) -> Callable[..., Inspector]:
    """inspect(client=None) → Inspector, in a browser of its own. Afterwards nothing may have been found."""
    made: list[Inspector] = []

    def begin(client=None, **more) -> Inspector:
        page = visit("/accounts/inactive/", language="en", client=client, **more)
        made.append(Inspector(page, live_server.url))
        return made[-1]

    yield begin
    assert sum(i.seen for i in made)
    assert [f"{name}: {line}" for i in made for name, lines in i.found.items() for line in lines] == []


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_public_pages(inspect, desk, world):
    type(world.village).objects.filter(pk=world.village.pk).update(name=LONG_NAME)
    parcel, waiting = desk.travelled(carrier_number=LONG_NUMBER), desk.waiting()
    desk.scan(parcel, "BAD_ADDRESS", 0.1)
    anyone = inspect()
    anyone.open("/")
    anyone.open("/t/")
    anyone.open(f"/t/{LONG_NUMBER}")
    anyone.send("main form button", digits="9999")
    anyone.look("wrong digits")
    anyone.send("main form button", digits=DIGITS)
    anyone.look("right digits")
    anyone.send("form[action='/code/'] button")
    anyone.look("asked for a code")
    anyone.send("main form button", code="000000")
    anyone.look("wrong code")
    anyone.open("/")
    anyone.send("main form button", numbers=f"{LONG_NUMBER}\n{waiting.waybill}\nYT00112233445\n?")
    anyone.look("several numbers")
    anyone.open("/t/YT00112233445", status=404)
    anyone.open("/t/x", status=400)
    anyone.open("/l/forged", status=404)
    anyone.open("/nowhere/", status=404)
    anyone.open("/dev/messages/")


def test_lookup_that_is_locked(inspect, desk, monkeypatch):
    """After too many wrong digits the page says what is the matter, and what is open all the same."""
    for bound in ("EASIEST", "HARDEST"):
        monkeypatch.setattr(f"portal.core.limits.guard.{bound}", 40)  # the browser is not done while we look
    parcel = desk.waiting()
    for _try in range(limits.DIGITS.caller.free):
        limits.DIGITS.begin(f"parcel:{parcel.pk}", Caller("127.0.0.1"))
    anyone = inspect()
    anyone.open(f"/t/{parcel.waybill}")
    anyone.send("main form button", digits="9999")
    alert = anyone.page.locator("main [role=alert]")
    expect(alert).to_contain_text(re.compile("次数较多|tried often"))
    expect(alert).to_contain_text(re.compile("短信里的链接|link in our message"))
    anyone.look("locked")


def test_pages_before_login(inspect, villager):
    anyone = inspect()
    anyone.open("/accounts/login/")
    anyone.send("main form button[value=code]", login="123")
    anyone.look("a number that is none")
    anyone.open("/accounts/login/")
    anyone.send("main form button[value=password]", login="13809331001", password="not the password")
    anyone.look("wrong password")
    anyone.open("/accounts/login/")
    anyone.send("main form button[value=code]", login="13809331001")
    anyone.look("code of the login")
    anyone.send("main form.stack button", code="000000")
    anyone.look("wrong code of the login")
    anyone.open("/accounts/login/code/")
    anyone.open("/accounts/signup/")
    anyone.send("main form button", phone="13800139999")
    anyone.look("code of the sign-up")
    anyone.open("/accounts/inactive/")


def test_pages_of_a_member(inspect, desk, villager, keeper):
    now = timezone.now()
    Relation.objects.create(principal=villager.user, helper=keeper.user, asked_at=now)
    waiting = desk.waiting()
    desk.travelled()
    member = inspect(villager.client)
    for path in (
        "/my/", "/my/messages/", f"/p/{waiting.waybill}", "/my/relatives/", "/accounts/", "/accounts/phone/change/",
        "/accounts/sessions/", "/accounts/2fa/", "/accounts/logout/",
    ):  # fmt: skip
        member.open(path)
    member.open(f"/p/{waiting.waybill}")
    member.send("form[action$='/proxy'] button", name="李", phone="123 456 789")
    member.look("a proxy whose phone is none")
    member.page.goto(f"{member.home}/accounts/reauthenticate/")
    member.look("reauthenticate")
    member.send("main form button", password="correct-horse-battery")
    for path in ("/accounts/password/change/", "/accounts/2fa/totp/activate/"):
        member.open(path)
    member.send("main form button", code="000000")
    member.look("wrong code of the app")
    empty = inspect(keeper.client)
    empty.open("/my/", name="no parcels")
    empty.open("/accounts/pin/")


def test_work_and_import_pages(inspect, desk, enterprise_admin, county_official, keeper_next_door):
    parcel = desk.travelled()
    desk.scan(parcel, "DAMAGED", 0.2, desk.world.hub.code)
    own = f"/work/parcels/{parcel.waybill}/"
    official = inspect(county_official.client)
    for path in ("/work/parcels/", "/work/parcels/?stage=LOST", own, f"{own}why/", "/work/imports/"):
        official.open(path)
    official.open("/work/parcels/?stage=NOTHING", status=400)
    official.open(own)
    official.page.locator("[name=purpose]").select_option("call")
    official.page.locator("main form button").last.click()
    official.look("people unmasked")
    carrier = inspect(enterprise_admin.client)
    carrier.open("/work/imports/", name="imports, none yet")
    send_file(carrier)
    carrier.look("dry run")
    carrier.page.locator("main form button").click()
    carrier.look("imported")
    carrier.open("/work/imports/", name="imports")
    carrier.open(own, name="parcel for its carrier")
    stranger = inspect(keeper_next_door.client)
    stranger.open(own, status=404)
    stranger.open("/work/parcels/", name="no parcels at work")
    stranger.open("/work/imports/", status=403)


def send_file(carrier: Inspector) -> None:
    rows = [PARCEL_HEADINGS, ["773000000001", "620825100208", "王小明", "13893300001"], ["7.3E+11", "1", "", ""]]
    name = f"{LONG_NAME}2026年11月第3周.csv"
    carrier.page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": csv_bytes(rows)}
    )
    carrier.page.locator("main form button").click()
    assert ImportBatch.objects.exists()


def test_on_a_desk(inspect, desk, county_official):
    """Wide screens show other breakpoints of the same pages."""
    parcel = desk.waiting()
    official = inspect(county_official.client, size=DESK)
    for path in ("/", f"/t/{parcel.waybill}", "/work/parcels/", f"/work/parcels/{parcel.waybill}/why/"):
        official.open(path)
