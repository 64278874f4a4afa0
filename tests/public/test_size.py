"""A first load stays under 40 KB uncompressed, all of it from here; the sheet under 14 KB."""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIMIT = 40 * 1024


def everything(client, path):
    """The page and every file it makes a browser load."""
    page = client.get(path).content
    links = re.findall(rb'(?:src|href)="([^"]+)"', page)
    files = {link.decode() for link in links if re.search(rb"\.(css|js|svg|png|ico)$", link)}
    total = {"page": len(page)}
    for link in files:
        assert link.startswith("/"), f"{link} is not ours"
        answer = client.get(link)
        assert answer.status_code == 200, link
        total[link] = len(b"".join(answer.streaming_content) if answer.streaming else answer.content)
    return total


@pytest.mark.django_db
def test_home_and_lookup_are_small(visitor, desk):
    parcel = desk.waiting()
    for code in ("ATTEMPT_FAILED", "HELD", "WEATHER"):
        desk.scan(parcel, code, 0.3)
    for path in ("/", f"/t/{parcel.waybill}", "/t/"):
        weights = everything(visitor, path)
        assert sum(weights.values()) < LIMIT, weights


@pytest.mark.django_db
def test_no_inline_script_or_style(visitor, desk):
    for path in ("/", f"/t/{desk.waiting().waybill}"):
        page = visitor.get(path).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)


def test_sheet_is_small():
    assert (ROOT / "static/css/portal.css").stat().st_size <= 14 * 1024


def test_vendored_files_are_declared():
    """Every file of others is listed with name, version, licence and hash."""
    folder = ROOT / "static/vendor"
    listed = {}
    for library in json.loads((folder / "manifest.json").read_text())["libraries"]:
        assert {"name", "version", "licence", "source"} <= set(library)
        listed |= library["files"]
    found = {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert found == listed
