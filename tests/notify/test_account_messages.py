"""/my/messages/: what went to the own phone, without codes, with a mark for what is unread."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.core.ids import new_id
from portal.notify.models import Message
from portal.notify.selectors import BADGE_MOST, own_unread
from portal.notify.services import add_line, send, withdraw
from tests.notify.conftest import PHONE

pytestmark = pytest.mark.django_db
URL = "/my/messages/"


def arrival(number, *, phone=PHONE, now=None, station="何马村站"):
    now = now or timezone.now()
    return add_line(
        template="parcel_arrived_on", recipient=phone, merge_key=f"s{number}", dedupe_key=f"{phone}:{number}", now=now,
        parameters={"station": station, "hours": "8:00-18:00", "hotline": "0933-6620000"}, subject=f"parcel:{number}",
        line={"tail": "0001", "code": "482 913", "link": f"http://localhost:8000/l/abc-{number}~sig"},
        window=dt.timedelta(minutes=15),
    )  # fmt: skip


def page(persona, url=URL):
    answer = persona.client.get(url)
    assert answer.status_code == 200
    return answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_the_message_is_there_at_once_with_its_code_and_link(villager):
    arrival(1)
    html = page(villager)
    assert "482 913" in html
    assert "何马村站" in html
    assert 'href="/l/abc-1~sig"' in html
    assert "localhost:8000" not in html.split("<main")[1]
    assert "未读" in html


def test_somebody_elses_message_is_not(villager, keeper_next_door):
    arrival(1, phone=keeper_next_door.user.phone)
    assert "482 913" not in page(villager)
    assert "还没有消息" in page(villager)


def test_a_phone_that_was_not_proved_shows_nothing(villager):
    arrival(1)
    villager.user.phone_verified = False
    villager.user.save()
    assert "482 913" not in page(villager)


def test_codes_that_open_an_account_are_never_shown(villager):
    for template, values in (("login_code", {"code": "654321", "minutes": 5}), ("account_exists", {})):
        send(template=template, recipient=PHONE, parameters=values, dedupe_key=template, now=timezone.now())
    html = page(villager)
    assert "654321" not in html
    assert "还没有消息" in html


def test_what_was_taken_back_is_gone(villager):
    arrival(1)
    withdraw(subject="parcel:1", now=timezone.now())
    assert "482 913" not in page(villager)


def test_older_than_a_month_is_gone(villager):
    arrival(1, now=timezone.now() - dt.timedelta(days=31))
    assert "482 913" not in page(villager)


def test_mark_one_and_all_as_read(villager):
    messages = [arrival(number) for number in range(3)]
    assert villager.client.post(f"{URL}read/", {"message": str(messages[0].pk)}).status_code == 302
    assert unread(villager) == 2
    assert villager.client.post(f"{URL}read/").status_code == 302
    assert unread(villager) == 0
    assert villager.client.post(f"{URL}read/").status_code == 302  # twice does no harm
    assert "未读" not in page(villager).split("<main")[1]


def unread(persona):
    return own_unread(actor=persona.actor(), now=timezone.now())


@pytest.mark.parametrize("which", ["theirs", "not-an-id", "01890000-0000-7000-8000-000000000000"])
def test_nobody_marks_another_persons_message(villager, keeper_next_door, which):
    theirs = arrival(1, phone=keeper_next_door.user.phone)
    answer = villager.client.post(f"{URL}read/", {"message": str(theirs.pk) if which == "theirs" else which})
    assert answer.status_code == 404
    assert Message.objects.get().read_at is None


def test_pages_follow_one_another_without_gap_or_double(villager):
    for number in range(45):
        arrival(number, station=f"站{number}号")
    seen, url = [], URL
    while url:
        html = page(villager, url)
        seen += re.findall(r"站(\d+)号有您", html)
        older = re.search(r'rel="next" href="([^"]+)"', html)
        url = older and URL + older[1]
    assert seen == [str(number) for number in reversed(range(45))]
    assert "没有更早的消息" in page(villager, f"{URL}?before=00000000-0000-7000-8000-000000000000")
    assert page(villager, f"{URL}?before=nonsense")


def test_a_full_page_asks_as_often_as_a_short_one(villager):
    arrival(0)
    page(villager)
    with CaptureQueriesContext(connection) as few:
        page(villager)
    for number in range(1, 30):
        arrival(number)
    with CaptureQueriesContext(connection) as many:
        page(villager)
    assert len(many) == len(few)


def test_the_badge_is_one_query_by_index_and_ends_at_a_hundred(villager):
    arrival(0)
    row = Message.objects.get()
    copies = []
    for number in range(120):
        copy = Message.objects.get(pk=row.pk)
        copy.pk, copy.dedupe_key, copy.status, copy.sent_at = new_id(), str(number), "sent", row.created_at
        copies.append(copy)
    Message.objects.bulk_create(copies)
    with CaptureQueriesContext(connection) as asked:
        actor = villager.actor()
        before = len(asked)
        assert own_unread(actor=actor, now=timezone.now()) == BADGE_MOST + 1
        assert len(asked) - before == 1
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {asked[-1]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "message_unread" in plan or "message_in_app" in plan


def test_pages_without_an_account_ask_nothing(client):
    with CaptureQueriesContext(connection) as asked:
        client.get("/")
    assert "notify_message" not in " ".join(query["sql"] for query in asked)


def test_in_english(villager):
    arrival(1)
    villager.client.cookies["django_language"] = "en"
    assert villager.client.get(URL).status_code == 200
