"""Handovers for their manifests."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.documents.papers.manifests import Line, Manifest
from logistics.parcels.errors import clock, spoken
from logistics.parcels.models import Handover, HandoverItem, Photo
from logistics.parcels.selectors_handovers import names_of, visible_handovers
from logistics.parcels.states import HandoverState
from portal.core.actor import Actor
from portal.core.errors import NotFound


class ManifestNotFound(NotFound):
    """Also for a handover of others."""

    code = "handover_not_found"
    message = _("没有找到这张交接单，或您不是交接的一方。")
    hint = _("请从交接单页面打开打印。")


def handover_to_print(*, actor: Actor, handover_id: uuid.UUID) -> Handover:
    """Raises ManifestNotFound."""
    found = visible_handovers(actor=actor).select_related("station").filter(pk=handover_id).first()
    if found is None:
        raise ManifestNotFound()
    return found


def manifest_of(handover: Handover) -> Manifest:
    """The manifest with its parcels in the order of their bags and numbers."""
    giver, taker = (handover.from_kind, handover.from_ref), (handover.to_kind, handover.to_ref)
    names = names_of({giver, taker})
    items = HandoverItem.objects.filter(handover=handover).select_related("bag", "parcel__destination_station")
    rows = sorted(
        items, key=lambda item: (not item.expected, item.bag.number if item.bag else "", item.parcel.printed_number)
    )
    answered = f"{clock(handover.answered_at)}  {spoken(handover.answered_by)}" if handover.answered_at else ""
    return Manifest(
        number=str(handover.pk),
        link=f"{settings.PUBLIC_URL}/work/handovers/{handover.pk}/",
        giver=names[giver].name,
        taker=names[taker].name,
        station=handover.station.name,
        state=handover.get_state_display(),
        expected=handover.expected,
        scanned=handover.scanned,
        offered=f"{clock(handover.offered_at)}  {spoken(handover.offered_by)}",
        answered=answered,
        dispute=handover.dispute,
        photos=Photo.objects.filter(handover=handover).count(),
        lines=[_line(item, handover.state) for item in rows],
    )


def _line(item: HandoverItem, state: str) -> Line:
    found = ""
    if state in (HandoverState.CONFIRMED, HandoverState.DISPUTED) and item.expected != item.scanned:
        found = gettext("缺少") if item.expected else gettext("多出")
    to = item.parcel.destination_station
    return Line(
        number=item.parcel.printed_number,
        bag=item.bag.number if item.bag else "",
        destination=to.name if to else "",
        expected=item.expected,
        scanned=item.scanned,
        found=found,
        odd=bool(found),
    )
