"""Rebuilds the colour profile that printed documents name: `python data/colour/make.py`. Needs Pillow 13.0.0.

The same bytes each time: LittleCMS writes the time of day and its own version into a profile, which are set here.
"""

from __future__ import annotations

import hashlib
import struct
import sys
from pathlib import Path

from PIL import ImageCms

DATE = (2020, 1, 1, 0, 0, 0)
VERSION = 0x04200000  # ICC.1:2004-10, the version that ISO 19005-2 asks for at most; nothing newer is in the file


def main() -> None:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[8:12] = struct.pack(">I", VERSION)
    profile[24:36] = struct.pack(">6H", *DATE)
    (Path(__file__).parent / "srgb.icc").write_bytes(profile)
    sys.stdout.write(f"srgb.icc {len(profile)} bytes, {hashlib.sha256(profile).hexdigest()}\n")


if __name__ == "__main__":
    main()
