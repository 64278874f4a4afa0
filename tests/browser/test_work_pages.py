"""Staff pages in a real browser: narrow screens, dark mode, a look at the people, no accessibility violations."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DESK, PHONE, overflow, violations
from tests.custody.conftest import counter  # noqa: F401  fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def parcel(counter, world):  # noqa: F811
    parcel = counter.parcel()
    counter.scan(parcel, "DAMAGED", hours=1, station=world.hub)
    counter.scan(parcel, "AT_TOWN", hours=2, station=world.township_station)
    return parcel


@pytest.mark.parametrize(("size", "dark"), [(PHONE, False), (DESK, True)])
def test_staff_pages_fit_and_are_accessible(visit, shot, parcel, county_official, size, dark):
    own = f"/work/parcels/{parcel.waybill}/"
    pages = {"list": "/work/parcels/", "empty": "/work/parcels/?stage=LOST", "parcel": own, "why": f"{own}why/"}
    for name, path in pages.items():
        page = visit(path, size=size, dark=dark, client=county_official.client)
        assert overflow(page) <= 0, path
        assert violations(page) == [], path
        shot(page, f"work-{name}-{'phone' if size is PHONE else 'desktop'}")


def test_looking_at_people_without_javascript(visit, parcel, county_official):
    page = visit(f"/work/parcels/{parcel.waybill}/", javascript=False, client=county_official.client)
    assert not page.get_by_text("王小明").is_visible()
    page.get_by_label("查看完整信息的用途").select_option("call")
    page.get_by_role("button", name="显示完整信息").click()
    assert page.get_by_text("王小明").is_visible()
    assert page.get_by_text("已记入操作记录").is_visible()
