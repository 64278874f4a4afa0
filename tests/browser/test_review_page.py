"""An official reviews an application: nothing typed is lost, whichever button is pressed, however one leaves."""

from __future__ import annotations

import os

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from logistics.licensing import services
from tests.applicant.conftest import media, upload  # noqa: F401
from tests.browser.conftest import overflow, violations
from tests.door.conftest import picture
from tests.licensing.conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [360, 1280])
def test_review_return_and_review_again(visit, villager, county_official, world, width):
    desk = Desk(villager, county_official, world, now=timezone.now())
    application = desk.submitted()
    path = reverse("admin:licensing_application_change", args=[application.pk])
    page = visit(path, client=county_official.client, size={"width": width, "height": 800})
    page.get_by_role("button", name="开始审核").click()
    remark = page.get_by_label("修改意见 详细地址")
    remark.fill("请写到门牌号")
    remark.press("Enter")  # a line, no act
    page.get_by_label("符合", exact=True).first.check()
    expect(page.locator("[data-status]")).to_contain_text("已自动保存")
    page.get_by_label("不通过的理由").fill("先不写完")
    page.reload()
    expect(remark).to_have_value("请写到门牌号")
    expect(page.get_by_label("符合", exact=True).first).to_be_checked()
    expect(page.get_by_label("不通过的理由")).to_have_value("先不写完")
    page.get_by_role("button", name="通过并发证").click()
    expect(page.get_by_text("还不能通过").first).to_be_visible()
    expect(remark).to_have_value("请写到门牌号")
    assert overflow(page) <= 0
    assert violations(page) == []
    if folder := os.environ.get("PORTAL_SHOTS"):
        page.screenshot(path=f"{folder}/review-{width}.png", full_page=True)
    remark.fill("请写到门牌号，并附照片")
    here = page.url
    page.goto(here.split("/admin/")[0] + "/")  # before the pause is over
    for _look in range(100):
        if application.remarks.filter(text="请写到门牌号，并附照片").exists():
            break
        page.wait_for_timeout(100)
    page.goto(here)
    expect(remark).to_have_value("请写到门牌号，并附照片")
    page.get_by_role("button", name="按意见退回修改").click()
    expect(page.get_by_text("已退回申请人修改")).to_be_visible()
    application.refresh_from_db()
    assert [(one.field, one.text) for one in application.remarks.all()] == [("address", "请写到门牌号，并附照片")]


def test_a_paper_opens_beside_what_was_filled_in(visit, villager, county_official, world, media):  # noqa: F811
    desk = Desk(villager, county_official, world, now=timezone.now())
    application = desk.draft()
    assert upload(villager, application, picture(), name="执照.jpg", evidence="licence").status_code == 201
    services.submit(application=application, actor=villager.actor(), now=desk.now)
    path = reverse("admin:licensing_application_change", args=[application.pk])
    page = visit(path, client=county_official.client, size={"width": 1280, "height": 800})
    page.get_by_role("button", name="开始审核").click()
    link = page.locator("a[data-paper]").first
    link.click()
    aside = page.locator(".of-paper")
    image = aside.locator("img")
    expect(aside.locator("[role=status]")).to_be_empty()
    assert image.evaluate("image => image.complete && image.naturalWidth > 0")
    remark = page.get_by_label("修改意见 详细地址")
    remark.scroll_into_view_if_needed()
    both = [remark.bounding_box(), aside.bounding_box()]
    assert both[0]["x"] + both[0]["width"] <= both[1]["x"], "neither lies on the other"
    assert both[1]["y"] < 800
    assert overflow(page) <= 0
    assert violations(page) == []
    if folder := os.environ.get("PORTAL_SHOTS"):
        page.screenshot(path=f"{folder}/review-paper.png")
    aside.get_by_role("button", name="放大").click()
    assert image.bounding_box()["width"] > aside.bounding_box()["width"]
    page.keyboard.press("Escape")
    expect(aside).to_be_hidden()
    expect(link).to_be_focused()
