"""The carrier of the small county runs the keeper's station, a van and a driver of its own."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from logistics.registry.models import Courier, Vehicle
from logistics.registry.states import CourierKind, PlateKind, VehicleType
from portal.core.clock import county_day
from portal.core.fields import keyed_hash
from portal.notify.models import Message
from portal.notify.services import text_of
from tests.personas import ADDRESS, PASSWORD, make_persona


def make_vehicle(plate: str, *, division, operator=None, owner=None, **extra) -> Vehicle:
    until = county_day(timezone.now()) + dt.timedelta(days=200)
    fields = {
        "plate_kind": PlateKind.SMALL, "type": VehicleType.VAN, "load_kg": 800, "volume_l": 3000,
        "insurance_until": until, "inspection_until": until,
    }  # fmt: skip
    return Vehicle.objects.create(plate=plate, division=division, operator=operator, owner=owner, **fields | extra)


def make_courier(persona, code: str, *, division, enterprise=None, kind=CourierKind.DRIVER, **extra) -> Courier:
    licence = {"licence_class": "C1", "licence_until": county_day(timezone.now()) + dt.timedelta(days=400)}
    return Courier.objects.create(
        user=persona.user, code=code, name=persona.user.name, id_number="620825199001011234",
        id_hash=keyed_hash(code, "courier.id_number"), kind=kind, enterprise=enterprise, division=division,
        **(licence if kind == CourierKind.DRIVER else {}) | extra,
    )  # fmt: skip


@pytest.fixture
def firm(world, enterprise_admin):
    """The carrier with a station, a van, and a driver who is a courier at the station."""
    world.village.operator = world.carrier
    world.village.save(update_fields=["operator"])
    driver = make_persona(1101, "马师傅")
    return SimpleNamespace(
        row=world.carrier,
        admin=enterprise_admin,
        station=world.village,
        van=make_vehicle("甘L12345", division=world.county, operator=world.carrier),
        driver=driver,
        courier=make_courier(driver, "K0001", division=world.county, enterprise=world.carrier),
        other_van=make_vehicle("甘L99999", division=world.county, operator=world.other_carrier),
    )


def logged_in(persona) -> Client:
    """A browser that came in by the login page, as people do: its session is known as one of theirs."""
    client = Client(REMOTE_ADDR=ADDRESS)
    answer = client.post("/accounts/login/", {"login": persona.user.phone, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()[:500]
    return client


def texts(phone: str) -> list[str]:
    return [text_of(message) for message in Message.objects.filter(recipient=phone).order_by("created_at", "pk")]


def link_of(text: str) -> str:
    """The path of the link that a message carries."""
    return re.search(r"https?://[^/]+(/\S+)", text)[1]
