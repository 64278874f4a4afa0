"""A worker process is killed in mid-batch, for real. What it held is sent once, and never twice on purpose."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from portal.notify.models import Attempt, Message
from portal.notify.services import deliver_waiting, pull_receipts, send
from portal.notify.services.delivery import CLAIM_LASTS, RECEIPT_WAIT
from portal.notify.states import Outcome, Status
from tests.notify.conftest import PHONE

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def killed(tencent):
    """Starts a worker on the test's own database, waits for its word, and kills it with SIGKILL."""

    def kill(where: str) -> None:
        database = connection.settings_dict
        login = f"{database['USER'] or ''}:{database['PASSWORD'] or ''}"
        url = f"postgres://{login}@/{database['NAME']}?host={database['HOST']}"
        if database["PORT"]:
            url += f"&port={database['PORT']}"
        env = os.environ | {
            "DATABASE_URL": url,
            "SMS_CHANNELS": "portal.notify.sms.tencent.TencentChannel",
            "SMS_TIMEOUT_SECONDS": "30",
            "TENCENT_SMS_ENDPOINT": tencent.address,
            "TENCENT_SECRET_ID": django_settings.TENCENT_SMS["secret_id"],
            "TENCENT_SECRET_KEY": django_settings.TENCENT_SMS["secret_key"],
            "TENCENT_SMS_APP_ID": "1400006666",
            "TENCENT_SMS_SIGN": "庄浪县域物流",
            "TENCENT_SMS_TEMPLATES": "login_code=1001,account_exists=1002",
        }
        command = [sys.executable, "-m", "tests.notify.killed_worker", where]
        worker = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
        try:
            assert worker.stdout.readline().strip() == where
            wait_until(lambda: where != "asking" or tencent.calls)
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            worker.stdout.close()

    return kill


def wait_until(true, seconds=15):
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    assert true()


def batch():
    now = timezone.now()
    for number in range(3):
        send(template="phone_changed", recipient=PHONE, parameters={}, dedupe_key=str(number), now=now)
    Message.objects.update(template="account_exists")
    return now


def at(moment):
    return lambda: moment


def test_killed_with_messages_in_hand(killed, tencent):
    now = batch()
    killed("claimed")
    assert deliver_waiting(now=at(now)) == {"sent": 2}  # the others do not wait for the dead
    after = timezone.now() + CLAIM_LASTS
    assert deliver_waiting(now=at(after)) == {"sent": 1}
    assert deliver_waiting(now=at(after + CLAIM_LASTS)) == {}
    assert sorted(r["SessionContext"] for r in tencent.sent) == sorted(str(m.pk) for m in Message.objects.all())


def test_killed_while_the_provider_was_asked(killed, tencent):
    now = batch()
    tencent.mode = "slow-but-sent"
    killed("asking")
    tencent.mode = "ok"
    assert deliver_waiting(now=at(now)) == {"sent": 2}
    after = timezone.now() + CLAIM_LASTS
    assert deliver_waiting(now=at(after)) == {"unknown": 1}  # it may have been sent: the receipt tells
    Attempt.objects.filter(outcome=Outcome.UNKNOWN).update(at=now)
    assert pull_receipts(now=after)["taken"] == 3
    assert deliver_waiting(now=at(after + RECEIPT_WAIT)) == {}
    assert Message.objects.filter(status=Status.DELIVERED).count() == 3
    assert len(tencent.sent) == len({r["SessionContext"] for r in tencent.sent}) == 3


def test_killed_between_the_answer_and_our_note_of_it(killed, tencent):
    now = batch()
    killed("answered")
    assert deliver_waiting(now=at(now)) == {"sent": 2}
    after = timezone.now() + CLAIM_LASTS
    assert deliver_waiting(now=at(after)) == {"unknown": 1}
    Attempt.objects.filter(outcome=Outcome.UNKNOWN).update(at=now)
    assert pull_receipts(now=after)["taken"] == 3
    assert deliver_waiting(now=at(after + RECEIPT_WAIT)) == {}
    assert len(tencent.sent) == len({r["SessionContext"] for r in tencent.sent}) == 3
