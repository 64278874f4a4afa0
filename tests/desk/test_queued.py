"""Scans that waited on the phone for a line: dated by when they were read, whatever the phone's clock says."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from logistics.desk.models import Scan
from logistics.parcels.models import Event
from members.access.states import Role
from tests.custody.conftest import codes_of, fresh
from tests.desk.conftest import agreed, post
from tests.personas import hold

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


def send(client, station, parcel, *, lay: dt.timedelta, clock_off=dt.timedelta(), task="inbound", **more):
    """A scan that lay on a phone whose clock is `clock_off` ahead."""
    sent = timezone.now() + clock_off
    body = {"id": str(uuid.uuid4()), "number": parcel.waybill, "station": station.code, "at": (sent - lay).isoformat(),
            "sent": sent.isoformat()} | more  # fmt: skip
    status, answer = post(client, f"scan/{task}/", **body)
    assert status == 200
    return answer


def ago(parcel) -> dt.timedelta:
    """How long before it reached us the last event of the parcel happened."""
    event = Event.objects.filter(parcel=parcel).latest("recorded_at")
    return event.recorded_at - event.occurred_at


def about(span: dt.timedelta, wanted: dt.timedelta) -> bool:
    return abs(span - wanted) < MINUTE


@pytest.mark.parametrize("clock_off", [dt.timedelta(), -dt.timedelta(days=1), dt.timedelta(hours=7)])
def test_what_waited_for_a_line_is_dated_by_when_it_was_read(counter, keeper, world, clock_off):
    parcel = agreed(counter, keeper)
    assert send(keeper.client, world.village, parcel, lay=3 * 60 * MINUTE, clock_off=clock_off)["result"] == "ok"
    assert about(ago(parcel), 3 * 60 * MINUTE)
    event = Event.objects.get(parcel=parcel)
    assert abs(event.recorded_at - timezone.now()) < MINUTE  # both times are kept
    assert fresh(parcel).ready_at == event.occurred_at
    assert about(Scan.objects.get().claimed_at - event.occurred_at, clock_off)  # and what the phone claimed


@pytest.mark.parametrize("lay", [MINUTE, -10 * MINUTE, dt.timedelta(hours=73), dt.timedelta(days=4000)])
def test_what_cannot_be_is_dated_by_its_arrival(counter, keeper, world, lay):
    """Sent before it was read, or older than three days; and a minute says nothing."""
    parcel = agreed(counter, keeper)
    assert send(keeper.client, world.village, parcel, lay=lay)["result"] == "ok"
    assert ago(parcel) == dt.timedelta()


@pytest.mark.parametrize("sent", ["", "gestern", "2026-11-20T12:00:00", "9999-99-99"])
def test_a_phone_that_does_not_say_when_it_sends(counter, keeper, world, sent):
    parcel = agreed(counter, keeper)
    send(keeper.client, world.village, parcel, lay=60 * MINUTE, sent=sent)
    assert ago(parcel) == dt.timedelta()


def test_at_the_hub_too(counter, sorter, world):
    parcel = counter.parcel()
    send(sorter.client, world.hub, parcel, lay=60 * MINUTE, task="hub-inbound")
    assert about(ago(parcel), 60 * MINUTE)
    assert about(timezone.now() - fresh(parcel).county_at, 60 * MINUTE)


def test_a_queued_scan_is_never_older_than_what_the_same_person_scanned_before(counter, keeper, sorter, world):
    """The phone's clock was put back in between: the order of one's own scans stays."""
    hold(keeper.user, Role.KEEPER, world.hub)
    parcel = agreed(counter, keeper)
    send(keeper.client, world.hub, parcel, lay=60 * MINUTE, task="hub-inbound")
    send(keeper.client, world.village, parcel, lay=90 * MINUTE)
    assert ago(parcel) == dt.timedelta()
    assert codes_of(parcel) == ["AT_COUNTY", "READY_FOR_PICKUP"]


def test_a_queued_scan_can_be_undone_and_sent_again(counter, keeper, world):
    parcel = agreed(counter, keeper)
    number = str(uuid.uuid4())
    first = send(keeper.client, world.village, parcel, lay=60 * MINUTE, id=number)
    assert send(keeper.client, world.village, parcel, lay=61 * MINUTE, id=number) == first
    assert post(keeper.client, "scan/undo/", id=number)[1]["undone"] is True
    assert codes_of(parcel) == ["READY_FOR_PICKUP", "VOID"]
    assert fresh(parcel).ready_at is None
