"""Every counter of the house, and that none of them is a weapon: what a stranger tries does not shut the owner out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

import portal.urls  # noqa: F401  every face is loaded, so every limit is known
from portal.core.limits import GUARDS, LIMITS, Away, Caller, Paused
from portal.core.limits.browsers import mark
from portal.core.limits.work import solve

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]

# What anybody may try at somebody's phone, parcel or account. Each is tried below.
GUARDED = {"login-password", "login-code", "second-factor", "lookup-digits", "lookup-code", "certified"}
# Who alone can empty the others: nobody but the one who is then stopped, or people with a role at the same desk.
EMPTIED_BY = {
    "device-secret": "an address that shows wrong secrets; a right one is never asked (members/devices/services.py)",
    "code": "the browser session that waits for the code",
    "lookup-code-tries": "the browser session that waits for the code",
    "lookup-miss": "an address or a known browser; beyond it an address works for each number, known browsers go on",
    "work-pin": "the person whose PIN it is, in their own session",
    "relation-helper": "the person who asks",
    "relation-pair": "the person who asks, at one phone",
    "relation-phone": "bounds the county's cost: who is asked can still agree in their own account",
    "callers": "the agent who takes calls; parcels are still found by number",
    "code-lookup-person": "the colleague who types codes; parcels are still found by number",
    "code-lookup-station": "colleagues of the same station; parcels are still found by number",
    "invitation-by": "the person who invites",
    "invitation-pair": "the person who invites, at one phone",
    "invitation-to": "bounds the county's cost: twenty texts to one phone, one more an hour; a link sent before holds",
}
SUBJECT = "somebody's"


def test_every_counter_is_listed():
    assert set(GUARDS) == GUARDED
    assert set(LIMITS) == set(EMPTIED_BY)


def test_nothing_else_counts():
    """Neither by hand in Redis or the cache, nor by allauth for what strangers may try."""
    counting = re.compile(r"\.incr\(|\.decr\(|INCR|ratelimit")
    found = {
        str(path.relative_to(ROOT))
        for folder in ("portal", "members", "logistics")
        for path in (ROOT / folder).rglob("*.py")
        if counting.search(path.read_text(encoding="utf-8"))
    }
    allowed = {"portal/core/cache.py", "portal/core/limits/guard.py", "members/accounts/services/relations.py"}
    assert found <= allowed, found - allowed
    rates = ",".join(settings.ACCOUNT_RATE_LIMITS.values())
    assert not re.search(r"/(ip|key)\b", rates)


@pytest.fixture(params=sorted(GUARDED))
def guard(request, monkeypatch):
    for bound in ("EASIEST", "HARDEST"):
        monkeypatch.setattr(f"portal.core.limits.guard.{bound}", 3)  # what matters here is that work opens the way
    return GUARDS[request.param]


def attempt(guard, caller, subject=SUBJECT):
    """True when the try was let through, with the work that was asked for."""
    try:
        guard.begin(subject, caller)
    except Paused as refused:
        if refused.work is None:
            return False
        answer = Caller(caller.address, caller.browser, caller.marks, solve(refused.work))
        try:
            guard.begin(subject, answer)
        except Paused:
            return False
    return True


def owner(guard, address="192.0.2.1"):
    return Caller(address, "the-owners-browser", (mark(guard.kind, SUBJECT),))


def test_a_stranger_elsewhere_shuts_nobody(guard):
    while attempt(guard, Caller("198.51.100.1")):
        pass
    assert attempt(guard, Caller("192.0.2.1")) or guard.subject.most <= guard.caller.most


def test_all_strangers_together_do_not_shut_the_owners_browser(guard):
    for n in range(guard.subject.most + 2):
        attempt(guard, Caller(f"10.{n // 250}.{n % 250}.1"))
    assert not attempt(guard, Caller("192.0.2.9"))
    for _n in range(guard.own.free):
        guard.begin(SUBJECT, owner(guard))  # without any work


def test_neighbours_at_the_owners_address_do_not_shut_the_owners_browser(guard):
    for n in range(guard.address.free + 1):
        attempt(guard, Caller("192.0.2.1"), f"subject {n}")
    while attempt(guard, Caller("192.0.2.1")):
        pass
    guard.begin(SUBJECT, owner(guard))


def test_beyond_the_free_tries_work_is_enough(guard):
    for _n in range(guard.caller.free):
        guard.begin(SUBJECT, Caller("198.51.100.1"))
    with pytest.raises(Paused) as refused:
        guard.begin(SUBJECT, Caller("198.51.100.1"))
    assert refused.value.work
    assert attempt(guard, Caller("198.51.100.1"))


def test_a_browser_known_for_something_else_is_a_stranger(guard):
    while attempt(guard, Caller("198.51.100.1", "a-browser", (mark(guard.kind, "another's"),))):
        pass


def test_the_told_wait_is_true_and_an_hour_at_most(guard):
    for n in range(guard.subject.most + 2):
        attempt(guard, Caller(f"10.{n // 250}.{n % 250}.1"))
    with pytest.raises(Paused) as refused:
        guard.begin(SUBJECT, Caller("192.0.2.9", work=""))
    rate = guard.subject
    out = rate.most - rate.free  # tries that have to come back before a stranger may go on without work
    assert (out - 1) * rate.every < refused.value.retry_after <= (out + 1) * rate.every
    assert rate.every <= 3600


def test_an_official_opens_it_at_once(guard):
    for n in range(guard.subject.most + 2):
        attempt(guard, Caller(f"10.{n // 250}.{n % 250}.1"))
    guard.lift(SUBJECT)
    guard.begin(SUBJECT, Caller("192.0.2.9"))


def test_what_costs_texts_is_refused_without_redis_or_bounded_here():
    assert {name for name, limit in LIMITS.items() if limit.away is Away.REFUSE} == {
        "relation-helper", "relation-pair", "relation-phone", "invitation-by", "invitation-pair", "invitation-to",
    }  # fmt: skip
