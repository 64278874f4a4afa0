"""The look: colours that can be read in light and dark, a style page that exists only for developers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

ROOT = Path(__file__).parents[2]
# The officials' site has tokens of its own; the map that both show brings its colours along.
OFFICIAL = ("officials.css", "map.css", "charts.css")  # with colours of another shell
SHEETS = [path for path in sorted((ROOT / "static/css").glob("*.css")) if path.name not in OFFICIAL]
TEXT, GRAPHIC = 4.5, 3.0  # WCAG 2.2 AA: 1.4.3 for text, 1.4.11 for what is not text
PAIRS = [
    *[(ink, ground, TEXT) for ink in ("ink", "muted", "accent", "error", "ok", "warn", "info")
      for ground in ("ground", "surface", "sunk")],
    *[(tone, f"{tone}-soft", TEXT) for tone in ("accent", "ok", "info", "warn", "error")],
    ("ink", "accent-soft", TEXT), ("on-accent", "accent", TEXT), ("on-accent", "accent-deep", TEXT),
    ("surface", "error", TEXT), ("on-band", "band", TEXT),
    *[(f"on-scan-{r}", f"scan-{r}", TEXT) for r in ("ok", "repeat", "ask", "stop")],
    ("edge", "surface", GRAPHIC), ("edge", "ground", GRAPHIC), ("accent", "sunk", GRAPHIC),
]  # fmt: skip


def tokens() -> dict[str, dict[str, str]]:
    sheet = (ROOT / "static/css/portal.css").read_text()
    light = re.search(r"^:root \{(.*?)\n\}", sheet, re.S | re.M)[1]
    dark = re.search(r"prefers-color-scheme: dark\) \{\s*:root \{(.*?)\n  \}", sheet, re.S)[1]
    found = {"light": dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", light))}
    found["dark"] = found["light"] | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", dark))
    return found


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_colours_can_be_read(mode):
    colours = tokens()[mode]
    faint = [
        f"{ink} on {ground}: {contrast(colours[ink], colours[ground]):.2f} < {least}"
        for ink, ground, least in PAIRS
        if contrast(colours[ink], colours[ground]) < least
    ]
    assert faint == []


def test_the_four_results_are_four_colours_also_without_telling_red_from_green():
    """Brightness alone sets "ask" apart, and each has its own outline and word beside the colour."""
    for mode, colours in tokens().items():
        fills = [colours[f"scan-{r}"] for r in ("ok", "repeat", "ask", "stop")]
        assert len(set(fills)) == 4
        assert all(contrast(colours["scan-ask"], fill) > GRAPHIC - 0.2 for fill in fills if fill != fills[2]), mode


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_only_tokens_name_colours(sheet):
    """A component with a colour of its own would be wrong in the other mode. Paper and shade are black and white."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.S)
    text = re.sub(r":root \{.*?\}", "", text, flags=re.S)
    own = {c for c in re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*;|[^{}]*\})", text) if c not in ("#000", "#fff")}
    assert own == set()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_token_exists(sheet):
    known = set(re.findall(r"(--[\w-]+):", (ROOT / "static/css/portal.css").read_text() + sheet.read_text()))
    assert set(re.findall(r"var\((--[\w-]+)", sheet.read_text())) <= known


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_nothing_moves_for_who_wants_stillness(sheet):
    """Transitions take their time from the motion tokens, which are nought under reduced motion."""
    times = re.findall(r"(?:transition|animation)[\w-]*:([^;}]*)", sheet.read_text())
    assert [t for t in times if re.search(r"\d(?:ms|s)\b", t)] == []


@pytest.mark.django_db
def test_the_style_page_is_for_developers_only(settings):
    page = Client().get("/dev/style/")
    assert page.status_code == 200
    assert "result-refused" in page.content.decode()
    assert "--accent" in Client().get("/dev/style.css").content.decode()
    settings.PRODUCTION = True
    assert Client().get("/dev/style/").status_code == 404
    assert Client().get("/dev/style.css").status_code == 404
