"""What is installed was chosen: reasons in requirements*.in, exact files with their hashes in requirements*.txt."""

import re
from pathlib import Path

import pytest

from tests import supply

ROOT = Path(__file__).resolve().parents[2]
BOTH = ["requirements", "requirements-dev"]
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[a-z,]+\])?==(\S+)", re.M)


def pins(name):
    """Package → version, by the normalised name."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return {re.sub(r"[-_.]+", "-", package).lower(): version for package, version in _PIN.findall(text)}


@pytest.mark.parametrize("name", BOTH)
def test_each_choice_is_compiled_with_the_same_version(name):
    compiled = pins(f"{name}.txt")
    chosen = pins(f"{name}.in") | (pins("requirements.in") if name != "requirements" else {})
    assert {package: compiled.get(package) for package in chosen} == chosen
    text = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
    by_us = re.findall(r"^([a-z0-9-]+)==(?:(?!^\S).)*?-r requirements(?:-dev)?\.in", text, re.M | re.S)
    assert set(by_us) == set(chosen)  # nothing that was dropped is left


@pytest.mark.parametrize("name", BOTH)
def test_every_package_has_its_hashes(name):
    text = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]
    assert len(blocks) > 20
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_both_lists_agree():
    ours, tests = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {package: tests.get(package) for package in ours} == ours


def test_no_address_of_an_index_is_written_down():
    for name in BOTH:
        assert "://" not in (ROOT / f"{name}.txt").read_text(encoding="utf-8")


def test_a_licence_that_nobody_looked_at_is_named(monkeypatch):
    monkeypatch.setattr(supply, "licence_of", lambda name: {"good": "BSD License"}.get(name, "AGPL-3.0-only"))
    assert [line.split(":")[0] for line in supply.unknown_licences(["good", "strange"])] == ["strange"]


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ('{"dependencies": [{"name": "a", "version": "1", "vulns": []}]}', 0, "1 of 1 packages asked about, 0 with"),
        (
            '{"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}]}',
            1,
            "a 1: CVE-1, mended in 2",
        ),
        ('{"dependencies": [{"name": "a", "skip_reason": "not found"}]}', 0, "could not ask about 1 of 1"),
        ("", 0, "could not ask: no answer"),
    ],
)
def test_an_audit_that_got_no_answer_says_so(capsys, answer, code, words):
    assert supply.report(answer) == code
    assert words in capsys.readouterr().out
