"""What messages cost, by month, township and provider, cut to the official's area."""

from __future__ import annotations

import datetime as dt

import pytest

from portal.core.actor import ANONYMOUS, Actor, ActorKind, Grant, Scope
from portal.notify.models import Attempt, Message
from portal.notify.selectors import (
    blocked_numbers,
    failed_messages,
    messages_in_scope,
    month_costs,
    tally,
    tries_of_message,
)
from portal.notify.services import block_number, deliver_waiting, send
from portal.notify.sms import NeverWorks
from portal.notify.states import BlockReason
from tests.notify.providers import Provider

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)
MARCH = dt.date(2026, 3, 1)
VIEW = "message.view"


def official(*prefixes, everything=False) -> Actor:
    scope = Scope(divisions=frozenset(prefixes), everything=everything)
    return Actor(ActorKind.USER, "user:1", "x", (Grant(frozenset({VIEW}), scope, "x"),), user_id=1)


def sent(key, area, *, at=NOW, provider="one"):
    message = send(template="phone_changed", recipient=f"+86138001380{len(key):02d}", parameters={}, dedupe_key=key,
                   now=at, area=area)  # fmt: skip
    deliver_waiting(now=lambda: at, channels=[Provider(name=provider)])
    return message


@pytest.fixture
def ledger(settings):
    settings.SMS_PRICES = {"one": 450, "two": 385}
    sent("a", "620825100208")
    sent("bb", "620825100202")
    sent("ccc", "620825101202", provider="two")
    sent("dddd", "620825000000")
    sent("eeeee", "620826100201")
    sent("ffffff", "")
    sent("ggggggg", "620825100208", at=dt.datetime(2026, 2, 28, 15, 59, tzinfo=dt.UTC))  # a minute before March
    sent("hhhhhhhh", "620825100208", at=dt.datetime(2026, 2, 28, 16, 0, tzinfo=dt.UTC))  # March in the county


def costs(actor, month=MARCH):
    return [(c.area, c.provider, c.messages, c.segments, c.cost) for c in month_costs(
        actor=actor, permission=VIEW, month=month)]  # fmt: skip


def test_by_township_and_provider_in_the_county_s_month(ledger):
    assert costs(official("620825")) == [
        ("620825", "one", 1, 1, 450),
        ("620825100", "one", 3, 3, 1350),
        ("620825101", "two", 1, 1, 385),
    ]
    assert costs(official("620825"), dt.date(2026, 2, 1)) == [("620825100", "one", 1, 1, 450)]


def test_cut_to_the_area(ledger):
    assert costs(official("620825100")) == [("620825100", "one", 3, 3, 1350)]
    assert costs(official()) == costs(ANONYMOUS) == []
    assert ("", "one", 1, 1, 450) in costs(official(everything=True))


def test_only_what_a_provider_took_is_charged(settings):
    settings.SMS_PRICES = {"one": 450}
    send(template="phone_changed", recipient="+8613800138000", parameters={}, dedupe_key="k", now=NOW, area="620825")
    deliver_waiting(now=lambda: NOW, channels=[Provider(NeverWorks("no"), name="one")])
    assert costs(official("620825")) == []
    assert Attempt.objects.count() == 1


def test_officials_see_failures_tries_and_numbers_of_their_area_only(ledger):
    here = send(template="phone_changed", recipient="+8613900000009", parameters={}, dedupe_key="f", now=NOW,
                area="620825100208")  # fmt: skip
    deliver_waiting(now=lambda: NOW, channels=[Provider(NeverWorks("no", block=BlockReason.INVALID), name="one")])
    block_number(phone="+8613900000010", reason=BlockReason.INVALID, now=NOW)  # never written to
    mine, other = official("620825"), official("620826")
    for actor, wanted in ((mine, [here.pk]), (other, [])):
        rows = failed_messages(actor=actor, permission=VIEW, since=NOW - dt.timedelta(days=1))
        assert [row.pk for row in rows] == wanted
        assert blocked_numbers(actor=actor, permission=VIEW, now=NOW).count() == len(wanted)
    assert [t.error for t in tries_of_message(actor=mine, permission=VIEW, message_id=here.pk)] == ["no"]
    assert messages_in_scope(actor=other, permission=VIEW).count() == 1
    assert (
        messages_in_scope(actor=mine, permission=VIEW).count()
        == Message.objects.exclude(area__in=("", "620826100201")).count()
    )


def test_the_tally_of_a_day_is_one_query(ledger, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = tally(actor=official("620825"), permission=VIEW, since=NOW - dt.timedelta(hours=1))
    assert found == {"sent": 4, "failed": 0, "waiting": 0, "unanswered": 0}
