"""An administrator invites somebody, who accepts on their own phone and works; then removes them, and they are out."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import overflow, violations
from tests.firms.conftest import firm, link_of, logged_in, texts  # noqa: F401  fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_member_is_invited_and_removed(visit, firm, villager):  # noqa: F811
    desk = visit("/firm/zto/staff/", client=firm.admin.client)
    assert violations(desk) == []
    assert overflow(desk) == 0
    desk.get_by_label("姓名", exact=True).fill("王小明")
    desk.get_by_label("手机号", exact=True).fill("138 0933 1001")
    desk.get_by_label("角色", exact=True).select_option(label="站长")
    desk.get_by_label("站点", exact=True).select_option(label="何马村站")
    desk.get_by_role("button", name="发送邀请短信").click()
    expect(desk.get_by_text("邀请短信已发出")).to_be_visible()

    phone = visit(link_of(texts(villager.user.phone)[-1]), client=logged_in(villager), trouble=True)
    assert violations(phone) == []
    phone.get_by_role("button", name="接受", exact=True).click()
    expect(phone.get_by_role("heading", name="工作台")).to_be_visible()
    phone.goto(phone.url.replace("/work/", "/work/inbound/"))
    expect(phone.get_by_text("何马村站").first).to_be_visible()

    desk.reload()
    desk.get_by_role("link", name="办理离开 王小明").click()
    desk.get_by_label("原因", exact=True).fill("合同到期")
    desk.get_by_role("button", name="确认离开").click()
    expect(desk.get_by_text("即时生效")).to_be_visible()
    expect(desk.get_by_text("王小明")).to_have_count(0)
    phone.reload()
    expect(phone).to_have_url(re.compile("/accounts/login/"))
