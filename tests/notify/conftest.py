"""A provider on this machine, and the outbox's own hour."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.custody.conftest import counter  # noqa: F401  fixture
from tests.notify import tencent_server

NOW = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)  # ten in the morning in the county
PHONE = "+8613809331001"  # the villager persona


@pytest.fixture
def tencent(settings, monkeypatch):
    """Tencent's interface, configured as the only provider."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with tencent_server.running() as server:
        settings.SMS_CHANNELS = ["portal.notify.sms.tencent.TencentChannel"]
        settings.TENCENT_SMS = server.settings()
        settings.SMS_TIMEOUT_SECONDS = 1
        settings.SMS_PRICES = {"tencent": 450}
        yield server
