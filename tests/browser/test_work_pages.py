"""Staff pages in a real browser: a look at the people behind a parcel."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.custody.conftest import counter  # noqa: F401  fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def parcel(counter, world):  # noqa: F811
    parcel = counter.parcel()
    counter.scan(parcel, "DAMAGED", hours=1, station=world.hub)
    counter.scan(parcel, "AT_TOWN", hours=2, station=world.township_station)
    return parcel


def test_looking_at_people_without_javascript(visit, parcel, county_official):
    page = visit(f"/work/parcels/{parcel.waybill}/", javascript=False, client=county_official.client)
    expect(page.get_by_role("heading", name="收寄件人")).to_be_visible()
    expect(page.get_by_text("王小明")).to_be_hidden()
    page.get_by_label("查看完整信息的用途").select_option("call")
    page.get_by_role("button", name="显示完整信息").click()
    expect(page.get_by_text("王小明")).to_be_visible()
    expect(page.get_by_text("已记入操作记录")).to_be_visible()
