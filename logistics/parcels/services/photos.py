"""Photographs and signatures kept as evidence.

The file is written before its row, so that no row is without a file; whatever ends the transaction badly takes the
file away again, and `sweep` takes away what a killed process left.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import Handover, Parcel, Photo
from logistics.parcels.selectors_handovers import on_a_side, photo_in_scope
from logistics.parcels.services.guards import require_parcels
from logistics.parcels.services.parties import HandoverNotFound
from logistics.parcels.states import PhotoKind
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor, demand
from portal.core.clock import COUNTY_TIME
from portal.core.errors import BadInput, NotFound
from portal.core.ids import new_id
from portal.core.images import CleanImage, clean_image

FOLDER = "photos"
LEFT_BEHIND = dt.timedelta(days=1)
# What a photograph of a parcel needs: whoever hands over at the door shows it there, whoever scans sees damage.
_NEEDS = {
    PhotoKind.DELIVERY: Permission.PARCEL_DELIVER,
    PhotoKind.SIGNATURE: Permission.PARCEL_DELIVER,
    PhotoKind.DAMAGE: Permission.EVENT_RECORD,
}


class PhotoNotFound(NotFound):
    code = "photo_not_found"
    message = _("没有找到这张照片，或您不能查看。")
    hint = _("请从包裹页或交接单打开照片。")


class PhotoOfWhat(BadInput):
    code = "photo_of_what"
    message = _("没有说明这是什么照片。")
    hint = _("请从包裹页或交接单上传照片。")


def add_photo(
    *,
    kind: str,
    file: BinaryIO,
    actor: Actor,
    now: dt.datetime,
    parcel: Parcel | None = None,
    handover: Handover | None = None,
) -> Photo:
    """Keeps a picture of one parcel or of one handover, cleaned of metadata (portal/core/images.py).

    HANDOVER pictures belong to a handover and are taken by somebody of either side; all others belong to a parcel
    within the actor's reach. The first picture of a handover is named on it. Raises PhotoOfWhat, the refusals of
    `clean_image`, Forbidden, ParcelNotFound, HandoverNotFound.
    """
    demand(actor)
    if kind not in PhotoKind.values or (kind == PhotoKind.HANDOVER) != (handover is not None):
        raise PhotoOfWhat()
    if (parcel is None) == (handover is None):
        raise PhotoOfWhat()
    if handover is not None and not on_a_side(actor=actor, handover=handover):
        raise HandoverNotFound()
    if parcel is not None:
        require_parcels(actor=actor, permission=_NEEDS[PhotoKind(kind)], parcels=[parcel])
    image = clean_image(file, drawn=kind == PhotoKind.SIGNATURE)
    with stored(image=image, now=now) as place, transaction.atomic():
        photo = keep(place=place, image=image, kind=kind, actor=actor, now=now, parcel=parcel, handover=handover)
        if handover is not None:
            Handover.objects.filter(pk=handover.pk, photo="").update(photo=str(photo.pk))
    return photo


@contextmanager
def stored(*, image: CleanImage, now: dt.datetime) -> Iterator[tuple[uuid.UUID, str]]:
    """The picture as a file (id of its row to be, path in the storage); gone again when the block fails.

    Open it around the transaction that writes the row, not inside.
    """
    photo_id = new_id()
    day = now.astimezone(COUNTY_TIME)
    path = storages["default"].save(f"{FOLDER}/{day:%Y/%m}/{photo_id}.jpg", ContentFile(image.data))
    try:
        yield photo_id, path
    except BaseException:
        storages["default"].delete(path)
        raise


def keep(
    *,
    place: tuple[uuid.UUID, str],
    image: CleanImage,
    kind: str,
    actor: Actor,
    now: dt.datetime,
    parcel: Parcel | None = None,
    handover: Handover | None = None,
) -> Photo:
    """The row of a stored picture, in the caller's transaction; what it may belong to the caller has checked."""
    photo_id, path = place
    return Photo.objects.create(
        id=photo_id, kind=kind, parcel=parcel, handover=handover, file=path, sha256=image.sha256,
        bytes=len(image.data), width=image.width, height=image.height, taken_at=now, taken_by=actor.id,
    )  # fmt: skip


@transaction.atomic
def look_at_photo(*, photo_id: uuid.UUID, actor: Actor, now: dt.datetime) -> tuple[Photo, bytes]:
    """The picture with its row. Somebody else's picture looked at is noted in the audit trail.

    For who may see the people of its parcel (PARCEL_VIEW_PERSONAL), and for both sides of its handover. Raises
    PhotoNotFound, also when the file is gone from the disk.
    """
    photo = photo_in_scope(actor=actor, photo_id=photo_id)
    if photo is None:
        raise PhotoNotFound()
    try:
        with storages["default"].open(photo.file, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        raise PhotoNotFound() from None
    if photo.taken_by != actor.id:
        record(actor=actor, now=now, action="photo.looked", target=photo, after={"kind": photo.kind})
    return photo, data


def sweep(*, now: dt.datetime) -> int:
    """Deletes files of the last two months that no row names and that are older than a day. Returns how many."""
    storage, gone = storages["default"], 0
    for month in {now, now - dt.timedelta(days=28)}:
        folder = f"{FOLDER}/{month.astimezone(COUNTY_TIME):%Y/%m}"
        try:
            names = storage.listdir(folder)[1]
        except FileNotFoundError:
            continue
        known = set(Photo.objects.filter(file__startswith=f"{folder}/").values_list("file", flat=True))
        for path in (f"{folder}/{name}" for name in names):
            if path not in known and storage.get_modified_time(path) < now - LEFT_BEHIND:
                storage.delete(path)
                gone += 1
    return gone
