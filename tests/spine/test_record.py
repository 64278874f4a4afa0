"""record_events: what is taken, what is refused and why, and that sending again changes nothing."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection

from logistics.parcels.events import NewEvent
from logistics.parcels.models import Event, EventKey, Parcel, RefusedEvent
from logistics.parcels.services.parcels import ParcelDraft, create_parcel
from logistics.parcels.services.record import record_events
from logistics.parcels.services.sources import feed_source, source_for
from logistics.parcels.states import Refusal, Stage
from portal.core.errors import BadInput, TooLarge
from tests.spine.conftest import COUNTY, NOW, START, at


def event(parcel, code="AT_TOWN", hour=5.0, **more):
    return NewEvent(number=parcel.waybill, code=code, at=more.pop("when", at(hour)), **more)


def test_same_batch_again_is_all_duplicates(spine, world):
    parcel = spine.parcel(world)
    batch = [event(parcel, "AT_COUNTY", 1, id="a"), event(parcel, "TO_TOWN", 2, id="b")]
    assert spine.record(*batch).accepted == 2
    before = Parcel.objects.values().get(pk=parcel.pk)
    again = spine.record(*batch)
    assert (again.accepted, again.duplicates) == (0, [0, 1])
    assert Parcel.objects.values().get(pk=parcel.pk) == before


def test_a_derived_id_is_never_another_event(spine, world):
    """Ids that feeds derive from content are no promise of their sender: with other content they are duplicates."""
    parcel = spine.parcel(world)
    first, other = event(parcel, "AT_COUNTY", 1, id="k1"), event(parcel, "TO_TOWN", 2, id="k1")
    result = spine.record(first, other)
    assert (result.accepted, result.duplicates, result.refused) == (1, [1], [])
    assert EventKey.objects.get().digest is None
    result = spine.record(other, ids_of_sender=True)
    assert (result.duplicates, result.refused) == ([0], [])


def test_a_key_sent_again_with_another_time_and_content_stays_one_event(spine, world):
    parcel = spine.parcel(world)
    spine.record(event(parcel, "AT_COUNTY", 1, id="a"))
    assert spine.record(event(parcel, "DELIVERED", 40, id="a")).duplicates == [0]
    parcel.refresh_from_db()
    assert parcel.stage == Stage.AT_COUNTY
    assert EventKey.objects.count() == Event.objects.count() == 1


def test_events_without_ids_are_one_scan_a_minute(spine, world):
    parcel = spine.parcel(world)
    minute = "2026-11-19T10:00:{:02d}+08:00"
    result = spine.record(*(event(parcel, when=minute.format(s), text=f"第{s}次") for s in (1, 30, 59)))
    assert (result.accepted, result.duplicates) == (1, [1, 2])


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"number": "XN00000000000"}, Refusal.UNKNOWN_PARCEL),
        ({"station": "NOWHERE"}, Refusal.UNKNOWN_STATION),
        ({"code": "TELEPORTED"}, Refusal.UNKNOWN_CODE),
        ({"code": "TO_COUNTY"}, Refusal.WRONG_DIRECTION),
        ({"at": "2126-01-01T00:00:00+08:00"}, Refusal.FUTURE_TIME),
        ({"at": "1926-01-01T00:00:00+08:00"}, Refusal.TOO_OLD),
        ({"at": "yesterday"}, Refusal.MALFORMED),
        ({"at": "0001-01-01T00:00:00+23:59"}, Refusal.MALFORMED),
        ({"id": "x" * 65}, Refusal.MALFORMED),
        ({"text": "a\x00b"}, Refusal.MALFORMED),
        ({"code": "CUSTODY"}, Refusal.MALFORMED),
        ({"number": "'; DROP TABLE parcels_parcel; --"}, Refusal.UNKNOWN_PARCEL),
        ({"number": "../../etc/passwd"}, Refusal.UNKNOWN_PARCEL),
    ],
)
def test_refused_rows_are_kept_with_their_reason_and_stop_no_other(spine, world, more, reason):
    parcel = spine.parcel(world)
    bad = NewEvent(**({"number": parcel.waybill, "code": "AT_TOWN", "at": at(4), "id": "bad"} | more))
    result = spine.record(event(parcel, "AT_COUNTY", 1), bad, event(parcel, "TO_TOWN", 2))
    assert result.accepted == 2
    assert [(line.index, line.code) for line in result.refused] == [(1, reason.value)]
    assert result.refused[0].message
    assert result.refused[0].hint
    assert RefusedEvent.objects.get().code == reason


def test_a_refusal_sent_again_is_counted_and_later_settled(spine, world):
    late = NewEvent(number="800012345678", code="COLLECTED", at=at(1), id="e1")
    for _ in range(3):
        spine.record(late)
    assert RefusedEvent.objects.get().times == 3
    spine.parcel(world, carrier_number="800012345678")
    assert spine.record(late).accepted == 1
    assert RefusedEvent.objects.get().settled_at is not None


def test_a_carriers_events_wait_for_its_parcel(spine, world):
    source = feed_source(enterprise=world.carrier, now=START)
    spine.record(NewEvent(number="800012345679", code="LINEHAUL", at=at(-1), id="e1"), source=source)
    parcel = spine.parcel(world, carrier_number="800012345679")
    parcel.refresh_from_db()
    assert parcel.stage == Stage.LINEHAUL
    other = spine.parcel(world, carrier=world.other_carrier.code, carrier_number="800012345680")
    assert other.stage == Stage.CREATED


def test_numbers_are_found_however_they_are_typed(spine, world):
    parcel = spine.parcel(world, carrier_number="YT88001234567")
    typed = [" yt8800 1234567", "ＹＴ８８００１２３４５６７", parcel.waybill.lower()]
    result = spine.record(*(NewEvent(number=n, code="NOTE", at=at(i)) for i, n in enumerate(typed)))
    assert result.accepted == 3


def test_two_carriers_with_one_number_need_the_carrier_named(spine, world):
    ours = spine.parcel(world, carrier_number="900900900900")
    theirs = spine.parcel(world, carrier_number="900900900900", carrier=world.other_carrier.code)
    number = {"number": "900900900900", "code": "COLLECTED"}
    assert spine.record(NewEvent(at=at(1), **number)).refused[0].code == Refusal.AMBIGUOUS_NUMBER
    assert spine.record(NewEvent(at=at(1), carrier=world.other_carrier.code, **number)).accepted == 1
    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.stage, theirs.stage) == (Stage.CREATED, Stage.COLLECTED)


def test_a_phone_whose_clock_is_a_day_off_is_put_right(spine, world):
    parcel = spine.parcel(world)
    wrong = NOW + dt.timedelta(days=1)
    claimed = wrong - dt.timedelta(hours=2)
    spine.record(event(parcel, when=claimed.isoformat()), sent_at=wrong)
    stored = Event.objects.get()
    assert (stored.occurred_at, stored.claimed_at) == (NOW - dt.timedelta(hours=2), claimed)
    assert stored.recorded_at == NOW


def test_scans_after_the_end_are_kept_without_effect(spine, world):
    parcel = spine.parcel(world)
    result = spine.record(event(parcel, "DELIVERED", 10))
    result = spine.record(event(parcel, "AT_TOWN", 12), event(parcel, "DAMAGED", 13))
    assert result.no_effect == [0, 1]
    parcel.refresh_from_db()
    assert (parcel.stage, parcel.issues) == (Stage.DELIVERED, [])
    assert Event.objects.count() == 3


def test_device_of_another_station_is_refused(spine, world, scanner, keeper_next_door):
    parcel = spine.parcel(world)
    actor = scanner.actor()
    source = source_for(actor=actor, now=NOW)
    elsewhere = record_events(
        events=[event(parcel, "DAMAGED", 1, station=world.village_next_door.code)], source=source, actor=actor, now=NOW
    )
    assert elsewhere.refused[0].code == Refusal.OUT_OF_SCOPE
    here = record_events(events=[event(parcel, "DAMAGED", 1)], source=source, actor=actor, now=NOW)
    assert here.accepted == 1
    assert Event.objects.get().station == world.village


@pytest.mark.parametrize("code", ["DELIVERED", "RETURNED", "CANCELLED", "LOST", "RETURNING"])
def test_a_scanner_cannot_simply_assert_the_end(spine, world, scanner, code):
    parcel = spine.parcel(world)
    actor = scanner.actor()
    result = record_events(events=[event(parcel, code)], source=source_for(actor=actor, now=NOW), actor=actor, now=NOW)
    assert result.refused[0].code == Refusal.NEEDS_PROOF


def test_a_scanner_needs_consent_for_the_shelf(spine, world, scanner):
    parcel = spine.parcel(world)
    actor = scanner.actor()
    result = record_events(
        events=[event(parcel, "READY_FOR_PICKUP")], source=source_for(actor=actor, now=NOW), actor=actor, now=NOW
    )
    assert result.refused[0].code == Refusal.NEEDS_CONSENT


def test_batch_bounds(spine, world):
    parcel = spine.parcel(world)
    with pytest.raises(BadInput):
        spine.record()
    with pytest.raises(TooLarge):
        spine.record(*[event(parcel)] * 10_001)


def test_statements_do_not_grow_with_the_batch(spine, world, django_assert_num_queries):
    parcels = [spine.parcel(world) for _ in range(60)]
    spine.record(event(parcels[0], "COLLECTED", 0))
    from django.test.utils import CaptureQueriesContext

    counts = []
    for some in (parcels[:1], parcels):
        with CaptureQueriesContext(connection) as queries:
            spine.record(*(event(p, "AT_COUNTY", 1 + len(some) / 100) for p in some))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_sixteen_threads_with_one_scan_store_it_once(spine, world):
    parcel = spine.parcel(world)
    results = run_together(16, lambda n: spine.record(event(parcel, "AT_TOWN", 3, id="same")))
    assert sorted(r.accepted for r in results) == [0] * 15 + [1]
    assert Event.objects.count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_overlapping_batches_in_opposite_order_do_not_deadlock(spine, world):
    parcels = [spine.parcel(world) for _ in range(40)]

    def send(n):
        order = parcels if n % 2 else parcels[::-1]
        return spine.record(*(event(p, "AT_TOWN", 3 + n / 10, id=f"{n}-{p.pk}") for p in order))

    results = run_together(8, send)
    assert all(r.accepted == 40 for r in results)
    assert Event.objects.count() == 320


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_one_number_announced_by_many_at_once_is_one_parcel(spine, world):
    draft = {"carrier": world.carrier.code, "carrier_number": "990099009900", "destination_station": world.village.code}

    def announce(n):
        try:
            return create_parcel(draft=ParcelDraft(**draft), actor=COUNTY, now=START)
        except Exception as error:
            return error.code

    results = run_together(8, announce)
    assert [r for r in results if r == "number_taken"] == ["number_taken"] * 7
    assert Parcel.objects.count() == 1


def run_together(count, action):
    """Run `action(n)` in real threads on connections of their own; errors surface."""
    results: list = [None] * count
    barrier = threading.Barrier(count)

    def work(n):
        try:
            barrier.wait(20)
            results[n] = action(n)
        except Exception as error:
            results[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    failed = [r for r in results if isinstance(r, BaseException)]
    assert not failed, failed
    return results


@pytest.mark.django_db(transaction=True)
def test_one_id_with_two_contents_at_once_is_one_event_and_one_refusal(spine, world):
    parcels = [spine.parcel(world), spine.parcel(world)]  # no parcel's lock sets them in a row: only the key does

    def send(n):
        return spine.record(event(parcels[n], "AT_COUNTY", 1, id="same"), ids_of_sender=True)

    results = run_together(2, send)
    assert sorted(r.accepted for r in results) == [0, 1]
    assert [line.code for r in results for line in r.refused] == [Refusal.DUPLICATE_DIFFERS.value]
    assert Event.objects.count() == EventKey.objects.count() == 1
