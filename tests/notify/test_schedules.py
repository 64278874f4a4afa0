"""`sync_schedules` writes what beat runs and keeps what an administrator changed."""

import pytest
from django.core.management import call_command
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from portal.celery import app
from portal.schedules import SCHEDULES

pytestmark = pytest.mark.django_db


def test_rows_are_written_once():
    call_command("sync_schedules")
    call_command("sync_schedules")
    assert sorted(PeriodicTask.objects.values_list("name", flat=True)) == sorted(s.name for s in SCHEDULES)


def test_edited_rows_stay_as_they_are():
    call_command("sync_schedules")
    slow, _made = IntervalSchedule.objects.get_or_create(every=60, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.filter(name="deliver messages").update(enabled=False, interval=slow)
    call_command("sync_schedules")
    row = PeriodicTask.objects.get(name="deliver messages")
    assert (row.enabled, row.interval) == (False, slow)


def test_rows_that_are_no_longer_ours_go_and_foreign_ones_stay():
    call_command("sync_schedules")
    interval = IntervalSchedule.objects.first()
    PeriodicTask.objects.create(name="old", task="gone", interval=interval, description="portal/schedules.py")
    PeriodicTask.objects.create(name="theirs", task="their.task", interval=interval)
    call_command("sync_schedules")
    assert not PeriodicTask.objects.filter(name="old").exists()
    assert PeriodicTask.objects.filter(name="theirs").exists()


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: s.name)
def test_every_scheduled_task_exists(schedule):
    app.loader.import_default_modules()
    assert schedule.task in app.tasks
