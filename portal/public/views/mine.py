"""My parcels: a member's own and those of relatives who agreed."""

from __future__ import annotations

from django.shortcuts import render
from django.utils.translation import get_language

from logistics.parcels.lookup_own import own_parcels
from logistics.parcels.services.pickup import spaced
from portal.core.access import signed_in
from portal.core.clock import now
from portal.public.views.track import private
from portal.public.words import words


@signed_in
def my_parcels(request):
    """Newest first, a page at a time; parcels that ended more than 30 days ago are left out."""
    before = request.GET.get("before", "")
    rows, more = own_parcels(
        actor=request.actor,
        own_phone=getattr(request.user, "phone", ""),
        now=now(),
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )
    w = words(get_language())
    listed = [{"row": row, "meaning": w.meanings.get(row.parcel.stage, ""), "code": spaced(row.code)} for row in rows]
    context = {"rows": listed, "older": f"?before={more}" if more else ""}
    return private(render(request, "public/my.html", context))
