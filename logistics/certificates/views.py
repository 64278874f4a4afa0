"""A reader's certificates, and their papers."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from logistics.certificates.explain import lines_of
from logistics.certificates.services.printing import PaperSize, print_certificate
from portal.core.access import signed_in
from portal.core.clock import now
from portal.core.errors import BadInput

PER_PAGE = 30


class UnknownSize(BadInput):
    code = "unknown_paper_size"
    message = _("没有这种版式。")
    hint = _("请选择 a4 或 card。")


@signed_in
@never_cache
@require_safe
def mine(request):
    """Those of the reader, of their enterprise and of what belongs to it; officials have a desk of theirs."""
    page = Paginator(lines_of(actor=request.actor, now=now()), PER_PAGE).get_page(request.GET.get("page"))
    newer = f"?page={page.previous_page_number()}" if page.has_previous() else ""
    older = f"?page={page.next_page_number()}" if page.has_next() else ""
    return render(request, "certificates/mine.html", {"page": page, "newer": newer, "older": older})


@signed_in
@require_safe
def pdf(request, certificate: str):
    """`size` is a4 or card."""
    asked = request.GET.get("size", PaperSize.SHEET.value)
    if asked not in {size.value for size in PaperSize}:
        raise UnknownSize()
    printed = print_certificate(number=certificate, size=PaperSize(asked), actor=request.actor, now=now())
    response = HttpResponse(printed.data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{printed.name}"'
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
