"""The lookup address of a number as a QR code."""

from __future__ import annotations

import io

import segno
from django.http import HttpResponse
from django.utils.translation import override

from logistics.parcels.lookup import NotANumber, read_number
from portal.core.access import public
from portal.public import ready
from portal.public.views.track import PRIVATE, address_of, refusal


@public("draws the address of a public page; reads nothing")
def qr(request, number: str):
    """An SVG of the address of `/t/<number>`, whether the number is known or not."""
    try:
        address = address_of(read_number(number))
    except NotANumber as error:
        with override(ready.reader_of(request)[0]):
            return refusal(request, number, error)
    return drawn(address)


qr.fast_lane = True


def drawn(address: str) -> HttpResponse:
    """An address as a QR code, an SVG that takes the size it is given."""
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=2, xmldecl=False, omitsize=True, nl=False)
    return HttpResponse(out.getvalue(), content_type="image/svg+xml", headers=PRIVATE)
