"""Officials are told when somebody guesses across the county, and when strangers used up a phone's tries."""

import pytest
from django.utils import timezone

from members.accounts.limits import LOGIN_CODES
from portal.core.limits.alarms import note_shut, raise_alarm

pytestmark = pytest.mark.django_db


def test_the_home_page_tells_of_guessing(county_official):
    assert "有人在乱猜" not in county_official.client.get("/admin/").content.decode()
    raise_alarm("lookup-digits", 130, at=timezone.now())
    for phone in ("+8613800130001", "+8613800130002"):
        note_shut(LOGIN_CODES.name, phone, at=timezone.now())
    page = county_official.client.get("/admin/").content.decode()
    assert "有人在乱猜" in page
    assert "查件的手机号后四位" in page
    assert "猜错 130 次" in page
    assert "2 个号码或包裹对陌生人暂停" in page
    assert "13800130001" not in page
