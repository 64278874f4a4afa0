"""Writes the plans through the portal's services: created by the day, recorded by the day and the sender."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable

from django.db import connection

from logistics.parcels.events import NewEvent
from logistics.parcels.models import Parcel
from logistics.parcels.services.consent import give_consent
from logistics.parcels.services.parcels import create_parcels
from logistics.parcels.services.pickup import station_inbound
from logistics.parcels.services.record import record_events
from logistics.parcels.services.sources import feed_source, source_for
from logistics.parcels.states import ConsentChannel, RowResult, Stage
from logistics.registry.models import Enterprise
from portal.core.clock import COUNTY_TIME
from portal.public.demo.journeys import PHONES, PIECES_HERE, Plan, Step
from portal.public.demo.places import DEMO, Network

Say = Callable[[str], None]


def write(*, plans: list[Plan], network: Network, now: dt.datetime, say: Say) -> dict[int, Parcel]:
    """All plans up to `now`. Returns the parcels by place in `plans`."""
    parcels = _create(plans, now)
    refresh_statistics()
    say(f"  {len(parcels)} parcels 件包裹")
    waiting = {n for n, plan in enumerate(plans) if plan.counter and _waits(plan, now)}
    count = _record(plans, parcels, waiting, now)
    refresh_statistics()
    say(f"  {count} events 条物流事件")
    _take_in(plans, parcels, waiting, network)
    say(f"  {len(waiting)} waiting at stations, with consent, code and message 件在村站待取")
    return parcels


def refresh_statistics() -> None:
    """Tables that were empty a moment ago, in one long transaction: the planner would still take them for empty."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE parcels_parcel, parcels_parcelnumber, parcels_parcelcontact, parcels_event, parcels_eventkey"
        )


def _create(plans: list[Plan], now: dt.datetime) -> dict[int, Parcel]:
    by_day: dict[dt.date, list[int]] = defaultdict(list)
    for n, plan in enumerate(plans):
        by_day[_day(plan.created)].append(n)
    made: dict[int, Parcel] = {}
    for numbers in by_day.values():
        first = min(plans[n].created for n in numbers)
        outcomes = create_parcels(drafts=[plans[n].draft for n in numbers], actor=DEMO, now=min(first, now), demo=True)
        for n, outcome in zip(numbers, outcomes, strict=True):
            if outcome.result != RowResult.ACCEPTED:
                raise RuntimeError(f"demo parcel {n}: {outcome.error or outcome.result}")
            made[n] = outcome.parcel
    return made


def _waits(plan: Plan, now: dt.datetime) -> bool:
    """Whether the last step that has happened is the arrival at the counter."""
    past = [step for step in plan.steps if step.at <= now]
    return bool(past) and past[-1].code == Stage.READY_FOR_PICKUP


def _record(plans: list[Plan], parcels: dict[int, Parcel], waiting: set[int], now: dt.datetime) -> int:
    firms = Enterprise.objects.in_bulk({plan.draft.carrier for plan in plans}, field_name="code")
    batches: dict[tuple[dt.date, str], list[NewEvent]] = defaultdict(list)
    for n, plan in enumerate(plans):
        for k, step in enumerate(plan.steps):
            if step.at <= now and not (n in waiting and step.code == Stage.READY_FOR_PICKUP):
                batches[_day(step.at), step.by].append(_event(parcels[n], step, f"demo-{n}-{k}"))
    for (day, by), events in sorted(batches.items()):
        night = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), COUNTY_TIME)
        received = min(now, night)
        source = feed_source(enterprise=firms[by], now=received) if by else source_for(actor=DEMO, now=received)
        result = record_events(events=events, source=source, actor=DEMO, now=received)
        if result.refused:
            line = result.refused[0]
            raise RuntimeError(f"demo event refused: {events[line.index].code} {line.code}")
    return sum(map(len, batches.values()))


def _event(parcel: Parcel, step: Step, key: str) -> NewEvent:
    return NewEvent(
        number=parcel.waybill,
        code=step.code,
        at=step.at.isoformat(),
        id=key,
        station=step.station,
        text=step.text,
        **step.more,
    )


def _take_in(plans: list[Plan], parcels: dict[int, Parcel], waiting: set[int], network: Network) -> None:
    """The parcels that wait now: consent, shelf, code and message by the counter's own service."""
    agreed: set[str] = set()
    for n in sorted(waiting):
        plan = plans[n]
        at = next(step.at for step in plan.steps if step.code == Stage.READY_FOR_PICKUP)
        if plan.scene in PHONES:
            give_consent(
                parcel=parcels[n], channel=ConsentChannel.IN_PERSON, actor=DEMO, now=at - dt.timedelta(hours=1)
            )
        elif plan.person.phone not in agreed:
            agreed.add(plan.person.phone)
            give_consent(
                phone=plan.person.phone, channel=ConsentChannel.PHONE, actor=DEMO, now=at - dt.timedelta(hours=1)
            )
        station = network.stations[plan.draft.destination_station]
        for piece in range(PIECES_HERE if plan.scene == "pieces" else 1):
            shelf = f"{n % 6 + 1 + piece}-{n % 9 + 1}"
            station_inbound(parcel=parcels[n], station=station, shelf=shelf, actor=DEMO, now=at)


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(COUNTY_TIME).date()
