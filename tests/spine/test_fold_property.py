"""Any order, any doubling, any split into batches: the projection is that of the sorted run."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logistics.parcels.events import NewEvent
from logistics.parcels.fold import fold
from logistics.parcels.models import Event, Parcel
from logistics.parcels.services.project import refold
from logistics.parcels.services.rebuild import COLUMNS, facts_of
from logistics.parcels.states import RANKS, TERMINALS, Act, Custodian, Direction, Issue, Stage
from tests.spine.conftest import at

ISSUES = [Issue.NO_UPDATE, Issue.REFUSED, Issue.ATTEMPT_FAILED, Issue.DAMAGED, Issue.PICKUP_OVERDUE]


@st.composite
def journeys(draw):
    """A direction and a set of events as (hour, code, station index, extra); hours collide on purpose."""
    direction = draw(st.sampled_from([Direction.DOWN, Direction.UP]))
    stages = sorted(set(RANKS[direction]) - TERMINALS)
    code = st.one_of(
        st.sampled_from(stages),
        st.sampled_from(stages),
        st.sampled_from(sorted(TERMINALS)),
        st.sampled_from(ISSUES),
        st.sampled_from([Act.ISSUE_RESOLVED, Act.CUSTODY, Act.NOTE]),
    )
    steps = draw(
        st.lists(
            st.tuples(st.integers(0, 12), code, st.integers(0, 3), st.sampled_from(ISSUES)), min_size=1, max_size=10
        )
    )
    voids = draw(st.lists(st.tuples(st.integers(0, 12), st.integers(0, len(steps) - 1)), max_size=2))
    sources = draw(st.lists(st.booleans(), min_size=len(steps) + len(voids), max_size=len(steps) + len(voids)))
    return direction, steps, voids, sources


def events_for(parcel, world, journey):
    """[(event, from the second source)] with ids that name their content, so that every order sends the same events."""
    _direction, steps, voids, sources = journey
    stations = ["", world.hub.code, world.township_station.code, world.village.code]
    made = []
    for n, (hour, code, place, issue) in enumerate(steps):
        more = {}
        if code == Act.ISSUE_RESOLVED:
            more["issue"] = issue.value
        if code == Act.CUSTODY:
            more |= {"custody_kind": Custodian.STATION.value, "custody_ref": stations[place] or "x"}
        made.append(
            (
                NewEvent(
                    number=parcel.waybill,
                    code=str(code.value),
                    at=at(hour),
                    id=f"{parcel.waybill}e{n}",
                    station=stations[place],
                    **more,
                ),
                sources[n],
            )
        )
    for n, (hour, target) in enumerate(voids):
        of = "system:spine-two" if sources[target] else "system:spine"
        made.append(
            (
                NewEvent(
                    number=parcel.waybill,
                    code="VOID",
                    at=at(hour),
                    id=f"{parcel.waybill}v{n}",
                    corrects=f"{parcel.waybill}e{target}",
                    corrects_source=of,
                    reason="did_not_occur",
                ),
                sources[len(steps) + n],
            )
        )
    return made


def send(spine, batch):
    for second in (False, True):
        events = [event for event, from_second in batch if from_second is second]
        if events:
            result = spine.record(*events, source=spine.other_source if second else spine.source)
            assert not result.refused


def projection(parcel_id):
    return Parcel.objects.filter(pk=parcel_id).values(*COLUMNS).get()


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(journey=journeys(), data=st.data())
def test_any_permutation_and_duplication_gives_the_sorted_projection(spine, world, journey, data):
    sorted_parcel = spine.parcel(world, journey[0])
    shuffled_parcel = spine.parcel(world, journey[0])
    in_order = sorted(events_for(sorted_parcel, world, journey), key=lambda pair: pair[0].at)
    send_one_by_one(spine, in_order)

    events = events_for(shuffled_parcel, world, journey)
    arrival = data.draw(st.permutations(events + events[: len(events) // 2]))
    cut = data.draw(st.integers(0, len(arrival)))
    send(spine, arrival[:cut])
    send_one_by_one(spine, arrival[cut:])

    assert projection(shuffled_parcel.pk) == projection(sorted_parcel.pk)
    assert_stored_is_folded(shuffled_parcel)


def send_one_by_one(spine, pairs):
    for pair in pairs:
        send(spine, [pair])


def assert_stored_is_folded(parcel):
    """The columns equal the fold in Python, and the fold in SQL."""
    stored = projection(parcel.pk)
    expected = asdict(fold(parcel.direction, facts_of(Event.objects.filter(parcel=parcel))))
    assert stored == {column: expected[column] for column in COLUMNS}
    refold([parcel.pk])
    assert projection(parcel.pk) == stored


def test_delivered_never_goes_back_to_moving(spine, world):
    parcel = spine.parcel(world)
    for code, hour in (("DELIVERED", 20), ("AT_TOWN", 10), ("OUT_FOR_DELIVERY", 30), ("COLLECTED", 1)):
        spine.record(NewEvent(number=parcel.waybill, code=code, at=at(hour)))
    parcel.refresh_from_db()
    assert (parcel.stage, parcel.closed_at.isoformat()) == (Stage.DELIVERED, "2026-11-18T00:00:00+00:00")
    assert Event.objects.filter(parcel=parcel).count() == 4
