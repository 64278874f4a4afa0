"""A driver and a vehicle belong together only while both sides want it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.utils import timezone

from logistics.registry.models import DriverBinding
from logistics.registry.services.bindings import (
    AlreadyAgreed,
    AlreadyBound,
    BindingNotFound,
    NoSuchDriver,
    NoSuchVehicle,
    NotADriver,
    NotYoursToAgree,
    agree,
    ask,
    end,
)
from logistics.registry.states import CourierKind
from members.access.states import Role
from portal.audit.models import AuditEntry
from portal.core.errors import SignInNeeded
from tests.firms.conftest import make_courier, make_vehicle, texts
from tests.personas import make_persona

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def bound(firm, by=None, plate="甘L12345", code="K0001") -> DriverBinding:
    return ask(plate=plate, driver_code=code, actor=(by or firm.admin).actor(), now=NOW)


def test_the_enterprise_asks_and_the_driver_agrees(firm):
    row = bound(firm)
    assert "中通请您担任车辆甘L12345的驾驶员" in texts(firm.driver.user.phone)[-1]
    assert row.agreed_at is None
    with pytest.raises(NotYoursToAgree):
        agree(binding_id=row.pk, actor=firm.admin.actor(), now=NOW)
    assert agree(binding_id=row.pk, actor=firm.driver.actor(), now=NOW).agreed_at == NOW
    with pytest.raises(AlreadyAgreed):
        agree(binding_id=row.pk, actor=firm.driver.actor(), now=NOW)
    noted = AuditEntry.objects.filter(action__startswith="binding.")
    assert set(noted.values_list("action", flat=True)) == {"binding.asked", "binding.agreed"}


def test_the_driver_asks_and_the_enterprise_agrees(firm):
    row = bound(firm, by=firm.driver, plate="甘l·12345")
    with pytest.raises(NotYoursToAgree):
        agree(binding_id=row.pk, actor=firm.driver.actor(), now=NOW)
    assert agree(binding_id=row.pk, actor=firm.admin.actor(), now=NOW).agreed_at


def test_who_drives_the_own_vehicle_needs_nobody_else(firm, world):
    make_vehicle("甘L55555", division=world.county, owner=firm.driver.user)
    assert bound(firm, by=firm.driver, plate="甘L55555").agreed_at == NOW


@pytest.mark.parametrize(("who", "side"), [("admin", "vehicle"), ("driver", "driver")])
def test_either_side_ends_it_and_it_may_begin_again(firm, who, side):
    row = bound(firm)
    agree(binding_id=row.pk, actor=firm.driver.actor(), now=NOW)
    assert end(binding_id=row.pk, actor=getattr(firm, who).actor(), now=NOW).ended_by == side
    with pytest.raises(BindingNotFound):
        end(binding_id=row.pk, actor=firm.admin.actor(), now=NOW)
    assert bound(firm).pk != row.pk


def test_strangers_neither_ask_nor_answer(firm, world, courier, villager, anonymous):
    row = bound(firm)
    rival = make_persona(1102, "孙对手", Role.ENTERPRISE_ADMIN, world.other_carrier)
    for stranger in (rival, courier, villager):
        with pytest.raises(BindingNotFound):
            agree(binding_id=row.pk, actor=stranger.actor(), now=NOW)
        with pytest.raises(BindingNotFound):
            end(binding_id=row.pk, actor=stranger.actor(), now=NOW)
        with pytest.raises(NoSuchVehicle):
            bound(firm, by=stranger)
    with pytest.raises(SignInNeeded):
        bound(firm, by=anonymous)


def test_what_is_wrong_is_said(firm, world, villager):
    make_courier(villager, "K0002", division=world.county, kind=CourierKind.COURIER)
    with pytest.raises(NoSuchVehicle):
        bound(firm, plate="甘L00000")
    with pytest.raises(NoSuchDriver):
        bound(firm, code="K9999")
    with pytest.raises(NotADriver):
        bound(firm, code="K0002")
    bound(firm)
    with pytest.raises(AlreadyBound):
        bound(firm, by=firm.driver)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_asking_at_once_from_both_sides_makes_one_binding(firm):
    def go(person):
        try:
            bound(firm, by=person)
        except AlreadyBound:
            return "there"
        finally:
            connections.close_all()
        return "asked"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(go, (firm.admin, firm.driver))) == ["asked", "there"]
    assert DriverBinding.objects.count() == 1


def test_the_pages_of_both_sides(firm):
    page = f"/firm/zto/vehicles/{firm.van.pk}/"
    wrong = firm.admin.client.post(page, {"code": "K9999"})
    assert (wrong.status_code, "没有这个工号的驾驶员" in wrong.content.decode()) == (400, True)
    assert firm.admin.client.post(page, {"code": "k0001"}).status_code == 302
    row = DriverBinding.objects.get()
    mine = firm.driver.client.get("/my/vehicles/").content.decode()
    assert "甘L12345" in mine
    assert "等您同意" in mine
    assert firm.driver.client.post(f"/my/vehicles/{row.pk}/agree/").status_code == 302
    assert "马师傅" in firm.admin.client.get(page).content.decode()
    assert firm.admin.client.post(f"/firm/zto/drivers/{row.pk}/end/").status_code == 302
    assert "您还没有绑定车辆" in firm.driver.client.get("/my/vehicles/").content.decode()
    assert firm.driver.client.post("/my/vehicles/ask/", {"plate": "甘L12345"}).status_code == 302
    again = DriverBinding.objects.get(ended_at=None)
    assert firm.admin.client.post(f"/firm/zto/drivers/{again.pk}/agree/").status_code == 302


def test_a_vehicle_of_another_enterprise_is_not_there(firm):
    assert firm.admin.client.get(f"/firm/zto/vehicles/{firm.other_van.pk}/").status_code == 404


def test_who_is_no_driver_is_led_to_the_application(villager):
    assert "/apply/" in villager.client.get("/my/vehicles/").content.decode()
    assert villager.client.post("/my/vehicles/ask/", {"plate": "甘L12345"}).status_code == 400
