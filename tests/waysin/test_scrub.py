"""Carrier texts as carriers write them. Left: what arrives. Then what must be gone, and what must still be there."""

import re
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core import scrubbing
from portal.core.masking import scrub
from portal.core.scrubbing import _ANGLE, LONGEST_INPUT, without_tags

HERE = Path(__file__).parent


def corpus():
    blocks = (HERE / "carrier_texts.txt").read_text("utf-8").split("\n\n")[1:]
    for block in filter(None, map(str.strip, blocks)):
        text, gone, kept = block.split("\n")
        yield text, *([w.strip() for w in words[1:].split("|") if w.strip()] for words in (gone, kept))


CORPUS = list(corpus())


@pytest.mark.parametrize(("text", "gone", "kept"), CORPUS)
def test_people_go_and_the_sentence_stays(text, gone, kept):
    cleaned = scrub(text)
    assert [word for word in gone if word in cleaned] == []
    assert [word for word in kept if word not in cleaned] == [], cleaned


def test_scrubbing_twice_changes_nothing_more():
    for text, _gone, _kept in CORPUS:
        assert scrub(scrub(text)) == scrub(text)


def test_the_result_is_never_longer_than_asked():
    assert len(scrub("到达" * 900, 200)) == 200


def test_an_endless_text_is_answered_quickly():
    for nasty in (
        "<" * 100_000,
        "1-" * 100_000,
        "张" * 100_000,
        "&lt;" * 50_000,
        "快递员" * 30_000,
        "a" * 100_000,
        "【" * 90_000,
    ):
        assert len(scrub(nasty)) <= 500


def _iterated(text):
    """The slow definition: innermost tags away until there are none."""
    while (shorter := re.sub(r"<[^<>]*>", "", text)) != text:
        text = shorter
    return text


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet="<>ab", max_size=40))
def test_tags_go_in_one_pass_as_they_would_one_after_the_other(text):
    assert without_tags(text) == _iterated(text)


def test_twice_as_many_tags_are_twice_the_work(monkeypatch):
    """Counted in looks at the text, not in seconds."""

    def looks(size):
        seen = []

        class Counting:
            def finditer(self, text):
                for match in _ANGLE.finditer(text):
                    seen.append(match)
                    yield match

        monkeypatch.setattr(scrubbing, "_ANGLE", Counting())
        assert without_tags("<" * size + ">" * size) == ""
        return len(seen)

    assert looks(4000) == 2 * looks(2000) == 8000


@pytest.mark.parametrize("ahead", range(1, 14))
def test_a_number_at_the_end_of_what_is_read_is_not_left_in_half(ahead):
    """Markup before it: what is shown ends where reading ends."""
    start = "<b>" * 100 + "</b>" * 100 + "已签收"
    text = start + "好" * (LONGEST_INPUT - len(start) - ahead) + "13812345678" + "谢" * 900
    assert not re.search("[0-9]", scrub(text, limit=1000))


def test_two_million_characters_of_tags_are_seconds_at_most():
    started = time.process_time()
    assert without_tags("<" * 1_000_000 + ">" * 1_000_000) == ""
    assert scrub("<" * 1_000_000 + ">" * 1_000_000) != "x"
    assert time.process_time() - started < 10


SEPARATORS = st.text(alphabet=" \u3000\u00a0\u200b\t-－—.·・_/()（）,，*:：+ ", max_size=3)
TABLES = ["0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"]
AROUND = st.sampled_from(
    ["", "电话", "张三", "(", "派件员：", "ABC", "x", "【", "。", "第3件 ", "2024-05-01 ", "12:30 ", "已到达"]
)


@st.composite
def disguised(draw, digits):
    """The digits in any mixture of scripts, with anything between them and around them."""
    number = draw(digits)
    out = []
    for c in number:
        out.append(TABLES[draw(st.integers(0, 3))][int(c)] if c.isdigit() else c)
        out.append(draw(SEPARATORS) if draw(st.booleans()) else "")
    return number, draw(AROUND) + "".join(out[:-1]) + draw(AROUND)


MOBILE = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
IDENTITY = st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True) | st.from_regex(r"[1-9][0-9]{16}", fullmatch=True)


def digits_left(text):
    return re.sub(r"\D", "", unicodedata.normalize("NFKC", text))


@settings(max_examples=600, deadline=None)
@given(disguised(MOBILE))
def test_no_mobile_number_survives_in_any_form(case):
    number, text = case
    left = digits_left(scrub(text))
    assert number not in left
    assert number[-4:] not in left


@settings(max_examples=600, deadline=None)
@given(disguised(IDENTITY))
def test_no_identity_number_survives_in_any_form(case):
    number, text = case
    assert number.rstrip("X") not in digits_left(scrub(text))
    assert number[6:14] not in digits_left(scrub(text))
