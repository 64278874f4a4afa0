"""Certificates of the small county, issued by its official as the review of applications does."""

from __future__ import annotations

import datetime as dt

import pytest

from logistics.certificates.kinds import kind_of
from logistics.certificates.services import issue
from logistics.registry.models import Courier, Enterprise, Station
from logistics.registry.states import CourierKind
from members.access.states import Role
from portal.core.clock import COUNTY_TIME
from portal.core.fields import keyed_hash
from tests.personas import Persona, make_persona

NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=COUNTY_TIME)
TODAY = NOON.date()
YEAR = dt.timedelta(days=365)


def make_courier(persona: Persona, world, *, code="K0001", **extra) -> Courier:
    number = f"62082519900101{code[-4:]}"
    return Courier.objects.create(
        user=persona.user, code=code, name=persona.user.name, id_number=number,
        id_hash=keyed_hash(number, "courier.id_number"), kind=CourierKind.COURIER, division=world.county, **extra,
    )  # fmt: skip


def certify(party, persona, *, until=TODAY + YEAR, now=NOON, kind="", facts=None, **more):
    """A certificate for a station, an enterprise or a courier, issued by `persona`."""
    kind = kind or {Station: "station", Enterprise: "enterprise", Courier: "courier"}[type(party)]
    if isinstance(party, Courier):
        more = {"user": party.user, "enterprise": party.enterprise} | more
    elif isinstance(party, Station):
        more = {"enterprise": party.operator} | more
    name = more.pop("holder_name", "") or party.name
    return issue(
        kind=kind, holder=party.pk, holder_name=name, facts=facts or {}, division=party.division,
        valid_from=now.astimezone(COUNTY_TIME).date(), valid_until=until, actor=persona.actor(), now=now, **more,
    )  # fmt: skip


def some_facts(kind: str) -> dict[str, str]:
    return {key: f"内容{n}" for n, key in enumerate(kind_of(kind).fact_labels)}


@pytest.fixture
def station_certificate(world, county_official):
    return certify(world.village, county_official)


@pytest.fixture
def second_official(world):

    return make_persona(1031, "卫复核", Role.COUNTY_OFFICIAL, world.county)
