"""What a browser may keep of the desk: pages without a person, a parcel or a token."""

from __future__ import annotations

import pytest

from tests.desk.conftest import agreed

pytestmark = pytest.mark.django_db


def test_a_bare_page_is_of_nobody(counter, keeper, phone, world):
    phone.live = True
    parcel = agreed(counter, keeper)
    phone.scan("inbound", parcel.waybill)
    full = keeper.client.get("/work/inbound/").content.decode()
    bare = keeper.client.get("/work/inbound/?bare=1").content.decode()
    assert parcel.waybill in full
    assert "csrfmiddlewaretoken" in full
    assert world.village.name in bare
    for word in (parcel.waybill, "csrfmiddlewaretoken", keeper.user.name, keeper.user.phone, "王", 'bare=1">'):
        assert word not in bare


def test_messages_wait_for_the_page_somebody_reads(keeper):
    keeper.client.post("/work/stock-take/", {"act": "begin"})
    keeper.client.get("/work/inbound/?bare=1")
    assert "正在盘点" in keeper.client.get("/work/stock-take/").content.decode()


def test_only_pages_that_work_alone_are_kept(keeper, world):
    assert keeper.client.get("/work/inbound/").context["config"]["keeping"]["page"] == "/work/inbound/?bare=1"
    for task in ("give-out", "stock-take", "hand-over"):
        assert keeper.client.get(f"/work/{task}/").context["config"]["keeping"] is None
    # Asked for all the same, a page that is not kept is the full page.
    assert "csrfmiddlewaretoken" in keeper.client.get("/work/give-out/?bare=1").content.decode()


def test_the_worker_is_the_same_for_everybody(client, keeper):
    script = client.get("/work/worker.js")
    assert script["Content-Type"].startswith("text/javascript")
    assert "no-cache" in script["Cache-Control"]
    assert script.content == keeper.client.get("/work/worker.js").content
    assert 'const CACHE = "desk-' in script.content.decode()
    away = client.get("/work/away/").content.decode()
    assert "/work/inbound/" in away
    assert "/work/give-out/" not in away
