"""Redis is stopped: everything that needs only PostgreSQL works, at once, and what waits for the worker is found later.

The last tests face a Redis that takes the connection and never answers, and one that comes back.
"""

from __future__ import annotations

import re
import socket
import time
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from logistics.parcels.models import Event, ImportBatch, Parcel
from logistics.parcels.services.imports.run import LOST_AFTER, resume_imports
from logistics.parcels.states import ImportState
from members.accounts.limits import LOGIN_PASSWORDS
from members.accounts.services import set_work_pin
from portal import embedded
from portal.core import redis as redis_store
from portal.core.limits.buckets import forget_here
from portal.notify.models import Message
from portal.notify.services import text_of
from tests.outage.servers import away, broker, own_redis, use  # noqa: F401  fixtures
from tests.personas import PASSWORD
from tests.public.conftest import DIGITS, desk  # noqa: F401  fixture

# The arguments are the fixtures imported above.
# ruff: noqa: F811
pytestmark = pytest.mark.django_db
PATIENCE = 5  # seconds: what a person waits before thinking that nothing works
LOGIN = "/accounts/login/"


def code_of(phone: str) -> str:
    return re.search(r"\d{6}", text_of(Message.objects.filter(recipient=phone).latest("created_at"))).group()


def test_people_log_in_by_password_and_by_code(away, villager):
    client = Client()
    assert client.post(LOGIN, {"login": villager.user.phone, "password": "wrong-wrong"}).status_code == 200
    client.post(LOGIN, {"login": villager.user.phone, "password": PASSWORD})
    assert client.get("/my/").status_code == 200
    other = Client()
    assert other.post(LOGIN, {"login": villager.user.phone}).url == "/accounts/login/code/confirm/"
    other.post("/accounts/login/code/confirm/", {"code": code_of(villager.user.phone)})
    assert other.get("/my/").status_code == 200


def test_guessing_is_bounded_without_redis(away, villager):
    client = Client()
    answers = [
        client.post(LOGIN, {"login": villager.user.phone, "password": f"guess-{n}-guess"})
        for n in range(LOGIN_PASSWORDS.caller.free + 1)
    ]
    assert "请再填一次、再提交" not in answers[-2].content.decode()
    assert "请再填一次、再提交" in answers[-1].content.decode()


def test_a_session_ended_meanwhile_stays_ended_when_redis_is_back(own_redis, settings, villager):
    client = villager.new_client()
    assert client.get("/my/").status_code == 200
    kept = client.cookies["sessionid"].value
    embedded.stop_redis(own_redis)
    client.post("/accounts/logout/")
    use(settings, embedded.start_redis(own_redis, durable=False))
    redis_store._resting.clear()
    old = Client()
    old.cookies["sessionid"] = kept
    assert old.get("/my/").status_code == 302
    assert not Session.objects.filter(session_key=kept).exists()


def test_lookup_scans_and_devices_work(away, desk, keeper, scanner, world):
    parcel, visitor = desk.travelled(), Client()
    assert visitor.get(f"/t/{parcel.waybill}").status_code == 200
    assert visitor.post(f"/t/{parcel.waybill}", {"digits": DIGITS}, follow=True).status_code == 200
    event = {"id": "away-1", "number": parcel.waybill, "code": "DAMAGED", "at": timezone.now().isoformat()}
    answer = scanner.client.post("/api/v1/events/", {"events": [event]}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert Event.objects.filter(parcel_id=parcel.pk, code="DAMAGED").exists()
    wrong = Client().get("/api/v1/device/", headers={"Authorization": f"Device {scanner.device.code}:wrong"})
    assert wrong.status_code == 401
    found = keeper.client.post(
        "/work/scan/find/", {"id": "01920000-0000-7000-8000-0000000000aa", "number": parcel.waybill,
                             "station": world.village.code}, content_type="application/json",
    )  # fmt: skip
    assert found.status_code == 200
    set_work_pin(actor=keeper.actor(), pin="719402", now=timezone.now())


def test_a_code_that_could_not_be_kept_is_not_sent(away, villager):
    answer = villager.client.post("/my/relatives/ask/", {"phone": "13800137001"})
    assert answer.status_code == 503
    assert not Message.objects.filter(template="relation_code").exists()


@pytest.mark.django_db(transaction=True)
def test_what_the_worker_was_to_do_is_found_by_the_next_round(away, enterprise_admin, world):
    head = "快递单号,目的站点,收件人手机\n"
    lines = "".join(f"78{n:010d},{world.village.code},138{n:08d}\n" for n in range(2200))
    upload = Path(away) / "parcels.csv"
    upload.write_text(head + lines, encoding="utf-8")
    began = time.monotonic()
    with upload.open("rb") as file:
        answer = enterprise_admin.client.post("/api/v1/imports/", {"file": file, "kind": "parcels"})
    assert time.monotonic() - began < PATIENCE * 3
    assert answer.status_code == 202, answer.content
    batch = ImportBatch.objects.get()
    assert batch.state == ImportState.RUNNING
    resume_imports(now=timezone.now() + LOST_AFTER * 2)
    batch.refresh_from_db()
    assert batch.state == ImportState.DONE
    assert Parcel.objects.count() == 2200


def test_a_redis_that_never_answers_holds_nobody(settings, broker, villager, tmp_path):
    deaf = socket.socket(socket.AF_UNIX)
    deaf.bind(str(tmp_path / "deaf.sock"))
    deaf.listen(50)
    use(settings, f"unix://{tmp_path / 'deaf.sock'}?db=0")
    forget_here()
    client, began = Client(), time.monotonic()
    client.post(LOGIN, {"login": villager.user.phone, "password": PASSWORD})
    assert client.get("/my/").status_code == 200
    assert time.monotonic() - began < PATIENCE
    deaf.close()
    redis_store._resting.clear()


def test_counting_goes_on_when_redis_is_back(own_redis, settings, scanner):
    embedded.stop_redis(own_redis)
    assert Client().get("/api/v1/device/", headers={"Authorization": "Device x:y"}).status_code == 401
    use(settings, embedded.start_redis(own_redis, durable=False))
    redis_store._resting.clear()
    cache.set("after", 2)
    assert cache.get("after") == 2
