"""Beyond the free tries the browser works by itself; without scripts the page says how long to wait."""

import os

import pytest
from playwright.sync_api import expect

from portal.core.limits import Caller
from portal.public import limits
from tests.browser.conftest import overflow
from tests.public.conftest import DIGITS

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def use_free_tries(parcel):
    for _n in range(limits.DIGITS.caller.free):
        limits.DIGITS.begin(f"parcel:{parcel.pk}", Caller("127.0.0.1"))


@pytest.mark.parametrize("width", [360, 1280])
def test_the_browser_works_and_the_right_digits_open(visit, desk, width):
    parcel = desk.travelled()
    use_free_tries(parcel)
    page = visit(f"/t/{parcel.waybill}", size={"width": width, "height": 800}, trouble=True)
    page.get_by_label("后四位").fill("9999")
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_role("alert")).to_contain_text("再提交一次即可")
    # What was typed and not read goes by itself; the page of wrong digits works for the next ones already.
    expect(page.get_by_role("alert")).to_contain_text("后四位不对", timeout=60_000)
    expect(page.get_by_text("算好了，可以提交。")).to_be_visible(timeout=60_000)
    assert overflow(page) == 0
    if folder := os.environ.get("PORTAL_SHOTS"):
        page.screenshot(path=f"{folder}/work-{width}.png", full_page=True)
    page.get_by_label("后四位").fill(DIGITS)
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_text("何马村委会1号")).to_be_visible()


def test_submitting_before_the_work_is_done_waits_for_it(visit, desk):
    parcel = desk.travelled()
    use_free_tries(parcel)
    page = visit(f"/t/{parcel.waybill}", trouble=True)
    page.get_by_label("后四位").fill("9999")
    page.get_by_label("后四位").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("后四位").fill(DIGITS)
    page.get_by_label("后四位").press("Enter")
    expect(page.get_by_text("何马村委会1号")).to_be_visible(timeout=60_000)


def test_right_digits_that_were_not_read_open_by_themselves(visit, desk):
    parcel = desk.travelled()
    use_free_tries(parcel)
    page = visit(f"/t/{parcel.waybill}", trouble=True)
    page.get_by_label("后四位").fill(DIGITS)
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_text("何马村委会1号")).to_be_visible(timeout=60_000)


def test_without_scripts_the_page_says_how_long_and_what_helps(visit, desk):
    parcel = desk.travelled()
    use_free_tries(parcel)
    page = visit(f"/t/{parcel.waybill}", javascript=False, trouble=True)
    page.get_by_label("后四位").fill(DIGITS)
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_role("alert")).to_contain_text("没有自动开始的话，请等")
    expect(page.get_by_role("alert")).to_contain_text("短信里的链接")
