"""Shorthand for the scan pages: phones that scan at the keeper's village and at the hub."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import dataclass, field

import pytest
from django.test import Client
from django.utils import timezone

from logistics.desk.services.call import Fields
from logistics.desk.services.scans import take_scan
from logistics.parcels.models import Parcel
from logistics.registry.models import Station
from members.access.states import Role
from tests.custody.conftest import NOW, Counter
from tests.personas import Persona, make_persona


@dataclass
class Phone:
    """Somebody's scanner at a station: services called directly, each scan a minute after the last."""

    persona: Persona
    station: Station
    now: dt.datetime = NOW
    live: bool = False  # goes by the real clock, beside requests that do
    ids: list = field(default_factory=list)

    def scan(self, task: str, number: str, *, id: uuid.UUID | None = None, **fields):
        self.now = timezone.now() if self.live else self.now + dt.timedelta(seconds=1)
        self.ids.append(id or uuid.uuid4())
        return take_scan(
            id=self.ids[-1], task=task, station=self.station, number=number, fields=Fields(**fields),
            actor=self.persona.actor(), now=self.now,
        )  # fmt: skip


def post(client: Client, path: str, **body):
    """As the page sends it; the answer's status and its JSON."""
    answer = client.post(f"/work/{path}", json.dumps(body), content_type="application/json")
    return answer.status_code, json.loads(answer.content)


def agreed(counter: Counter, keeper: Persona, **more) -> Parcel:
    """A parcel for the keeper's village whose recipient agreed to the station."""
    from logistics.parcels.services.consent import give_consent

    parcel = counter.parcel(**more)
    give_consent(parcel=parcel, channel="phone", actor=keeper.actor(), now=NOW)
    return parcel


@pytest.fixture
def counter(world) -> Counter:
    return Counter(world)


@pytest.fixture
def phone(keeper, world) -> Phone:
    return Phone(keeper, world.village)


@pytest.fixture
def sorter(world) -> Persona:
    return make_persona(1301, "分拣员", Role.KEEPER, world.hub)


@pytest.fixture
def town(world) -> Persona:
    return make_persona(1402, "镇站员", Role.KEEPER, world.township_station)


@pytest.fixture
def hub_phone(sorter, world) -> Phone:
    return Phone(sorter, world.hub)
