"""What a finger has to hit: 24 pixels at least on every page, 44 on the pages of work; measured on a small phone."""

from __future__ import annotations

import pytest

from tests.browser.conftest import PHONE
from tests.browser.desk import look
from tests.custody.conftest import counter  # noqa: F401  fixture
from tests.public.conftest import DIGITS

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

# A link within a sentence is as high as its line (WCAG 2.5.8 leaves it out); a tick is as large as its label; what is
# a pixel small is for programs that read aloud.
SMALL = """least => [
  ...document.querySelectorAll("a[href], button, input, select, textarea, summary"),
].flatMap((one) => {
  if (one.type === "hidden" || !one.checkVisibility({ visibilityProperty: true })) return [];
  if (one.matches(".skip, .visually-hidden")) return [];
  const words = [...one.parentElement.childNodes].some((node) => node.nodeType === 3 && /[^\\s·]/.test(node.data));
  if (one.tagName === "A" && words && !one.href.startsWith("tel:")) return [];
  const target = ["checkbox", "radio"].includes(one.type) ? one.closest("label") ?? one : one;
  const { width, height } = target.getBoundingClientRect();
  if (width <= 1 || (width >= 24 && height >= least)) return [];
  return [`${Math.round(width)} × ${Math.round(height)} ${one.outerHTML.slice(0, 110)}`];
})"""
TOUCH = 44


def small(page, least: int) -> list[str]:
    return page.evaluate(SMALL, least)


def test_nothing_is_too_small_to_hit_on_villagers_pages(visit, desk, villager, world):
    parcel = desk.waiting()
    found = {}
    page = visit("/", client=villager.client, size=PHONE)
    home = page.url.rstrip("/")
    for path in (
        "/", f"/t/{parcel.waybill}", "/t/YT00112233445", "/my/", f"/p/{parcel.waybill}", "/stations/",
        f"/stations/{world.village.code}", "/carriers/", "/my/messages/", "/my/relatives/", "/accounts/", "/verify/",
    ):  # fmt: skip
        page.goto(f"{home}{path}", wait_until="load")
        if wrong := small(page, 24):
            found[path] = wrong
    assert "\n".join(f"{path}: {one}" for path, wrong in found.items() for one in wrong) == ""
    other = visit(f"/t/{parcel.waybill}", size=PHONE)
    other.get_by_label("后四位").fill(DIGITS)
    other.get_by_role("button", name="查看").click()
    other.wait_for_url("**/o/*")
    assert small(other, 24) == []
    login = visit("/accounts/login/", size=PHONE)
    assert small(login, 24) == []
    look(login)


def test_what_a_thumb_presses_at_work_is_large(visit, counter, keeper):  # noqa: F811
    parcel, *_more = counter.waiting(keeper)
    found = {}
    page = visit("/work/", client=keeper.client, size=PHONE)
    home = page.url.split("/work")[0]
    for path in (
        "/work/", "/work/inbound/", "/work/give-out/", "/work/stock-take/", "/work/find/", "/work/asking/",
        "/work/parcels/", f"/work/parcels/{parcel.waybill}/", "/work/carry/", "/work/collect/",
    ):  # fmt: skip
        answer = page.goto(f"{home}{path}", wait_until="load")
        assert answer is not None
        assert answer.status == 200, path
        if wrong := small(page, TOUCH):
            found[path] = wrong
    assert "\n".join(f"{path}: {one}" for path, wrong in found.items() for one in wrong) == ""
