"""Guessing digits: free tries, then work, then a pause; and none of it shuts the rightful reader out."""

import re
import threading

import pytest
import redis
from django.conf import settings
from django.test import Client

from portal.core import limits as counting
from portal.core.limits import Caller, Paused
from portal.core.limits.work import Challenge, solve
from portal.public import limits
from tests.public.conftest import DIGITS

pytestmark = pytest.mark.django_db
FREE, MOST = limits.DIGITS.caller, limits.DIGITS.subject


@pytest.fixture(autouse=True)
def easy_work(monkeypatch):
    monkeypatch.setattr("portal.core.limits.guard.HARDEST", 15)


def ask(client, number, digits="9999", **more):
    return client.post(f"/t/{number}", {"digits": digits} | more, follow=True)


def work_of(answer) -> str:
    """What the page's script sends after it has worked."""
    page = answer.content.decode()
    text, seed, bits = re.search(r'data-challenge="([^"]+)" data-seed="([^"]+)" data-bits="(\d+)"', page).groups()
    return solve(Challenge(text, seed, int(bits)))


def test_free_tries_then_work_then_the_right_digits_open(browser_of, desk):
    number, client = desk.travelled().waybill, browser_of()
    for n in range(FREE.free):
        page = ask(client, number)
        assert page.status_code == 400
        assert ("data-challenge" in page.content.decode()) is (n + 1 == FREE.free)
    refused = ask(client, number, DIGITS)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= FREE.every
    assert "再提交一次即可" in refused.content.decode()
    assert f'value="{DIGITS}"' in refused.content.decode()  # not read, so not asked for again
    assert ask(client, number, DIGITS, work=work_of(refused)).status_code == 200


def test_the_page_of_wrong_digits_asks_for_the_next_ones_work(browser_of, desk):
    """Otherwise every second answer would be refused unread."""
    number, client = desk.travelled().waybill, browser_of()
    for _n in range(FREE.free):
        page = ask(client, number)
    for _n in range(3):
        page = ask(client, number, work=work_of(page))
        assert page.status_code == 400
        assert 'value="9999"' not in page.content.decode()
    assert ask(client, number, DIGITS, work=work_of(page)).status_code == 200


def test_work_is_good_once_and_for_its_own_parcel(browser_of, desk):
    number, other, client = desk.travelled().waybill, desk.travelled().waybill, browser_of()
    for waybill in (number, other):
        for _n in range(FREE.free):
            ask(client, waybill)
    work = work_of(ask(client, number))
    assert ask(client, other, work=work).status_code == 429
    assert ask(client, number, work=work).status_code == 400
    assert ask(client, number, work=work).status_code == 429
    signed, _, found = work_of(ask(client, number)).rpartition("|")
    assert ask(client, number, work=f"{signed}|{int(found) + 1}").status_code == 429
    assert ask(client, number, work=f"{signed}x|{found}").status_code == 429


@pytest.mark.parametrize("known", [True, False])
def test_known_and_unknown_numbers_are_slowed_alike(browser_of, desk, known):
    number = desk.travelled().waybill if known else "YT00112233445"
    seen = [ask(browser_of("10.3.0.1"), number).status_code for _n in range(FREE.free + 1)]
    assert seen == [400] * FREE.free + [429]


def test_one_strangers_tries_leave_the_reader_elsewhere_alone(browser_of, desk):
    number = desk.travelled().waybill
    for _n in range(FREE.free + 5):
        ask(browser_of("10.3.0.1"), number)
    assert ask(browser_of("10.3.9.9"), number, DIGITS).status_code == 200


def test_many_strangers_cost_the_reader_some_work_and_no_more(browser_of, desk):
    number = desk.travelled().waybill
    for n in range(MOST.free):
        assert ask(browser_of(f"10.3.1.{n}"), number).status_code == 400
    reader = browser_of("10.3.9.9")
    refused = ask(reader, number, DIGITS)
    assert refused.status_code == 429
    assert ask(reader, number, DIGITS, work=work_of(refused)).status_code == 200


def test_a_browser_that_opened_it_before_keeps_its_own_tries(browser_of, desk):
    number, reader = desk.travelled().waybill, browser_of("10.3.9.9")
    assert ask(reader, number, DIGITS).status_code == 200
    use_up(limits.DIGITS, f"parcel:{desk_parcel(number)}")
    assert ask(browser_of("10.3.9.9"), number, DIGITS).status_code == 429
    assert ask(reader, number, DIGITS).status_code == 200
    cookie = reader.cookies[settings.KNOWN_BROWSER_COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    forged = Client(REMOTE_ADDR="10.3.9.9")
    forged.cookies[settings.KNOWN_BROWSER_COOKIE] = cookie.value.swapcase()
    assert ask(forged, number, DIGITS).status_code == 429


def desk_parcel(number):
    from logistics.parcels.models import Parcel

    return Parcel.objects.get(waybill=number).pk


def use_up(guard, subject):
    """Strangers with any number of addresses who work: until only a pause is left for strangers."""
    for n in range(guard.subject.most + 1):
        address = f"10.200.{n // 200}.{n % 200}"
        try:
            guard.begin(subject, Caller(address))
        except Paused as refused:
            if refused.work is None:
                return
            try:
                guard.begin(subject, Caller(address, work=solve(refused.work)))
            except Paused:
                return


def test_beyond_all_tries_strangers_are_told_how_long_and_what_helps(browser_of, desk):
    number = desk.travelled().waybill
    use_up(limits.DIGITS, f"parcel:{desk_parcel(number)}")
    stranger = browser_of("10.3.9.9")
    answer = ask(stranger, number, DIGITS)
    answer = ask(stranger, number, DIGITS, work=work_of(answer))
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= MOST.every
    text = answer.content.decode()
    assert "data-challenge" not in text
    assert "短信里的链接" in text
    assert settings.HOTLINE in text


def test_all_numbers_of_a_parcel_share_one_count(browser_of, desk):
    parcel, client = desk.travelled(carrier_number="780012345678"), browser_of()
    numbers = [parcel.waybill, parcel.carrier_number, "7800-1234-5678"]
    seen = [ask(client, numbers[n % 3]).status_code for n in range(FREE.free + 1)]
    assert seen == [400] * FREE.free + [429]


def test_one_address_over_many_numbers_works_and_goes_on(browser_of):
    attacker = browser_of("10.4.0.1")
    for n in range(limits.DIGITS.address.free):
        assert ask(attacker, f"YT0011223{n:04d}").status_code == 400
    refused = ask(attacker, "YT99887766554")
    assert refused.status_code == 429
    assert ask(attacker, "YT99887766554", work=work_of(refused)).status_code == 400


def test_right_digits_leave_other_counts_alone(browser_of, desk):
    parcel = desk.travelled()
    attacker, owner = browser_of("10.5.0.1"), browser_of("10.5.0.2")
    for _n in range(FREE.free - 1):
        ask(attacker, parcel.waybill)
    for _n in range(20):
        assert ask(owner, parcel.waybill, DIGITS).status_code == 200
    assert ask(attacker, parcel.waybill).status_code == 400
    assert ask(attacker, parcel.waybill).status_code == 429


def test_forged_forwarding_header_is_no_new_address(visitor):
    for n in range(limits.DIGITS.address.free):
        visitor.post(f"/t/YT0011223{n:04d}", {"digits": "9999"}, headers={"X-Forwarded-For": f"1.2.3.{n}"})
    answer = visitor.post("/t/YT99887766554", {"digits": "9999"}, headers={"X-Forwarded-For": "9.9.9.9"})
    assert answer.status_code == 429


def test_json_is_slowed_too(browser_of, desk):
    number, client = desk.travelled().waybill, browser_of()
    for _n in range(FREE.free):
        ask(client, number)
    answer = client.post(f"/api/v1/track/{number}", {"digits": DIGITS}, content_type="application/json")
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "paused"
    assert answer["Retry-After"]


def test_many_tries_at_once_count_as_many():
    allowed = []

    def guess():
        try:
            limits.begin_digits((), "YT00112233445", Caller("10.7.0.1"))
            allowed.append(1)
        except Paused:
            pass

    threads = [threading.Thread(target=guess) for _n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == FREE.free


def walk(client, times):
    return [client.get(f"/t/YT0011223{n:04d}").status_code for n in range(times)]


def test_walking_through_numbers_costs_work_at_that_address(browser_of, desk):
    known, tries = desk.travelled().waybill, limits.MISSES.tries
    walker = browser_of("10.8.0.1")
    assert walk(walker, tries + 1) == [404] * tries + [429]
    refused = walker.get(f"/t/{known}")
    assert refused.status_code == 429
    assert walker.post("/t/", {"numbers": "YT001122330001\nYT001122330002"}, follow=True).status_code == 429
    assert browser_of("10.8.0.2").get(f"/t/{known}").status_code == 200
    assert browser_of("10.8.0.1").get(f"/t/{known}", {"work": work_of(refused)}).status_code == 200


def test_a_walkers_neighbour_who_was_here_before_reads_on(browser_of, desk):
    known, neighbour = desk.travelled().waybill, browser_of("10.8.0.1")
    ask(neighbour, known, DIGITS)
    walk(browser_of("10.8.0.1"), limits.MISSES.tries + 1)
    assert neighbour.get(f"/t/{known}").status_code == 200


def test_redis_knows_no_number_and_no_address(visitor, desk):
    number = desk.travelled().waybill
    ask(visitor, number)
    visitor.get("/t/YT00112233445")
    store = redis.Redis.from_url(settings.REDIS_URL)
    kept = b" ".join(store.keys("*"))
    assert b"limit:lookup-digits" in kept
    for personal in (number, "YT00112233445", "10.1.1.1"):
        assert personal.encode() not in kept


def test_guessing_over_many_parcels_raises_an_alarm(browser_of, caplog):
    for n in range(limits.DIGITS.alarm):
        ask(browser_of(f"10.9.{n // 200}.{n % 200}"), f"YT0011{n:07d}")
    from django.utils import timezone

    (alarm,) = counting.alarms(["lookup-digits"], now=timezone.now())
    assert alarm.tries == limits.DIGITS.alarm
    assert sum("guessing: lookup-digits" in line.getMessage() for line in caplog.records) == 1


def test_without_redis_each_process_counts_by_itself(visitor, desk, settings):
    number = desk.travelled().waybill
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    assert visitor.get(f"/t/{number}").status_code == 200
    assert visitor.get("/t/YT00112233445").status_code == 404
    assert ask(visitor, number, DIGITS).status_code == 200
    seen = [ask(visitor, "YT00112233445").status_code for _n in range(FREE.free + 1)]
    assert seen == [400] * FREE.free + [429]
