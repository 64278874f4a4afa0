"""A part that stands in both shells, the public pages and the officials' site, has its styles in both."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from logistics.licensing.models import Application
from tests.browser.conftest import DESK, PHONE
from tests.licensing.conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
LOOKS = """root => {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize); // each shell has a size of its own
  const inRem = (sizes) =>
    Object.fromEntries(Object.entries(sizes).map(([name, px]) => [name, (parseFloat(px) / rem).toFixed(2)]));
  const bar = root.querySelector(".bar"), rect = bar.querySelector("rect");
  const {display, columnGap, fontVariantNumeric} = getComputedStyle(root);
  const {height, overflow, borderRadius, display: shown, backgroundColor} = getComputedStyle(bar);
  return {
    shapes: {display, fontVariantNumeric, overflow, shown, ...inRem({columnGap, height, borderRadius})},
    fill: getComputedStyle(rect).fill, ground: backgroundColor,
    longest: Math.max(...[...root.querySelectorAll("rect")].map((one) => one.getBoundingClientRect().width)),
    room: bar.getBoundingClientRect().width,
  };
}"""  # each shell has colours of its own
PART = re.compile(r"_parts/([a-z]+)\.html|\{% (bars) ")


def shared_parts() -> set[str]:
    """Names of the parts that templates of the officials' site use."""
    pages = [path.read_text() for folder in ("admin", "access") for path in (TEMPLATES / folder).rglob("*.html")]
    return {
        name
        for page in pages
        for name in re.findall(r"_parts/([a-z]+)\.html|\{% (bars) ", page)
        for name in name
        if name
    }


def test_each_shared_part_is_compared_here():
    assert shared_parts() == {"bars", "sums"}  # sums is a few lines of a list of facts, without styles of its own


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["360", "1100"])
@pytest.mark.parametrize("dark", [False, True])
def test_bars_look_the_same(visit, villager, county_official, world, size, dark):
    desk = Desk(villager, county_official, world, now=timezone.now())
    Application.objects.filter(pk=desk.approved().pk).update(submitted_at=timezone.now() - timezone.timedelta(days=4))
    public = visit("/dev/style/", size=size, dark=dark).locator("dl.bars").first.evaluate(LOOKS)
    office = visit(reverse("admin:review_times"), client=county_official.client, size=size, dark=dark)
    found = office.locator("dl.bars").first.evaluate(LOOKS)
    assert found["shapes"] == public["shapes"]
    for look in (public, found):
        assert look["fill"] not in ("rgb(0, 0, 0)", look["ground"])
        assert look["longest"] == pytest.approx(look["room"], rel=0.02)
