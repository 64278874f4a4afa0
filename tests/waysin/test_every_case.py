"""The API against its own description: made-up requests of every kind never break it, and every answer is described.

Schemathesis makes them from /api/schema/: what fits, and what breaks a rule of the description. 300 in `./test`, 5,000
in `./test long`.
"""

from __future__ import annotations

import collections
import warnings

import hypothesis
import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi import checks as described

from tests.entry import keep_the_connection  # noqa: F401  fixture

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.timeout(3600),
    pytest.mark.usefixtures("keep_the_connection"),
]
CHECKS = [
    checks.not_a_server_error,
    described.status_code_conformance,
    described.content_type_conformance,
    described.response_schema_conformance,
    described.unsupported_method,
]
OPERATIONS = 12  # at least so many are described


def headers_of(who) -> dict[str, str]:
    client = getattr(who, "client", who)
    given = client.defaults.get("HTTP_AUTHORIZATION", "")
    return {"Authorization": given} if given else {}


def ask_everything(who, cases: int, seed: int) -> collections.Counter:
    """`cases` requests, shared out over all operations; what was answered, by status."""
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())
    operations = [found.ok() for found in schema.get_all_operations()]
    answered: collections.Counter = collections.Counter()
    assert len(operations) >= OPERATIONS
    for operation in operations:
        each = max(1, cases // len(operations))

        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=each, database=None, deadline=None, suppress_health_check=list(hypothesis.HealthCheck)
        )
        @hypothesis.given(case=st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)))
        def ask(case):
            with transaction.atomic():
                response = case.call(headers=headers_of(who))
                transaction.set_rollback(True)
            case.validate_response(response, checks=CHECKS)
            answered[response.status_code] += 1

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ask()
    return answered


PERSONAS = ["carrier_system", "scanner", "anonymous"]


@pytest.mark.slow
@pytest.mark.parametrize("name", PERSONAS)
def test_a_hundred_requests_of_each_kind_of_caller(name, request, record_property):
    answered = ask_everything(request.getfixturevalue(name), 100, seed=9)
    record_property("answers", dict(answered))
    assert sum(answered.values()) >= 90


@pytest.mark.long
@pytest.mark.parametrize("name", PERSONAS)
def test_thousands_of_requests_of_each_kind_of_caller(name, request, seed, tell):
    answered = ask_everything(request.getfixturevalue(name), 1_700, seed=seed)
    tell(f"{sum(answered.values())} requests as {name}, answers by status {dict(sorted(answered.items()))}")
    assert sum(answered.values()) >= 1_500
