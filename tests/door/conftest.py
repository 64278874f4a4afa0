"""Shorthand for the road and the doorstep: pictures, a driver, parcels in somebody's hands."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw

from logistics.parcels.models import Parcel
from logistics.parcels.services.handovers import offer_handover, take_over
from logistics.parcels.services.parties import Party
from members.access.states import Role
from tests.custody.conftest import NOW, Counter, counter  # noqa: F401  fixture
from tests.personas import make_persona


def picture(width=800, height=600, form="JPEG", colour="navy", **save) -> bytes:
    """A picture with something on it."""
    image = Image.new("RGB", (width, height), colour)
    ImageDraw.Draw(image).line((0, 0, width, height), fill="white", width=max(2, width // 50))
    out = io.BytesIO()
    image.save(out, form, **save)
    return out.getvalue()


def signature(blank: bool = False) -> bytes:
    """A line of ink on a transparent sheet, as a canvas gives it."""
    image = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    if not blank:
        ImageDraw.Draw(image).line((20, 150, 200, 40, 300, 160, 560, 60), fill=(0, 0, 0, 255), width=5)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def driver(world):
    """Drives between the hub and the townships."""
    return make_persona(1301, "孙司机", Role.COURIER, world.hub)


@pytest.fixture
def sorter(world):
    """Works at the county hub."""
    return make_persona(1302, "分拣员", Role.KEEPER, world.hub)


@pytest.fixture
def town_keeper(world):
    return make_persona(1303, "镇站员", Role.KEEPER, world.township_station)


@pytest.fixture
def in_hands(counter, world, town_keeper):  # noqa: F811
    """in_hands(courier, …) → a parcel that the township station handed to the courier."""

    def give(courier, parcel: Parcel | None = None, **more) -> Parcel:
        parcel = parcel or counter.parcel(**more)
        handover = offer_handover(
            giver=Party.station(world.township_station), taker=Party.person(courier.user.pk),
            station=world.township_station, parcels=[parcel], actor=town_keeper.actor(), now=NOW,
        )  # fmt: skip
        take_over(handover=handover, scanned=[parcel.waybill], actor=courier.actor(), now=NOW)
        parcel.refresh_from_db()
        return parcel

    return give
