"""Pictures that people send: checked by what is in them, turned upright, made small, and rid of all metadata.

What comes out is always a new JPEG of at most 1600 pixels a side: no place, no time, no name of a phone, no second
file hidden behind the first. The size in pixels is read from the header and refused before anything is decoded, so
that a small file can't unfold into gigabytes.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps
from pillow_heif import register_heif_opener

from portal.core.errors import BadInput, TooLarge

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
LONGEST_SIDE = 1600
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
FAINTEST_INK = 16  # of 255: what differs less from the ground is noise

Image.MAX_IMAGE_PIXELS = MAX_PIXELS  # the library's own guard against bombs, in every opener and every frame
register_heif_opener(thumbnails=False)


class ImageTooLarge(TooLarge):
    code = "image_too_large"
    message = _("照片太大，不能超过 10 MB。")
    hint = _("请用手机拍照后直接发送（会自动缩小），或先压缩照片。")


class TooManyPixels(BadInput):
    code = "image_too_many_pixels"
    message = _("照片的像素太多，不能超过 5000 万像素。")
    hint = _("请在相机设置中选较小的尺寸，重新拍一张。")


class NotAnImage(BadInput):
    code = "not_an_image"
    message = _("这个文件不是照片，或者已经损坏。")
    hint = _("请发送 JPEG、PNG、WebP 或 HEIC 格式的照片。")


class BlankImage(BadInput):
    code = "image_blank"
    message = _("图上什么也没有。")
    hint = _("请在签名框内写好名字再提交。")


@dataclass(frozen=True, slots=True)
class CleanImage:
    """A JPEG of our own making. `sha256` is the hex digest of `data`."""

    data: bytes
    width: int
    height: int
    sha256: str


def clean_image(file: BinaryIO, *, drawn: bool = False) -> CleanImage:
    """The picture in `file`, re-encoded. `drawn` is for signatures: an empty sheet is refused.

    Raises ImageTooLarge beyond 10 MB, TooManyPixels beyond 50 megapixels, NotAnImage for anything that is not a whole
    JPEG, PNG, WebP or HEIC whatever it is called, BlankImage.
    """
    raw = _read(file)
    try:
        picture = _decoded(raw)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooManyPixels() from None
    except (TooManyPixels, MemoryError):
        raise
    except Exception:  # damaged bytes make the decoders raise whatever they meet: KeyError, struct.error, SyntaxError
        raise NotAnImage() from None
    if drawn and _is_blank(picture):
        raise BlankImage()
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True)
    data = out.getvalue()
    return CleanImage(data, picture.width, picture.height, hashlib.sha256(data).hexdigest())


def _read(file: BinaryIO) -> bytes:
    """At most one byte more than is allowed is ever held."""
    file.seek(0)
    raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise ImageTooLarge()
    return raw


def _decoded(raw: bytes) -> Image.Image:
    with Image.open(io.BytesIO(raw), formats=FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            raise TooManyPixels()
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded at a fraction of its size
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=2.0)
        upright = ImageOps.exif_transpose(image)
        # A fresh sheet: what the decoder kept beside the pixels (comments, profiles, EXIF) stays behind.
        sheet = Image.new("RGB", upright.size, "white")
        shown = upright.convert("RGBA") if upright.has_transparency_data else upright.convert("RGB")
        sheet.paste(shown, mask=shown.getchannel("A") if shown.mode == "RGBA" else None)
        return sheet


def _is_blank(picture: Image.Image) -> bool:
    shades = [shade for shade, pixels in enumerate(picture.convert("L").histogram()) if pixels]
    return shades[-1] - shades[0] < FAINTEST_INK
