"""One document by its address."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from logistics.documents.papers.sizes import LabelSize
from logistics.documents.services.printing import print_bag_tag, print_label, print_manifest, print_proof
from logistics.documents.views.pages import pdf
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now
from portal.core.errors import BadInput


class UnknownSize(BadInput):
    code = "unknown_label_size"
    message = _("没有这种标签纸。")
    hint = _("请选择 100x180 或 76x130。")


def _size(request) -> LabelSize:
    asked = request.GET.get("size", LabelSize.LARGE.value)
    if asked not in LabelSize.values:
        raise UnknownSize()
    return LabelSize(asked)


@needs(Permission.DOCUMENT_PRINT)
@require_GET
def label(request, waybill: str):
    return pdf(print_label(waybill=waybill, size=_size(request), actor=request.actor, now=now()))


@needs(Permission.DOCUMENT_PRINT)
@require_GET
def bag_tag(request, bag: str):
    return pdf(print_bag_tag(number=bag, size=_size(request), actor=request.actor, now=now()))


@needs(Permission.DOCUMENT_PRINT)
@require_GET
def manifest(request, handover_id: uuid.UUID):
    return pdf(print_manifest(handover_id=handover_id, actor=request.actor, now=now()))


@needs(Permission.DOCUMENT_PRINT)
@require_GET
def proof(request, waybill: str):
    return pdf(print_proof(waybill=waybill, actor=request.actor, now=now()))
