"""Nobody acts on a person above them: every act on a person that the officials' site offers × each pair of ranks.

The acts are read off the site: every action of the list of people, and every page that gives or takes a role. A new
one is tested by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.utils import timezone

from members.access.models import BulkRun, DivisionGrant
from members.access.selectors import people_below, people_within
from members.access.services import note_help, stop_person, unstop_person
from members.access.states import RANK, Permission, Role
from members.accounts.models import User
from portal.audit.models import AuditEntry
from portal.core.errors import DomainError
from tests.officials.conftest import Desk, page
from tests.personas import Persona, hold, make_persona

pytestmark = pytest.mark.django_db


# -- the acts, as the site offers them -----------------------------------------------------------------------------
@dataclass(frozen=True)
class ActOn:
    model: type
    name: str  # of an action, or "add" and "delete" of a role

    def __str__(self):
        return f"{self.model._meta.model_name}-{self.name}"


def acts() -> list[ActOn]:
    found = [ActOn(User, getattr(action, "__name__", action)) for action in admin.site._registry[User].actions]
    found += [ActOn(User, verb) for verb in ("add", "change", "delete") if admin.site._registry[User].access[verb]]
    for model, its_page in admin.site._registry.items():
        if any(field.name == "user" and field.related_model is User for field in model._meta.concrete_fields):
            found += [ActOn(model, verb) for verb in ("add", "change", "delete") if its_page.access[verb]]
    return found


# What has no effect on a person as they are.
ONLY_OFFICIALS = {"bulk_person_stop", "bulk_person_restore"}  # staff lose their role instead
NEEDS_STOPPED = {"bulk_person_restore"}
PLACES = {"divisiongrant": ("620825101", "township_official"), "stationuserobjectpermission": ("zl-hema", "keeper"),
          "enterpriseuserobjectpermission": ("zto", "enterprise_staff")}  # fmt: skip
TARGETS: list[Role | None] = [None, *RANK]


def place_of(world, role: Role):
    return world.township if role == Role.TOWNSHIP_OFFICIAL else world.county


@pytest.fixture
def actor(request, world) -> Persona:
    return make_persona(1800, "甲办理", request.param, place_of(world, request.param))


@pytest.fixture
def target(request, world) -> Persona:
    """Also somebody who works at a station here, so that everybody is within reach."""
    person = make_persona(1801, "乙对方", Role.COURIER, world.far_village)
    if request.param is not None:
        hold(person.user, request.param, place_of(world, request.param))
    UserSession.objects.create(user=person.user, ip="127.0.0.1", session_key="k" * 32)
    return person


def carry_out(act: ActOn, actor: Persona, user: User, world) -> None:
    """As a browser does it, with a reason, confirmed where it asks."""
    if act.model is not User:
        give_or_take(act, actor, user, world)
        return
    if act.name in NEEDS_STOPPED:
        User.objects.filter(pk=user.pk).update(is_active=False)
    desk = Desk(actor)
    run = desk.start(User, act.name, [user], reason="核实")
    if run is not None:
        desk.step(run, "confirm", reason="核实")


def give_or_take(act: ActOn, actor: Persona, user: User, world) -> None:
    code, role = PLACES[act.model._meta.model_name]
    if act.name == "add":
        form = {"phone": user.phone, "place": code, "role": role, "reason": "核实"}
        actor.client.post(page(act.model, "add"), form)
        return
    at = {"620825101": world.other_township, "zl-hema": world.village, "zto": world.carrier}[code]
    hold(user, Role(role), at)
    row = act.model.objects.filter(user=user).latest("pk")
    actor.client.post(page(act.model, act.name, row.pk), {"post": "yes", "reason": "核实"})


def done() -> int:
    """Every act on a person leaves an entry in the audit trail."""
    return AuditEntry.objects.exclude(action__startswith="bulk.").exclude(action__startswith="login").count()


@pytest.mark.parametrize("act", acts(), ids=str)
@pytest.mark.parametrize("target", TARGETS, indirect=True, ids=lambda role: role.value if role else "staff")
@pytest.mark.parametrize("actor", RANK, indirect=True, ids=lambda role: role.value)
def test_each_act_is_done_to_equals_and_below_only(act, actor, target, world, request):
    acting, on = request.node.callspec.params["actor"], request.node.callspec.params["target"]
    before, sessions = done(), UserSession.objects.filter(user=target.user).count()
    carry_out(act, actor, target.user, world)
    may = acting in (Role.COUNTY_OFFICIAL, Role.ADMINISTRATOR) and RANK[acting] >= RANK.get(on, 0)
    if on is None and act.name in ONLY_OFFICIALS:
        may = False
    assert (done() > before) == may
    if not may:
        assert UserSession.objects.filter(user=target.user).count() == sessions
        assert User.objects.get(pk=target.user.pk).is_active == (act.name not in NEEDS_STOPPED)


@pytest.mark.parametrize("act", [act for act in acts() if act.model is User], ids=str)
@pytest.mark.parametrize("who", ["county_official", "administrator"])
def test_a_role_here_gives_nobody_a_hold_on_an_official_of_elsewhere(act, who, request, world, neighbour_official):
    hold(neighbour_official.user, Role.COURIER, world.village)
    persona = request.getfixturevalue(who)
    assert people_within(actor=persona.actor(), permission=Permission.PEOPLE_GRANT).filter(
        pk=neighbour_official.user.pk
    )
    before = done()
    carry_out(act, persona, neighbour_official.user, world)
    assert done() == before


@pytest.mark.parametrize("act", [act for act in acts() if act.model is User], ids=str)
def test_nobody_acts_on_the_own_account(act, county_official, world):
    before = done()
    carry_out(act, county_official, county_official.user, world)
    assert done() == before


@pytest.mark.parametrize("service", [stop_person, unstop_person, note_help], ids=lambda s: s.__name__)
@pytest.mark.parametrize("target", [Role.ADMINISTRATOR], indirect=True)
def test_the_services_keep_to_it_without_a_page(service, target, county_official):
    more = {"action": "person.unlocked"} if service is note_help else {}
    with pytest.raises(DomainError) as refused:
        service(actor=county_official.actor(), user=target.user, now=timezone.now(), why="x", **more)
    assert refused.value.code == "person_too_high"


def test_several_with_one_above_are_told_and_nothing_is_done(county_official, administrator, keeper):
    for person in (administrator, keeper):
        UserSession.objects.create(user=person.user, ip="127.0.0.1", session_key=f"{person.user.pk:032}")
    form = {"action": "end_sessions", "_selected_action": [administrator.user.pk, keeper.user.pk], "reason": "核实"}
    answer = county_official.client.post(page(User, "changelist"), form)
    assert answer.status_code == 403
    assert "对方的角色高于您" in answer.content.decode()
    assert UserSession.objects.count() == 2


def test_who_is_left_out_of_a_run_is_told(county_official, administrator, township_official):
    chosen = [administrator.user.pk, township_official.user.pk]
    form = {"action": "bulk_person_stop", "_selected_action": chosen, "reason": "离岗"}
    shown = county_official.client.post(page(User, "changelist"), form, follow=True).content.decode()
    assert "有 1 项您不能办理" in shown
    assert [row.object_id for row in BulkRun.objects.get().rows.all()] == [str(township_official.user.pk)]


def test_the_acts_that_are_tested_are_those_of_the_site():
    found = {str(act) for act in acts()}
    assert {
        "user-bulk_person_stop", "user-end_sessions", "user-unlock", "divisiongrant-add", "divisiongrant-delete",
        "stationuserobjectpermission-add", "enterpriseuserobjectpermission-delete",
    } <= found  # fmt: skip
    assert {model for model in admin.site._registry if str(ActOn(model, "add")) in found} == {
        model for model in admin.site._registry if model._meta.model_name in PLACES
    }


def test_the_selector_counts_every_role_of_a_person(county_official, administrator, keeper, world):
    actor = county_official.actor()
    assert set(people_below(actor=actor).values_list("pk", flat=True)) == {keeper.user.pk}
    hold(keeper.user, Role.SUPPORT, world.county)
    assert people_below(actor=actor).filter(pk=keeper.user.pk).exists()
    DivisionGrant.objects.filter(user=keeper.user).update(role=Role.ADMINISTRATOR)
    assert not people_below(actor=actor).filter(pk=keeper.user.pk).exists()
