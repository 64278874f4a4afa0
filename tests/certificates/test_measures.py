"""What officials do to a certificate: with effect on the party at once, four eyes for revocation, no illegal jump."""

from __future__ import annotations

import itertools
import threading
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction

from logistics.certificates.errors import (
    CertificateNotFound,
    IllegalJump,
    NothingProposed,
    OnlyPeople,
    RevocationPending,
    SameOfficial,
    WhyMissing,
)
from logistics.certificates.models import Certificate, Measure
from logistics.certificates.services import measures
from logistics.certificates.states import CURRENT, MOVES, CertificateState, MeasureState
from logistics.registry.services import parties
from logistics.registry.states import State
from portal.audit.models import AuditEntry
from portal.core.actor import system_actor
from portal.core.errors import Conflict, Forbidden
from portal.core.ids import new_id
from portal.notify.models import Message
from tests.certificates.conftest import NOON, certify

pytestmark = pytest.mark.django_db
WHY = "消防不合格"


def do(name, certificate, persona, why=WHY, **more):
    return getattr(measures, name)(certificate=certificate, actor=persona.actor(), now=NOON, why=why, **more)


def seen(certificate, party):
    certificate.refresh_from_db()
    party.refresh_from_db()
    return certificate.state, party.state, party.stopped_why


def test_suspending_stops_the_party_tells_it_and_is_written_down(
    world, station_certificate, county_official, keeper, enterprise_admin
):
    do("suspend", station_certificate, county_official)
    assert seen(station_certificate, world.village) == ("suspended", State.SUSPENDED, WHY)
    entry = AuditEntry.objects.get(action="certificate.suspended")
    assert (entry.before, entry.after, entry.why) == ({"state": "valid"}, {"state": "suspended"}, WHY)
    message = Message.objects.get(template="certificate_suspended")
    assert message.recipient == keeper.user.phone
    assert station_certificate.number in message.parameters
    do("reinstate", station_certificate, county_official, why="已整改")
    assert seen(station_certificate, world.village) == ("valid", State.ACTIVE, "")
    assert Message.objects.filter(template="certificate_reinstated").count() == 1


def test_the_enterprises_administrators_are_told_too(world, county_official, enterprise_admin, keeper):
    world.village.operator = world.carrier
    world.village.save()
    do("suspend", certify(world.village, county_official), county_official)
    told = set(Message.objects.filter(template="certificate_suspended").values_list("recipient", flat=True))
    assert told == {keeper.user.phone, enterprise_admin.user.phone}


def test_cancelling_closes_the_party_for_good(world, station_certificate, county_official):
    do("cancel", station_certificate, county_official, why="不再经营")
    assert seen(station_certificate, world.village) == ("cancelled", State.CLOSED, "不再经营")
    with pytest.raises(IllegalJump):
        do("reinstate", station_certificate, county_official)


def test_revocation_needs_a_second_official(world, station_certificate, county_official, second_official):
    do("propose_revocation", station_certificate, county_official)
    assert seen(station_certificate, world.village) == ("valid", State.ACTIVE, "")
    with pytest.raises(SameOfficial):
        do("decide_revocation", station_certificate, county_official, why="同意")
    with pytest.raises(RevocationPending):
        do("propose_revocation", station_certificate, second_official)
    with pytest.raises(RevocationPending):
        do("cancel", station_certificate, second_official)
    do("decide_revocation", station_certificate, second_official, why="属实")
    assert seen(station_certificate, world.village) == ("revoked", State.REVOKED, WHY)
    measure = Measure.objects.get()
    assert (measure.state, measure.decision_why) == (MeasureState.DONE, "属实")


def test_a_proposal_that_is_not_agreed_to_changes_nothing(world, station_certificate, county_official, second_official):
    do("propose_revocation", station_certificate, county_official)
    do("decide_revocation", station_certificate, second_official, why="证据不足", agreed=False)
    assert seen(station_certificate, world.village) == ("valid", State.ACTIVE, "")
    with pytest.raises(NothingProposed):
        do("decide_revocation", station_certificate, second_official)
    do("propose_revocation", station_certificate, second_official)


def test_the_portal_itself_revokes_nothing(station_certificate):
    with pytest.raises(OnlyPeople):
        measures.propose_revocation(certificate=station_certificate, actor=system_actor("x"), now=NOON, why=WHY)


@pytest.mark.parametrize("name", ["suspend", "reinstate", "cancel", "propose_revocation", "decide_revocation"])
def test_whose_business_it_is_not(name, station_certificate, neighbour_official, township_official, keeper):
    with pytest.raises(CertificateNotFound):
        do(name, station_certificate, neighbour_official)
    for persona in (township_official, keeper):
        with pytest.raises(Forbidden):
            do(name, station_certificate, persona)
    assert not Measure.objects.exists()


@pytest.mark.parametrize("why", ["", "   ", "长" * 201])
def test_a_reason_is_needed(station_certificate, county_official, why):
    with pytest.raises(WhyMissing):
        do("suspend", station_certificate, county_official, why=why)


def test_a_station_whose_certificate_is_suspended_is_not_resumed_past_it(world, station_certificate, county_official):
    do("suspend", station_certificate, county_official)
    world.village.refresh_from_db()
    with pytest.raises(Conflict):
        parties.resume(party=world.village, actor=county_official.actor(), now=NOON, why="误操作")
    world.village.refresh_from_db()
    assert world.village.state == State.SUSPENDED


# -- the database is the referee ---------------------------------------------------------------------------


def test_the_database_holds_the_table_of_jumps(station_certificate):
    """Every pair of states, by raw SQL; triggers are off only while the row is put into its first state."""
    pk = station_certificate.pk
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what the row's own insert has left to check
    for start, end in itertools.permutations(CertificateState.values, 2):
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE certificates_certificate DISABLE TRIGGER USER")
            cursor.execute("UPDATE certificates_certificate SET state = %s WHERE id = %s", [start, pk])
            cursor.execute("ALTER TABLE certificates_certificate ENABLE TRIGGER USER")
        assert _jumps(pk, end) == (end in MOVES[start]), (start, end)


def _jumps(pk, end) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE certificates_certificate SET state = %s WHERE id = %s", [end, pk])
    except IntegrityError as error:
        return "may not become" not in str(error)  # only the table of jumps may have refused it
    return True


def test_the_database_keeps_one_current_certificate_and_four_eyes(world, station_certificate, county_official):
    row = Certificate.objects.get()
    row.pk, row.number, row.replaces = new_id(), "C00000000000", None
    for state in CURRENT:
        row.state = state
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)
    alone = county_official.user
    with pytest.raises(IntegrityError), transaction.atomic():
        Measure.objects.create(certificate=station_certificate, act="revoke", state="done", why="x",
                               proposed_by=alone, proposed_at=NOON, decided_by=alone, decided_at=NOON)  # fmt: skip


def test_the_migration_says_what_the_states_say():
    written = import_module("logistics.certificates.migrations.0003_end_is_derived").MOVES
    assert {start: set(ends) for start, ends in written.items()} == {s: set(e) for s, e in MOVES.items() if e}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_counts(world, county_official, second_official):
    certificate = certify(world.village, county_official)
    do("propose_revocation", certificate, county_official)
    outcomes, start = [], threading.Barrier(2)

    def decide(agreed):
        try:
            actor = second_official.actor()
            start.wait()
            measures.decide_revocation(certificate=certificate, actor=actor, now=NOON, why="决定", agreed=agreed)
            outcomes.append("done")
        except NothingProposed:
            outcomes.append("late")
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(agreed,)) for agreed in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "late"]
    certificate.refresh_from_db()
    measure = Measure.objects.get()
    assert (certificate.state == "revoked") == (measure.state == MeasureState.DONE)
