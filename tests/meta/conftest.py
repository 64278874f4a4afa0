"""The street is built once a module; every visit is undone by its caller (visits.py)."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import transaction

from tests.meta.street import Street, build


@pytest.fixture(scope="module")
def street(django_db_setup, django_db_blocker) -> Street:
    with django_db_blocker.unblock(), transaction.atomic():
        cache.clear()
        yield build()
        transaction.set_rollback(True)
