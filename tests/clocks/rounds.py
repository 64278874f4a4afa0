"""Run inside a portal's environment, with its clock turned or not: runs every scheduled task once and tells what is."""

import datetime as dt
import json
import os
import sys
import time
from pathlib import Path

import django

django.setup()

from celery import current_app  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from logistics.certificates.models import Certificate, Reminder  # noqa: E402
from logistics.parcels.models import Photo  # noqa: E402
from logistics.registry.models import Station  # noqa: E402
from logistics.registry.standing import standing_of  # noqa: E402
from portal.core import referee  # noqa: E402
from portal.core.clock import COUNTY_TIME, county_day, now  # noqa: E402
from portal.notify.models import Message  # noqa: E402
from portal.schedules import SCHEDULES  # noqa: E402
from tests.certificates.conftest import certify  # noqa: E402
from tests.personas import CAST  # noqa: E402
from tests.world import make_world  # noqa: E402

ROOT = Path(settings.MEDIA_ROOT) / "photos"


def prepare() -> None:
    """A station with a certificate of a year, a file of today, and one of last month that nobody owns."""
    call_command("migrate", verbosity=0)
    world = make_world()
    certify(world.village, CAST["county_official"](world), until=county_day(now()) + dt.timedelta(days=365))
    folder = ROOT / f"{now().astimezone(COUNTY_TIME):%Y/%m}"
    folder.mkdir(parents=True)
    for name, days in (("new.jpg", 0), ("left.jpg", 40)):
        (folder / name).write_bytes(b"jpeg")
        moment = time.time() - days * 86400
        os.utime(folder / name, (moment, moment))


def look() -> dict:
    certificate = Certificate.objects.get()
    station = Station.objects.get(pk=certificate.holder)
    return {
        "states": [str(certificate.state)],
        "standing": str(standing_of(station, today=county_day(dt.datetime.fromtimestamp(real_time(), dt.UTC)))),
        "reminders": Reminder.objects.count(),
        "messages": Message.objects.count(),
        "photos": Photo.objects.count(),
        "files": len(list(ROOT.rglob("*.jpg"))),
    }


def real_time() -> float:
    return time.time() - referee.ahead().total_seconds()


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare()
    if sys.argv[1] == "all":
        current_app.loader.import_default_modules()
        for schedule in SCHEDULES:
            current_app.tasks[schedule.task]()
    told = referee.alarm()
    facts = {"ahead_days": round(referee.ahead().total_seconds() / 86400), "alarm": told["process"] if told else None}
    sys.stdout.write(json.dumps({**look(), **(facts if sys.argv[1] == "all" else {})}))
