"""A shop's export with a heading and a carrier that nobody knows: two answers, and the next file asks nothing."""

import pytest
from django.core.files.storage import storages
from playwright.sync_api import expect

from logistics.parcels.models import ImportBatch, Parcel
from tests.browser.conftest import DESK, PHONE, overflow, violations
from tests.waysin.files import csv_bytes

HEADINGS = ["订单编号", "包裹编码", "物流公司", "收货人姓名", "联系手机", "收货地址"]
ADDRESS = "甘肃省平凉市庄浪县水洛镇何马村3社"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def order(number, firm="中通"):
    return [f"A{number}", f"7809900000{number}", firm, "王小明", "13893300001", ADDRESS]


def send(page, name, rows):
    page.get_by_label("先试运行").uncheck()
    file = {"name": name, "mimeType": "text/csv", "buffer": csv_bytes([HEADINGS, *rows])}
    page.locator("input[type=file]").set_input_files(file)
    page.locator("main form").get_by_role("button", name="上传").click()


def looks_right(page):
    assert overflow(page) <= 0
    assert violations(page) == []


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_questions_are_answered_once(visit, enterprise_admin, size):
    page = visit("/work/imports/", client=enterprise_admin.client, size=size)
    send(page, "十月.csv", [order("0001"), order("0002", "飞天快运"), order("0003", "飞天快运")])
    page.wait_for_url("**/columns/")
    looks_right(page)
    expect(page.get_by_text("找不到表头")).to_be_visible()
    select = page.get_by_label("快递单号")
    select.focus()
    page.keyboard.press("ArrowDown")  # past the order's own number
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert "78099000000001" in select.evaluate("s => s.selectedOptions[0].text")
    page.get_by_role("button", name="记住并读取文件").press("Enter")
    page.wait_for_url("**/imports/*/")
    looks_right(page)
    assert Parcel.objects.count() == 1
    question = page.get_by_role("group", name="“飞天快运”是哪家快递企业？")
    expect(question.get_by_text("2 行")).to_be_visible()
    question.get_by_label("回答").select_option("zto")
    page.get_by_role("button", name="提交回答").click()
    page.get_by_text("全部处理完成").wait_for()
    assert Parcel.objects.count() == 3
    page.get_by_role("link", name="返回导入列表").click()
    send(page, "十一月.csv", [order("0004"), order("0005", "飞天快运")])
    page.get_by_text("全部处理完成").wait_for()
    assert Parcel.objects.count() == 5
    assert not storages["default"].exists(f"imports/{ImportBatch.objects.first().pk}")
    page.get_by_role("link", name="返回导入列表").click()
    looks_right(page)
    page.get_by_role("link", name="记住的回答").click()
    looks_right(page)
    expect(page.get_by_role("row", name="包裹编码").get_by_text("快递单号")).to_be_visible()
    page.get_by_role("row", name="飞天快运").get_by_role("link", name="修改").click()
    looks_right(page)
    page.get_by_label("回答", exact=True).select_option("-")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("row", name="飞天快运").get_by_text("不登记这些行")).to_be_visible()


def test_without_javascript(visit, enterprise_admin):
    page = visit("/work/imports/", client=enterprise_admin.client, javascript=False)
    send(page, "十月.csv", [order("0001")])
    page.get_by_label("快递单号").select_option(label="包裹编码：78099000000001")
    page.get_by_role("button", name="记住并读取文件").click()
    expect(page.get_by_text("全部处理完成")).to_be_visible()
