"""Every name of every place can be printed, found and copied."""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
import unicodedata
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.pdf import fonts, text
from portal.core.pdf.paper import Paper
from tests.documents.conftest import look, picture_of

ROOT = Path(__file__).resolve().parents[2]
# Private-use characters in the register itself: no font can know what they were.
BROKEN_IN_THE_REGISTER = {"\ue08b", "\ue170"}
LONGEST = (
    "昌马乡𡌶𡐓𣒍村一二三四五六七八九十甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳"  # 33 characters, three outside the basic plane
)


def drawn(words: str, *, bold: bool = False, size: float = 14) -> Paper:
    paper = Paper(title="试", size=(200, 40), language="zh")
    paper.line(5, 5, words, size, bold=bold)
    return paper


def register_characters() -> set[str]:
    folder, found = ROOT / "data" / "divisions", set()
    for path in [*folder.glob("*.csv"), *folder.glob("*.gz"), *folder.glob("villages/*.gz")]:
        data = path.read_bytes()
        rows = csv.reader((gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig").splitlines())
        for row in rows:
            found.update(*row)
    return found


def test_every_character_of_every_place_name_has_a_glyph():
    missing = fonts.missing("".join(sorted(register_characters())))
    assert set(missing) == BROKEN_IN_THE_REGISTER


def test_everyday_characters_and_traditional_ones_have_glyphs():
    everyday = "".join(bytes([a, b]).decode("gb2312", "ignore") for a in range(0xB0, 0xF8) for b in range(0xA1, 0xFF))
    assert len(everyday) == 6763
    assert fonts.missing(everyday) == []
    assert fonts.missing("".join(map(chr, range(0x4E00, 0xA000)))) == []


@pytest.mark.parametrize(
    "block",
    [
        range(0x00A1, 0x0180), range(0x0180, 0x0250), range(0x1E00, 0x1F00),  # Latin
        range(0x0391, 0x03CF), range(0x0400, 0x0500),  # Greek, Cyrillic
        range(0x3041, 0x3097), range(0x30A0, 0x3100), range(0x3105, 0x3130),  # kana, bopomofo
        range(0x3380, 0x33E0), range(0x2160, 0x217A),  # ㎡ and its kind, Roman numerals
        range(0x3400, 0x4DC0),  # Extension A
        range(0x3131, 0x3164),  # single letters of Hangul
    ],
    ids=lambda block: f"U+{block[0]:04X}",
)  # fmt: skip
def test_whole_blocks_have_glyphs(block):
    assigned = "".join(chr(code) for code in block if unicodedata.category(chr(code)) not in ("Cn", "Cf"))
    assert len(assigned) > 20
    for bold in (False, True):
        assert [c for c in assigned if fonts.glyph(c, bold)[1] == fonts.MISSING] == []


def test_everyday_hangul_has_glyphs():
    syllables = [bytes([a, b]).decode("euc_kr") for a in range(0xB0, 0xC9) for b in range(0xA1, 0xFF)]
    assert len(syllables) == 2350
    assert fonts.missing("".join(syllables)) == []
    assert look(drawn("김철수 연길시").finish()).all_text == "김철수 연길시"


def test_words_of_other_alphabets_are_drawn_copied_and_kept_whole():
    words = "㐂 Łódź şeker İzmir Иван Жук Αθήνα アパート ㎡ Ⅷ"
    seen = look(drawn(words).finish())
    assert seen.all_text == words
    assert all(re.match(r"[A-Z]{6}\+Portal", name) for name in seen.fonts)
    assert text.wrap("Иван Жуковский", fonts.width("Жуковский", 12) + 1, 12) == ["Иван", "Жуковский"]


@pytest.mark.parametrize("words", ["王😀芳", "王👍🏽芳", "王👨‍👩‍👧芳", "王❤️芳", "王🇨🇳芳", "王\U000e0100芳"])
def test_little_pictures_are_left_out(words):
    assert look(drawn(words).finish()).all_text == "王芳"
    assert fonts.missing(words) == []


def test_no_font_is_borrowed_from_the_reader():
    data = drawn("何马村").finish()
    assert b"Helvetica" not in data
    assert set(re.findall(rb"/BaseFont /(\S+)", data)) == {b"AAAAAA+PortalHanSans-Regular"}
    assert data.count(b"/FontFile2") == 1


def test_what_no_face_has_prints_a_sign_and_is_listed():
    seen = look(drawn("龙\ue08b村").finish())
    assert seen.all_text == f"龙{fonts.MISSING}村"
    assert fonts.missing("龙\ue08b村\ue08b") == ["\ue08b"]


def test_a_name_outside_the_basic_plane_is_drawn_and_can_be_copied():
    for bold in (False, True):
        seen = look(drawn(LONGEST, bold=bold, size=11).finish())
        assert seen.all_text == LONGEST
    assert all(re.match(r"[A-Z]{6}\+Portal", name) for name in seen.fonts)  # embedded subsets, nothing borrowed


def test_each_rare_character_leaves_ink_of_its_own():
    shapes = set()
    for character in "𡌶𡐓𣒍㙍":
        with_it, without = (_ink(drawn(words).finish()) for words in (character, " "))
        assert with_it != without
        shapes.add(with_it)
    assert len(shapes) == 4


def _ink(data: bytes) -> bytes:
    with closing(pypdfium2.PdfDocument(data)) as document:
        return picture_of(document[0], 203).tobytes()


def test_markup_is_printed_as_it_is():
    words = "<b>王</b> &amp; <font color='red'>x</font> (a\\)b"
    assert look(drawn(words).finish()).all_text == words


def test_control_and_direction_marks_are_not_drawn():
    assert look(drawn("何\x00马\u202e村\u200b站\r\n水\t洛").finish()).all_text == "何马村站 水 洛"


def test_the_same_words_give_the_same_bytes():
    assert drawn(LONGEST).finish() == drawn(LONGEST).finish()


def test_the_files_are_small_licensed_and_those_of_the_list():
    folder = fonts.FOLDER
    readme = (folder / "README.md").read_text(encoding="utf-8")
    files = sorted(folder.glob("*.ttf"))
    assert {path.name for path in files} == set(fonts.FILES.values())
    assert sum(path.stat().st_size for path in files) < 13_600_000
    for path in files:
        assert hashlib.sha256(path.read_bytes()).hexdigest() in readme
    for licence in re.findall(r"LICENSE-[\w-]+\.txt", readme):
        assert "without" in (folder / licence).read_text(encoding="utf-8").lower()


# -- lines -------------------------------------------------------------------------------------------------

WORDS = st.text(alphabet=st.sampled_from("何马村水洛镇𡌶𣒍，。（）“”Hello World 1234567890-/"), max_size=80)


@given(WORDS, st.floats(30, 300), st.sampled_from([6, 10.5, 24]), st.booleans())
def test_no_wrapped_line_is_wider_than_its_box_and_nothing_is_lost(words, width, size, bold):
    lines = text.wrap(words, width, size, bold)
    for line in lines:
        assert fonts.width(line, size, bold) <= width or len(line) <= 5  # a sign that may not stand alone
    assert "".join(lines).replace(" ", "") == unicodedata.normalize("NFC", words).replace(" ", "")


@given(WORDS, st.integers(1, 3), st.booleans())
def test_what_is_fitted_stays_in_the_box(words, lines, bold):
    fitted = text.fit(words, 80, size=20, smallest=6, lines=lines, height=60, bold=bold)
    assert len(fitted.lines) <= lines
    assert fitted.height <= 60
    assert 6 <= fitted.size <= 20


@pytest.mark.parametrize("sign", list("，。、）》”"))
def test_no_closing_sign_begins_a_line(sign):
    words = f"一二三四五六七八九{sign}十"
    width = fonts.width("一二三四五六七八九", 10)
    assert not any(line.startswith(sign) for line in text.wrap(words, width, 10))


def test_what_is_too_long_even_at_the_smallest_size_is_cut_with_a_sign():
    fitted = text.fit(LONGEST * 5, 100, size=12, smallest=6, lines=2)
    assert fitted.cut
    assert fitted.lines[-1].endswith("…")
    assert all(fonts.width(line, 6) <= 100 for line in fitted.lines)


def test_english_words_stay_whole():
    assert text.wrap("Zhuanglang County logistics", 80, 12) == ["Zhuanglang", "County", "logistics"]
