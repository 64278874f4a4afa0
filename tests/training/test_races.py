"""Two browsers at once: one attempt, one result."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from logistics.certificates.models import Certificate
from logistics.training.models import Attempt
from logistics.training.services import exams
from portal.notify.models import Message
from tests.personas import CAST
from tests.training.conftest import given, make_school
from tests.world import make_world

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def at_once(*calls):
    barrier = Barrier(len(calls))

    def run(call):
        try:
            barrier.wait(10)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


def test_two_browsers_start_and_hand_in_at_once():
    world = make_world()
    school, villager = make_school(world.county), CAST["villager"](world)
    school.learn(villager)
    actor = villager.actor()
    started = at_once(
        *[
            lambda seat=seat: exams.start(paper_id=school.paper.pk, seat=seat, actor=actor, now=school.now)
            for seat in ("one", "two", "three", "four")
        ]
    )
    assert len({attempt.pk for attempt in started}) == Attempt.objects.count() == 1

    attempt = Attempt.objects.get()
    answers = given(attempt, 5)
    ended = at_once(
        *[
            lambda: exams.submit(attempt_id=attempt.pk, seat=attempt.seat, actor=actor, answers=answers, now=school.now)
            for _n in range(4)
        ]
    )
    assert {(one.score, one.certificate) for one in ended} == {(100, Certificate.objects.get().number)}
    assert Message.objects.filter(dedupe_key=f"exam:{attempt.pk}").count() == 1
