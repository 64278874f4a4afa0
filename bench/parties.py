"""The register of a province's size: enterprises, stations, vehicles, couriers, their certificates, applications.

Made inside the caller's transaction and taken back with it, so that the other benches find their county as it was.
One enterprise in `SHARE` rows holds stations, vehicles and couriers: what its own desk has to show.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from logistics.certificates.models import Certificate
from logistics.licensing.models import Application
from logistics.registry.models import Courier, Enterprise, Station, Vehicle
from members.accounts.models import User
from portal.core.checkdigits import credit_code_check

COUNTY, TOWNS, SHARE, FIRM = "620825000000", 20, 10, "b00001"
TABLES = (
    "registry_enterprise", "registry_station", "registry_vehicle", "registry_courier", "accounts_user",
    "certificates_certificate", "licensing_application",
)  # fmt: skip


@dataclass(frozen=True)
class Counts:
    enterprises: int
    stations: int
    vehicles: int
    couriers: int
    applications: int


# The small one fills a page of every list, a page of the firm's desk too.
SMALL, FULL = Counts(600, 600, 600, 600, 600), Counts(5000, 2000, 8000, 20_000, 3000)


def fill(counts: Counts, before: Counts | None = None) -> None:
    """Adds what is missing from `before` up to `counts`."""
    had = before or Counts(0, 0, 0, 0, 0)
    today = timezone.localdate()
    firms = Enterprise.objects.bulk_create(
        (_firm(n, today) for n in range(had.enterprises, counts.enterprises)), batch_size=1000
    )
    every = [*Enterprise.objects.filter(code__startswith="b").order_by("code")]
    parent = Station.objects.filter(kind="township").order_by("pk").first()
    stations = Station.objects.bulk_create(
        (_station(n, _holder(n, every), parent, today) for n in range(had.stations, counts.stations)), batch_size=1000
    )
    vehicles = Vehicle.objects.bulk_create(
        (_vehicle(n, _holder(n, every), today) for n in range(had.vehicles, counts.vehicles)), batch_size=1000
    )
    people = User.objects.bulk_create(
        (User(phone=f"+86170{n:08d}", name=f"赵员{n}") for n in range(had.couriers, counts.couriers)), batch_size=1000
    )
    couriers = Courier.objects.bulk_create(
        (_courier(n, user, _holder(n, every), today) for n, user in enumerate(people, had.couriers)), batch_size=1000
    )
    _certify("enterprise", firms, today)
    _certify("station", stations, today)
    _certify("vehicle", vehicles, today)
    _certify("courier", couriers, today)
    applicant = people[0] if people else User.objects.get(phone="+8617000000000")
    Application.objects.bulk_create(
        (_application(n, applicant, today) for n in range(had.applications, counts.applications)), batch_size=1000
    )
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(TABLES)}")


def credit_code(number: int) -> str:
    body = f"91620825MB{number:07d}"
    return body + credit_code_check(body)


def _holder(number: int, firms: list[Enterprise]) -> Enterprise:
    """One row in SHARE belongs to the first firm, the others go round."""
    return firms[0] if number % SHARE == 0 else firms[number % len(firms)]


def _place(number: int) -> str:
    return f"620825{100 + number % TOWNS}000"


def _until(number: int, today: dt.date) -> dt.date:
    """From a month ago to three years ahead."""
    return today + dt.timedelta(days=number * 37 % 1125 - 30)


def _firm(n: int, today: dt.date) -> Enterprise:
    kinds = ("carrier", "bus", "ecommerce", "maker", "supplier")
    return Enterprise(
        code=f"b{n + 1:05d}", name=f"庄浪县{word(n)}有限公司", short_name=word(n), kind=kinds[n % 5],
        division_id=_place(n), credit_code=credit_code(n), hotline="0933-6621234", contact_name="王经办",
        contact_phone=f"+86138{n:08d}", certified_until=_until(n, today),
    )  # fmt: skip


def word(n: int) -> str:
    """A name of four characters, another one for each number: names alike would all be called duplicates."""
    signs = "东西南北春夏秋冬金木水火天地日月"
    return "".join(signs[n >> shift & 15] for shift in (0, 4, 8, 12))


def _station(n: int, firm: Enterprise, parent: Station, today: dt.date) -> Station:
    return Station(
        code=f"b{n + 1:05d}", name=f"第{n + 1}站", kind="village", division_id=_place(n), parent=parent, operator=firm,
        address="社区路口 1 号", longitude=106 + n % 50 / 100, latitude=35 + n % 40 / 100, hours="08:00-18:00",
        services=["pickup", "sending"], phone="0933-6620000", contact_name="何守站", certified_until=_until(n, today),
    )  # fmt: skip


def _vehicle(n: int, firm: Enterprise, today: dt.date) -> Vehicle:
    return Vehicle(
        plate=f"甘L{n:05d}", plate_kind="small", type="van", brand="五菱宏光", operator=firm, division_id=_place(n),
        load_kg=700, volume_l=3500, insurance_until=_until(n + 1, today), inspection_until=_until(n + 2, today),
        certified_until=_until(n, today),
    )  # fmt: skip


def _courier(n: int, user: User, firm: Enterprise, today: dt.date) -> Courier:
    return Courier(
        user=user, code=f"K{n:06d}", name=user.name, id_number=f"62082519900307{n % 10000:04d}", id_hash=f"bench-{n}",
        kind="courier", enterprise=firm, division_id=_place(n), certified_until=_until(n, today),
    )  # fmt: skip


def _certify(kind: str, rows: list, today: dt.date) -> None:
    issued = timezone.now()
    Certificate.objects.bulk_create(
        (
            Certificate(
                number=f"B{kind[0].upper()}{row.pk:010d}", kind=kind, holder=row.pk, holder_name=_name(row),
                division_id=row.division_id, enterprise_id=_firm_of(row), valid_from=today - dt.timedelta(days=400),
                valid_until=row.certified_until, issued_at=issued - dt.timedelta(minutes=n), issued_by="system:bench",
            )
            for n, row in enumerate(rows)
        ),
        batch_size=1000,
    )  # fmt: skip


def _name(row) -> str:
    return row.plate if isinstance(row, Vehicle) else row.name


def _firm_of(row) -> int | None:
    if isinstance(row, Enterprise):
        return row.pk
    return row.enterprise_id if isinstance(row, Courier) else row.operator_id


def _application(n: int, applicant: User, today: dt.date) -> Application:
    """Handed in and waiting."""
    moment = timezone.now() - dt.timedelta(minutes=n)
    return Application(
        number=f"B{n:09d}", kind="enterprise", purpose="new", state="submitted", applicant=applicant,
        division_id=_place(n), data={"name": f"庄浪县{word(n)}有限公司", "short_name": word(n)}, revision=1,
        submitted_at=moment, due_on=today + dt.timedelta(days=n % 20 - 5), created_at=moment, updated_at=moment,
    )  # fmt: skip
