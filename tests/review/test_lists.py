"""Lists of the register cost the same however many rows they show, on the page and as a file."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from logistics.certificates.models import Certificate
from logistics.licensing.models import Application
from logistics.registry.models import Courier, Enterprise, Station, Vehicle
from members.accounts.models import User
from tests.licensing.conftest import credit_code

pytestmark = pytest.mark.django_db
FEW, MANY = 3, 30
UNTIL = dt.date(2028, 5, 31)


def enterprises(world, numbers) -> list:
    return [
        Enterprise(
            code=f"firm-{n}", name=f"企业{n}", short_name=f"企{n}", kind="carrier", division=world.township,
            credit_code=credit_code(n), certified_until=UNTIL,
        )
        for n in numbers
    ]  # fmt: skip


def stations(world, numbers) -> list:
    firms = Enterprise.objects.bulk_create(enterprises(world, numbers))
    return [
        Station(
            code=f"s-{n}", name=f"站点{n}", kind="village", division=world.township, parent=world.hub, operator=firm,
            certified_until=UNTIL,
        )
        for n, firm in zip(numbers, firms, strict=True)
    ]  # fmt: skip


def vehicles(world, numbers) -> list:
    firms = Enterprise.objects.bulk_create(enterprises(world, numbers))
    return [
        Vehicle(
            plate=f"甘L{n:05d}", plate_kind="small", type="van", operator=firm, division=world.township, load_kg=700,
            volume_l=3500, insurance_until=UNTIL, inspection_until=UNTIL, certified_until=UNTIL,
        )
        for n, firm in zip(numbers, firms, strict=True)
    ]  # fmt: skip


def couriers(world, numbers) -> list:
    firms = Enterprise.objects.bulk_create(enterprises(world, numbers))
    people = User.objects.bulk_create(User(phone=f"+86170{n:08d}") for n in numbers)
    return [
        Courier(
            user=user, code=f"K{n:06d}", name="赵快送", id_number="620825", id_hash=str(n), kind="courier",
            enterprise=firm, division=world.township, certified_until=UNTIL,
        )
        for n, firm, user in zip(numbers, firms, people, strict=True)
    ]  # fmt: skip


def certificates(world, numbers) -> list:
    return [
        Certificate(
            number=f"C{n:05d}", kind="enterprise", holder=100_000 + n, holder_name=f"企业{n}", division=world.township,
            enterprise=world.carrier, valid_from=UNTIL, valid_until=UNTIL, issued_at=timezone.now(), issued_by="",
        )
        for n in numbers
    ]  # fmt: skip


def applications(world, numbers) -> list:
    moment = timezone.now()
    people = User.objects.bulk_create(User(phone=f"+86170{n:08d}") for n in numbers)
    return [
        Application(
            number=f"A{n:05d}", kind="enterprise", purpose="new", state="submitted", applicant=user, revision=1,
            division=world.township, data={"name": f"企业{n}"}, submitted_at=moment, due_on=UNTIL, created_at=moment,
            updated_at=moment,
        )
        for n, user in zip(numbers, people, strict=True)
    ]  # fmt: skip


@pytest.fixture(
    params=[
        (Enterprise, enterprises), (Station, stations), (Vehicle, vehicles), (Courier, couriers),
        (Certificate, certificates), (Application, applications),
    ],
    ids=lambda pair: pair[0]._meta.model_name,
)  # fmt: skip
def growing(request, world):
    """A register's address, and how to add rows with these numbers."""
    model, make = request.param
    where = f"admin:{model._meta.app_label}_{model._meta.model_name}_"
    return where, lambda numbers: model.objects.bulk_create(make(world, numbers))


def test_a_list_and_its_file_cost_the_same_with_three_rows_and_with_thirty(county_official, growing):
    where, add = growing
    add(range(1, FEW + 1))
    show(county_official.client, where)  # the first opening fills what is kept
    few = (len(show(county_official.client, where)), len(export(county_official.client, where)))
    add(range(FEW + 1, MANY + 1))
    many = (len(show(county_official.client, where)), len(export(county_official.client, where)))
    assert many == few


def show(client, where: str) -> list:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse(f"{where}changelist")).status_code == 200
        return list(queries.captured_queries)


def export(client, where: str) -> list:
    """The file leaves in parts: it is never whole in memory."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(reverse(f"{where}export"), {"purpose": "月度通报"})
        assert answer.status_code == 200
        assert answer.streaming
        b"".join(answer.streaming_content)
        return list(queries.captured_queries)
