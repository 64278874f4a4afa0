"""Roles at stations and enterprises: handed out downwards, inside the own area, with effect at the next request."""

import pytest
from django.db import connections
from django.utils import timezone

from logistics.registry.models import Station, StationUserObjectPermission
from logistics.registry.selectors import EnterpriseNotFound, StationNotFound, staff_of
from logistics.registry.services.devices import NotAtWork, issue_device
from logistics.registry.services.parties import suspend
from logistics.registry.services.staff import (
    NoSuchRole,
    OwnRole,
    PlaceNotActive,
    RoleTooHigh,
    WrongPlace,
    grant_role,
    withdraw_role,
)
from members.access.states import Permission, Role
from members.devices.states import Profile
from portal.audit.models import AuditEntry
from portal.core.actor import ANONYMOUS, system_actor
from portal.core.errors import BadInput, Forbidden, SignInNeeded

NOW = timezone.now()


def give(by, to, role, at):
    return grant_role(actor=by.actor(), user=to.user, role=role, at=at, now=NOW, why="入职")


def take(by, whom, role, at):
    withdraw_role(actor=by.actor(), user=whom.user, role=role, at=at, now=NOW, why="离职")


def test_a_role_works_at_once_and_ends_at_once(world, county_official, villager):
    assert give(county_official, villager, Role.KEEPER, world.village) is True
    assert villager.actor().scope(Permission.STATION_GIVE_OUT).stations == {world.village.pk}
    assert list(villager.user.groups.values_list("name", flat=True)) == [Role.KEEPER]
    take(county_official, villager, Role.KEEPER, world.village)
    assert not villager.actor().may(Permission.STATION_GIVE_OUT)
    assert not villager.user.groups.exists()


def test_the_group_stays_while_the_role_is_held_elsewhere(world, county_official, villager):
    for station in (world.village, world.far_village):
        give(county_official, villager, Role.KEEPER, station)
    take(county_official, villager, Role.KEEPER, world.village)
    assert villager.user.groups.filter(name=Role.KEEPER).exists()
    assert villager.actor().scope(Permission.STATION_GIVE_OUT).stations == {world.far_village.pk}


def test_granting_twice_changes_nothing(world, county_official, villager):
    give(county_official, villager, Role.KEEPER, world.village)
    assert give(county_official, villager, Role.KEEPER, world.village) is False
    assert AuditEntry.objects.filter(action="staff.granted").count() == 1


def test_both_acts_are_in_the_audit_trail_without_a_phone(world, county_official, villager):
    give(county_official, villager, Role.COURIER, world.village)
    take(county_official, villager, Role.COURIER, world.village)
    granted, withdrawn = AuditEntry.objects.filter(action__startswith="staff.").order_by("id")
    assert granted.after == withdrawn.before == {"user": villager.user.pk, "role": "courier"}
    assert (granted.why, withdrawn.why) == ("入职", "离职")
    assert villager.user.phone not in str(granted.after)


def test_an_enterprise_admin_hands_out_lower_roles_of_the_own_enterprise_only(world, enterprise_admin, villager):
    assert give(enterprise_admin, villager, Role.ENTERPRISE_STAFF, world.carrier)
    with pytest.raises(RoleTooHigh):
        give(enterprise_admin, villager, Role.ENTERPRISE_ADMIN, world.carrier)
    with pytest.raises(EnterpriseNotFound):
        give(enterprise_admin, villager, Role.ENTERPRISE_STAFF, world.other_carrier)
    with pytest.raises(StationNotFound):
        give(enterprise_admin, villager, Role.COURIER, world.village)
    Station.objects.filter(pk=world.village.pk).update(operator=world.carrier)
    assert give(enterprise_admin, villager, Role.COURIER, world.village)


def test_who_may_not(world, keeper, courier, township_official, neighbour_official, support, villager):
    for persona in (keeper, courier, township_official, support, villager):
        with pytest.raises(Forbidden):
            give(persona, villager, Role.COURIER, world.village)
    with pytest.raises(StationNotFound):
        give(neighbour_official, villager, Role.COURIER, world.village)
    with pytest.raises(SignInNeeded):
        grant_role(actor=ANONYMOUS, user=villager.user, role=Role.COURIER, at=world.village, now=NOW)
    assert not StationUserObjectPermission.objects.filter(user=villager.user).exists()


def test_nobody_promotes_themselves(world, county_official):
    with pytest.raises(OwnRole):
        give(county_official, county_official, Role.KEEPER, world.village)


@pytest.mark.parametrize("role", [Role.ENTERPRISE_ADMIN, Role.COUNTY_OFFICIAL, Role.ADMINISTRATOR, Role.MEMBER])
def test_only_roles_of_a_station_are_held_at_a_station(world, county_official, villager, role):
    with pytest.raises(WrongPlace):
        give(county_official, villager, role, world.village)


def test_no_new_staff_at_a_suspended_station(world, county_official, villager):
    suspend(party=world.village, actor=county_official.actor(), now=NOW, why="停业")
    with pytest.raises(PlaceNotActive):
        give(county_official, villager, Role.KEEPER, world.village)


def test_a_switched_off_account_gets_no_role(world, county_official, villager):
    villager.user.is_active = False
    villager.user.save()
    with pytest.raises(BadInput):
        give(county_official, villager, Role.KEEPER, world.village)


def test_a_role_that_is_not_held_cannot_be_withdrawn(world, county_official, villager):
    with pytest.raises(NoSuchRole):
        take(county_official, villager, Role.KEEPER, world.village)


def test_the_staff_list_is_for_who_manages_staff(world, county_official, neighbour_official, keeper, enterprise_admin):
    assert [(h.name, h.role) for h in staff_of(actor=county_official.actor(), at=world.village)] == [
        ("何守站", Role.KEEPER)
    ]
    assert [h.role for h in staff_of(actor=enterprise_admin.actor(), at=world.carrier)] == [Role.ENTERPRISE_ADMIN]
    with pytest.raises(StationNotFound):
        staff_of(actor=neighbour_official.actor(), at=world.village)
    with pytest.raises(StationNotFound):
        staff_of(actor=keeper.actor(), at=world.village)


def test_the_portal_itself_may_grant(world, villager):
    assert grant_role(actor=system_actor("test"), user=villager.user, role=Role.KEEPER, at=world.village, now=NOW)


def test_a_terminal_is_issued_where_the_official_manages(world, county_official, neighbour_official, enterprise_admin):
    issued = issue_device(
        actor=county_official.actor(), at=world.village, profile=Profile.SCANNER, name="柜台枪", now=NOW
    )
    assert (issued.device.station, bool(issued.secret)) == (world.village.pk, True)
    with pytest.raises(StationNotFound):
        issue_device(actor=neighbour_official.actor(), at=world.village, profile=Profile.SCANNER, name="x", now=NOW)
    with pytest.raises(EnterpriseNotFound):
        issue_device(actor=enterprise_admin.actor(), at=world.other_carrier, profile=Profile.CARRIER, name="x", now=NOW)
    suspend(party=world.village, actor=county_official.actor(), now=NOW, why="停业")
    with pytest.raises(NotAtWork):
        issue_device(actor=county_official.actor(), at=world.village, profile=Profile.SCANNER, name="x", now=NOW)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_eight_grants_at_once_make_one_role_and_one_entry(world, county_official, villager):
    from concurrent.futures import ThreadPoolExecutor

    actor = county_official.actor()

    def grant(_n):
        try:
            return grant_role(actor=actor, user=villager.user, role=Role.KEEPER, at=world.village, now=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(grant, range(8)))
    assert sorted(made) == [False] * 7 + [True]
    assert StationUserObjectPermission.objects.filter(user=villager.user).count() == 1
    assert AuditEntry.objects.filter(action="staff.granted").count() == 1
