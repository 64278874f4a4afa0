"""The pickup text is read back as it was written, in both languages, whatever a station is called."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.parcels import pickup_text as grammar
from logistics.parcels.pickup_text import Item, Kind, Language, NotAPickupText, PickupText, pickup_text, plain
from logistics.parcels.pickup_text import read_pickup_text as read
from portal.notify.templates import template

PAGE = Path(__file__).resolve().parents[2] / "docs" / "pickup-text.md"
words = st.text(max_size=40)
items = st.builds(
    Item,
    tail=st.text("0123456789ABCXYZ-", min_size=1, max_size=4),
    code=st.text("0123456789", min_size=6, max_size=6),
)
days = st.dates().map(lambda day: (day.month, day.day))
texts = st.builds(
    PickupText,
    kind=st.sampled_from(Kind),
    station=words,
    items=st.lists(items, min_size=1, max_size=12).map(tuple),
    hours=words,
    phone=words,
    link=st.sampled_from(["", "https://wuliu.example.gov.cn/l/1z-t5k~Ab_9"]),
    since=st.none() | days,
    until=st.none() | days,
    language=st.sampled_from(Language),
)


@settings(max_examples=500, deadline=None)
@given(texts)
def test_what_is_written_is_read(text):
    found = read(pickup_text(text))
    assert found.items == text.items
    assert (found.kind, found.link, found.language) == (text.kind, text.link, text.language)
    assert (found.since, found.until) == (text.since, text.until)
    assert (found.station, found.hours, found.phone) == (plain(text.station), plain(text.hours), plain(text.phone))


@settings(max_examples=300, deadline=None)
@given(words)
def test_a_plain_word_stays_as_it_is(word):
    assert plain(plain(word)) == plain(word)


def test_a_real_text_message_with_the_sender_in_front():
    text = "【庄浪县域物流】取件通知：何马村站有您2个包裹。尾号0001，取件码482 913；尾号0002，取件码705 126。营业时间08:00-18:00，电话0933-6620000。详情或请人代取：https://w.cn/l/x~y\n"
    found = read(text)
    assert found.station == "何马村站"
    assert found.items == (Item("0001", "482913"), Item("0002", "705126"))
    assert found.link == "https://w.cn/l/x~y"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "您的快递到了",
        "取件通知：何马村站有您2个包裹。尾号0001，取件码482 913。营业时间8-18，电话1。",  # two announced, one told
        "取件通知：何马村站有您1个包裹。尾号0001，取件码48291。营业时间8-18，电话1。",
        "取件通知：何马村站有您1个包裹。尾号0001，取件码482 913。营业时间8-18，电话1。点击领奖：http://x",
        "取件通知：何马村站有您1个包裹。尾号0001，取件码482 913。营业时间8-18，电话1。请在12月8号前取。",
        "取件通知：何马村站有您1个包裹。" + "尾号0001，取件码482 913；" * 3000,
    ],
)
def test_anything_else_is_no_pickup_text(text):
    with pytest.raises(NotAPickupText):
        read(text)


def test_a_text_without_parcels_is_not_written():
    with pytest.raises(ValueError):
        pickup_text(PickupText(Kind.COLLECT, "站", (), "8-18", "1"))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("sent", "kind", "since", "until"),
    [
        (grammar.ARRIVED, Kind.ARRIVED, None, (12, 8)),
        (grammar.ARRIVED_ON, Kind.ARRIVED, None, None),
        (grammar.WAITING, Kind.WAITING, (12, 1), (12, 8)),
        (grammar.WAITING_ON, Kind.WAITING, (12, 1), None),
    ],
)
def test_messages_follow_the_grammar(sent, kind, since, until, language):
    """What goes out as text message is the very text that `pickup_text` writes."""
    values = {"station": "何马村站", "hours": "08:00-18:00", "hotline": "0933-6620000"}
    for name, day in (("since", since), ("until", until)):
        if day:
            values[name] = dt.date(2026, *day).isoformat()
    lines = [{"tail": t, "code": c, "link": "https://w.cn/l/x"} for t, c in (("0001", "482 913"), ("0002", "705 126"))]
    wanted = PickupText(
        kind, "何马村站", (Item("0001", "482913"), Item("0002", "705126")), "08:00-18:00", "0933-6620000",
        "https://w.cn/l/x", since, until, language,
    )  # fmt: skip
    assert template(sent.name).render(values, language, lines) == pickup_text(wanted)
    assert read(pickup_text(wanted)) == wanted


def test_the_examples_of_the_documentation_are_true():
    examples = re.findall(r"^    (\S.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(examples) >= 4
    assert {read(example).language for example in examples} == set(Language)
    for example in examples:
        assert pickup_text(read(example)) == example
