"""The work PIN: six digits, not guessable, locked after wrong tries."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connection

from members.accounts.models import User
from members.accounts.services import check_work_pin, set_work_pin
from members.accounts.services.pins import PIN_TRIES, PinMissing, PinWeak, PinWrong
from portal.audit.models import AuditEntry
from portal.core.actor import ANONYMOUS
from portal.core.errors import SignInNeeded, TooMany
from tests.personas import make_persona

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 1, 8, 0, tzinfo=dt.UTC)
PIN = "402857"


@pytest.fixture
def with_pin(keeper):
    set_work_pin(actor=keeper.actor(), pin=PIN, now=NOW)
    return keeper


def check(persona, pin):
    check_work_pin(user_id=persona.user.pk, pin=pin, now=NOW)


def test_right_pin_passes_and_is_stored_hashed(with_pin):
    check(with_pin, PIN)
    assert PIN not in User.objects.get(pk=with_pin.user.pk).work_pin
    entry = AuditEntry.objects.get(action="work_pin.set")
    assert PIN not in str(entry.__dict__)


def test_wrong_pin_says_how_many_tries_are_left(with_pin):
    with pytest.raises(PinWrong) as refused:
        check(with_pin, "999999")
    assert "4" in str(refused.value.hint)


def test_locked_after_five_wrong_tries_even_for_the_right_pin(with_pin):
    for _try in range(PIN_TRIES.tries):
        with pytest.raises(PinWrong):
            check(with_pin, "999999")
    with pytest.raises(TooMany) as refused:
        check(with_pin, PIN)
    assert 0 < refused.value.retry_after <= PIN_TRIES.every
    cache.clear()  # the pause is over
    check(with_pin, PIN)


def test_right_pin_forgives_earlier_mistakes(with_pin):
    for _round in range(3):
        for _try in range(PIN_TRIES.tries - 1):
            with pytest.raises(PinWrong):
                check(with_pin, "999999")
        check(with_pin, PIN)


def test_without_a_pin_nothing_passes(keeper):
    for pin in ("", PIN):
        with pytest.raises(PinMissing):
            check(keeper, pin)


@pytest.mark.parametrize(
    "weak", ["", "12345", "1234567", "123456", "987654", "111111", "121212", "abcdef", "093310", "890123"]
)
def test_weak_pin_is_refused(keeper, weak):
    with pytest.raises(PinWeak):
        set_work_pin(actor=keeper.actor(), pin=weak, now=NOW)


def test_nobody_in_particular_sets_no_pin(db):
    with pytest.raises(SignInNeeded):
        set_work_pin(actor=ANONYMOUS, pin=PIN, now=NOW)


def test_page_sets_the_pin_and_asks_for_the_old_one(keeper):
    page = "/accounts/pin/"
    keeper.client.post(page, {"pin": PIN, "again": PIN})
    check(keeper, PIN)
    without = keeper.client.post(page, {"pin": "285740", "again": "285740"})
    assert "current" in without.context["form"].errors
    wrong = keeper.client.post(page, {"current": "999999", "pin": "285740", "again": "285740"})
    assert "current" in wrong.context["form"].errors
    keeper.client.post(page, {"current": "４０２８５７", "pin": "285740", "again": "285740"})
    check(keeper, "285740")


def test_page_refuses_a_slip(keeper):
    answer = keeper.client.post("/accounts/pin/", {"pin": PIN, "again": "402858"})
    assert "again" in answer.context["form"].errors


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_are_all_counted():
    persona = make_persona(2001, "并发")
    set_work_pin(actor=persona.actor(), pin=PIN, now=NOW)
    start = threading.Barrier(16)

    def guess(number):
        try:
            start.wait(timeout=20)
            check(persona, f"70{number:04d}")
        except (PinWrong, TooMany) as error:
            return type(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(guess, range(16)))
    assert answers.count(PinWrong) == PIN_TRIES.tries
