"""One scan on its way to its task, and what the task makes of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from logistics.desk.answers import Answer
from logistics.desk.barcodes import Barcode
from logistics.desk.states import Task
from logistics.parcels.models import Parcel
from logistics.registry.models import Station
from members.access.states import Permission
from portal.core.actor import Actor

# What a person must hold at the station to work on a page.
NEEDED: dict[str, Permission] = {
    Task.HUB_INBOUND: Permission.STATION_RECEIVE,
    Task.SORT: Permission.BAG_MANAGE,
    Task.OPEN_BAG: Permission.BAG_MANAGE,
    Task.HAND_OVER: Permission.HANDOVER_GIVE,
    Task.TAKE_OVER: Permission.HANDOVER_TAKE,
    Task.INBOUND: Permission.STATION_RECEIVE,
    Task.GIVE_OUT: Permission.STATION_GIVE_OUT,
    Task.STOCK_TAKE: Permission.STOCK_TAKE,
    Task.LOAD: Permission.PARCEL_DELIVER,
    Task.FIND: Permission.PARCEL_VIEW,
}


@dataclass(frozen=True, slots=True)
class Fields:
    """What a page sends beside the number: the shelf, the bag, the handover or the stock-take it is working on."""

    shelf: str = ""
    bag: str = ""
    handover: str = ""
    stock_take: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """`now` is when the scan reached us, `at` when it happened (clocks.py): the same unless it waited on the phone."""

    id: uuid.UUID
    task: Task
    station: Station
    barcode: Barcode
    actor: Actor
    now: dt.datetime
    fields: Fields = field(default_factory=Fields)
    happened: dt.datetime | None = None

    @property
    def at(self) -> dt.datetime:
        return self.happened or self.now

    @property
    def number(self) -> str:
        return self.barcode.value

    @property
    def permission(self) -> Permission:
        return NEEDED[self.task]


@dataclass(slots=True)
class Outcome:
    """`events` are the ids, at the actor's source, of what was recorded of `parcel`: undoing takes them back."""

    answer: Answer
    parcel: Parcel | None = None
    events: Sequence[str] = ()


class Asked(Exception):
    """Leaves a task with a question; whatever the task began is taken back."""

    def __init__(self, outcome: Outcome):
        self.outcome = outcome
        super().__init__("asked")
