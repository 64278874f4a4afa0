"""The database's clock is the referee: a process that is more than two minutes off does nothing and says so."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from celery import current_app
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from portal import wsgi
from portal.core import referee
from portal.core.beat import Scheduler
from portal.core.rounds import Round
from portal.schedules import SCHEDULES

OURS = ("portal.", "members.", "logistics.", "emergency.")
YEARS = dt.timedelta(days=1200)


@pytest.fixture
def clock(monkeypatch):
    """Turns the clock of this process; the database's goes on."""
    right = timezone.now
    referee._said.clear()

    def turn(by: dt.timedelta) -> None:
        referee._said.clear()
        monkeypatch.setattr(timezone, "now", lambda: right() + by)

    yield turn
    referee._said.clear()


def our_tasks():
    current_app.loader.import_default_modules()
    return {name: task for name, task in current_app.tasks.items() if name.startswith(OURS)}


def test_every_task_asks_first_and_every_schedule_names_a_task():
    tasks = our_tasks()
    assert {schedule.task for schedule in SCHEDULES} <= set(tasks)
    assert len(tasks) >= len(SCHEDULES)
    strangers = [name for name, task in tasks.items() if not isinstance(task, Round)]
    assert strangers == []
    assert [name for name, task in tasks.items() if type(task).__call__ is not Round.__call__] == []


@pytest.mark.django_db
@pytest.mark.parametrize("off", [YEARS, -YEARS, dt.timedelta(minutes=3), dt.timedelta(minutes=-3)])
def test_no_task_does_anything_while_the_clock_is_off(clock, off):
    clock(off)
    for name, task in our_tasks().items():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert task("00000000-0000-0000-0000-000000000000") is None, name
        assert [q["sql"] for q in asked] == ["SELECT clock_timestamp()"], name
    assert referee.alarm()["process"] == "worker"
    assert abs(referee.alarm()["seconds"] - off.total_seconds()) < 30


@pytest.mark.django_db
@pytest.mark.parametrize("off", [0, 60, -60])
def test_a_clock_that_is_nearly_right_is_believed(clock, off):
    clock(dt.timedelta(seconds=off))
    assert referee.agrees("worker")
    assert referee.alarm() is None


@pytest.mark.django_db
def test_the_alarm_stands_in_the_log_once_a_minute_and_survives_without_redis(clock, caplog, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "unix:///nowhere/redis.sock",
        }
    }
    clock(YEARS)
    for _round in range(5):
        assert not referee.agrees("worker")
    assert caplog.text.count("the clock of worker is") == 1
    assert referee.alarm() is None


@pytest.mark.django_db
def test_readiness_and_the_officials_home_show_it(clock, county_official):
    assert "时钟与数据库相差" not in county_official.client.get("/admin/").content.decode()
    cache.set(referee._KEY, {"process": "worker", "seconds": 103_680_000}, 60)
    ready = Client().get("/health/ready/")
    assert (ready.status_code, ready.json()["clock_alarm"], ready.json()["clock"]) == (200, "worker", True)
    assert "时钟与数据库相差 103680000 秒" in county_official.client.get("/admin/").content.decode()
    clock(YEARS)
    assert Client().get("/health/ready/").status_code == 503
    assert Client().get("/health/").status_code == 200


def ask(gate, path):
    said = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "SERVER_NAME": "testserver", "SERVER_PORT": "80",
        "wsgi.input": io.BytesIO(), "wsgi.url_scheme": "http", "HTTP_ACCEPT_LANGUAGE": "en", "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "testserver",
    }  # fmt: skip
    body = b"".join(gate(environ, lambda status, headers: said.append((status, dict(headers)))))
    return *said[0], body.decode()


@pytest.mark.django_db
def test_a_web_process_serves_nothing_but_its_health_until_its_clock_is_right(clock):
    gate = type(wsgi.application.application)(lambda environ, start: start("200 OK", []) or [b"page"])
    clock(-YEARS)
    status, headers, body = ask(gate, "/")
    assert status == "503 Service Unavailable"
    assert headers["Retry-After"] == "60"
    assert "clock is wrong" in body
    assert ask(gate, "/health/")[0] == "200 OK"
    clock(dt.timedelta())
    gate.next_look = 0.0
    assert ask(gate, "/")[2] == "page"


@pytest.mark.django_db(transaction=True)
def test_the_scheduler_sends_nothing_and_forgets_the_future(clock, monkeypatch):
    sent = []
    monkeypatch.setattr(Scheduler, "apply_async", lambda self, entry, **kwargs: sent.append(entry.name))
    call_command("sync_schedules", verbosity=0)
    PeriodicTask.objects.update(last_run_at=timezone.now() + YEARS)
    clock(YEARS)
    beat = Scheduler(app=current_app._get_current_object(), lazy=True)
    assert beat.tick() == 5.0
    assert sent == []
    clock(dt.timedelta())
    beat.tick()
    assert not PeriodicTask.objects.filter(last_run_at__gt=timezone.now() + dt.timedelta(hours=1)).exists()
