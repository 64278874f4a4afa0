"""What the public reads of a station: hours, services, photographs. Looked after by who works there.

Name, place and kind are what was certified: they change by an application only.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.registry import rules
from logistics.registry.models import Station, StationPhoto
from logistics.registry.opening import read_harvest, read_hours, read_market, unread_part
from logistics.registry.selectors import StationNotFound
from logistics.registry.states import Equipment, State, StationService
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor, demand
from portal.core.errors import BadInput, Conflict, NotFound
from portal.core.ids import new_id
from portal.core.images import CleanImage, clean_image

FIELDS = ("hours", "market_days", "harvest_hours", "services", "equipment", "capacity", "phone")
MOST_PHOTOS = 6
MOST_CAPACITY = 100_000
FOLDER = "stations"


class PhotoNotFound(NotFound):
    code = "unknown_station_photo"
    message = _("没有这张照片。")
    hint = _("请刷新站点页面。")


class TooManyPhotos(Conflict):
    code = "too_many_station_photos"
    message = _("一个站点最多放 6 张照片。")
    hint = _("请先删除一张，再上传。")


def presented_stations(*, actor: Actor) -> QuerySet[Station]:
    """Stations whose service information the actor looks after: their own and their enterprise's, not those below."""
    scope = demand(actor).scope(Permission.STATION_PRESENT)
    rows = Station.objects.exclude(state=State.CLOSED)
    if scope.everything:
        return rows
    reach = Q(pk__in=scope.stations) | Q(operator__in=scope.enterprises)
    for prefix in scope.divisions:
        reach |= Q(division__code__startswith=prefix)
    return rows.filter(reach)


def presented_station(*, actor: Actor, code: str) -> Station:
    """Raises StationNotFound also for somebody else's."""
    found = presented_stations(actor=actor).select_related("division", "operator").filter(code=code).first()
    if found is None:
        raise StationNotFound()
    return found


def present_station(*, station: Station, fields: dict[str, Any], actor: Actor, now: dt.datetime) -> Station:
    """Writes FIELDS, with effect at once; before and after in the audit trail.

    Hours must be readable, because "open now" is reckoned from them. Raises BadInput by field, StationNotFound.
    """
    demand(actor).require(Permission.STATION_PRESENT)
    with transaction.atomic():
        row = _locked(actor, station)
        before = {name: getattr(row, name) for name in FIELDS}
        for name in FIELDS:
            if name in fields:
                setattr(row, name, fields[name])
        _check(row)
        changed = [name for name in FIELDS if getattr(row, name) != before[name]]
        if changed:
            row.save(update_fields=[*changed, "updated_at"])
            after = {name: getattr(row, name) for name in changed}
            record(actor=actor, now=now, action="station.presented", target=row,
                   before={name: before[name] for name in changed}, after=after)  # fmt: skip
    return row


def add_photo(*, station: Station, file: BinaryIO, caption: str, actor: Actor, now: dt.datetime) -> StationPhoto:
    """A picture for everybody, cleaned of all metadata. Raises TooManyPhotos, StationNotFound, those of clean_image."""
    demand(actor).require(Permission.STATION_PRESENT)
    if not presented_stations(actor=actor).filter(pk=station.pk).exists():
        raise StationNotFound()
    image = clean_image(file)
    photo_id = new_id()
    with _stored(photo_id, image) as path, transaction.atomic():
        row = _locked(actor, station)
        if StationPhoto.objects.filter(station=row).count() >= MOST_PHOTOS:
            raise TooManyPhotos()
        photo = StationPhoto.objects.create(
            id=photo_id, station=row, file=path, caption=" ".join(caption.split())[:60], width=image.width,
            height=image.height, added_at=now, added_by=actor.id,
        )  # fmt: skip
        record(actor=actor, now=now, action="station.photo_added", target=row, after={"photo": str(photo_id)})
    return photo


def remove_photo(*, station: Station, photo_id: uuid.UUID, actor: Actor, now: dt.datetime) -> None:
    """Raises PhotoNotFound (also for another station's), StationNotFound."""
    demand(actor).require(Permission.STATION_PRESENT)
    with transaction.atomic():
        row = _locked(actor, station)
        photo = StationPhoto.objects.filter(pk=photo_id, station=row).first()
        if photo is None:
            raise PhotoNotFound()
        file = photo.file
        photo.delete()
        record(actor=actor, now=now, action="station.photo_removed", target=row, before={"photo": str(photo_id)})
        transaction.on_commit(lambda: storages["default"].delete(file))


def read_photo(*, photo_id: uuid.UUID) -> bytes:
    """The picture, for anybody. Raises PhotoNotFound, also when its station has closed."""
    photo = StationPhoto.objects.exclude(station__state=State.CLOSED).filter(pk=photo_id).first()
    if photo is None:
        raise PhotoNotFound()
    try:
        with storages["default"].open(photo.file, "rb") as file:
            return bytes(file.read())
    except FileNotFoundError:
        raise PhotoNotFound() from None


@contextmanager
def _stored(photo_id: uuid.UUID, image: CleanImage) -> Iterator[str]:
    """The picture as a file; gone again when the block, which writes its row, fails."""
    path = storages["default"].save(f"{FOLDER}/{photo_id}.jpg", ContentFile(image.data))
    try:
        yield path
    except BaseException:
        storages["default"].delete(path)
        raise


def _locked(actor: Actor, station: Station) -> Station:
    row = presented_stations(actor=actor).filter(pk=station.pk).select_for_update(no_key=True, of=("self",)).first()
    if row is None:
        raise StationNotFound()
    return row


def _check(row: Station) -> None:
    problems: dict[str, Any] = {}
    if row.hours and read_hours(row.hours) is None:
        problems["hours"] = _unread(row.hours)
    if read_market(row.market_days) is None:
        problems["market_days"] = _("看不懂这个赶集日。请写成“逢3、8”“农历逢1、6 06:30-19:00”或“每周三、周六”。")
    if read_harvest(row.harvest_hours) is None:
        problems["harvest_hours"] = _("看不懂这个农忙时间。请写成“5-6月 06:00-21:00”，月份后面要有时间。")
    if (row.market_days or row.harvest_hours) and not row.hours:
        problems.setdefault("hours", _("请先填写平时的营业时间。"))
    if not set(row.services) <= set(StationService.values):
        problems["services"] = _("请在列出的服务项目中选择。")
    if not set(row.equipment) <= set(Equipment.values):
        problems["equipment"] = _("请在列出的设备中选择。")
    if not 1 <= row.capacity <= MOST_CAPACITY:
        problems["capacity"] = _("可存件数应在 1 到 100000 之间。")
    problems |= {name: text for name, text in rules.station_problems(row).items() if name in FIELDS}
    if problems:
        raise BadInput(next(iter(problems.values())), code="bad_station", fields=problems)


def _unread(text: str) -> Any:
    rest = unread_part(text)
    if rest:
        return _("从“%(rest)s”起看不懂。请写成“周一至周六 08:30-18:30；周日休息”。") % {"rest": rest[:20]}
    return _("没有说明哪些天几点营业。请写成“周一至周六 08:30-18:30；周日休息”。")
