"""A picture is what is in it, never what it is called; nothing but pixels gets through."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from portal.core.errors import DomainError
from portal.core.images import (
    LONGEST_SIDE,
    MAX_BYTES,
    BlankImage,
    ImageTooLarge,
    NotAnImage,
    TooManyPixels,
    clean_image,
)
from tests.door.conftest import picture, signature


def cleaned(raw: bytes, **options):
    return clean_image(io.BytesIO(raw), **options)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_every_kind_of_phone_is_read(form):
    image = cleaned(picture(form=form))
    assert (image.width, image.height) == (800, 600)
    with Image.open(io.BytesIO(image.data)) as shown:
        assert shown.format == "JPEG"


def test_a_large_picture_is_made_small():
    image = cleaned(picture(4000, 3000))
    assert (image.width, image.height) == (LONGEST_SIDE, 1200)
    assert len(image.data) < 300_000


def test_nothing_but_pixels_gets_through():
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    exif.get_ifd(0x8825)[2] = (35.0, 12.0, 0.0)
    image = cleaned(picture(exif=exif, comment=b"shot at home", icc_profile=b"profile-of-a-phone" * 10))
    assert not {b"PhoneMaker", b"shot at home", b"profile-of-a-phone", b"Exif"} & {
        word for word in (b"PhoneMaker", b"shot at home", b"profile-of-a-phone", b"Exif") if word in image.data
    }
    with Image.open(io.BytesIO(image.data)) as shown:
        assert len(shown.getexif()) == 0
        assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_file_hidden_behind_the_picture_is_dropped():
    hidden = b"<script>alert(1)</script>" + b"PK\x03\x04 archive"
    assert hidden not in cleaned(picture() + hidden).data


def test_a_phone_held_upright_gives_an_upright_picture():
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter
    image = cleaned(picture(800, 600, exif=exif))
    assert (image.width, image.height) == (600, 800)


def test_a_signature_is_black_on_white_and_not_empty():
    with Image.open(io.BytesIO(cleaned(signature(), drawn=True).data)) as shown:
        assert shown.convert("L").getextrema() == (0, 255)
    with pytest.raises(BlankImage):
        cleaned(signature(blank=True), drawn=True)


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x00", b"%PDF-1.7 not a picture", b"GIF89a" + b"\x00" * 100, b"<svg xmlns='http://www.w3.org/2000/svg'/>",
     b"MZ\x90\x00 program", picture()[:400], picture(form="PNG")[:200], b"\xff\xd8\xff\xe0" + b"x" * 5000],
    ids=["empty", "nul", "pdf", "gif", "svg", "program", "cut jpeg", "cut png", "fake jpeg"],
)  # fmt: skip
def test_what_is_no_picture_is_refused(raw):
    with pytest.raises(NotAnImage):
        cleaned(raw)


def test_ten_megabytes_are_the_limit():
    with pytest.raises(ImageTooLarge):
        cleaned(picture() + b"\x00" * MAX_BYTES)


def bomb(side: int) -> bytes:
    """A few kilobytes of PNG that claim side × side pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * (side // 8 + 1) * 64)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [7_500, 12_000, 65_000])
def test_a_bomb_is_refused_by_its_header(side):
    raw = bomb(side)
    assert len(raw) < 100_000
    with pytest.raises(TooManyPixels):
        cleaned(raw)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_bytes_never_break_the_reader(form, data):
    raw = bytearray(picture(64, 48, form=form))
    for _hit in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(DomainError):
        assert cleaned(bytes(raw)).width <= LONGEST_SIDE
