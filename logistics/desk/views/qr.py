"""The address of a handover as a QR code, for the phone of who takes over."""

from __future__ import annotations

import io

import segno
from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from members.access.states import Permission
from portal.core.access import needs


@needs(Permission.HANDOVER_GIVE, Permission.HANDOVER_TAKE)
@never_cache
@require_GET
def handover_qr(request, handover_id):
    """An SVG of an address; whether there is such a handover, and for whom, is decided where the address leads."""
    out = io.BytesIO()
    address = settings.PUBLIC_URL + reverse("work_handover", args=[handover_id])
    segno.make(address, error="m").save(out, kind="svg", border=2, xmldecl=False, omitsize=True, nl=False)
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")
