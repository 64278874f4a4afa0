"""Eight workers at once: each message reaches the provider once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from portal.notify.models import Message
from portal.notify.services import deliver_waiting, send
from portal.notify.states import Status
from tests.notify.providers import Provider

WORKERS, MESSAGES = 8, 60


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_eight_workers_send_each_message_once():
    now = timezone.now()
    for number in range(MESSAGES):
        send(template="account_exists", recipient="+8613800138000", parameters={}, dedupe_key=str(number), now=now)
    provider, start = Provider(), threading.Barrier(WORKERS)

    def work(_number):
        try:
            start.wait(timeout=20)
            return deliver_waiting(channels=[provider])
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, range(WORKERS)))
    assert len(provider.ids) == len(set(provider.ids)) == MESSAGES
    assert Message.objects.filter(status=Status.SENT, attempts=1).count() == MESSAGES


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_sixteen_senders_of_one_fact_write_one_message():
    now, start = timezone.now(), threading.Barrier(16)

    def work(_number):
        try:
            start.wait(timeout=20)
            return send(
                template="account_exists", recipient="+8613800138000", parameters={}, dedupe_key="one", now=now
            ).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(work, range(16)))) == 1
    assert Message.objects.count() == 1
