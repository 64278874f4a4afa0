"""Scan pages in a real browser, on a phone: the wedge, a lost line, an expired session, the keyboard, no script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from logistics.desk.models import Scan
from logistics.parcels.models import Event, Parcel
from logistics.parcels.services.consent import give_consent
from tests.browser.desk import card, look, ready, rows, swift, wedge
from tests.browser.watch import fits
from tests.custody.conftest import NOW, counter  # noqa: F401  fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SCAN = "**/work/scan/inbound/"


@pytest.fixture
def three(counter, keeper):  # noqa: F811
    """Three parcels for the keeper's village, whose recipients agreed."""
    parcels = [counter.parcel() for _each in range(3)]
    for parcel in parcels:
        give_consent(parcel=parcel, channel="phone", actor=keeper.actor(), now=NOW)
    return parcels


def arrivals() -> int:
    return Event.objects.filter(code="READY_FOR_PICKUP").count()


def test_three_barcodes_in_one_second_are_three_scans(visit, three, keeper):
    """Enter, Tab or nothing ends a barcode; the focus may be anywhere; nothing waits for an answer, no page loads."""
    page = ready(visit("/work/inbound/", client=keeper.client))
    loads = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    expect(page.locator("#number")).to_be_focused()
    page.locator("#shelf").fill("3-2")
    page.locator("#sound").focus()
    unanswered = []
    page.route(SCAN, lambda route: unanswered.append(route), times=1)
    wedge(page, three[0].waybill)
    wedge(page, three[1].carrier_number, end="Tab")
    page.keyboard.insert_text(three[2].waybill)  # as handhelds do whose scanner is part of them
    expect(rows(page, "waiting")).to_have_count(3)
    assert len(unanswered) == 1
    unanswered[0].continue_()
    expect(rows(page)).to_have_count(3)
    expect(page.locator("#word")).to_have_text("3-2")
    expect(page.locator("#number")).to_have_value("")
    assert set(Parcel.objects.values_list("stage", "shelf")) == {("READY_FOR_PICKUP", "3-2")}
    assert Scan.objects.count() == 3
    assert loads == []
    assert page.evaluate("localStorage.length") == 0
    look(page)


def test_a_scanner_does_not_type_into_the_shelf(visit, three, keeper):
    page = ready(visit("/work/inbound/", client=keeper.client))
    page.locator("#shelf").fill("A-1")
    swift(page, three[0].waybill)  # the focus is still in the shelf
    expect(rows(page)).to_have_count(1)
    expect(page.locator("#shelf")).to_have_value("A-1")
    wedge(page, "HJ/B-7")  # a shelf label
    expect(page.locator("#shelf")).to_have_value("B-7")


def test_a_scanner_that_halts_is_still_one_scan(visit, three, keeper):
    """A radio link may stall in the middle of a barcode; the closing key says that it was one."""
    page = ready(visit("/work/inbound/", client=keeper.client))
    wedge(page, three[0].waybill[:8], end="")
    page.wait_for_timeout(150)
    wedge(page, three[0].waybill[8:])
    expect(rows(page)).to_have_count(1)
    assert Scan.objects.get().number == three[0].waybill


def test_a_lost_line_keeps_the_scans_and_their_order(visit, three, keeper):
    page = ready(visit("/work/inbound/", client=keeper.client, trouble=True))
    page.context.set_offline(True)
    for parcel in three:
        wedge(page, parcel.waybill)
    expect(rows(page, "waiting")).to_have_count(3)
    expect(page.locator("#word")).to_have_text("待发送")
    look(page)
    expect(page.locator("#line")).to_contain_text("待发送 3 件")
    assert arrivals() == 0
    page.context.set_offline(False)
    expect(rows(page)).to_have_count(3)
    expect(page.locator("#line")).to_be_hidden()
    in_order = list(Scan.objects.order_by("recorded_at").values_list("number", flat=True))
    assert in_order == [parcel.waybill for parcel in three]


def test_an_answer_that_is_lost_is_asked_for_again(visit, three, keeper):
    """The server has done it, the phone has not heard: the same scan is sent again and done once."""
    page = ready(visit("/work/inbound/", client=keeper.client, trouble=True))
    lost = []

    def lose(route):
        route.fetch()
        lost.append(route.request.post_data_json["id"])
        route.abort()

    page.route(SCAN, lose, times=1)
    wedge(page, three[0].waybill)
    expect(rows(page)).to_have_count(1, timeout=15_000)
    assert lost == [str(Scan.objects.get().pk)]
    assert arrivals() == 1


def test_scans_wait_through_a_reload_and_a_server_that_rests(visit, three, keeper):
    page = ready(visit("/work/inbound/", client=keeper.client, trouble=True))
    page.route(SCAN, lambda route: route.fulfill(status=503, headers={"Retry-After": "60"}, json={"error": {}}))
    wedge(page, three[0].waybill)
    wedge(page, three[1].waybill)
    expect(page.locator("#waiting-count")).to_contain_text("2")
    kept = page.evaluate("Object.values(localStorage).join()")
    assert "王" not in kept
    assert three[0].waybill in kept
    page.goto(page.url.replace("inbound/", ""))
    expect(page.locator("#waiting")).to_contain_text("还有 2 件扫描没有发出")
    page.unroute(SCAN)
    page.go_back()
    ready(page)
    expect(rows(page)).to_have_count(2)
    assert page.evaluate("localStorage.length") == 0
    assert arrivals() == 2


def test_an_expired_session_loses_nothing(visit, three, keeper, live_server):
    page = ready(visit("/work/inbound/", client=keeper.client, trouble=True))
    keeper.client.logout()
    wedge(page, three[0].waybill)
    expect(page.locator("#line")).to_contain_text("登录已过期。待发送 1 件")
    wedge(page, three[1].waybill)
    expect(page.locator("#line")).to_contain_text("待发送 2 件")
    look(page)
    assert page.get_by_role("link", name="去登录").get_attribute("href").endswith("?next=/work/inbound/")
    assert arrivals() == 0
    log_in(page, keeper, live_server)
    ready(page)
    expect(rows(page)).to_have_count(2)
    assert arrivals() == 2


def log_in(page: Page, persona, live_server) -> None:
    """What logging in does: a new session, and back to the page."""
    cookie = persona.new_client().cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page.goto(f"{live_server.url}/work/inbound/")


def test_nobody_sends_what_another_one_scanned(visit, three, keeper, keeper_next_door, live_server):
    page = ready(visit("/work/inbound/", client=keeper.client, trouble=True))
    keeper.client.logout()
    wedge(page, three[0].waybill)
    expect(page.locator("#line")).to_contain_text("登录已过期")
    log_in(page, keeper_next_door, live_server)
    ready(page)
    expect(page.locator("#left")).to_contain_text("还有别人没发出的 1 件")
    assert Scan.objects.count() == 0
    log_in(page, keeper, live_server)
    ready(page)
    expect(rows(page)).to_have_count(1)
    assert Scan.objects.get().actor == keeper.actor().id


def test_a_page_left_open_notices_that_the_phone_changed_hands(visit, three, keeper, keeper_next_door, live_server):
    """The session changes under an open page, as it does when somebody logs in beside it."""
    page = ready(visit("/work/inbound/", client=keeper.client, trouble=True))
    cookie = keeper_next_door.new_client().cookies["sessionid"].value
    page.context.add_cookies(
        [
            {"name": "sessionid", "value": cookie, "url": live_server.url},
            {"name": "csrftoken", "value": "a" * 32, "url": live_server.url},
        ]
    )
    wedge(page, three[0].waybill)
    expect(page.locator("#line")).to_contain_text("已换人登录")
    assert Scan.objects.count() == 0


def test_double_taps_do_things_once(visit, three, keeper):
    page = ready(visit("/work/inbound/", client=keeper.client))
    page.locator("#number").fill(three[0].waybill)
    page.locator("#send").dblclick()
    expect(rows(page)).to_have_count(1)
    page.locator("[data-undo]").dblclick()
    expect(page.locator("#word")).to_have_text("已撤销")
    assert Scan.objects.count() == 1
    assert Event.objects.filter(code="VOID").count() == 1


def test_consent_takes_two_taps_and_blocks_nothing(visit, counter, three, keeper):  # noqa: F811
    asked = counter.parcel()
    page = ready(visit("/work/inbound/", client=keeper.client))
    wedge(page, asked.waybill)
    expect(page.locator("#word")).to_have_text("问同意")
    look(page)
    wedge(page, three[0].waybill)
    expect(rows(page)).to_have_count(1)
    agree = rows(page, "ask").get_by_role("button", name="电话同意")
    agree.click()
    agree = rows(page, "ask").locator("[data-value=phone]")
    expect(agree).to_have_text("再点一次确认：电话同意")
    assert arrivals() == 1
    agree.click()
    expect(rows(page)).to_have_count(2)
    assert arrivals() == 2


def test_by_keyboard_alone(visit, counter, keeper):  # noqa: F811
    """Ask, answer, take back, look for help and mute without a pointer."""
    parcel = counter.parcel()
    page = ready(visit("/work/inbound/", client=keeper.client))
    wedge(page, parcel.waybill)
    expect(rows(page, "ask")).to_have_count(1)
    page.keyboard.press("Alt+1")
    expect(page.locator("#band .armed")).to_be_visible()  # a hand is slower than a scanner that holds Alt down
    page.keyboard.press("Alt+1")
    expect(rows(page)).to_have_count(1)
    expect(page.locator("#number")).to_be_focused()
    page.keyboard.press("Alt+z")
    expect(page.locator("#word")).to_have_text("已撤销")
    page.keyboard.press("Alt+m")
    expect(page.locator("#sound")).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(ready(page).locator("#sound")).to_have_attribute("aria-pressed", "false")
    page.keyboard.type("123")
    page.keyboard.press("Escape")
    expect(page.locator("#number")).to_have_value("")


def test_screen_readers_hear_good_news_politely_and_a_stop_at_once(visit, three, keeper, counter):  # noqa: F811
    page = ready(visit("/work/inbound/", client=keeper.client))
    page.locator("#shelf").fill("3-2")
    page.locator("#number").focus()
    wedge(page, three[0].waybill)
    expect(page.get_by_role("status").filter(has_text="已入库")).to_have_count(1)
    wedge(page, three[0].waybill)
    expect(rows(page, "repeat")).to_have_count(1)
    look(page)
    wedge(page, "XX")
    expect(page.locator("#said-now[role=alert]")).to_contain_text("请")
    look(page)
    expect(page.locator("#said")).to_have_text("")
    moves = page.locator("#band").evaluate("band => getComputedStyle(band).transitionDuration")
    assert moves == "0s"  # the browsers of these tests ask for reduced motion


def test_without_a_script(visit, counter, three, keeper):  # noqa: F811
    """The same services and words, one number at a time."""
    asked = counter.parcel()
    page = visit("/work/inbound/", client=keeper.client, javascript=False)
    page.get_by_label("货架位").fill("3-2")
    page.get_by_label("扫条码或输入单号").fill(three[0].waybill)
    page.get_by_role("button", name="确定").click()
    expect(page.locator("#word")).to_have_text("3-2")
    expect(page.get_by_label("货架位")).to_have_value("3-2")
    page.get_by_role("button", name=f"撤销 {three[0].waybill}").click()
    expect(page.locator("#word")).to_have_text("已撤销")
    page.get_by_label("扫条码或输入单号").fill(asked.waybill)
    page.get_by_role("button", name="确定").click()
    page.get_by_role("button", name="当面同意", exact=True).click()
    expect(page.locator("#band")).to_have_attribute("data-result", "ok")
    page.get_by_label("扫条码或输入单号").fill("不是单号")
    page.get_by_role("button", name="确定").click()
    expect(page.locator("#band")).to_have_attribute("data-result", "refused")
    fits(page)


def test_logging_out_says_what_would_be_lost(visit, three, keeper):
    page = ready(visit("/work/inbound/", client=keeper.client, trouble=True))
    page.route(SCAN, lambda route: route.abort())
    wedge(page, three[0].waybill)
    expect(page.locator("#line")).to_be_visible()
    page.goto(page.url.replace("/work/inbound/", "/accounts/logout/"))
    expect(page.locator("#unsent")).to_contain_text("还有 1 件")
    card(page, "退出").click()
    page.wait_for_url("**/")
    assert page.evaluate("localStorage.length") == 0
