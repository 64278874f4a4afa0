"""Leaving an enterprise ends everything at once: roles, logins, vehicles, links, and says which secrets to change."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.utils import timezone

from logistics.registry.models import Courier, DriverBinding, Invitation
from logistics.registry.selectors import EnterpriseNotFound
from logistics.registry.services.bindings import agree, ask
from logistics.registry.services.devices import issue_device, rotate_device
from logistics.registry.services.invitations import invite
from logistics.registry.services.staff import LastAdministrator, NoSuchRole, RoleTooHigh, leave
from members.access.states import Permission, Role
from members.devices.models import Device
from portal.audit.models import AuditEntry
from portal.core.errors import Forbidden
from tests.desk.conftest import post
from tests.firms.conftest import logged_in, texts
from tests.personas import hold, make_persona

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def go(firm, person, *, by=None, now=NOW):
    return leave(actor=(by or firm.admin).actor(), user=person.user, enterprise=firm.row, now=now, why="离职")


def test_all_roles_of_the_enterprise_end_and_those_elsewhere_stay(firm, world, keeper):
    hold(keeper.user, Role.ENTERPRISE_STAFF, world.carrier)
    hold(keeper.user, Role.KEEPER, world.far_village)
    assert go(firm, keeper).roles == 2
    assert keeper.actor().scope(Permission.STATION_GIVE_OUT).stations == {world.far_village.pk}
    assert not keeper.actor().may(Permission.IMPORT_RUN)
    assert set(keeper.user.groups.values_list("name", flat=True)) == {Role.KEEPER}


def test_an_open_scan_page_is_told_with_its_next_scan(firm, keeper):
    """The page keeps what it could not send and asks for the login; a fresh one brings nothing back."""
    phone, scan = logged_in(keeper), {"number": "7800000000011", "station": firm.station.code}
    assert post(phone, "scan/inbound/", id=str(uuid.uuid4()), **scan)[0] == 200
    assert go(firm, keeper).sessions == 1
    for browser, wanted in ((phone, 401), (logged_in(keeper), 403)):
        status, answer = post(browser, "scan/inbound/", id=str(uuid.uuid4()), **scan)
        assert status == wanted
        assert answer["error"]["message"]
        assert answer["error"]["hint"]


def test_the_leaver_is_told_and_it_is_noted_without_a_phone(firm, keeper):
    go(firm, keeper)
    assert "您在中通的角色已全部结束" in texts(keeper.user.phone)[-1]
    entry = AuditEntry.objects.get(action="staff.left")
    assert (entry.why, entry.before["user"]) == ("离职", keeper.user.pk)
    assert keeper.user.phone not in str((entry.before, entry.after))


def test_vehicles_and_the_registration_with_the_firm_end(firm):
    hold(firm.driver.user, Role.COURIER, firm.station)
    row = ask(plate=firm.van.plate, driver_code="K0001", actor=firm.admin.actor(), now=NOW)
    agree(binding_id=row.pk, actor=firm.driver.actor(), now=NOW)
    assert go(firm, firm.driver).bindings == 1
    row = DriverBinding.objects.get()
    assert (row.ended_at, row.ended_by) == (NOW, "vehicle")
    assert Courier.objects.get().enterprise is None


def test_secrets_that_the_leaver_was_shown_are_named_for_change(firm, world, county_official):
    """Only those whose present secret they saw; a change by somebody else takes a terminal off the list."""
    second = make_persona(1103, "李经理", Role.ENTERPRISE_ADMIN, world.carrier)
    seen, changed, other = (
        issue_device(actor=by.actor(), at=firm.station, profile="scanner", name=name, now=NOW).device
        for by, name in ((second, "一"), (second, "二"), (firm.admin, "三"))
    )
    later = NOW + timezone.timedelta(minutes=1)
    rotate_device(actor=firm.admin.actor(), device_id=changed.pk, now=later)
    left = go(firm, second, by=county_official, now=later + timezone.timedelta(minutes=1))
    assert left.devices == (seen.pk,)
    page = firm.admin.client.get("/firm/zto/devices/").content.decode()
    assert page.count("离开的人看过密钥") == 1
    assert Device.objects.filter(revoked_at=None).count() == 3, f"none stops by itself, {other.pk} neither"
    rotate_device(actor=firm.admin.actor(), device_id=seen.pk, now=later + timezone.timedelta(minutes=2))
    assert "离开的人看过密钥" not in firm.admin.client.get("/firm/zto/devices/").content.decode()


def test_links_that_the_leaver_sent_stop_working(firm, world, villager, county_official):
    second = make_persona(1103, "李经理", Role.ENTERPRISE_ADMIN, world.carrier)
    invite(enterprise=firm.row, role="enterprise_staff", name="王", phone=villager.user.phone, actor=second.actor(),
           now=NOW)  # fmt: skip
    go(firm, second, by=county_official)
    row = Invitation.objects.get()
    assert (row.withdrawn_at, row.phone) == (NOW, "")


def test_the_last_administrator_stays(firm, world, county_official):
    with pytest.raises(LastAdministrator):
        go(firm, firm.admin, by=firm.admin)
    with pytest.raises(LastAdministrator):
        go(firm, firm.admin, by=county_official)
    make_persona(1103, "李经理", Role.ENTERPRISE_ADMIN, world.carrier)
    assert go(firm, firm.admin, by=firm.admin).roles == 1


def test_nobody_removes_their_equals_or_people_of_others(firm, world, keeper, keeper_next_door, villager):
    second = make_persona(1103, "李经理", Role.ENTERPRISE_ADMIN, world.carrier)
    rival = make_persona(1102, "孙对手", Role.ENTERPRISE_ADMIN, world.other_carrier)
    with pytest.raises(RoleTooHigh):
        go(firm, second)
    with pytest.raises(EnterpriseNotFound):
        go(firm, keeper, by=rival)
    with pytest.raises(NoSuchRole):
        go(firm, keeper_next_door)
    with pytest.raises(Forbidden):
        go(firm, keeper, by=keeper_next_door)
    with pytest.raises(EnterpriseNotFound):
        go(firm, villager, by=villager)


def test_anybody_may_leave_by_themselves(firm, keeper):
    assert go(firm, keeper, by=keeper).roles == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_who_leave_at_once_one_stays(firm, world):
    second = make_persona(1103, "李经理", Role.ENTERPRISE_ADMIN, world.carrier)

    def out(person):
        try:
            go(firm, person, by=person)
        except LastAdministrator:
            return "stays"
        finally:
            connections.close_all()
        return "left"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(out, (firm.admin, second))) == ["left", "stays"]
