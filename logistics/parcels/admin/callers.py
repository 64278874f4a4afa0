"""The telephone: somebody calls and gives their number; their parcels, and what to tell them of each."""

from __future__ import annotations

from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from logistics.parcels.selectors import visible_parcels
from logistics.parcels.services.callers import CallPurpose, find_callers_parcels
from members.access.panels import MONITOR, Page, add_page
from members.access.states import Permission
from portal.core.access import holders
from portal.core.clock import now
from portal.core.errors import DomainError
from portal.core.masking import mask_phone

KEPT = "caller"  # in the session: which parcels were found, so that the page can be reloaded and gone back to


def callers_page(request, context):
    """A POST looks, and leads on to the page that shows what was found."""
    error = None
    if request.method == "POST":
        phone = request.POST.get("phone", "")[:40]
        try:
            found = find_callers_parcels(
                phone=phone, purpose=request.POST.get("purpose", ""), actor=request.actor, now=now()
            )
        except DomainError as refused:
            error = refused
        else:
            request.session[KEPT] = {"phone": mask_phone(phone), "parcels": [parcel.pk for parcel in found]}
            return redirect("admin:callers")
    kept = request.session.get(KEPT)
    shown = {
        **context, "error": error, "typed": request.POST, "purposes": CallPurpose.choices, "kept": kept,
        "rows": _rows(request.actor, kept["parcels"]) if kept else [],
    }  # fmt: skip
    status = error.status if error is not None else 200
    return TemplateResponse(request, "admin/parcels/callers.html", shown, status=status)


def _rows(actor, ids: list[int]):
    """What was found, as it is now and as far as the reader's area reaches."""
    rows = visible_parcels(actor=actor, permission=Permission.PARCEL_EXPLAIN).filter(pk__in=ids)
    return rows.select_related("carrier", "station", "destination_station").order_by("-pk")


add_page(
    Page("callers/", "callers", _("来电查找"), holders(Permission.PARCEL_EXPLAIN), callers_page, MONITOR, 2, "call")
)
