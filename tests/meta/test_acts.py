"""Enter in a line of text acts at once: on the officials' site reasons and remarks are boxes, where it makes a line."""

from __future__ import annotations

import re
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
FORM = re.compile(r'<form\b[^>]*method="post".*?</form>', re.S)
LINE = re.compile(r"<input\b(?:\{%.*?%\}|[^>])*>")
# A purpose, and then a file; a number, and then what is known of it: nothing is changed.
HARMLESS = {"access/export.html", "admin/parcels/callers.html"}


def lines_in(text: str) -> list[str]:
    """Single lines of text in forms that act, and those that belong to one by its name."""
    inside = [line for form in FORM.findall(text) for line in LINE.findall(form)]
    named = [line for line in LINE.findall(text) if re.search(r"\bform=", line)]
    quiet = re.compile(r'\btype="(?:hidden|radio|checkbox|file|submit)"')
    return [line for line in [*inside, *named] if not quiet.search(line)]


def test_no_act_of_an_official_waits_for_enter():
    pages = [path for folder in ("admin", "access") for path in (TEMPLATES / folder).rglob("*.html")]
    acting = {str(path.relative_to(TEMPLATES)): lines_in(path.read_text()) for path in pages}
    assert len(acting) > 20
    assert {name: found for name, found in acting.items() if found and name not in HARMLESS} == {}


def test_the_rule_bites():
    assert lines_in('<form method="post"><input name="why" required><button>暂停</button></form>')
    assert lines_in('<input class="of-input" form="return" name="remark-">')
    assert not lines_in('<form method="post"><input type="hidden" name="x"><textarea name="why"></textarea></form>')


GRAVE = re.compile(r"_(?:measure|propose|suspend|cancel|revoke|stop|close)'")


def test_what_stops_others_is_asked_about_on_a_page_of_its_own():
    """A form that stops somebody stands on the page that says what will stop; other pages link there."""
    pages = [path for folder in ("admin", "access") for path in (TEMPLATES / folder).rglob("*.html")]
    forms = {path.name: FORM.findall(path.read_text()) for path in pages}
    assert [name for name, found in forms.items() if any(GRAVE.search(form) for form in found)] == []
    links = [path.name for path in pages if GRAVE.search(path.read_text())]
    assert links == ["certificate.html"]
