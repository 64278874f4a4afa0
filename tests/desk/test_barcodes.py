"""What scanners, cameras and people send, made plain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.desk.barcodes import SHELF_MARK, Kind, read_barcode
from logistics.parcels.events import normalise_number

WAYBILL, BAG = "XNQENJC1H3W1X2", "DB9XX7A0ET"  # with their check characters; the same in every process that collects
TOKEN = "1a2-t4k3zz~abcDEF-_0123456789abcdefghijklmnop"
HANDOVER = "01920000-0000-7000-8000-00000000abcd"


@pytest.mark.parametrize(
    ("sent", "kind", "value"),
    [
        (f" {WAYBILL}\r\n", Kind.WAYBILL, WAYBILL),
        (f"\x02{WAYBILL.lower()}\t", Kind.WAYBILL, WAYBILL),
        (f"]C1{WAYBILL}", Kind.WAYBILL, WAYBILL),
        ("７８０ ０１２３４\u3000５６７８９", Kind.NUMBER, "780012345678 9".replace(" ", "")),
        ("SF-1234 5678", Kind.NUMBER, "SF-12345678"),
        ("\ufeff7800123456789\u200b", Kind.NUMBER, "7800123456789"),
        (f"http://localhost:8000/t/{WAYBILL}", Kind.WAYBILL, WAYBILL),
        ("https://wl.example.gov.cn/t/7800123456789?lang=en", Kind.NUMBER, "7800123456789"),
        (f"https://wl.example.gov.cn/l/{TOKEN}", Kind.LINK, TOKEN),
        (TOKEN, Kind.LINK, TOKEN),
        (f"https://wl.example.gov.cn/work/handovers/{HANDOVER}/", Kind.HANDOVER, HANDOVER),
        (f"https://wl.example.gov.cn/work/me/{TOKEN}", Kind.BADGE, TOKEN),
        (BAG.lower(), Kind.BAG, BAG),
        ("482 913", Kind.CODE, "482913"),
        (f"{SHELF_MARK}3-2", Kind.SHELF, "3-2"),
        (f"{SHELF_MARK.lower()} A 区 1 ", Kind.SHELF, "A 区 1"),
        (SHELF_MARK, Kind.UNREADABLE, ""),
        (f"{SHELF_MARK}{'9' * 17}", Kind.UNREADABLE, ""),
        ("", Kind.EMPTY, ""),
        (" \r\n\t", Kind.EMPTY, ""),
        ("\x00\x01\x1d", Kind.UNREADABLE, ""),
        ("7" * 10_000, Kind.UNREADABLE, ""),
        ("王小明的包裹", Kind.UNREADABLE, ""),
        ("' OR 1=1 --", Kind.UNREADABLE, ""),
        ("https://example.com/pay?x=1", Kind.CARRIER_QR, ""),
        ("https://example.com/pay?no=abcdefgh1", Kind.CARRIER_QR, ""),
        ("MMM={'k1':'933W','k4':'T4','k5':'SF1400000000017','k6':'','k7':'1a2b3c4d'}", Kind.NUMBER, "SF1400000000017"),
        ("MMM={'k1':'933W','k5':''}", Kind.CARRIER_QR, ""),
        ("http://u.example.cn/qr?no=SF1400000000017", Kind.NUMBER, "SF1400000000017"),
        ("*78092000000101*", Kind.NUMBER, "78092000000101"),
        ("A78092000000101B", Kind.NUMBER, "A78092000000101B"),
        ("JDVE00000000101-1-1-", Kind.NUMBER, "JDVE00000000101"),
        ("12", Kind.UNREADABLE, ""),
    ],
)
def test_what_was_read(sent, kind, value):
    read = read_barcode(sent)
    assert (read.kind, read.value) == (kind, value)


@pytest.mark.parametrize(
    ("sent", "value", "piece"),
    [
        ("JDVE00000000101-2-3-", "JDVE00000000101", (2, 3)),
        ("jdve00000000101-2-3", "JDVE00000000101", (2, 3)),
        ("78092000000103-12-12-", "78092000000103", (12, 12)),
        ("SF-1234-5678", "SF-1234-5678", (0, 0)),
        ("78092000000103-1-2", "78092000000103-1-2", (0, 0)),
    ],
)
def test_a_piece_is_its_parcel(sent, value, piece):
    read = read_barcode(sent)
    assert (read.value, (read.piece, read.pieces)) == (value, piece)
    assert normalise_number(sent) == value


@pytest.mark.parametrize("piece", ["4-3", "0-3", "1-0", "999-998"])
def test_a_piece_that_cannot_be_is_read_again_and_never_another_number(piece):
    code = f"78092000000103-{piece}-"
    assert read_barcode(code).kind == Kind.UNREADABLE
    assert read_barcode(f"http://u.example.cn/qr?no={code}").kind != Kind.NUMBER
    assert normalise_number(code) == "78092000000103"


def test_one_wrong_character_makes_a_bag_tag_an_ordinary_number():
    wrong = BAG[:-1] + ("0" if BAG[-1] != "0" else "1")
    assert read_barcode(wrong).kind == Kind.NUMBER


@pytest.mark.parametrize("sent", ["482913", f"https://x/l/{TOKEN}", f"https://x/work/me/{TOKEN}"])
def test_what_opens_something_is_never_kept(sent):
    assert read_barcode(sent).kept == ""


@given(st.one_of(st.text(max_size=700), st.binary(max_size=300).map(lambda noise: noise.decode("latin-1"))))
def test_noise_never_raises_and_gives_nothing_a_database_refuses(noise):
    read = read_barcode(noise)
    assert len(read.kept) <= 64
    assert "\x00" not in read.value
    if read.kind in (Kind.NUMBER, Kind.CODE, Kind.BAG, Kind.WAYBILL):
        assert all(c.isascii() and (c.isalnum() or c == "-") for c in read.value)
