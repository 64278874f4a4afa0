"""A scan page that opens without a line, and sends what was scanned when the line is back."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from playwright.sync_api import expect

from logistics.desk.models import Scan
from portal.core.gate import GateMiddleware
from tests.desk.conftest import agreed, counter  # noqa: F401  fixture

pytestmark = [pytest.mark.browser, pytest.mark.whole_browser, pytest.mark.django_db(transaction=True)]

KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
  return found;
}"""
UNTIL_KEPT = """async () => {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await caches.match("/work/inbound/")) return;
    await new Promise((go) => setTimeout(go, 50));
  }
  throw new Error("nothing kept: " + JSON.stringify(await caches.keys()));
}"""
TEXT = """async () => {
  const [name] = await caches.keys();
  return (await (await caches.open(name)).match("/work/inbound/")).text();
}"""


@pytest.fixture
def line(monkeypatch):
    """Cuts the browser off; what it sends in the moment in which a new page is still on line is let through nowhere."""
    cut: list[bool] = []
    through = GateMiddleware.__call__

    def gate(self, request):
        return HttpResponse(status=504) if cut and request.method == "POST" else through(self, request)

    def turn(context, *, off: bool) -> None:
        cut[:] = [True] if off else []
        context.set_offline(off)

    monkeypatch.setattr(GateMiddleware, "__call__", gate)
    return turn


def test_a_keeper_scans_without_a_line(visit, counter, keeper, world, line):  # noqa: F811
    parcel = agreed(counter, keeper)
    page = visit("/work/inbound/", client=keeper.client, trouble=True)
    page.evaluate(UNTIL_KEPT)
    kept = page.evaluate(KEPT)
    assert {path for path in kept if not path.startswith("/static/")} == {"/work/inbound/", "/work/away/"}
    assert keeper.user.name not in page.evaluate(TEXT)
    line(page.context, off=True)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("入库")
    page.locator("#number").fill(parcel.waybill)
    page.keyboard.press("Enter")
    expect(page.locator("#waiting-count")).to_contain_text("1")
    page.goto(page.url.replace("/inbound/", "/give-out/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("现在没有网络")
    page.get_by_role("link", name="到站入库").click()
    expect(page.locator("#waiting-count")).to_contain_text("1")
    assert not Scan.objects.exists()
    line(page.context, off=False)
    expect(page.locator(f"#scans li.line-ok:has-text('{parcel.waybill}')")).to_be_visible()
    assert Scan.objects.get().parcel == parcel
