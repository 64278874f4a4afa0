"""A device revoked while its batch is being written: all of the batch or none of it, never half."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from members.devices.models import Device
from members.devices.services import DeviceRevoked, assert_device_live, note_seen, revoke_device
from portal.audit.models import AuditEntry
from portal.audit.services import record

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def in_thread(function):
    def work():
        try:
            return function()
        finally:
            connection.close()

    return work


def write_batch(actor, checked: threading.Event, go_on: threading.Event):
    """A batch that writes, checks the device last, and is slow to commit."""
    with transaction.atomic():
        record(actor=actor, now=timezone.now(), action="batch.line", target=("line", 1))
        assert_device_live(actor=actor, now=timezone.now())
        checked.set()
        go_on.wait(timeout=20)


def test_revocation_waits_for_a_batch_that_passed_the_check(scanner, county_official):
    actor, official = scanner.actor(), county_official.actor()
    checked, go_on = threading.Event(), threading.Event()
    with ThreadPoolExecutor(2) as pool:
        batch = pool.submit(in_thread(lambda: write_batch(actor, checked, go_on)))
        assert checked.wait(timeout=20)
        revoking = pool.submit(
            in_thread(
                lambda: revoke_device(actor=official, device_id=scanner.device.pk, why="遗失", now=timezone.now())
            )
        )
        time.sleep(0.3)
        assert not revoking.done()
        go_on.set()
        batch.result(timeout=20)
        revoking.result(timeout=20)
    assert AuditEntry.objects.filter(action="batch.line").count() == 1
    with pytest.raises(DeviceRevoked), transaction.atomic():
        assert_device_live(actor=actor, now=timezone.now())


def test_batch_overtaken_by_a_revocation_leaves_nothing(scanner, county_official):
    actor = scanner.actor()
    revoke_device(actor=county_official.actor(), device_id=scanner.device.pk, why="遗失", now=timezone.now())
    with pytest.raises(DeviceRevoked):
        write_batch(actor, threading.Event(), threading.Event())
    assert not AuditEntry.objects.filter(action="batch.line").exists()


def test_people_and_the_portal_pass(keeper):
    with transaction.atomic():
        assert_device_live(actor=keeper.actor(), now=timezone.now())


def test_outside_a_transaction_it_raises(scanner):
    with pytest.raises(RuntimeError, match="transaction"):
        assert_device_live(actor=scanner.actor(), now=timezone.now())


def test_noting_the_time_does_not_wait_for_a_running_batch(scanner):
    actor, device = scanner.actor(), Device.objects.get(pk=scanner.device.pk)
    checked, go_on = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        batch = pool.submit(in_thread(lambda: write_batch(actor, checked, go_on)))
        assert checked.wait(timeout=20)
        note_seen(device=device, now=timezone.now())
        assert not batch.done()
        go_on.set()
        batch.result(timeout=20)
