"""Shorthand for applications: whole forms of every kind, and the way from draft to decision."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pytest

from logistics.licensing import selectors, services
from logistics.licensing.kinds import KINDS, kind_of
from logistics.licensing.models import Application, Document
from logistics.licensing.states import ScanState
from logistics.registry.models import Station
from portal.core.checkdigits import credit_code_check, id_number_check, organisation_code_check, vin_check
from portal.core.ids import new_id
from tests.personas import Persona
from tests.world import World

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)  # a Monday, ten in the morning in the county
TODAY = dt.date(2026, 11, 23)
HALF_HOUR = dt.timedelta(minutes=30)


def credit_code(number: int = 1) -> str:
    body = f"91620825MA{number:06d}"
    body += organisation_code_check(body[8:])
    return body + credit_code_check(body)


def id_number(number: int = 1, birth: str = "19900307") -> str:
    body = f"620825{birth}{number:03d}"
    return body + id_number_check(body)


def vin(number: int = 1) -> str:
    raw = f"LGXC16DF0A0{number:06d}"
    return raw[:8] + vin_check(raw) + raw[9:]


def enterprise_form(**changed) -> dict:
    return {
        "name": "庄浪县顺达快递有限公司", "short_name": "顺达", "kind": "carrier", "division": "620825100000",
        "address": "水洛镇南大街 8 号", "credit_code": credit_code(), "founded_on": "2019-05-01",
        "permit_number": "甘邮20190001", "permit_from": "2024-01-01", "permit_until": "2028-12-31",
        "legal_person": "李顺达", "contact_name": "王经办", "contact_phone": "13809330001", "hotline": "0933-6621234",
    } | changed  # fmt: skip


def station_form(**changed) -> dict:
    return {
        "name": "何马二站", "kind": "village", "division": "620825100208", "address": "3社路口",
        "point": "106.05,35.21", "hours": "08:30-18:30", "phone": "0933-6620001", "capacity": "120", "area": "40",
        "services": ["pickup", "sending"], "equipment": ["scanner"], "premises": "owned",
        "contact_name": "何守站", "contact_phone": "13809330002",
    } | changed  # fmt: skip


def vehicle_form(**changed) -> dict:
    return {
        "plate_kind": "small", "plate": "甘L12345", "type": "van", "brand": "五菱宏光", "vin": vin(),
        "division": "620825100000", "ownership": "owned", "load_kg": "700", "volume_l": "3500", "cold_box": False,
        "registered_on": "2021-06-01", "insurance_from": "2026-06-01", "insurance_until": "2027-05-31",
        "inspection_until": "2027-06-30",
    } | changed  # fmt: skip


def courier_form(**changed) -> dict:
    return {
        "kind": "courier", "name": "赵快送", "id_number": id_number(), "phone": "13809331004",
        "division": "620825100000",
    } | changed  # fmt: skip


FORMS = {"enterprise": enterprise_form, "station": station_form, "vehicle": vehicle_form, "courier": courier_form}


def hand_in(application: Application, persona: Persona) -> None:
    """A file for each document that the kind requires of this form."""
    for code in selectors.missing_documents(application=application):
        Document.objects.create(
            application=application, kind=code, file=f"test/{new_id()}", name=f"{code}.pdf", bytes=1000,
            content_type="application/pdf", sha256="0" * 64, scan=ScanState.UNSCANNED, added_at=NOW,
            added_by=persona.user,
        )  # fmt: skip


@dataclass
class Desk:
    """Takes applications through their steps, each by whoever does it."""

    applicant: Persona
    official: Persona
    world: World
    now: dt.datetime = NOW
    steps: list = field(default_factory=list)

    def draft(
        self, kind: str = "enterprise", *, purpose: str = "new", by: Persona | None = None, **extra
    ) -> Application:
        form = {name: extra.pop(name) for name in list(extra) if name not in ("enterprise", "holder", "demo", "form")}
        form |= extra.pop("form", {})
        by = by or self.applicant
        row = services.start(kind=kind, purpose=purpose, actor=by.actor(), now=self.now, **extra)
        if purpose == "new":
            form = FORMS[kind](**form)
        services.save_draft(application=row, values=form, actor=by.actor(), now=self.now)
        row.refresh_from_db()
        hand_in(row, by)
        return row

    def submitted(self, kind: str = "enterprise", *, by: Persona | None = None, **extra) -> Application:
        row = self.draft(kind, by=by, **extra)
        return services.submit(application=row, actor=(by or self.applicant).actor(), now=self.now)

    def claimed(self, kind: str = "enterprise", *, passed: bool = True, **extra) -> Application:
        row = self.submitted(kind, **extra)
        return self.claim(row, passed=passed)

    def claim(self, row: Application, *, passed: bool = True, by: Persona | None = None) -> Application:
        actor = (by or self.official).actor()
        row = services.claim(application=row, actor=actor, now=self.now)
        for item in kind_of(row.kind).checklist:
            if passed and not item.automatic:
                services.check(application=row, item=item.code, passed=True, actor=actor, now=self.now)
        return row

    def approved(self, kind: str = "enterprise", **extra) -> Application:
        return self.approve(self.claimed(kind, **extra))

    def approve(self, row: Application, by: Persona | None = None) -> Application:
        actor = (by or self.official).actor()
        return services.approve(application=row, revision=row.revision, actor=actor, now=self.now)


@pytest.fixture
def desk(villager, county_official, world) -> Desk:
    """The villager applies, the county's official decides."""
    return Desk(villager, county_official, world)


@pytest.fixture(params=list(KINDS))
def kind(request) -> str:
    return request.param


def place_on_map(station: Station, longitude: str, latitude: str) -> None:
    Station.objects.filter(pk=station.pk).update(longitude=longitude, latitude=latitude)
