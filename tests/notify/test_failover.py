"""Providers in order: what was surely not sent goes to the next, what may have been sent waits for its receipt."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from portal.core.actor import ANONYMOUS, Actor, ActorKind, Grant, Scope
from portal.core.errors import NotFound
from portal.notify.models import Attempt, BlockedNumber, Message, ProviderHealth
from portal.notify.services import (
    block_number,
    claim,
    deliver_waiting,
    pull_receipts,
    resend,
    send,
    take_receipts,
    unblock_number,
)
from portal.notify.services.delivery import CLAIM_LASTS, CODE_WAIT, MAX_UNKNOWN, RECEIPT_WAIT
from portal.notify.services.health import FIRST_REST, RESTS_AFTER
from portal.notify.services.resending import CodeNotResent, NotFailed, StillBlocked
from portal.notify.sms import NeverWorks, NotHere, Receipt, TryAgain, Unknown
from portal.notify.states import BlockReason, Outcome, Status
from tests.notify.conftest import NOW, PHONE
from tests.notify.providers import Provider

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def news(key="k", **extra) -> Message:
    """A message that keeps for days and is no code."""
    return send(template="phone_changed", recipient=PHONE, parameters={}, dedupe_key=key, now=NOW, **extra)


def code(key="c") -> Message:
    values = {"code": "123456", "minutes": 5}
    return send(template="login_code", recipient=PHONE, parameters=values, dedupe_key=key, now=NOW)


def go(*providers, at=NOW):
    return deliver_waiting(now=lambda: at, channels=providers)


def tries() -> list[tuple[str, str]]:
    return list(Attempt.objects.order_by("pk").values_list("provider", "outcome"))


def test_the_second_sends_what_the_first_did_not():
    news()
    down, up = Provider(TryAgain("down"), name="one"), Provider(name="two")
    assert go(down, up) == {"sent": 1}
    assert tries() == [("one", Outcome.TRY_AGAIN), ("two", Outcome.ACCEPTED)]
    assert len(up.given) == 1
    assert Message.objects.get().provider == "two"


def test_a_text_that_is_not_approved_there_is_sent_elsewhere():
    news()
    assert go(Provider(NotHere("no template"), name="one"), Provider(name="two")) == {"sent": 1}
    assert not ProviderHealth.objects.exists()


def test_a_number_that_does_not_exist_is_tried_nowhere_else():
    news()
    other = Provider(name="two")
    assert go(Provider(NeverWorks("empty", block=BlockReason.INVALID), name="one"), other) == {"failed": 1}
    assert other.given == []
    assert BlockedNumber.objects.get().until == NOW + 7 * DAY


def test_unknown_is_not_given_to_another_before_the_receipt_had_its_time():
    news()
    lost, other = Provider(Unknown("no answer"), name="one"), Provider(name="two")
    assert go(lost, other) == {"unknown": 1}
    assert go(lost, other, at=NOW + RECEIPT_WAIT / 2) == {}
    assert other.given == []
    assert go(lost, other, at=NOW + RECEIPT_WAIT) == {"sent": 1}  # never heard of: the other one tries
    assert len(other.given) == 1
    assert lost.given == []


def test_a_receipt_settles_the_unknown():
    message = news()
    lost, other = Provider(Unknown("no answer"), name="one"), Provider(name="two")
    go(lost, other)
    receipt = Receipt("their-1", True, "DELIVRD", message_id=str(message.pk), at=NOW)
    assert take_receipts(provider="one", receipts=[receipt], now=NOW)["taken"] == 1
    message.refresh_from_db()
    assert (message.status, message.provider, message.delivered_at) == (Status.DELIVERED, "one", NOW)
    assert go(lost, other, at=NOW + DAY / 2) == {}
    assert other.given == []


def test_who_waits_for_a_code_waits_less():
    code()
    lost, other = Provider(TimeoutError(), name="one"), Provider(name="two")
    assert go(lost, other) == {"unknown": 1}
    assert go(lost, other, at=NOW + CODE_WAIT) == {"sent": 1}


def test_given_up_after_two_tries_without_any_answer():
    news()
    lost = Provider(*[Unknown("?")] * 5)
    moment = NOW
    for _try in range(MAX_UNKNOWN):
        assert go(lost, at=moment) == {"unknown": 1}
        moment += RECEIPT_WAIT
    assert go(lost, at=moment) == {"failed": 1}
    assert Message.objects.get().error == "no answer and no receipt"


def test_an_error_of_our_own_in_a_channel_stops_nobody_else():
    news("a")
    news("b")
    assert go(Provider(KeyError("bug"))) == {"unknown": 1, "sent": 1}
    assert "KeyError" in Message.objects.get(status="unknown").error


def test_a_worker_takes_as_many_as_it_asked_for_whatever_the_planner_thinks():
    """A subselect with LIMIT that is run again for every row would take them all."""
    for number in range(10):
        news(f"n{number}")
    with connection.cursor() as cursor:
        for way in ("hashjoin", "mergejoin", "hashagg", "sort", "indexscan", "bitmapscan", "material"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    assert len(claim(now=NOW, limit=1)) == 1
    assert len(claim(now=NOW, limit=3)) == 3


# -- rest ------------------------------------------------------------------------------------------------


def fail_often(provider="one", times=RESTS_AFTER):
    for number in range(times):
        news(f"f{number}")
    go(Provider(*[TryAgain("down")] * times, name=provider))


def test_a_provider_that_fails_again_and_again_rests():
    fail_often()
    news("late")
    resting, other = Provider(name="one"), Provider(name="two")
    assert go(resting, other) == {"sent": 1}
    assert resting.given == []
    assert ProviderHealth.objects.get().resting_until == NOW + FIRST_REST


def test_while_all_rest_no_try_is_counted():
    fail_often()
    message = news("late")
    assert go(Provider(name="one")) == {"waiting": 1}
    message.refresh_from_db()
    assert message.attempts - message.spared == 0
    assert message.due_at == NOW + FIRST_REST
    assert message.error == "every provider rests"


def test_after_the_rest_one_message_probes_and_success_opens_the_door():
    fail_often()
    after = NOW + FIRST_REST
    news("probe")
    news("second")
    well = Provider(name="one")
    assert go(well, at=after)["sent"] >= 2
    health = ProviderHealth.objects.get()
    assert (health.failures, health.resting_until, health.worked_at) == (0, None, after)


def test_a_failed_probe_rests_longer():
    fail_often()
    after = NOW + FIRST_REST
    news("probe")
    Message.objects.exclude(dedupe_key="probe").update(status=Status.FAILED)
    assert go(Provider(TryAgain("still down"), name="one"), at=after) == {"waiting": 1}
    assert ProviderHealth.objects.get().resting_until == after + 2 * FIRST_REST


# -- a worker dies ---------------------------------------------------------------------------------------


def test_killed_before_the_provider_was_asked_is_sent_once_the_claim_ends():
    news()
    claim(now=NOW)
    provider = Provider()
    assert go(provider, at=NOW + CLAIM_LASTS) == {"sent": 1}
    assert len(provider.given) == 1


def test_killed_while_the_provider_was_asked_waits_for_the_receipt():
    message = news()
    claim(now=NOW)
    Attempt.objects.create(message=message, provider="one", at=NOW)  # … and no more
    provider = Provider(name="one")
    assert go(provider, at=NOW + CLAIM_LASTS) == {"unknown": 1}
    assert provider.given == []


def test_killed_between_answer_and_note_is_sent():
    message = news()
    claim(now=NOW)
    Attempt.objects.create(message=message, provider="one", at=NOW, outcome=Outcome.ACCEPTED, reference="r")
    provider = Provider(name="one")
    assert go(provider, at=NOW + CLAIM_LASTS) == {"sent": 1}
    assert provider.given == []


# -- receipts --------------------------------------------------------------------------------------------


def sent(key="k") -> tuple[Message, Attempt]:
    message = news(key)
    go(Provider(name="one"))
    return message, Attempt.objects.get(message=message)


def test_a_receipt_that_comes_twice_counts_once():
    message, attempt = sent()
    receipt = Receipt(attempt.reference, True, "DELIVRD", at=NOW)
    assert take_receipts(provider="one", receipts=[receipt, receipt], now=NOW) == {
        "taken": 1, "repeated": 1, "stray": 0,
    }  # fmt: skip
    late = Receipt(attempt.reference, False, "EXPIRED", at=NOW + DAY)
    assert take_receipts(provider="one", receipts=[late], now=NOW)["repeated"] == 1
    message.refresh_from_db()
    assert message.status == Status.DELIVERED


@pytest.mark.parametrize("message_id", ["", "not-an-id", "01890000-0000-7000-8000-000000000000"])
def test_a_receipt_of_somebody_elses_message_is_counted_and_forgotten(message_id):
    message, _attempt = sent()
    stray = Receipt("unknown", False, "MK:0001", message_id=message_id, recipient="+8613900000000")
    assert take_receipts(provider="one", receipts=[stray], now=NOW)["stray"] == 1
    assert ProviderHealth.objects.get(name="one").stray_receipts == 1
    assert not BlockedNumber.objects.exists()
    message.refresh_from_db()
    assert message.status == Status.SENT


def test_a_receipt_with_the_phone_only_belongs_to_the_one_unanswered_try():
    message = news()
    go(Provider(Unknown("?"), name="one"))
    receipt = Receipt("their-9", True, "DELIVRD", recipient=PHONE, at=NOW)
    assert take_receipts(provider="one", receipts=[receipt], now=NOW)["taken"] == 1
    message.refresh_from_db()
    assert message.status == Status.DELIVERED


def test_two_unanswered_tries_at_one_phone_are_not_told_apart_by_guessing():
    news("a")
    news("b")
    go(Provider(Unknown("?"), Unknown("?"), name="one"))
    receipt = Receipt("their-9", True, "DELIVRD", recipient=PHONE, at=NOW)
    assert take_receipts(provider="one", receipts=[receipt], now=NOW)["stray"] == 1


def test_an_older_receipt_is_not_taken_for_a_later_try():
    news()
    go(Provider(Unknown("?"), name="one"))
    old = Receipt("their-1", True, "DELIVRD", recipient=PHONE, at=NOW - DAY)
    assert take_receipts(provider="one", receipts=[old], now=NOW)["stray"] == 1


def test_not_delivered_is_tried_through_another_provider(settings):
    settings.SMS_CHANNELS = ["tests.notify.test_failover.One", "tests.notify.test_failover.Two"]
    message, attempt = sent()
    receipt = Receipt(attempt.reference, False, "EXPIRED", at=NOW)
    take_receipts(provider="one", receipts=[receipt], now=NOW)
    message.refresh_from_db()
    assert message.status == Status.WAITING
    one, two = Provider(name="one"), Provider(name="two")
    assert go(one, two) == {"sent": 1}
    assert (len(one.given), len(two.given)) == (0, 1)
    second = Attempt.objects.get(provider="two")
    take_receipts(provider="two", receipts=[Receipt(second.reference, False, "EXPIRED")], now=NOW)
    message.refresh_from_db()
    assert (message.status, message.error) == (Status.FAILED, "not delivered: EXPIRED")


def test_a_receipt_that_blames_the_number_blocks_it(settings):
    settings.SMS_CHANNELS = ["tests.notify.test_failover.One", "tests.notify.test_failover.Two"]
    message, attempt = sent()
    receipt = Receipt(attempt.reference, False, "MK:0001", block=BlockReason.INVALID)
    take_receipts(provider="one", receipts=[receipt], now=NOW)
    message.refresh_from_db()
    assert message.status == Status.FAILED
    assert BlockedNumber.objects.get().reason == "invalid"


def test_a_late_receipt_of_the_first_try_leaves_the_second_alone():
    message = news()
    one, two = Provider(Unknown("?"), name="one"), Provider(name="two")
    go(one, two)
    go(one, two, at=NOW + RECEIPT_WAIT)
    late = Receipt("their-1", False, "EXPIRED", message_id=str(message.pk))
    assert take_receipts(provider="one", receipts=[late], now=NOW + RECEIPT_WAIT)["taken"] == 1
    message.refresh_from_db()
    assert (message.status, message.provider) == (Status.SENT, "two")


def test_missing_receipts_are_fetched():
    message, attempt = sent()
    receipt = Receipt(attempt.reference, True, "DELIVRD", recipient=PHONE, at=NOW)
    provider = Provider(name="one", receipts=[receipt])
    assert pull_receipts(now=NOW, channels=[provider])["taken"] == 0  # too early to ask
    assert pull_receipts(now=NOW + dt.timedelta(minutes=5), channels=[provider])["taken"] == 1
    message.refresh_from_db()
    assert message.status == Status.DELIVERED


class One(Provider):
    def __init__(self):
        super().__init__(name="one")


class Two(Provider):
    def __init__(self):
        super().__init__(name="two")


# -- blocked numbers -------------------------------------------------------------------------------------


def test_a_block_ends_by_itself_or_by_word():
    block_number(phone=PHONE, reason=BlockReason.BLACKLISTED, now=NOW)
    news("a")
    assert go(Provider()) == {"failed": 1}
    assert Message.objects.get().error == "number blocked: blacklisted"
    assert unblock_number(phone=PHONE)
    assert not unblock_number(phone=PHONE)
    news("b")
    assert go(Provider()) == {"sent": 1}
    block_number(phone=PHONE, reason=BlockReason.INVALID, now=NOW - 8 * DAY)
    news("c")
    assert go(Provider()) == {"sent": 1}


def test_who_wants_no_messages_still_gets_the_code_they_asked_for():
    block_number(phone=PHONE, reason=BlockReason.OPTED_OUT, now=NOW)
    code()
    news()
    assert go(Provider()) == {"sent": 1, "failed": 1}
    assert Message.objects.get(status="sent").template == "login_code"


# -- sending again ---------------------------------------------------------------------------------------

COUNTY = "620825"


def official(prefix=COUNTY) -> Actor:
    grant = Grant(frozenset({"message.resend"}), Scope(divisions=frozenset({prefix})), "county_official")
    return Actor(ActorKind.USER, "user:1", "county_official", (grant,), user_id=1)


def again(message, actor=None, now=NOW):
    return resend(message_id=message.pk, actor=actor or official(), permission="message.resend", now=now)


def test_an_official_sends_again_what_failed():
    message = news(area="620825100208")
    go(Provider(NeverWorks("no")))
    again(message, now=NOW + 5 * DAY)
    provider = Provider()
    assert go(provider, at=NOW + 5 * DAY) == {"sent": 1}
    with pytest.raises(NotFailed):
        again(message)


def test_not_outside_the_area_no_codes_and_no_blocked_numbers():
    message = news(area="620825100208")
    go(Provider(NeverWorks("no", block=BlockReason.INVALID)))
    for actor in (official("620826"), ANONYMOUS):
        with pytest.raises(NotFound):
            again(message, actor)
    with pytest.raises(StillBlocked):
        again(message)
    secret = code()
    Message.objects.filter(pk=secret.pk).update(area="620825100208", status=Status.FAILED)
    with pytest.raises(CodeNotResent):
        again(secret)
