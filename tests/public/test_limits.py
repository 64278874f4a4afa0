"""Guessing ends: a pause after five wrong tries at a number or twenty from an address, then a lock."""

import threading

import pytest
import redis
from django.conf import settings

from portal.public import limits
from tests.public.conftest import DIGITS

pytestmark = pytest.mark.django_db


def ask(client, number, digits="9999"):
    return client.post(f"/t/{number}", {"digits": digits})


def forget_waiting():
    """What time does: the pause runs out, the counters stay."""
    store = redis.Redis.from_url(settings.REDIS_URL)
    for key in store.scan_iter("lookup:*:wait"):
        store.delete(key)


@pytest.mark.parametrize("known", [True, False])
def test_number_pauses_then_locks(browser_of, desk, known):
    number = desk.travelled().waybill if known else "YT00112233445"
    for n in range(limits.PER_NUMBER):
        assert ask(browser_of(f"10.3.0.{n}"), number).status_code == 400
    paused = ask(browser_of("10.3.1.1"), number, DIGITS)
    assert paused.status_code == 429
    assert 50 <= int(paused["Retry-After"]) <= limits.PAUSE
    assert "秒 再试" in paused.content.decode()
    forget_waiting()
    assert ask(browser_of("10.3.1.2"), number).status_code == 400
    locked = ask(browser_of("10.3.1.3"), number, DIGITS)
    assert 1700 <= int(locked["Retry-After"]) <= limits.LOCK
    assert "30 分钟 再试" in locked.content.decode()


def test_hyphens_make_no_new_number(browser_of, desk):
    number = desk.travelled(carrier_number="780012345678").carrier_number
    for n in range(limits.PER_NUMBER):
        ask(browser_of(f"10.3.0.{n}"), f"{number[: n + 2]}-{number[n + 2 :]}")
    assert ask(browser_of("10.3.2.1"), number, DIGITS).status_code == 429


def test_address_pauses_over_many_numbers(browser_of, desk):
    attacker = browser_of("10.4.0.1")
    for n in range(limits.PER_ADDRESS):
        assert ask(attacker, f"YT0011223{n:04d}").status_code == 400
    assert ask(attacker, "YT99887766554").status_code == 429
    assert ask(browser_of("10.4.0.2"), desk.travelled().waybill, DIGITS).status_code == 200


def test_right_digits_leave_other_counts_alone(browser_of, desk):
    parcel = desk.travelled()
    attacker, owner = browser_of("10.5.0.1"), browser_of("10.5.0.2")
    for _n in range(limits.PER_NUMBER - 1):
        ask(attacker, parcel.waybill)
    for _n in range(10):
        assert ask(owner, parcel.waybill, DIGITS).status_code == 200
    assert ask(attacker, parcel.waybill).status_code == 400
    assert ask(attacker, parcel.waybill).status_code == 429


def test_forged_forwarding_header_is_no_new_address(visitor, desk):
    for n in range(limits.PER_ADDRESS):
        visitor.post(f"/t/YT0011223{n:04d}", {"digits": "9999"}, headers={"X-Forwarded-For": f"1.2.3.{n}"})
    answer = visitor.post("/t/YT99887766554", {"digits": "9999"}, headers={"X-Forwarded-For": "9.9.9.9"})
    assert answer.status_code == 429


def test_json_pauses_too(browser_of, desk):
    number = desk.travelled().waybill
    for n in range(limits.PER_NUMBER):
        ask(browser_of(f"10.6.0.{n}"), number)
    answer = browser_of("10.6.1.1").post(f"/api/v1/track/{number}", {"digits": DIGITS}, content_type="application/json")
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "paused"
    assert answer["Retry-After"]


def test_many_tries_at_once_count_as_many():
    allowed = []

    def guess():
        try:
            limits.begin_try("YT00112233445", "10.7.0.1")
            allowed.append(1)
        except limits.Paused:
            pass

    threads = [threading.Thread(target=guess) for _n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == limits.PER_NUMBER


def test_walking_through_numbers_pauses(browser_of, monkeypatch, desk):
    monkeypatch.setattr(limits, "MISSES", 3)
    known = desk.travelled().waybill
    walker = browser_of("10.8.0.1")
    assert [walker.get(f"/t/YT0011223{n:04d}").status_code for n in range(4)] == [404, 404, 404, 429]
    assert walker.get(f"/t/{known}").status_code == 429
    assert walker.post("/t/", {"numbers": "YT001122330001\nYT001122330002"}).status_code == 429
    assert browser_of("10.8.0.2").get(f"/t/{known}").status_code == 200


def test_redis_knows_no_number_and_no_address(visitor, desk):
    number = desk.travelled().waybill
    ask(visitor, number)
    visitor.get("/t/YT00112233445")
    store = redis.Redis.from_url(settings.REDIS_URL)
    kept = b" ".join(store.keys("*"))
    assert b"lookup:" in kept
    for personal in (number, "YT00112233445", "10.1.1.1"):
        assert personal.encode() not in kept


def test_without_redis_reading_goes_on_and_digits_wait(visitor, desk, settings):
    number = desk.travelled().waybill
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    assert visitor.get(f"/t/{number}").status_code == 200
    assert visitor.get("/t/YT00112233445").status_code == 404
    assert ask(visitor, number, DIGITS).status_code == 503
