"""`manage.py sync_schedules`: the rows Celery beat reads."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from portal.schedules import SCHEDULES, Schedule

OURS = "portal/schedules.py"  # marks rows of ours among those an administrator added by hand


class Command(BaseCommand):
    help = "Writes the schedules of portal/schedules.py for Celery beat; edited rows stay as they are."

    @transaction.atomic
    def handle(self, *args, **options):
        for schedule in SCHEDULES:
            row = PeriodicTask.objects.filter(name=schedule.name).first()
            if row is None:
                PeriodicTask.objects.create(
                    name=schedule.name, task=schedule.task, description=OURS, **timing(schedule)
                )
            elif row.task != schedule.task:
                row.task = schedule.task
                row.save()
        names = [schedule.name for schedule in SCHEDULES]
        for row in PeriodicTask.objects.filter(description=OURS).exclude(name__in=names):
            row.delete()
        self.stdout.write(f"schedules: {len(SCHEDULES)}")


def timing(schedule: Schedule) -> dict:
    """A run that waited longer than its own interval is dropped: the next one does the same work."""
    if schedule.every:
        interval, _made = IntervalSchedule.objects.get_or_create(every=schedule.every, period=IntervalSchedule.SECONDS)
        return {"interval": interval, "expire_seconds": max(schedule.every, 10)}
    hour, minute = schedule.at.split(":")
    crontab, _made = CrontabSchedule.objects.get_or_create(
        hour=int(hour), minute=int(minute), timezone=settings.TIME_ZONE
    )
    return {"crontab": crontab}
