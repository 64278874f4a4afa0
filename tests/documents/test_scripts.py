"""Uyghur and Tibetan on paper: joined and stacked as they are written, in the right order, and found in the text."""

from __future__ import annotations

import gzip
import io
import itertools
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from portal.core.documents.marks import mark_picture
from portal.core.pdf import bidi, fonts, text
from portal.core.pdf.joined import ARABIC, TIBETAN, Joined, shape
from portal.core.pdf.paper import Paper
from tests.documents import kinds
from tests.documents.archival import faults
from tests.documents.conftest import look, picture_of
from tests.documents.test_fonts import drawn

CASES = Path(__file__).parent / "data" / "bidi.txt.gz"
UYGHUR_LETTERS = "ئاەبپتجچخدرزژسشغفقكگڭلمنھوۇۆۈۋېىي"
STACKS = ["".join(parts) for parts in itertools.product("ཀགངཏདནབམསལ", ("", "ྱ", "ྲ", "ླ", "ྒྱ", "ྐྲ"), ("", "ི", "ུ", "ེ", "ོ"))]


def read(data: bytes) -> str:
    """As a program reads it that goes by the order of drawing."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def clusters(word: str, face: str = ARABIC, *, right_to_left: bool = True):
    return shape(fonts.FOLDER / fonts.FILES[face], face, word, right_to_left)


def ink(words: str) -> Image.Image:
    with closing(pypdfium2.PdfDocument(drawn(words, size=24).finish())) as document:
        return picture_of(document[0], 203)


def gaps(words: str) -> int:
    """White columns between the first and the last ink."""
    picture = ink(words).point(lambda grey: 255 if grey < 200 else 0)
    left, _top, right, _bottom = picture.getbbox()
    return sum(1 for x in range(left, right) if picture.crop((x, 0, x + 1, picture.height)).getbbox() is None)


# -- order -----------------------------------------------------------------------------------------------------


def test_the_order_is_that_of_unicode():
    count = 0
    for line in gzip.decompress(CASES.read_bytes()).decode().splitlines():
        if line.startswith("#"):
            continue
        codes, wanted, base, levels, order = line.split(";")
        words = "".join(chr(int(code, 16)) for code in codes.split())
        if wanted == "2":  # by the first letter
            assert bidi.is_right_to_left(words) == (base == "1"), line
        found = bidi.levels(words, base == "1")
        assert " ".join(map(str, found)) == levels, line
        assert " ".join(str(n) for _level, places in bidi.order(found) for n in places) == order, line
        count += 1
    assert count > 3000


def parts(words: str) -> list[str]:
    return [str(run.part) for run in fonts.runs(words)]


def test_a_chinese_line_with_uyghur_words_is_read_from_the_left():
    assert parts("王小明 ئابدۇللا تۇردى（站长）") == ["王小明 ", "ىدرۇت اللۇدبائ", "（站长）"]


def test_a_uyghur_line_with_chinese_words_is_read_from_the_right():
    assert parts("تىيانشان 12-قورۇ (A座)") == ["(A座) ", "ۇروق", "-12 ", "ناشنايىت"]
    assert parts("(ئابدۇللا) <5>") == ["<5> (", "اللۇدبائ", ")"]  # brackets open towards the reader


def test_a_comma_at_the_end_of_a_line_goes_with_the_words_around_it():
    inside = fonts.runs("阿图什 ئۈرۈمچى،", False, False, ("", " تىيانشان"))
    alone = fonts.runs("阿图什 ئۈرۈمچى،", False, False)
    assert [str(run.part) for run in inside] == ["阿图什 ", "،ىچمۈرۈئ"]
    assert [str(run.part) for run in alone] == ["阿图什 ", "ىچمۈرۈئ", "،"]


def test_marks_of_direction_change_nothing():
    assert read(drawn("\u202eئابدۇللا\u202c \u2067王\u2069").finish()) == read(drawn("ئابدۇللا 王").finish())


# -- shapes ----------------------------------------------------------------------------------------------------


def test_a_letter_has_its_form_by_its_neighbours():
    last, middle, first = (cluster.parts for cluster in clusters("ببب"))
    (alone,) = (cluster.parts for cluster in clusters("ب"))
    assert len({last, middle, first, alone}) == 4


def test_joined_letters_hang_together_on_paper():
    assert gaps("ببب") == 0
    assert gaps("ب\u200cب\u200cب") > 0  # a joiner of no width parts them


def test_two_letters_that_melt_are_one_drawing_and_two_letters():
    found = clusters("لا")
    assert [cluster.text for cluster in found] == ["ا", "ل"]
    assert [len(cluster.parts) for cluster in found] == [1, 0]
    assert sum(cluster.width for cluster in found) == pytest.approx(fonts.width("لا", 1000))


def test_a_stack_stands_in_the_room_of_one_letter():
    (stack,) = clusters("སྒྲུ", TIBETAN, right_to_left=False)
    (letter,) = clusters("ས", TIBETAN, right_to_left=False)
    assert stack.text == "སྒྲུ"
    assert stack.width == letter.width
    high = [ink(words).point(lambda grey: 255 if grey < 200 else 0).getbbox() for words in ("སྒྲུ", "ས")]
    assert high[0][3] - high[0][1] > 1.5 * (high[1][3] - high[1][1])


def test_every_letter_of_uyghur_and_of_tibetan_has_a_glyph():
    assert fonts.missing(UYGHUR_LETTERS + "،؛؟0123456789") == []
    assert fonts.missing("".join(chr(code) for code in range(0x0F40, 0x0F6D) if code != 0x0F48)) == []
    assert fonts.missing(kinds.UYGHUR_PLACE + kinds.TIBETAN_PLACE) == []


def test_what_the_fonts_lack_prints_a_sign_there_too():
    assert fonts.missing("བོད་\u0f48ལྷ") == ["\u0f48"]
    assert look(drawn("བོད་\u0f48ལྷ").finish()).all_text == f"བོད་{fonts.MISSING}ལྷ"
    assert fonts.missing("ק") == ["ק"]  # Hebrew: a county that needs it has yet to ask


def test_letters_stay_within_the_room_of_a_line():
    """Neither above the line nor into the letters of the next: 0.88 of the size up, and down as far as its leading."""
    for words in (kinds.TIBETAN_PLACE, kinds.UYGHUR_PLACE, "སྒྲུབ་སྐྱོང་ཧཱུྃ", "ھەڭگۆۋې چىپپ"):
        paper = Paper(title="试", size=(200, 40), language="zh")
        paper.line(5, 10, words, 72)
        with closing(pypdfium2.PdfDocument(paper.finish())) as document:
            box = picture_of(document[0], 72).point(lambda grey: 255 if grey < 200 else 0).getbbox()
        base = 10 / 25.4 * 72 + 0.88 * 72
        assert box[1] >= base - 0.93 * 72
        assert box[3] <= base + 0.5 * 72


# -- text that is copied -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [kinds.UYGHUR, "ئۈرۈمچى شەھىرى، تىيانشان", "مُحَمَّد لالا", "قازاق ﻻﻟﻪ"])
@pytest.mark.parametrize("bold", [False, True])
def test_uyghur_is_copied_as_it_was_written(words, bold):
    data = drawn(words, bold=bold).finish()
    assert read(data) == fonts.plain(words)
    assert fonts.plain(look(data).all_text) == fonts.plain(words)  # two marks of one letter may change places


@pytest.mark.parametrize("words", [kinds.TIBETAN, kinds.TIBETAN_PLACE, "扎西 བཀྲ་ཤིས། 多吉 རྡོ་རྗེ", "ཨོཾ་མ་ཎི་པདྨེ་ཧཱུྃ༔", "༡༢༣"])
def test_tibetan_is_copied_as_it_was_written(words):
    data = drawn(words).finish()
    assert read(data) == words
    assert look(data).all_text == words


def test_a_uyghur_name_in_a_chinese_line_is_copied_as_it_was_written():
    words = f"王小明 {kinds.UYGHUR}（站长）138****1234"
    assert read(drawn(words).finish()) == words


def test_more_clusters_than_one_font_holds():
    paper = Paper(title="试", size=(400, 400), language="zh", author="县")
    lines = ["་".join(STACKS[n : n + 25]) for n in range(0, len(STACKS), 25)]
    for n, line in enumerate(lines):
        paper.line(5, 5 + 10 * n, line, 14)
    data = paper.finish()
    assert len(set(STACKS)) > 255
    assert read(data) == "\n".join(lines)
    assert faults(data) == []


MIXED = st.text(alphabet=st.sampled_from("何马 村()，-12Ab" + UYGHUR_LETTERS[:12] + "َ\u200c་།བཀྲྱིཤ"), max_size=30)


@settings(deadline=None)
@given(MIXED, st.booleans())
def test_nothing_is_lost_or_added_in_any_mixture(words, bold):
    turned = str.maketrans("()", "((")
    visible = sorted(fonts.plain(words).translate(turned).replace(" ", "").replace("\u200c", ""))
    shown = "".join(str(run.part) for run in fonts.runs(words, bold))
    assert sorted(shown.translate(turned).replace(" ", "").replace("\u200c", "")) == visible
    assert fonts.width(words, 1000, bold) == pytest.approx(sum(run.width for run in fonts.runs(words, bold)))


def test_documents_drawn_at_once_are_those_drawn_one_by_one():
    names = [kinds.UYGHUR, kinds.TIBETAN, kinds.RARE, kinds.UYGHUR_PLACE, kinds.TIBETAN_PLACE, "何马村站"] * 4
    alone = [drawn(name).finish() for name in names]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda name: drawn(name).finish(), names)) == alone


# -- lines -----------------------------------------------------------------------------------------------------


def test_uyghur_words_stay_whole_and_tibetan_breaks_behind_its_points():
    words = kinds.UYGHUR_PLACE
    lines = text.wrap(words, 90, 12)
    assert len(lines) > 2
    assert " ".join(lines) == words
    lines = text.wrap(kinds.TIBETAN_PLACE, 40, 12)
    assert len(lines) > 3
    assert all(line.endswith(("་", "།")) for line in lines)


@pytest.mark.parametrize("word", ["སྒྲུབ", "བསྒྲུབས", "ཨོཾ"])
def test_a_stack_is_never_cut(word):
    """Neither where a word is longer than its line, nor where the text ends in an ellipsis."""
    whole = {"".join(run.part.clusters[n].text for n in range(count))
             for run in fonts.runs(word) for count in range(len(run.part.clusters) + 1)}  # fmt: skip
    for width in range(24, 60, 3):
        fitted = text.fit(word * 60, width, size=12, smallest=12, lines=3)
        assert fitted.cut
        assert all(fonts.width(line, 12) <= width for line in fitted.lines)
        ends = ["".join(fitted.lines[:count]).rstrip("…") for count in (1, 2, 3)]
        assert all(end.removeprefix(word * (len(end) // len(word))) in whole for end in ends)


def test_lines_from_right_to_left_begin_at_the_right():
    paper = Paper(title="试", size=(100, 40), language="zh")
    paper.box(5, 5, 40, kinds.UYGHUR_PLACE, 12, lines=3)
    with closing(pypdfium2.PdfDocument(paper.finish())) as document, closing(document[0].get_textpage()) as words:
        rights = [words.get_rect(n)[2] for n in range(words.count_rects())]
    assert max(rights) == pytest.approx(45 / 25.4 * 72, abs=1.5)


def test_a_mark_on_a_picture_joins_too():
    def marked(words: str) -> bytes:
        out = io.BytesIO()
        Image.new("RGB", (600, 400), "white").save(out, "JPEG")
        return mark_picture(out.getvalue(), words)

    assert marked("ببب") != marked("ب\u200cب\u200cب")
    assert marked(kinds.TIBETAN) != marked("王")


def test_a_run_that_joins_says_what_it_is():
    (run,) = fonts.runs(kinds.UYGHUR)
    assert run.face == ARABIC
    assert isinstance(run.part, Joined)
    assert run.width == run.part.width
