"""Today on the road, at the doors and on the shelf: what the work pages have to show of a running day."""

from __future__ import annotations

import datetime as dt
import io
import uuid

from PIL import Image, ImageDraw

from logistics.desk.services.call import Fields
from logistics.desk.services.scans import take_scan
from logistics.desk.services.stock import end_stock_take, start_stock_take
from logistics.desk.states import Task
from logistics.parcels.models import DoorCode, Parcel
from logistics.parcels.services.door import FailedReason, attempt_failed, deliver_at_door, start_delivery
from logistics.parcels.services.handovers import offer_handover, take_over
from logistics.parcels.services.parties import Party
from logistics.parcels.states import DoorProof, Stage
from members.accounts.models import User
from portal.core.actor import Actor
from portal.public.demo.people import persona

PICTURE = (640, 480)


def party_of(key: str) -> Party:
    return Party.person(User.objects.get(phone=persona(key).phone).pk)


def on_the_road(stage) -> None:
    """The driver carries some parcels, and is offered others that wait for an answer."""
    driver, hub_to_driver = stage.driver, {"giver": Party.station(stage.hub), "taker": party_of("driver")}
    for scene in ("carried", "offered"):
        handover = offer_handover(
            **hub_to_driver, station=stage.hub, parcels=stage.kept[scene], actor=stage.sorter, now=stage.now
        )
        if scene == "carried":
            numbers = [parcel.waybill for parcel in stage.kept[scene]]
            take_over(handover=handover, scanned=numbers, actor=driver, now=stage.now)


def doorsteps(stage) -> None:
    """A round of the courier: given against a code, given with a photo, nobody at home, two still on the way."""
    mine, courier, giver = stage.kept["door"], stage.courier, Party.station(stage.town)

    def ago(minutes: int) -> dt.datetime:
        return stage.now - dt.timedelta(minutes=minutes)

    handover = offer_handover(
        giver=giver, taker=party_of("courier"), station=stage.town, parcels=mine, actor=stage.town_keeper, now=ago(55)
    )
    take_over(handover=handover, scanned=[p.waybill for p in mine], actor=courier, now=ago(50))
    for parcel in mine:
        start_delivery(parcel=parcel, actor=courier, now=ago(45))
    by_code, by_photo, nobody, *_on_the_way = mine
    code = DoorCode.objects.get(parcel=by_code).code
    deliver_at_door(parcel=by_code, proof=DoorProof.CODE, code=code, actor=courier, now=ago(30))
    deliver_at_door(parcel=by_photo, proof=DoorProof.PHOTO, file=picture(), actor=courier, now=ago(20))
    attempt_failed(parcel=nobody, reason=FailedReason.NOT_HOME, actor=courier, now=ago(10))


def picture() -> io.BytesIO:
    """A parcel before a door, drawn: nobody's house."""
    image = Image.new("RGB", PICTURE, "#d8d2c4")
    draw = ImageDraw.Draw(image)
    draw.rectangle((220, 60, 420, 400), fill="#7a4a2b")
    draw.ellipse((385, 230, 405, 250), fill="#d9b44a")
    draw.rectangle((0, 400, 640, 480), fill="#9a968c")
    draw.rectangle((250, 330, 370, 430), fill="#c89b62", outline="#8a6a3f", width=3)
    draw.line((310, 330, 310, 430), fill="#8a6a3f", width=3)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80)
    file.seek(0)
    return file


def shelf_counted(stage) -> None:
    """The shelf of the home village was counted: one parcel was not found, one that was given out lay there."""
    keeper, station = stage.keeper, stage.village
    take = start_stock_take(station=station, actor=keeper, now=stage.now)
    waiting = list(Parcel.objects.filter(destination_station=station, stage=Stage.READY_FOR_PICKUP, demo=True))
    given = Parcel.objects.filter(
        destination_station=station, pickups__undone_at=None, stage=Stage.DELIVERED, demo=True
    )
    lost = stage.kept["give"][-1]
    for parcel in [*(p for p in waiting if p.pk != lost.pk), *given[:1]]:
        _count(parcel, take.pk, station, keeper, stage)
    end_stock_take(id=take.pk, actor=keeper, now=stage.now, confirm=True)


def _count(parcel: Parcel, take: uuid.UUID, station, keeper: Actor, stage) -> None:
    take_scan(
        id=uuid.uuid5(take, parcel.waybill), task=Task.STOCK_TAKE, station=station, number=parcel.waybill,
        actor=keeper, now=stage.now, fields=Fields(stock_take=str(take)),
    )  # fmt: skip
