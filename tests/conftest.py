"""Fixtures shared by all tests: a small county (world.py) and the people in it (personas.py)."""

from __future__ import annotations

import os
import random

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import TransactionTestCase
from django.utils import translation

from tests import databases
from tests.personas import (  # noqa: F401  fixtures
    administrator,
    anonymous,
    carrier_system,
    county_official,
    courier,
    enterprise_admin,
    keeper,
    keeper_next_door,
    neighbour_official,
    scanner,
    support,
    township_official,
    villager,
)
from tests.world import world  # noqa: F401  fixture

# Every persona has a password: a hash that is slow on purpose would take most of the time of the whole run.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Every new test client loads the middleware again: reading all static files each time would take most of a request.
settings.WHITENOISE_AUTOREFRESH = True
TransactionTestCase._fixture_teardown = databases.sweep


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_modify_db_settings, django_db_blocker):
    """Instead of pytest-django's: a copy of a database that was migrated once for all processes."""
    with django_db_blocker.unblock():
        mine = databases.own_database()
        mine.__enter__()
    yield
    with django_db_blocker.unblock():
        mine.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def fresh_limits(request):
    """Rate limits and locks live in the cache: each test with a database starts without any."""
    if {"db", "transactional_db"} & set(request.fixturenames) or request.node.get_closest_marker("django_db"):
        cache.clear()


@pytest.fixture
def seed() -> int:
    """Decides what is random in a long test. `./test long` prints it, LONG_SEED=… repeats it."""
    return int(os.environ.get("LONG_SEED") or random.SystemRandom().randrange(10**9))


@pytest.fixture
def tell(record_property):
    """Says what a long test counted: `./test long` ends with these lines."""

    def say(line: str) -> None:
        record_property("told", line)

    return say


@pytest.fixture(autouse=True)
def _in_chinese():
    """A request in another language leaves that language behind in its thread, where the next test would read it."""
    translation.activate(settings.LANGUAGE_CODE)
