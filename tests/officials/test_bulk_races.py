"""Two officials with the same rows at the same moment, on real PostgreSQL with real threads."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.utils import timezone

from logistics.registry.admin.parties import SuspendStations
from logistics.registry.models import Station
from logistics.registry.states import State
from members.access import bulk
from members.access.models import BulkRow
from members.access.states import Role, RowResult
from portal.audit.models import AuditEntry
from tests.personas import make_persona
from tests.world import make_world

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def at_once(*jobs) -> list:
    """Runs each job in its own thread and connection; what they returned or raised."""
    gate, answers = threading.Barrier(len(jobs)), [None] * len(jobs)

    def work(number, job):
        try:
            gate.wait(10)
            answers[number] = job()
        except Exception as error:
            answers[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def test_of_two_officials_with_the_same_rows_each_row_is_done_once():
    world = make_world()
    action, now = bulk.register(SuspendStations), timezone.now()
    rows = [world.village, world.far_village, world.township_station]
    people = [make_persona(1800 + n, "周县干", Role.COUNTY_OFFICIAL, world.county) for n in range(2)]
    runs = [
        bulk.start(action=action, ids=[r.pk for r in order], actor=person.actor(), now=now)
        for person, order in zip(people, (rows, rows[::-1]), strict=True)
    ]
    answers = at_once(
        *(
            lambda run=run, person=person: bulk.confirm(run=run, why="停业", actor=person.actor(), now=now)
            for run, person in zip(runs, people, strict=True)
        )
    )
    assert not [a for a in answers if isinstance(a, Exception)], answers
    for row in rows:
        results = sorted(BulkRow.objects.filter(object_id=str(row.pk)).values_list("result", flat=True))
        assert results == sorted([RowResult.DONE, RowResult.CHANGED])
        assert AuditEntry.objects.filter(action="station.suspended", object_id=str(row.pk)).count() == 1
    assert Station.objects.filter(state=State.SUSPENDED).count() == 3


def test_a_confirmation_sent_twice_is_done_once():
    world = make_world()
    person = make_persona(1801, "周县干", Role.COUNTY_OFFICIAL, world.county)
    now = timezone.now()
    run = bulk.start(action=bulk.register(SuspendStations), ids=[world.village.pk], actor=person.actor(), now=now)
    answers = at_once(*[lambda: bulk.confirm(run=run, why="停业", actor=person.actor(), now=now)] * 2)
    assert sum(isinstance(a, bulk.AlreadyDone) for a in answers) == 1
    assert AuditEntry.objects.filter(action="station.suspended").count() == 1
