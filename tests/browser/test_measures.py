"""A certificate is suspended from the page that says what will stop, and never by a slip."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from logistics.registry.models import Station
from tests.browser.conftest import DESK, PHONE
from tests.browser.desk import look
from tests.certificates.conftest import certify
from tests.custody.conftest import counter  # noqa: F401  fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["360", "1280"])
def test_suspended_with_its_confirmation(visit, county_official, world, counter, keeper, size):  # noqa: F811
    counter.waiting(keeper)
    certificate = certify(world.village, county_official)
    page = visit(f"/admin/certificates/certificate/{certificate.pk}/change/", client=county_official.client, size=size)
    page.get_by_role("link", name="暂停…").click()
    expect(page.get_by_text(f"1 个站点停止收件：{world.village.name}。")).to_be_visible()
    expect(page.get_by_text("货架上 1 件照常取。")).to_be_visible()
    page.get_by_label("理由").fill("灭火器过期")
    page.get_by_label("理由").press("Enter")  # makes a line, and nothing else
    look(page)
    page.get_by_role("link", name="不办了，返回").click()
    expect(page.get_by_text("还没有采取过措施。")).to_be_visible()
    page.get_by_role("link", name="暂停…").click()
    page.get_by_label("理由").fill("灭火器过期")
    page.get_by_role("button", name="暂停").click()
    expect(page.get_by_text("已执行，并已通知持证人。")).to_be_visible()
    assert Station.objects.get(pk=world.village.pk).state == "suspended"
    page.goto(page.url.split("/certificates/")[0] + "/")
    expect(page.get_by_role("heading", name="等您办的")).to_be_visible()
