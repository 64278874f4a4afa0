"""The public lookup in a real browser: small phones, no JavaScript, keyboards, print, both languages."""

import pytest
from playwright.sync_api import expect

from logistics.parcels.models import Parcel
from portal.notify.models import Message
from portal.notify.services import text_of
from tests.browser.conftest import DESK, overflow
from tests.public.conftest import DIGITS

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def with_eta(parcel):
    Parcel.objects.filter(pk=parcel.pk).update(
        eta_from=parcel.last_event_at.replace(minute=0), eta_until=parcel.last_event_at.replace(minute=59)
    )
    return parcel


def test_tiers_without_javascript(visit, desk):
    parcel = with_eta(desk.travelled())
    page = visit("/", javascript=False)
    page.get_by_label("单号").fill(f" {parcel.waybill.lower()} ")
    page.get_by_role("button", name="查包裹").click()
    expect(page).to_have_url(f"{page.url.split('/t/')[0]}/t/{parcel.waybill}")
    expect(page.get_by_role("heading", name="到达乡镇站")).to_be_visible()
    page.get_by_label("后四位").fill("9999")
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_role("alert")).to_contain_text("后四位不对")
    page.get_by_label("后四位").fill(DIGITS)
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_text("何马村委会1号")).to_be_visible()
    expect(page.get_by_text("王**")).to_be_visible()


def test_code_by_sms_opens_the_pickup_code(visit, desk):
    parcel = desk.waiting()
    page = visit(f"/t/{parcel.waybill}", javascript=False)
    page.get_by_label("后四位").fill(DIGITS)
    page.get_by_role("button", name="查看").click()
    page.get_by_role("button", name="发验证码").click()
    text = text_of(Message.objects.get(template="lookup_code"))
    page.get_by_label("6 位验证码").fill(text.split("验证码")[1][:6])
    page.get_by_role("button", name="确定").click()
    code = Parcel.objects.get(pk=parcel.pk).pickup_code.code
    expect(page.locator(".secret")).to_have_text(f"{code[:3]} {code[3:]}")
    page.get_by_label("代收人姓名").fill("李代取")
    page.get_by_label("代收人手机号").fill("139 0000 5678")
    page.get_by_role("button", name="指定代收人").click()
    expect(page.get_by_text("已指定 李**")).to_be_visible()


def test_several_numbers(visit, desk):
    first, second = desk.travelled(), desk.waiting()
    page = visit("/", size=DESK)
    page.get_by_label("单号").fill(f"{first.waybill}\n{second.waybill}\nYT00112233445")
    page.get_by_role("button", name="查包裹").click()
    expect(page.get_by_role("article")).to_have_count(3)


def test_reading_settings(visit, desk):
    parcel = desk.travelled()
    page = visit(f"/t/{parcel.waybill}", javascript=False)
    page.get_by_role("button", name="大字").click()
    assert page.evaluate("document.documentElement.className") == "large"
    assert overflow(page) <= 0
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_read_aloud_and_print_show_with_javascript_only(visit, desk):
    parcel = desk.travelled()
    plain = visit(f"/t/{parcel.waybill}", javascript=False)
    expect(plain.get_by_role("button", name="打印")).to_be_hidden()
    page = visit(f"/t/{parcel.waybill}")
    expect(page.get_by_role("button", name="朗读")).to_be_hidden()  # a browser without a voice, as WeChat's
    expect(page.get_by_role("button", name="打印")).to_be_hidden()  # a phone
    speaking = visit(f"/t/{parcel.waybill}", size=DESK)
    speaking.add_init_script("speechSynthesis.getVoices = () => [{ lang: 'zh-CN' }]")
    speaking.reload()
    expect(speaking.get_by_role("button", name="打印")).to_be_visible()
    speaking.get_by_role("button", name="朗读").click()
    expect(speaking.get_by_role("button", name="朗读")).to_have_attribute("aria-pressed", "true")


def test_print_leaves_the_controls_out(visit, desk):
    parcel = desk.travelled()
    page = visit(f"/t/{parcel.waybill}", size=DESK)
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="查看")).to_be_hidden()
    expect(page.get_by_role("img", name="二维码")).to_be_visible()


def test_keyboard_reaches_everything(visit, desk):
    parcel = desk.travelled()
    page = visit("/", size=DESK)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "numbers"
    page.keyboard.type(parcel.waybill)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="到达乡镇站")).to_be_visible()
