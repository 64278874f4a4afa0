"""The Content-Security-Policy of the officials' site: one word more than elsewhere, and no page that would break it."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.django_db
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\b(?:src=|type=\"application/json\"))", re.I
)


def policy(answer) -> dict[str, set[str]]:
    parts = (part.split() for part in answer["Content-Security-Policy"].split(";"))
    return {name: set(values) for name, *values in parts}


def test_only_evaluation_is_added(county_official):
    outside, inside = (policy(county_official.client.get(path)) for path in ("/accounts/", "/admin/"))
    assert inside["script-src"] - outside["script-src"] == {"'unsafe-eval'"}
    assert {**inside, "script-src": None} == {**outside, "script-src": None}
    assert not [words for words in inside.values() if "'unsafe-inline'" in words]


def test_errors_of_the_site_have_a_policy_too(county_official):
    assert "'none'" in policy(county_official.client.get("/admin/nowhere/"))["default-src"]


@pytest.mark.parametrize(
    "path",
    ["/admin/", "/admin/parcels/parcel/", "/admin/registry/station/", "/admin/registry/station/add/", "/admin/map/"],
)
def test_pages_hold_nothing_inline(county_official, path):
    page = county_official.client.get(f"/admin/{path}").content.decode()
    # Alpine reads x-bind:style and the like itself; they are no attributes of the browser.
    assert INLINE.findall(re.sub(r"\sx-[\w:.-]+=", " data-x=", page)) == []
