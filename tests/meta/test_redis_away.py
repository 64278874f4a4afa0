"""Every route while Redis is stopped: each answers as the table says, and none hangs."""

from __future__ import annotations

import time

import pytest

from tests.meta import matrix_urls, visits
from tests.outage.servers import away, broker, own_redis  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db
PATIENCE = 5  # seconds: what a person waits before thinking that nothing works


def one_who_may(row) -> str:
    """Somebody whom the table lets through, else the first: each route is asked once."""
    return next((name for name, word in row.answers.items() if word == "200"), next(iter(row.answers)))


def test_every_route_answers_as_the_table_says(away, street):  # noqa: F811
    found, wrong, slow = visits.routes(), [], []
    for row in matrix_urls.rows():
        name, began = one_who_may(row), time.monotonic()
        word = visits.visit(street, name, row.method, visits.address(found[row.route], street))
        if word != row.answers[name]:
            wrong.append((row.method, row.route, name, word))
        if time.monotonic() - began > PATIENCE:
            slow.append((row.method, row.route))
    assert wrong == []
    assert slow == []
