"""Content-Types and bodies as no honest caller writes them."""

from __future__ import annotations

from urllib.parse import quote

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

# No text codecs; ones that fail on ordinary text; ones that make a zero byte or half a character out of it; others.
CODECS = ["base64", "rot13", "zip", "hex", "undefined", "punycode", "idna", "unicode_escape", "raw_unicode_escape",
          "utf-7", "utf-16", "utf-32", "gbk", "utf-8x", "%00", "", "utf-8", "utf8"]  # fmt: skip
TYPES = [f"text/plain; charset={codec}" for codec in CODECS] + [
    "text/plain; charset*=utf-8''%00",
    "text/plain; charset*=nope''x",
    "text/plain; charset*=base64''x",
    "text/plain; x*=undefined''%ff",
    'text/plain; charset="',
    "; charset=hex",
    ";",
]
WHOLE = (MULTIPART_CONTENT, encode_multipart(BOUNDARY, {"name": "x", "waybill": "y"}))
# How a body can be no form, or not the one it says to be.
BROKEN = [
    ("multipart/form-data", b"abc"),
    (f"{MULTIPART_CONTENT}", b"abc"),
    ("multipart/form-data; boundary=" + "x" * 300, b"abc"),
    (
        "multipart/form-data; boundary=XX",
        b'--XX\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n@@@=a\r\n--XX--\r\n",
    ),
    ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(1_200))),
    ("application/x-www-form-urlencoded; charset=gbk", b"a=1"),
    ("application/x-www-form-urlencoded", quote("a\x00=b\x00", safe="=").encode()),
]
