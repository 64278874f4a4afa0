"""The access kernel: an actor is demanded, scopes add up, and what was not granted is not there."""

from __future__ import annotations

import inspect

import pytest
from django.contrib.auth.models import Permission as DjangoPermission

from logistics.parcels import selectors, selectors_imports, selectors_work
from logistics.parcels.services import bags, handovers, record
from logistics.registry import selectors as registry_selectors
from logistics.registry.models import EnterpriseUserObjectPermission, StationUserObjectPermission
from members.access.models import DivisionGrant
from members.access.states import Permission, Role, hold_codename
from portal.core.actor import ANONYMOUS, Actor, ActorKind, ActorMissing, Grant, Scope, demand, system_actor, union
from portal.core.clock import now
from portal.core.errors import Forbidden, SignInNeeded
from tests.personas import Persona, hold, make_user

HERE, THERE = Scope(stations=frozenset({1})), Scope(divisions=frozenset({"620825"}))


def person(*grants: Grant) -> Actor:
    return Actor(ActorKind.USER, "user:1", grants=grants)


# -- an actor is demanded ----------------------------------------------------------------------------------
@pytest.mark.parametrize("nobody", [None, "user:1", object(), False])
def test_only_an_actor_acts(nobody):
    with pytest.raises(ActorMissing):
        demand(nobody)


READS = [
    function
    for module in (selectors, selectors_imports, selectors_work, registry_selectors)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and name.startswith(("visible_", "own_", "importable_"))
]


@pytest.mark.django_db
@pytest.mark.parametrize("read", READS, ids=lambda function: function.__name__)
def test_a_read_without_an_actor_raises(read):
    with pytest.raises(TypeError):
        read()
    with pytest.raises(ActorMissing):
        read(actor=None)


@pytest.mark.parametrize("module", [bags, handovers, record], ids=lambda module: module.__name__)
def test_a_write_takes_its_actor_and_its_moment_by_name(module):
    found = inspect.getmembers(module, inspect.isfunction)
    own = [f for name, f in found if f.__module__ == module.__name__ and not name.startswith("_")]
    public = [f for f in own if "now" in inspect.signature(f).parameters]
    assert public
    for function in public:
        parameters = inspect.signature(function).parameters
        for name in ("actor", "now"):
            assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY, f"{function.__name__}({name})"
            assert parameters[name].default is inspect.Parameter.empty, f"{function.__name__}({name})"


# -- scopes ------------------------------------------------------------------------------------------------
def test_a_scope_is_the_union_of_the_grants_that_hold_the_permission():
    actor = person(
        Grant(frozenset({"a", "b"}), HERE),
        Grant(frozenset({"a"}), THERE),
        Grant(frozenset({"c"}), Scope(everything=True)),
    )
    assert actor.scope("a") == HERE | THERE == union([THERE, HERE])
    assert actor.scope("b") == HERE
    assert not actor.scope("a").everything


def test_nothing_is_reached_without_a_grant():
    assert not person().scope("a")
    assert not ANONYMOUS.scope("a")
    assert not Scope()


def test_a_keeper_here_is_no_keeper_there():
    actor = person(Grant(frozenset({"give"}), HERE), Grant(frozenset({"see"}), THERE))
    assert not actor.scope("give").covers_division("620825100208")
    assert actor.scope("see").stations == frozenset()


@pytest.mark.parametrize(
    ("code", "inside"), [("620825100208", True), ("620825", True), ("620826100201", False), ("6208", False)]
)
def test_a_division_reaches_what_its_code_begins(code, inside):
    assert THERE.covers_division(code) is inside


def test_require_tells_strangers_to_log_in_and_others_that_they_may_not():
    with pytest.raises(SignInNeeded):
        ANONYMOUS.require("a")
    with pytest.raises(Forbidden):
        person().require("a")
    person(Grant(frozenset({"a"}), HERE)).require("a")
    system_actor("nightly").require("a")


# -- where grants come from --------------------------------------------------------------------------------
@pytest.mark.django_db
def test_grants_of_one_person_add_up(world):
    user = make_user(1050, "兼职")
    hold(user, Role.KEEPER, world.village)
    hold(user, Role.COURIER, world.village_next_door)
    hold(user, Role.ENTERPRISE_STAFF, world.carrier)
    actor = Persona(user).actor()
    assert actor.scope(Permission.PARCEL_VIEW) == Scope(
        stations=frozenset({world.village.pk, world.village_next_door.pk}), enterprises=frozenset({world.carrier.pk})
    )
    assert actor.scope(Permission.STATION_GIVE_OUT).stations == {world.village.pk}
    assert actor.scope(Permission.OWN_PARCELS).phones == {user.phone}


@pytest.mark.django_db
def test_a_role_at_the_wrong_kind_of_object_grants_nothing(world):
    user = make_user(1051, "错位")
    keeper_of_a_firm = DjangoPermission.objects.filter(codename=hold_codename(Role.KEEPER)).first()
    admin_of_a_station = DjangoPermission.objects.filter(codename=hold_codename(Role.ENTERPRISE_ADMIN)).first()
    EnterpriseUserObjectPermission.objects.bulk_create(
        [EnterpriseUserObjectPermission(user=user, content_object=world.carrier, permission=keeper_of_a_firm)]
    )
    StationUserObjectPermission.objects.bulk_create(
        [StationUserObjectPermission(user=user, content_object=world.village, permission=admin_of_a_station)]
    )
    actor = Persona(user).actor()
    assert actor.roles == {Role.MEMBER}
    assert not actor.scope(Permission.PARCEL_VIEW)


@pytest.mark.django_db
def test_the_missing_second_factor_withholds_the_role_and_nothing_else(county_official, world):
    hold(county_official.user, Role.KEEPER, world.village)
    before, after = county_official.actor(second_factor=False), county_official.actor(second_factor=True)
    assert before.extra["second_factor_missing"]
    assert not before.may(Permission.PEOPLE_GRANT)
    assert before.scope(Permission.PARCEL_VIEW) == Scope(stations=frozenset({world.village.pk}))
    assert after.scope(Permission.PARCEL_VIEW).divisions == {"620825"}
    assert after.may(Permission.PEOPLE_GRANT)


@pytest.mark.django_db
def test_a_grant_that_ends_is_gone_with_the_next_request(county_official):
    DivisionGrant.objects.filter(user=county_official.user).delete()
    assert not county_official.actor().may(Permission.PARCEL_VIEW)
    assert county_official.client.get("/work/parcels/").status_code == 403


def test_the_clock_is_aware():
    assert now().tzinfo is not None
