"""Roles are enums; groups, grants and actors follow them."""

import pytest
from django.contrib.auth.models import Group
from django.contrib.auth.models import Permission as DjangoPermission
from django.core.management import CommandError, call_command
from django.utils import timezone

from members.access.models import DivisionGrant
from members.access.selectors import actor_of
from members.access.services import (
    NotADivisionRole,
    OwnRole,
    RoleTooHigh,
    TooWide,
    grant_division_role,
    withdraw_division_role,
)
from members.access.states import (
    RANK,
    ROLE_PERMISSIONS,
    ROLE_SCOPE,
    SECOND_FACTOR_ROLES,
    Permission,
    Role,
    ScopeKind,
    roles_of,
)
from members.accounts.models import Relation, User
from portal.audit.models import AuditEntry
from portal.core.errors import Forbidden, NotFound
from tests.personas import hold

pytestmark = pytest.mark.django_db


def change(function, persona, user, role, division, **extra):
    values = {"actor": persona.actor(), "user": user, "role": role, "division": division, "now": timezone.now()}
    return function(**{**values, **extra})


# -- enums ----------------------------------------------------------------------------------------------
def test_every_permission_belongs_to_a_working_role():
    """A function that only the administrator holds would be one that nobody was thought of."""
    held = frozenset().union(*(p for role, p in ROLE_PERMISSIONS.items() if role != Role.ADMINISTRATOR))
    assert set(Permission) == set(held)


def test_every_role_says_what_it_may_where_and_how_high():
    assert set(ROLE_PERMISSIONS) == set(ROLE_SCOPE) == set(Role)
    assert set(RANK) == set(roles_of(ScopeKind.DIVISION))


def test_every_role_of_a_division_needs_the_second_factor():
    assert set(roles_of(ScopeKind.DIVISION)) <= SECOND_FACTOR_ROLES


def test_every_permission_is_a_django_permission_and_no_other():
    rows = DjangoPermission.objects.filter(content_type__app_label="access", content_type__model="function")
    assert set(rows.values_list("codename", flat=True)) == set(Permission.values)


# -- groups ---------------------------------------------------------------------------------------------
def group_codes(role):
    return set(Group.objects.get(name=role).permissions.values_list("codename", flat=True))


def test_groups_hold_exactly_the_permissions_of_their_role():
    call_command("sync_roles")
    assert {role: group_codes(role) for role in Role} == {
        role: {p.value for p in permissions} for role, permissions in ROLE_PERMISSIONS.items()
    }


def test_syncing_again_mends_what_somebody_changed():
    call_command("sync_roles")
    group = Group.objects.get(name=Role.SUPPORT)
    group.permissions.clear()
    group.permissions.add(DjangoPermission.objects.get(codename=Permission.PEOPLE_GRANT))
    call_command("sync_roles")
    assert group_codes(Role.SUPPORT) == {p.value for p in ROLE_PERMISSIONS[Role.SUPPORT]}


# -- grants ---------------------------------------------------------------------------------------------
def test_granted_role_works_and_is_audited(county_official, villager, world):
    change(grant_division_role, county_official, villager.user, Role.TOWNSHIP_OFFICIAL, world.township, why="任职")
    assert villager.actor(second_factor=True).scope(Permission.PARCEL_EXPLAIN).divisions == {"620825100"}
    assert set(villager.user.groups.values_list("name", flat=True)) == {"township_official"}
    entry = AuditEntry.objects.get(action="role.granted")
    assert (entry.object_id, entry.why, entry.area) == (str(villager.user.pk), "任职", world.township.code)
    change(withdraw_division_role, county_official, villager.user, Role.TOWNSHIP_OFFICIAL, world.township)
    assert not villager.actor(second_factor=True).may(Permission.PARCEL_EXPLAIN)
    assert not villager.user.groups.exists()


def test_granting_twice_is_granting_once(county_official, villager, world):
    for _time in range(2):
        change(grant_division_role, county_official, villager.user, Role.SUPPORT, world.county)
    assert DivisionGrant.objects.filter(user=villager.user).count() == 1
    assert AuditEntry.objects.filter(action="role.granted").count() == 1


def test_nobody_grants_outside_the_own_division(neighbour_official, villager, world):
    with pytest.raises(NotFound):
        change(grant_division_role, neighbour_official, villager.user, Role.SUPPORT, world.county)
    with pytest.raises(NotFound):
        change(withdraw_division_role, neighbour_official, villager.user, Role.SUPPORT, world.county)


def test_nobody_grants_a_wider_division_than_the_own(county_official, villager, world):
    with pytest.raises(NotFound):
        change(grant_division_role, county_official, villager.user, Role.SUPPORT, world.county.parent)


@pytest.mark.parametrize("function", [grant_division_role, withdraw_division_role])
def test_only_an_administrator_decides_about_administrators(function, county_official, administrator, villager, world):
    with pytest.raises(RoleTooHigh):
        change(function, county_official, villager.user, Role.ADMINISTRATOR, world.county)
    change(function, administrator, villager.user, Role.ADMINISTRATOR, world.county)


@pytest.mark.parametrize("name", ["township_official", "support", "keeper", "enterprise_admin", "villager"])
def test_others_grant_nothing(request, name, world):
    persona = request.getfixturevalue(name)
    other = User.objects.create_user("+8613800134444")
    with pytest.raises(Forbidden):
        change(grant_division_role, persona, other, Role.SUPPORT, world.township)


def test_official_without_second_factor_grants_nothing(county_official, villager, world):
    with pytest.raises(Forbidden):
        change(
            grant_division_role, county_official, villager.user, Role.SUPPORT, world.county,
            actor=county_official.actor(second_factor=False),
        )  # fmt: skip


def test_nobody_changes_their_own_roles(administrator, world):
    with pytest.raises(OwnRole):
        change(grant_division_role, administrator, administrator.user, Role.COUNTY_OFFICIAL, world.county)


def test_a_keeper_is_not_made_here(county_official, villager, world):
    with pytest.raises(NotADivisionRole):
        change(grant_division_role, county_official, villager.user, Role.KEEPER, world.township)


def test_township_official_of_a_whole_county_is_refused(county_official, villager, world):
    with pytest.raises(TooWide):
        change(grant_division_role, county_official, villager.user, Role.TOWNSHIP_OFFICIAL, world.county)


def test_right_to_grant_here_is_no_right_to_grant_there(villager, world):
    """Two roles in two places stay apart: an administrator next door is only a county official here."""
    hold(villager.user, Role.ADMINISTRATOR, world.neighbour_county)
    hold(villager.user, Role.COUNTY_OFFICIAL, world.county)
    villager.officially = True
    other = User.objects.create_user("+8613800134444")
    with pytest.raises(RoleTooHigh):
        change(grant_division_role, villager, other, Role.ADMINISTRATOR, world.county)


# -- actors ---------------------------------------------------------------------------------------------
def test_all_grants_of_a_person_come_with_one_query(villager, keeper, world, django_assert_num_queries):
    user = keeper.user
    hold(user, Role.COURIER, world.township_station)
    hold(user, Role.ENTERPRISE_STAFF, world.carrier)
    hold(user, Role.TOWNSHIP_OFFICIAL, world.township)
    now = timezone.now()
    Relation.objects.create(principal=villager.user, helper=user, asked_at=now, agreed_at=now)
    with django_assert_num_queries(1):
        actor = actor_of(user, second_factor=True)
    assert actor.roles == {"keeper", "courier", "enterprise_staff", "township_official", "member"}
    assert villager.user.phone in actor.scope(Permission.OWN_PARCELS).phones


def test_stopped_person_is_nobody(keeper):
    User.objects.filter(pk=keeper.user.pk).update(is_active=False)
    assert not keeper.actor().signed_in


def test_unproved_phone_reaches_nothing(villager):
    User.objects.filter(pk=villager.user.pk).update(phone_verified=False)
    assert villager.actor().scope(Permission.OWN_PARCELS).phones == frozenset()


# -- the first administrator --------------------------------------------------------------------------------
def test_first_administrator_is_made_on_the_server(world):
    call_command("create_administrator", "13800138000", "620825")
    call_command("create_administrator", "+8613800138000", "620825")
    user = User.objects.get(phone="+8613800138000")
    assert actor_of(user, second_factor=True).may(Permission.PEOPLE_GRANT)
    assert not actor_of(user).may(Permission.PEOPLE_GRANT)


@pytest.mark.parametrize(("phone", "county"), [("123", "620825"), ("13800138000", "110101")])
def test_wrong_arguments_say_what_to_do(world, phone, county):
    with pytest.raises(CommandError, match=r"Write it as|load_county"):
        call_command("create_administrator", phone, county)
