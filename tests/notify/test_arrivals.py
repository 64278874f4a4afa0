"""Arrivals of one recipient at one station become one message; each parcel is told once, and not when it is gone."""

from __future__ import annotations

import datetime as dt
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from logistics.parcels.models import Event, PickupCode, TimerRule
from logistics.parcels.pickup_text import read_pickup_text
from logistics.parcels.services.consent import give_consent
from logistics.parcels.services.corrections import correct_event
from logistics.parcels.services.notices import announce_arrivals
from logistics.parcels.services.pickup import (
    give_out,
    make_link_token,
    read_link_parcels,
    station_inbound,
)
from logistics.parcels.services.pickup.giving import OtherParcel
from logistics.parcels.services.pickup.links import LinkUsed
from logistics.parcels.services.returns import start_return
from logistics.parcels.services.timers import arm, fire_due
from logistics.parcels.states import TimerKind
from portal.core.clock import COUNTY_TIME, county_day
from portal.notify.models import Message, MessageLine
from portal.notify.services import add_line, claim, deliver, deliver_waiting, text_of, withdraw
from portal.notify.states import Status
from tests.custody.conftest import COUNTY, NOW, RECIPIENT_PHONE, START, fresh
from tests.notify.providers import Provider

pytestmark = pytest.mark.django_db
WINDOW = dt.timedelta(minutes=15)
MINUTE = dt.timedelta(minutes=1)


def go(provider, at):
    return deliver_waiting(now=lambda: at, channels=[provider])


def told(message=None):
    return read_pickup_text(text_of(message or Message.objects.get()))


def codes(*parcels) -> set[str]:
    return {PickupCode.objects.get(parcel=parcel).code for parcel in parcels}


def test_three_parcels_within_the_window_are_one_message(counter, keeper, world):
    parcels = [counter.waiting(keeper, now=NOW + n * 5 * MINUTE)[0] for n in range(3)]
    provider = Provider()
    assert go(provider, NOW + WINDOW - MINUTE) == {}
    assert go(provider, NOW + WINDOW) == {"sent": 1}  # from the first parcel, not from the last
    text = read_pickup_text(provider.texts[0][1])
    assert {item.code for item in text.items} == codes(*parcels)
    assert [item.tail for item in text.items] == [p.carrier_number[-4:] for p in parcels]
    assert (text.station, text.hours, text.phone) == (world.village.name, "08:00-18:00", "0933-6620000")
    until = county_day(NOW + dt.timedelta(days=7))
    assert text.until == (until.month, until.day)


def test_after_the_window_begins_another_message(counter, keeper):
    counter.waiting(keeper)
    counter.waiting(keeper, now=NOW + WINDOW)
    assert Message.objects.count() == 2


def test_another_station_or_another_phone_is_another_message(counter, keeper, keeper_next_door, world):
    counter.waiting(keeper)
    counter.waiting(keeper, recipient_phone="13800138999")
    other = counter.parcel(destination_station=world.village_next_door.code)
    consent(other)
    station_inbound(parcel=other, station=world.village_next_door, shelf="", actor=keeper_next_door.actor(), now=NOW)
    assert Message.objects.count() == 3
    assert all(len(told(message).items) == 1 for message in Message.objects.all())


def consent(parcel):
    give_consent(parcel=parcel, channel="phone", actor=COUNTY, now=NOW)


def test_scanned_again_in_the_window_and_after_it_is_told_once(counter, keeper):
    parcel, _code = counter.waiting(keeper)
    counter.inbound(parcel, keeper, now=NOW + MINUTE)
    provider = Provider()
    go(provider, NOW + WINDOW)
    counter.inbound(parcel, keeper, now=NOW + 2 * WINDOW)
    go(provider, NOW + 4 * WINDOW)
    assert len(provider.texts) == 1
    assert MessageLine.objects.count() == 1


def test_an_arrival_that_came_as_an_event_joins_the_same_message(counter, keeper, world):
    counter.waiting(keeper)
    parcel = counter.parcel()
    counter.scan(parcel, "READY_FOR_PICKUP", station=world.village, hours=(NOW - START) / (60 * MINUTE))
    announce_arrivals(list(Event.objects.filter(parcel=parcel).select_related("parcel")), NOW + MINUTE)
    assert {item.code for item in told().items} == {row.code for row in PickupCode.objects.all()}
    assert len(told().items) == 2


def test_more_than_fit_into_one_text_begin_the_next(counter, keeper):
    for _parcel in range(11):
        counter.waiting(keeper)
    first, second = Message.objects.order_by("id")
    assert (len(told(first).items), len(told(second).items)) == (10, 1)
    assert first.status == Status.WAITING  # full: goes out at once
    assert first.due_at == NOW


def test_without_a_window_every_parcel_is_told_soon(counter, keeper, settings):
    settings.ARRIVAL_WINDOW_SECONDS = 0
    counter.waiting(keeper)
    provider = Provider()
    assert go(provider, NOW) == {"sent": 1}
    counter.waiting(keeper, now=NOW + MINUTE)
    assert go(provider, NOW + MINUTE) == {"sent": 1}


# -- taken back ------------------------------------------------------------------------------------------


def undo(parcel, official, at):
    event = Event.objects.get(parcel=parcel, code="READY_FOR_PICKUP")
    correct_event(event=event, reason="did_not_occur", why="扫错了包裹", actor=official.actor(), now=at)


def test_an_inbound_undone_in_the_window_drops_its_line(counter, keeper, county_official):
    wrong, _code = counter.waiting(keeper)
    right, _code = counter.waiting(keeper, now=NOW + MINUTE)
    undo(wrong, county_official, NOW + 2 * MINUTE)
    provider = Provider()
    go(provider, NOW + WINDOW)
    ((_phone, text),) = provider.texts
    assert {item.code for item in read_pickup_text(text).items} == codes(right)
    (token,) = re.findall(r"/l/(\S+)", text)
    assert [p.pk for p in read_link_parcels(token=token, now=NOW + WINDOW)] == [right.pk]


def test_nothing_is_sent_when_no_line_is_left(counter, keeper, county_official):
    parcel, _code = counter.waiting(keeper)
    undo(parcel, county_official, NOW + MINUTE)
    provider = Provider()
    assert go(provider, NOW + WINDOW) == {}
    assert provider.texts == []
    assert Message.objects.get().status == Status.WITHDRAWN


def test_taken_in_again_after_the_undo_is_told_after_all(counter, keeper, county_official):
    parcel, code = counter.waiting(keeper)
    undo(parcel, county_official, NOW + MINUTE)
    counter.inbound(fresh(parcel), keeper, now=NOW + 2 * MINUTE)
    provider = Provider()
    go(provider, NOW + 2 * WINDOW)
    ((_phone, text),) = provider.texts
    assert [item.code for item in read_pickup_text(text).items] == [code.code]


def test_collected_or_sent_back_before_the_message_went_out(counter, keeper, county_official):
    collected, code = counter.waiting(keeper)
    give_out(parcel=collected, station=counter.world.village, actor=keeper.actor(), now=NOW + MINUTE, method="code",
             code=code.code)  # fmt: skip
    assert Message.objects.get().status == Status.WITHDRAWN
    returned, _code = counter.waiting(keeper, now=NOW + MINUTE)
    counter.scan(returned, "REFUSED")
    start_return(parcel=fresh(returned), reason="REFUSED", actor=keeper.actor(), now=NOW + 2 * MINUTE)
    provider = Provider()
    assert go(provider, NOW + 2 * WINDOW) == {}


def test_too_late_to_take_back_what_a_worker_holds(counter, keeper):
    parcel, _code = counter.waiting(keeper)
    (held,) = claim(now=NOW + WINDOW)
    assert withdraw(subject=f"parcel:{parcel.pk}", now=NOW + WINDOW) == 0
    assert deliver(message_id=held, now=NOW + WINDOW, channels=[Provider()]) == "sent"


# -- the link of a message about several parcels -----------------------------------------------------------


def test_the_link_opens_and_proves_all_parcels_of_its_message_and_no_later_one(counter, keeper, world, client):
    first, _code = counter.waiting(keeper)
    second, _code = counter.waiting(keeper)
    go(Provider(), NOW + WINDOW)
    later, _code = counter.waiting(keeper, now=NOW + 2 * WINDOW)
    token, soon = make_link_token(parcel=first, now=NOW), NOW + 2 * WINDOW
    assert [p.pk for p in read_link_parcels(token=token, now=soon)] == [first.pk, second.pk]
    for parcel in (first, second):
        give_out(parcel=parcel, station=world.village, actor=keeper.actor(), now=soon, method="link", token=token)
    with pytest.raises(LinkUsed):
        read_link_parcels(token=token, now=soon)
    with pytest.raises(LinkUsed):
        give_out(parcel=later, station=world.village, actor=keeper.actor(), now=soon, method="link", token=token)


def test_the_link_of_another_message_proves_nothing(counter, keeper, world):
    first, _code = counter.waiting(keeper)
    later, _code = counter.waiting(keeper, now=NOW + WINDOW)
    token = make_link_token(parcel=first, now=NOW)
    with pytest.raises(OtherParcel):
        give_out(
            parcel=later, station=world.village, actor=keeper.actor(), now=NOW + WINDOW, method="link", token=token
        )


# -- reminders -------------------------------------------------------------------------------------------


def remind(parcels, hours) -> str:
    arm([event for p in parcels for event in Event.objects.filter(parcel=p).select_related("parcel")], NOW)
    Message.objects.all().delete()
    fire_due(now=NOW + dt.timedelta(hours=hours))
    return text_of(Message.objects.get())


@pytest.mark.parametrize("limit", [168, 100, None])
def test_messages_say_when_parcels_go_back_as_the_county_set_it(counter, keeper, limit):
    TimerRule.objects.create(kind=TimerKind.RETURN, hours=limit or 168, enabled=limit is not None)
    parcel, _code = counter.waiting(keeper)
    last = county_day(NOW + dt.timedelta(hours=limit)) if limit else None
    wanted = (last.month, last.day) if last else None
    assert told().until == wanted
    today = county_day(NOW)
    text = read_pickup_text(remind([fresh(parcel)], 24))
    assert (text.since, text.until) == ((today.month, today.day), wanted)


def test_the_message_and_the_page_name_the_same_day_when_the_county_changes_its_hours(counter, keeper):
    """What was promised to a parcel stays: its timer runs on."""
    parcel, _code = counter.waiting(keeper)
    arm(list(Event.objects.filter(parcel=parcel).select_related("parcel")), NOW)
    TimerRule.objects.create(kind=TimerKind.RETURN, hours=100)
    promised = told().until
    assert read_pickup_text(remind([fresh(parcel)], 24)).until == promised


def test_parcels_that_go_back_on_different_days_have_a_text_each(counter, keeper):
    midnight = dt.datetime.combine(county_day(NOW) + dt.timedelta(days=1), dt.time(), COUNTY_TIME)
    for minutes in (-2, -1, 1):
        counter.waiting(keeper, now=midnight + minutes * MINUTE)
    texts = [read_pickup_text(text_of(message)) for message in Message.objects.order_by("pk")]
    assert [len(text.items) for text in texts] == [2, 1]


def test_reminders_of_one_day_are_one_message(counter, keeper):
    parcels = [fresh(counter.waiting(keeper, now=NOW + n * MINUTE)[0]) for n in range(2)]
    assert len(read_pickup_text(remind(parcels, 24.5)).items) == 2


@pytest.mark.parametrize(
    ("hour", "sent_at"),
    [(21, (20, 21, 15)), (22, (21, 7, 0)), (23, (21, 7, 0)), (3, (20, 7, 0)), (7, (20, 7, 15))],
)
def test_reminders_wait_for_the_morning(counter, hour, sent_at):
    local = dt.timezone(dt.timedelta(hours=8))
    now = dt.datetime(2026, 11, 20, hour, 0, tzinfo=local)
    message = reminder(now)
    assert message.due_at == dt.datetime(2026, 11, *sent_at, tzinfo=local)
    assert line("parcel_arrived_on", now).due_at == now + WINDOW  # somebody waits for this one


def test_a_reminder_put_off_into_the_night_waits_too(counter):
    evening = dt.datetime(2026, 11, 20, 21, 40, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    message = reminder(evening)
    night = evening + dt.timedelta(hours=2)
    assert go(Provider(), night) == {"waiting": 1}
    message.refresh_from_db()
    assert message.due_at == evening.replace(hour=7, minute=0) + dt.timedelta(days=1)
    assert message.attempts == message.spared  # not a failed try


def reminder(now):
    return line("parcel_waiting_on", now, since="2026-11-19")


def line(template, now, number=1, key="m", phone=RECIPIENT_PHONE, **days):
    return add_line(
        template=template, recipient=phone, merge_key=key, dedupe_key=f"{template}:{number}", now=now, window=WINDOW,
        subject=f"parcel:{number}", parameters={"station": "何马村站", "hours": "8-18", "hotline": "1", **days},
        line={"tail": "0001", "code": "482 913", "link": "http://localhost:8000/l/x"},
    )  # fmt: skip


# -- races -----------------------------------------------------------------------------------------------


def together(number, work):
    start = threading.Barrier(number)

    def run(index):
        try:
            start.wait(timeout=20)
            return work(index)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_keepers_at_once_write_one_message():
    for round_ in range(10):
        together(4, lambda index, r=round_: line("parcel_arrived_on", NOW, number=r * 10 + index, key=f"m{r}").pk)
        message = Message.objects.get(merge_key__contains=f":m{round_}:")
        assert message.lines.count() == 4


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_eight_times_the_same_parcel_is_one_line():
    together(8, lambda _index: line("parcel_arrived_on", NOW).pk)
    assert MessageLine.objects.count() == 1
    assert Message.objects.filter(lines__withdrawn_at=None).distinct().count() == 1
    provider = Provider()
    go(provider, NOW + WINDOW)
    assert len(provider.texts) == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_claims_while_parcels_are_added_loses_none():
    """Adders and workers at the end of the window: every line is in exactly one text that was sent."""
    provider, moment = Provider(), NOW + WINDOW

    def work(index):
        if index % 2:
            return [go(provider, moment) for _round in range(15)]
        return [line("parcel_arrived_on", NOW, number=index * 100 + n).pk for n in range(15)]

    together(6, work)
    while go(provider, moment):
        pass
    lines = sum(len(read_pickup_text(text).items) for _phone, text in provider.texts)
    assert MessageLine.objects.count() == lines == 45
    assert len(provider.ids) == len(set(provider.ids))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_worker_passes_a_message_that_is_being_added_to():
    line("parcel_arrived_on", NOW)
    inside, go_on = threading.Event(), threading.Event()

    def adder():
        try:
            with transaction.atomic():
                line("parcel_arrived_on", NOW, number=2)
                inside.set()
                go_on.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=adder)
    thread.start()
    inside.wait(10)
    provider = Provider()
    assert go(provider, NOW + WINDOW) == {}
    go_on.set()
    thread.join()
    assert go(provider, NOW + WINDOW) == {"sent": 1}
    assert len(read_pickup_text(provider.texts[0][1]).items) == 2
