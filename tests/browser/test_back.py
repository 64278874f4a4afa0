"""Back, reload, large type: nothing that a villager sees ends on a page of the browser, and nothing typed is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.desk import look
from tests.custody.conftest import counter  # noqa: F401  fixture
from tests.public.conftest import DIGITS

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_back_and_reload_from_a_list_and_from_what_digits_opened(visit, desk):
    first, second = desk.travelled(), desk.waiting()
    page = visit("/", size=PHONE)
    page.get_by_label("单号").fill(f"【中通】{first.waybill} 和 {second.waybill} 到了，取件码 482 913")
    page.get_by_role("button", name="查包裹").click()
    expect(page.locator("main article > h2")).to_have_count(2)
    assert "482" not in page.url
    page.locator(f'main a[href="/t/{first.waybill}"]').first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(first.waybill)
    page.go_back()
    expect(page.locator("main article > h2")).to_have_count(2)
    page.locator(f'main a[href="/t/{first.waybill}"]').first.click()
    page.get_by_label("后四位").fill(DIGITS)
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_text("何马村委会1号")).to_be_visible()
    page.reload()
    expect(page.get_by_text("何马村委会1号")).to_be_visible()
    page.get_by_role("link", name="查别的单号").click()
    expect(page.get_by_role("heading", name="包裹到哪儿了")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("何马村委会1号")).to_be_visible()
    look(page)


def test_large_type_keeps_what_was_typed_also_beside_an_error(visit, villager, counter, keeper):  # noqa: F811
    counter.waiting(keeper)
    page = visit("/my/", client=villager.client, size=PHONE)
    page.get_by_text("请人代取").first.click()
    page.get_by_label("代收人姓名").fill("李大妈")
    page.get_by_label("代收人手机号").fill("123")
    page.get_by_role("button", name="指定代收人").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("button", name="大字").click()
    expect(page.locator("html")).to_have_class("large")
    expect(page.get_by_label("代收人姓名")).to_have_value("李大妈")
    page.goto(page.url)  # the form's own address, opened anew
    expect(page.get_by_role("heading", name="我的包裹")).to_be_visible()
    expect(page.locator("html")).to_have_class("large")  # kept for the next pages


def test_large_type_in_english_reaches_the_button_too(visit):
    page = visit("/", size=PHONE, language="en")
    page.get_by_role("button", name="Large type").click()
    expect(page.locator("html")).to_have_class("large")
    expect(page.locator("main form button")).to_be_in_viewport(ratio=1)
    look(page)


def test_large_type_on_a_small_phone_reaches_the_button(visit, desk):
    page = visit("/", size=PHONE)
    page.get_by_role("button", name="大字").click()
    expect(page.get_by_role("button", name="查包裹")).to_be_in_viewport(ratio=1)
    page.goto(page.url + f"t/{desk.waiting().carrier_number}")
    heading = page.get_by_role("heading", level=1)
    parts = heading.locator(".printed span, .printed b")
    broken = parts.evaluate_all("parts => parts.filter((part) => part.getClientRects().length > 1).length")
    assert broken == 0  # a number breaks between its groups only
    header = page.locator("header.top").bounding_box()
    assert header is not None
    assert header["height"] < 160
    steps = page.locator(".rail li").evaluate_all(
        "list => list.map((li) => li.scrollWidth <= li.clientWidth && li.offsetHeight < 60)"
    )
    assert steps
    assert all(steps)  # each name on its line
