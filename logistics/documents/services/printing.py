"""Printing: who printed how much of what is kept in the audit trail, never whose.

Nothing is printed when something is wrong with the request: no half batch comes out of a printer unnoticed.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.desk.barcodes import SHELF_MARK
from logistics.documents.papers.labels import draw_labels
from logistics.documents.papers.manifests import draw_manifest
from logistics.documents.papers.proofs import draw_proof
from logistics.documents.papers.shelves import draw_shelves
from logistics.documents.papers.sizes import LabelSize, ShelfSize
from logistics.documents.papers.tags import draw_tag
from logistics.documents.selectors.bags import bag_to_print, bags_by_numbers, tag_of
from logistics.documents.selectors.deliveries import delivered_parcel, evidence_of, proof_of
from logistics.documents.selectors.handovers import handover_to_print, manifest_of
from logistics.documents.selectors.parcels import labels_of, parcels_at, parcels_by_numbers, parcels_in_bags
from logistics.parcels.errors import ParcelNotFound
from logistics.parcels.events import normalise_number
from logistics.parcels.models import Parcel
from logistics.parcels.services.photos import PhotoNotFound, look_at_photo
from logistics.registry.selectors import station_by_code
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor, demand
from portal.core.errors import BadInput, TooLarge
from portal.regions.codes import pad

MOST_LABELS = 500
MOST_SHELVES = 480
SHELF_LENGTH = 16
_LEVELS = (12, 9, 6)


class NothingToPrint(BadInput):
    code = "nothing_to_print"
    message = _("没有要打印的内容。")
    hint = _("请扫描或粘贴单号，或换一个站点和阶段。")


class TooManyLabels(TooLarge):
    code = "too_many_labels"
    hint = _("请分成几次打印。")

    def __init__(self) -> None:
        super().__init__(gettext("一次最多打印 %(count)d 张标签。") % {"count": MOST_LABELS})


class TooManyShelves(TooLarge):
    code = "too_many_shelves"
    hint = _("请分成几次打印。")

    def __init__(self) -> None:
        super().__init__(gettext("一次最多打印 %(count)d 枚货架标签。") % {"count": MOST_SHELVES})


class BadShelf(BadInput):
    code = "bad_shelf"
    hint = _("请写短一些，如 3-2。")

    def __init__(self) -> None:
        super().__init__(gettext("货架位最长 %(count)d 个字，不能有斜杠。") % {"count": SHELF_LENGTH})


@dataclass(frozen=True, slots=True)
class Printed:
    """A PDF. `name` is for the file, without anything personal; `count` is how many of the thing are in it."""

    data: bytes
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """A number that can't be printed, and why."""

    number: str
    why: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The parcels behind what was asked for, each once and in that order, and the numbers that led nowhere."""

    parcels: list[Parcel]
    troubles: list[Trouble]


def choose_parcels(*, numbers: Sequence[str], station: str, stage: str, actor: Actor) -> Choice:
    """Parcels by number (ours or a carrier's), by the number of their bag, or all of a station at a stage.

    Raises NothingToPrint, TooManyLabels, StationNotFound.
    """
    demand(actor).require(Permission.DOCUMENT_PRINT)
    wanted = list(dict.fromkeys(filter(None, map(normalise_number, numbers))))
    if len(wanted) > MOST_LABELS:
        raise TooManyLabels()
    parcels, troubles = _behind(wanted, actor)
    if station:
        station_by_code(actor=actor, code=station, permission=Permission.DOCUMENT_PRINT)
        parcels += parcels_at(actor=actor, station=station, stage=stage, limit=MOST_LABELS + 1)
    chosen = list({parcel.pk: parcel for parcel in parcels}.values())
    if len(chosen) > MOST_LABELS:
        raise TooManyLabels()
    if not chosen and not troubles:
        raise NothingToPrint()
    return Choice(chosen, troubles)


def _behind(wanted: Sequence[str], actor: Actor) -> tuple[list[Parcel], list[Trouble]]:
    found = parcels_by_numbers(actor=actor, numbers=wanted)
    bags = bags_by_numbers(actor=actor, numbers=[number for number in wanted if not found[number]])
    inside = parcels_in_bags(actor=actor, bags=bags.values())
    parcels: list[Parcel] = []
    troubles: list[Trouble] = []
    for number in wanted:
        behind = inside[bags[number]] if number in bags else found[number]
        if number in bags and not behind:
            troubles.append(Trouble(number, gettext("这个袋是空的。")))
        elif not behind:
            troubles.append(Trouble(number, gettext("没有找到，或不在您的范围内。请对照面单核对。")))
        elif number not in bags and len(behind) > 1:
            troubles.append(Trouble(number, gettext("几家企业用了同一个单号。请改用本平台运单号。")))
        else:
            parcels += behind
    return parcels, troubles


def print_labels(*, parcels: Sequence[Parcel], size: LabelSize, actor: Actor, now: dt.datetime) -> Printed:
    """Labels of `parcels`, which choose_parcels gave to this actor. Raises NothingToPrint."""
    demand(actor).require(Permission.DOCUMENT_PRINT)
    if not parcels:
        raise NothingToPrint()
    data = draw_labels(labels_of(parcels), size)
    target = parcels[0] if len(parcels) == 1 else ("documents.labels", size.value)
    _note(
        "documents.labels", target, len(parcels), actor, now, size=size.value, area=_common([p.area for p in parcels])
    )
    return Printed(data, f"labels-{len(parcels)}.pdf", len(parcels))


def print_label(*, waybill: str, size: LabelSize, actor: Actor, now: dt.datetime) -> Printed:
    """The label of one parcel, by our number or a carrier's. Raises ParcelNotFound."""
    choice = choose_parcels(numbers=[waybill], station="", stage="", actor=actor)
    if len(choice.parcels) != 1:
        raise ParcelNotFound()
    return print_labels(parcels=choice.parcels, size=size, actor=actor, now=now)


def print_bag_tag(*, number: str, size: LabelSize, actor: Actor, now: dt.datetime) -> Printed:
    """Raises BagNotFound."""
    demand(actor).require(Permission.DOCUMENT_PRINT)
    bag = bag_to_print(actor=actor, number=number)
    data = draw_tag(tag_of(bag), size)
    _note("documents.bag_tag", bag, 1, actor, now, size=size.value, area=bag.destination.division_id)
    return Printed(data, f"bag-{bag.number}.pdf", 1)


def print_manifest(*, handover_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Printed:
    """Raises ManifestNotFound."""
    demand(actor).require(Permission.DOCUMENT_PRINT)
    handover = handover_to_print(actor=actor, handover_id=handover_id)
    manifest = manifest_of(handover)
    _note("documents.manifest", handover, len(manifest.lines), actor, now, area=handover.station.division_id)
    return Printed(draw_manifest(manifest), "handover.pdf", len(manifest.lines))


def print_proof(*, waybill: str, actor: Actor, now: dt.datetime) -> Printed:
    """The proof of a delivery, with its pictures if the actor may see the people of the parcel; that look is logged
    as any other. Raises ParcelNotFound, NotDelivered."""
    demand(actor).require(Permission.DOCUMENT_PRINT)
    parcel = delivered_parcel(actor=actor, waybill=waybill)
    photos, hidden = evidence_of(actor=actor, parcel=parcel)
    pictures = []
    for photo in photos:
        try:
            pictures.append((photo.kind, look_at_photo(photo_id=photo.pk, actor=actor, now=now)[1]))
        except PhotoNotFound:  # the file is gone from the disk: the proof says so instead of failing
            hidden += 1
    data = draw_proof(proof_of(actor=actor, parcel=parcel, pictures=pictures, hidden=hidden, now=now))
    _note("documents.proof", parcel, 1, actor, now, pictures=len(pictures))
    return Printed(data, "proof.pdf", 1)


def print_shelves(*, station: str, shelves: Sequence[str], size: ShelfSize, actor: Actor, now: dt.datetime) -> Printed:
    """Labels of the places of a station's shelves. Raises StationNotFound, NothingToPrint, TooManyShelves, BadShelf."""
    place = station_by_code(actor=actor, code=station, permission=Permission.DOCUMENT_PRINT)
    names = list(dict.fromkeys(filter(None, (" ".join(shelf.split()) for shelf in shelves))))
    if not names:
        raise NothingToPrint(hint=_("请写出货架位，或填写货架数和每架格数。"))
    if len(names) > MOST_SHELVES:
        raise TooManyShelves()
    if any(len(name) > SHELF_LENGTH or "/" in name or not name.isprintable() for name in names):
        raise BadShelf()
    data = draw_shelves(station=place.name, shelves=names, mark=SHELF_MARK, size=size)
    _note("documents.shelves", place, len(names), actor, now, size=size.value)
    return Printed(data, f"shelves-{len(names)}.pdf", len(names))


@transaction.atomic
def _note(action: str, target: Any, count: int, actor: Actor, now: dt.datetime, *, area: str = "", **more: Any) -> None:
    record(actor=actor, now=now, action=action, target=target, after={"count": count, **more}, area=area)


def _common(areas: Sequence[str]) -> str:
    """The smallest division that holds them all, "" when they lie in several counties."""
    for digits in _LEVELS:
        shared = {area[:digits] for area in areas}
        if len(shared) == 1:
            return pad(shared.pop())
    return ""
