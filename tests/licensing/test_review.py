"""Reviewing: one official at a time, on what they saw, and never their own case."""

from __future__ import annotations

import datetime as dt
import pkgutil
import threading
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction

from logistics.certificates.models import Certificate
from logistics.licensing import migrations, selectors, services
from logistics.licensing.errors import (
    ApplicationNotFound,
    ChecklistOpen,
    ClaimedByOther,
    ClaimLost,
    OwnCase,
    StaleRevision,
    WrongState,
)
from logistics.licensing.models import Application, Check
from logistics.licensing.services.clean import NotClean, approve_clean, is_clean, why_not_clean
from logistics.licensing.services.deadlines import count_deadlines_again, release_overdue_claims
from logistics.licensing.services.deciding import NoLongerRight
from logistics.licensing.states import MOVES
from logistics.registry.models import Enterprise
from members.access.models import DivisionGrant
from members.access.states import Role
from portal.audit.models import AuditEntry
from portal.core.actor import system_actor
from portal.core.errors import BadInput, DomainError, Forbidden
from portal.core.ids import new_id
from portal.notify.models import Message
from portal.workdays.models import PublishedYear
from tests.licensing.conftest import HALF_HOUR, NOW, credit_code
from tests.personas import hold, make_persona


@pytest.fixture
def colleague(world):
    return make_persona(2001, "沈县干", Role.COUNTY_OFFICIAL, world.county)


def test_a_claim_keeps_others_out_until_it_runs_out(desk, colleague):
    row = desk.claimed()
    with pytest.raises(ClaimedByOther):
        services.claim(application=row, actor=colleague.actor(), now=NOW)
    with pytest.raises(ClaimLost):
        services.approve(application=row, revision=1, actor=colleague.actor(), now=NOW)
    later = NOW + HALF_HOUR
    taken = services.claim(application=row, actor=colleague.actor(), now=later)
    assert taken.reviewer == colleague.user
    with pytest.raises(ClaimLost):
        services.approve(application=row, revision=1, actor=desk.official.actor(), now=later)


def test_a_claim_that_ran_out_decides_nothing(desk, county_official):
    row = desk.claimed()
    with pytest.raises(ClaimLost):
        services.approve(application=row, revision=1, actor=county_official.actor(), now=NOW + HALF_HOUR)
    assert release_overdue_claims(now=NOW + HALF_HOUR) == 1
    assert Application.objects.get().reviewer is None


def test_a_released_application_is_free(desk, county_official, colleague):
    row = desk.claimed()
    services.release(application=row, actor=colleague.actor(), now=NOW)  # not theirs: nothing happens
    assert Application.objects.get().reviewer == county_official.user
    services.release(application=row, actor=county_official.actor(), now=NOW)
    assert services.claim(application=row, actor=colleague.actor(), now=NOW).reviewer == colleague.user
    assert AuditEntry.objects.filter(action="application.released").count() == 1


def test_a_decision_is_on_the_submission_that_was_seen(desk, county_official, villager):
    row = desk.claimed()
    services.return_for_changes(
        application=row, revision=1, remarks={"name": "改"}, actor=county_official.actor(), now=NOW
    )
    services.submit(application=row, actor=villager.actor(), now=NOW, although_same=True)
    row = services.claim(application=row, actor=county_official.actor(), now=NOW)
    with pytest.raises(StaleRevision):
        services.approve(application=row, revision=1, actor=county_official.actor(), now=NOW)


def test_officials_of_elsewhere_see_nothing(desk, neighbour_official, township_official, support, world):
    row = desk.submitted()
    next_town = make_persona(2002, "韩镇干", Role.TOWNSHIP_OFFICIAL, world.other_township)
    assert not selectors.visible_applications(actor=next_town.actor()).exists()
    with pytest.raises(ApplicationNotFound):
        services.claim(application=row, actor=neighbour_official.actor(), now=NOW)
    assert not selectors.visible_applications(actor=neighbour_official.actor()).exists()
    assert selectors.visible_applications(actor=township_official.actor()).get() == row
    for persona in (township_official, support):  # sees it, or not even that, and judges nothing
        with pytest.raises(Forbidden):
            services.claim(application=row, actor=persona.actor(), now=NOW)


def test_an_official_whose_role_was_withdrawn_is_refused(desk, county_official):
    row = desk.claimed()
    DivisionGrant.objects.filter(user=county_official.user).delete()
    with pytest.raises(Forbidden):
        services.approve(application=row, revision=1, actor=county_official.actor(), now=NOW)
    assert not Enterprise.objects.filter(credit_code=credit_code()).exists()


def test_nobody_judges_the_own_application(desk, county_official):
    row = desk.submitted(by=county_official)
    with pytest.raises(OwnCase):
        services.claim(application=row, actor=county_official.actor(), now=NOW)


@pytest.mark.parametrize("role", [Role.ENTERPRISE_STAFF, Role.ENTERPRISE_ADMIN])
def test_nobody_judges_their_employer(desk, county_official, enterprise_admin, world, role):
    hold(county_official.user, role, world.carrier)
    own = desk.submitted("vehicle", by=enterprise_admin, enterprise=world.carrier)
    with pytest.raises(OwnCase):
        services.claim(application=own, actor=county_official.actor(), now=NOW)


def test_nobody_judges_the_station_they_work_at(desk, county_official, keeper, world):
    row = desk.submitted("station", by=keeper, holder=world.village, point="106.08,35.2")
    hold(county_official.user, Role.COURIER, world.village)
    with pytest.raises(OwnCase):
        services.claim(application=row, actor=county_official.actor(), now=NOW)


def test_a_program_judges_nothing(desk):
    row = desk.submitted()
    with pytest.raises(Forbidden):
        services.claim(application=row, actor=system_actor("tests"), now=NOW)


def test_approval_needs_every_item_of_the_checklist(desk, county_official):
    row = desk.claimed(passed=False)
    with pytest.raises(ChecklistOpen) as refused:
        services.approve(application=row, revision=1, actor=county_official.actor(), now=NOW)
    assert set(refused.value.fields) == {"licence_agrees", "permit_agrees", "mandate_agrees"}
    row = desk.claim(row)
    services.check(
        application=row, item="permit_agrees", passed=False, note="编号不对", actor=county_official.actor(), now=NOW
    )
    with pytest.raises(ChecklistOpen) as refused:
        services.approve(application=row, revision=1, actor=county_official.actor(), now=NOW)
    assert set(refused.value.fields) == {"permit_agrees"}
    assert not Certificate.objects.exists()


def test_automatic_items_are_not_for_hands(desk, county_official):
    row = desk.claimed()
    for item in ("code_free", "nonsense"):
        with pytest.raises(BadInput):
            services.check(application=row, item=item, passed=True, actor=county_official.actor(), now=NOW)


def test_what_was_taken_meanwhile_is_found_at_the_decision(desk, county_official, world):
    row = desk.claimed()
    Enterprise.objects.filter(pk=world.carrier.pk).update(credit_code=credit_code())
    with pytest.raises(ChecklistOpen) as refused:
        services.approve(application=row, revision=1, actor=county_official.actor(), now=NOW)
    assert set(refused.value.fields) == {"code_free"}


def test_papers_that_ended_meanwhile_stop_the_approval(desk, county_official):
    row = desk.claimed("vehicle", insurance_until="2026-11-30")
    desk.now = NOW + dt.timedelta(days=8)
    row = desk.claim(row)
    with pytest.raises(NoLongerRight) as refused:
        services.approve(application=row, revision=1, actor=county_official.actor(), now=desk.now)
    assert set(refused.value.fields) == {"insurance_until"}


def test_a_failing_approval_leaves_nothing(desk, county_official, villager, world):
    """The place of the enterprise lies outside the official's own: the register refuses at the end."""
    row = desk.claimed()
    Application.objects.filter(pk=row.pk).update(data={**row.data, "division": "620826100000"})
    with pytest.raises(DomainError):
        services.approve(application=row, revision=1, actor=county_official.actor(), now=NOW)
    row.refresh_from_db()
    assert (row.state, row.holder) == ("submitted", None)
    assert not Certificate.objects.exists()
    assert not Message.objects.filter(template="application_approved").exists()
    assert not villager.actor().scope("enterprise.view").enterprises


def test_clean_ones_are_decided_in_numbers(desk, county_official, world):
    row = desk.submitted("vehicle")
    actor = county_official.actor()
    assert not is_clean(application=row, now=NOW)
    with pytest.raises(NotClean):
        approve_clean(application=row, revision=1, actor=actor, now=NOW)
    assert Application.objects.get().reviewer is None  # nothing half done
    row = desk.claim(row)
    services.release(application=row, actor=actor, now=NOW)
    assert why_not_clean(application=row, now=NOW) == ""
    assert approve_clean(application=row, revision=1, actor=actor, now=NOW).state == "approved"


def test_a_name_like_another_is_no_clean_case(desk, world):
    row = desk.claimed(name="庄浪中通快递", credit_code=credit_code(2))
    assert why_not_clean(application=row, now=NOW)
    (found,) = selectors.duplicates_of(application=row, actor=desk.official.actor())
    assert (found.code, found.same) == ("zto", False)
    with pytest.raises(ApplicationNotFound):
        selectors.duplicates_of(application=row, actor=desk.applicant.actor())


def test_another_open_application_for_the_same_thing_is_seen(desk, keeper):
    first = desk.claimed("vehicle")
    desk.submitted("vehicle", by=keeper)
    assert selectors.twins_of(application=first).count() == 1
    assert not is_clean(application=first, now=NOW)


def test_a_deadline_over_an_unpublished_year_becomes_certain(desk):
    PublishedYear.objects.all().delete()
    row = desk.submitted()
    assert not row.due_certain
    assert count_deadlines_again(now=NOW) == 0
    PublishedYear.objects.create(year=2026, source="-", published_on="2025-11-04")
    assert count_deadlines_again(now=NOW) == 1
    row.refresh_from_db()
    assert row.due_certain


# -- the database is the referee ---------------------------------------------------------------------------
def test_the_migration_says_what_the_states_say():

    names = sorted(m.name for m in pkgutil.iter_modules(migrations.__path__))
    last = [t for t in (import_module(f"{migrations.__name__}.{name}") for name in names) if hasattr(t, "MOVES")][-1]
    assert {state: set(ends) for state, ends in last.MOVES.items()} == {s: set(e) for s, e in MOVES.items() if e}


def test_the_database_refuses_every_illegal_jump(desk, villager):
    submitted = desk.submitted()
    tried = 0
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE licensing_application DROP CONSTRAINT application_approved_whole")
        for start, ends in MOVES.items():
            for end in set(MOVES) - {start}:
                row = Application.objects.get(pk=submitted.pk)
                row.pk, row.number, row.state, row.refusal = new_id(), f"SQ{tried}", start, "-"
                row.save(force_insert=True)
                jump = ("UPDATE licensing_application SET state = %s WHERE id = %s", [end, row.pk])
                if end in ends:
                    cursor.execute(*jump)
                else:
                    with pytest.raises(IntegrityError, match="may not become"), transaction.atomic():
                        cursor.execute(*jump)
                tried += 1
    assert tried == len(MOVES) * (len(MOVES) - 1)


def test_the_database_lets_nobody_decide_for_themselves(desk, villager):
    row = desk.submitted()
    with pytest.raises(IntegrityError, match="application_not_own_judge"), transaction.atomic():
        Application.objects.filter(pk=row.pk).update(decided_by=villager.user)


# -- at once ------------------------------------------------------------------------------------------------
def together(*acts) -> list:
    """Runs each in a thread of its own, from the same moment; what each returned or raised."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(index, act):
        try:
            gate.wait()
            results[index] = act()
        except DomainError as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_who_claim_at_once_one_gets_it(desk, colleague):
    row = desk.submitted()
    actors = [desk.official.actor(), colleague.actor()]
    results = together(*(lambda a=a: services.claim(application=row, actor=a, now=NOW) for a in actors))
    assert sorted(type(r).__name__ for r in results) == ["Application", "ClaimedByOther"]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_counts(desk):
    """The same official in two windows: one approves, one refuses."""
    row = desk.claimed()
    actor = desk.official.actor()
    results = together(
        lambda: services.approve(application=row, revision=1, actor=actor, now=NOW),
        lambda: services.refuse(application=row, revision=1, why="不符合", actor=actor, now=NOW),
    )
    lost = [r for r in results if isinstance(r, WrongState)]
    state = Application.objects.get(pk=row.pk).state
    assert len(lost) == 1
    assert Certificate.objects.exists() == (state == "approved")
    assert Message.objects.filter(template__in=["application_approved", "application_refused"]).count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_withdrawn_or_approved_never_both(desk, villager):
    row = desk.claimed()
    mine, theirs = villager.actor(), desk.official.actor()
    results = together(
        lambda: services.withdraw(application=row, actor=mine, now=NOW),
        lambda: services.approve(application=row, revision=1, actor=theirs, now=NOW),
    )
    assert sum(isinstance(r, DomainError) for r in results) == 1
    assert Certificate.objects.exists() == (Application.objects.get(pk=row.pk).state == "approved")
    assert not Check.objects.filter(passed=False).exists()
