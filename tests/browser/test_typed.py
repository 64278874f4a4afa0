"""What somebody typed into a form is not lost when the login expired in the meantime, and nobody else gets it."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from playwright.sync_api import expect

from logistics.parcels.models import PickupProxy
from tests.personas import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NAME, PHONE, FORM = "[name=name]", "[name=phone]", "form[action='/my/proxy/'] button"


@pytest.fixture
def expired_form(visit, desk, villager):
    """The page of proxies, filled in, sent after the session had ended: now at the login."""
    desk.waiting()
    page = visit("/my/", client=villager.client)
    page.locator("summary", has_text="请人代取").click()
    page.locator(NAME).fill("李大哥")
    page.locator(PHONE).fill("13900000001")
    Session.objects.all().delete()
    cache.clear()
    page.locator(FORM).click()
    page.wait_for_url("**/accounts/login/**")
    return page


def log_in(page, phone: str) -> None:
    page.locator("[name=login]").fill(phone)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button[value=password]").click()


def test_typed_text_comes_back_after_the_login(expired_form, villager):
    page = expired_form
    log_in(page, villager.user.phone)
    expect(page.locator(NAME)).to_have_value("李大哥")
    expect(page.locator(PHONE)).to_have_value("13900000001")
    expect(page.locator("main [role=status]").last).to_contain_text("请核对后再提交")
    page.locator(FORM).click()
    page.wait_for_url("**/my/")
    page.reload()
    assert PickupProxy.objects.get().name == "李大哥"
    assert page.evaluate("sessionStorage.getItem('portal:typed')") is None, "once answered nothing is kept"


def test_nobody_else_gets_it(expired_form, keeper):
    page = expired_form
    log_in(page, keeper.user.phone)
    page.wait_for_load_state()
    assert "李大哥" not in page.content()
    assert page.evaluate("sessionStorage.getItem('portal:typed')") is None


def test_a_browser_that_lost_all_its_cookies_is_led_to_the_login_and_back(visit, desk, villager):
    desk.waiting()
    page = visit("/my/", client=villager.client)
    page.locator("summary", has_text="请人代取").click()
    page.locator(NAME).fill("李大哥")
    page.locator(PHONE).fill("13900000001")
    page.context.clear_cookies()
    page.locator(FORM).click()
    page.wait_for_url("**/accounts/login/?next=/my/")
    expect(page.locator("main [role=status]")).to_contain_text("登录已过期")
    log_in(page, villager.user.phone)
    expect(page.locator(NAME)).to_have_value("李大哥")
    expect(page.locator(PHONE)).to_have_value("13900000001")


def test_the_field_that_is_wrong_is_marked_and_has_the_cursor(visit, desk, villager):
    parcel = desk.waiting()
    page = visit("/my/", client=villager.client)
    page.locator("summary", has_text="请人代取").click()
    page.locator(NAME).fill("李大哥")
    page.locator(PHONE).fill("123")
    page.locator(FORM).click()
    wrong = page.locator("[aria-invalid=true]")
    expect(wrong).to_have_attribute("name", "phone")
    expect(wrong).to_be_focused()
    other = visit(f"/t/{parcel.waybill}")
    other.get_by_label("后四位").fill("0000")
    other.get_by_role("button", name="查看").click()
    wrong = other.locator("[aria-invalid=true]")
    expect(wrong).to_have_attribute("name", "digits")
    expect(wrong).to_be_focused()
    expect(other.locator(".field").filter(has=wrong).get_by_role("alert")).to_contain_text("后四位不对")
