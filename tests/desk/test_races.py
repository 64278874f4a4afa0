"""Double taps, lost connections and two keepers, with real threads: the database decides who was first."""

from __future__ import annotations

import json
import threading
import time
import uuid

import pytest
from django.db import connection, transaction

from logistics.desk.models import Scan, StockTake
from logistics.desk.services.answering import answer_scan
from logistics.desk.services.call import Fields
from logistics.desk.services.giving import give
from logistics.desk.services.scans import take_scan
from logistics.desk.services.stock import start_stock_take
from logistics.desk.services.undoing import undo_scan
from logistics.parcels.models import Handover, Parcel, PickupCode
from logistics.parcels.services.handovers import offer_handover
from logistics.parcels.services.parties import Party
from members.access.states import Role
from tests.custody.conftest import NOW, codes_of
from tests.custody.test_races import at_once
from tests.desk.conftest import agreed
from tests.personas import make_persona

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def scan(actor, station, number, *, id=None, task="inbound", **fields):
    return take_scan(id=id or uuid.uuid4(), task=task, station=station, number=number, fields=Fields(**fields),
                     actor=actor, now=NOW)  # fmt: skip


def test_one_id_sent_four_times_at_once(counter, keeper, world):
    parcel, number, actor = agreed(counter, keeper), uuid.uuid4(), keeper.actor()
    answers = at_once(*[lambda: scan(actor, world.village, parcel.waybill, id=number) for _n in range(4)])
    assert all(answer == answers[0] for answer in answers)
    assert answers[0].result == "ok"
    assert codes_of(parcel) == ["READY_FOR_PICKUP"]
    assert Scan.objects.count() == 1


def test_a_double_tap_is_one_inbound_and_one_repeat(counter, keeper, world):
    parcel, actor = agreed(counter, keeper), keeper.actor()
    answers = at_once(*[lambda: scan(actor, world.village, parcel.waybill) for _n in range(3)])
    assert sorted(answer.result for answer in answers) == ["ok", "repeat", "repeat"]
    assert codes_of(parcel) == ["READY_FOR_PICKUP"]
    assert PickupCode.objects.filter(parcel=parcel).count() == 1


def test_two_keepers_on_one_parcel(counter, keeper, world):
    colleague = make_persona(1401, "何同事", Role.KEEPER, world.village)
    parcel, actors = agreed(counter, keeper), [keeper.actor(), colleague.actor()]
    acts = [lambda actor=actor: scan(actor, world.village, parcel.waybill) for actor in actors]
    answers = at_once(*acts)
    assert sorted(answer.result for answer in answers) == ["ok", "repeat"]
    assert codes_of(parcel) == ["READY_FOR_PICKUP"]


def test_two_keepers_give_out_one_parcel(counter, keeper, world):
    colleague = make_persona(1401, "何同事", Role.KEEPER, world.village)
    parcel, code = counter.waiting(keeper)
    acts = [
        lambda actor=actor: give(waybill=parcel.waybill, station=world.village, method="code", code=code.code,
                                 actor=actor, now=NOW)
        for actor in (keeper.actor(), colleague.actor())
    ]  # fmt: skip
    answers = at_once(*acts)
    assert sorted((a.result, a.code) for a in answers) == [("ok", ""), ("refused", "already_given_out")]
    assert codes_of(parcel).count("DELIVERED") == 1


def test_two_scanners_at_the_hub(counter, world):
    people = [make_persona(1402 + n, "分拣员", Role.KEEPER, world.hub) for n in range(2)]
    parcel = counter.parcel()
    acts = [lambda who=who: scan(who.actor(), world.hub, parcel.waybill, task="hub-inbound") for who in people]
    assert sorted(answer.result for answer in at_once(*acts)) == ["ok", "repeat"]
    assert codes_of(parcel) == ["AT_COUNTY"]


def test_answering_and_undoing_twice_at_once(counter, keeper, world):
    parcel, number, actor = counter.parcel(), uuid.uuid4(), keeper.actor()
    scan(actor, world.village, parcel.waybill, id=number)
    answers = at_once(*[lambda: answer_scan(id=number, value="phone", actor=actor, now=NOW) for _n in range(3)])
    assert all(answer == answers[0] for answer in answers)
    assert parcel.consents.count() == 1
    undone = at_once(*[lambda: undo_scan(id=number, actor=actor, now=NOW) for _n in range(3)])
    assert all(answer.undone for answer in undone)
    assert codes_of(parcel) == ["READY_FOR_PICKUP", "VOID"]


def test_a_stock_take_begun_by_two_is_one(keeper, world):
    actor = keeper.actor()
    takes = at_once(*[lambda: start_stock_take(station=world.village, actor=actor, now=NOW) for _n in range(3)])
    assert len({take.pk for take in takes}) == 1
    assert StockTake.objects.count() == 1


def test_one_offer_sent_three_times_at_once(counter, world):
    sorter = make_persona(1402, "分拣员", Role.KEEPER, world.hub)
    parcel, number, actor = counter.parcel(), uuid.uuid4(), sorter.actor()
    acts = [
        lambda: offer_handover(
            id=number, giver=Party.station(world.hub), taker=Party.station(world.township_station), station=world.hub,
            parcels=[parcel], actor=actor, now=NOW,
        )
        for _n in range(3)
    ]  # fmt: skip
    assert {handover.pk for handover in at_once(*acts)} == {number}
    assert Handover.objects.count() == 1


def test_the_database_goes_away_in_mid_scan(counter, keeper, world):
    """503 with Retry-After, no trace of the scan; sent again with its id it is done once."""
    parcel = agreed(counter, keeper)
    body = {"id": str(uuid.uuid4()), "number": parcel.waybill, "station": world.village.code}
    client, answers = keeper.client, []
    keeper.client.raise_request_exception = False

    def send():
        try:
            answers.append(client.post("/work/scan/inbound/", json.dumps(body), content_type="application/json"))
        finally:
            connection.close()

    with transaction.atomic():
        Parcel.objects.select_for_update().get(pk=parcel.pk)  # the scan waits for us …
        thread = threading.Thread(target=send)
        thread.start()
        _kill_whoever_waits()  # … and its connection is cut, as by a restart
        thread.join(30)
    (lost,) = answers
    assert (lost.status_code, lost["Retry-After"], lost.json()["error"]["code"]) == (503, "5", "unavailable")
    assert not Scan.objects.exists()
    send()
    assert answers[1].json()["result"] == "ok"
    assert codes_of(parcel) == ["READY_FOR_PICKUP"]


def _kill_whoever_waits() -> None:
    waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    for _try in range(300):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction one sees the first look again
            cursor.execute(f"SELECT pg_terminate_backend(pid) FROM ({waiting}) waiters")
            if cursor.fetchall():
                return
        time.sleep(0.05)
    raise AssertionError("the scan never waited for the parcel")
