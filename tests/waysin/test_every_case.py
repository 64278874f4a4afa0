"""The API against its own description: made-up requests of every kind never break it, and every answer is described.

Schemathesis makes them from /api/schema/: what fits, and what breaks a rule of the description. What needs a sign-in is
asked again without one and with a wrong one. 400 in `./test`, 6,800 in `./test long`.
"""

from __future__ import annotations

import collections
import warnings

import hypothesis
import pytest
import schemathesis
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from django.middleware.csrf import _get_new_csrf_string
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis import checks as general
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi import checks as described

from tests.entry import keep_the_connection  # noqa: F401  fixture

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.timeout(3600),
    pytest.mark.usefixtures("keep_the_connection"),
]
CHECKS = [
    general.not_a_server_error,
    described.status_code_conformance,
    described.content_type_conformance,
    described.response_schema_conformance,
    described.unsupported_method,
    described.ignored_auth,
    described.negative_data_rejection,
]
OPERATIONS = 12  # at least so many are described
# Too many rows are refused by 413, which schemathesis does not count among refusals by itself.
REFUSALS = ["400", "401", "403", "404", "405", "406", "413", "415", "422", "428", "429", "5xx"]
CONFIG = SchemathesisConfig.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}}})


def signed_in(who) -> dict[str, dict[str, str]]:
    """As a device by its secret, or as a person by the session and the token of a page."""
    client = getattr(who, "client", who)
    if given := client.defaults.get("HTTP_AUTHORIZATION", ""):
        return {"headers": {"Authorization": given}}
    if session := client.cookies.get(settings.SESSION_COOKIE_NAME):
        token = _get_new_csrf_string()
        cookies = {session.key: session.value, settings.CSRF_COOKIE_NAME: token}
        return {"headers": {"X-CSRFToken": token}, "cookies": cookies}
    return {"headers": {}}


def ask_everything(who, cases: int, seed: int) -> collections.Counter:
    """`cases` requests, shared out over all operations; what was answered, by status."""
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application(), config=CONFIG)
    operations = [found.ok() for found in schema.get_all_operations()]
    answered: collections.Counter = collections.Counter()
    assert len(operations) >= OPERATIONS
    given = signed_in(who)
    # Schemathesis takes every cookie for one that it made up itself.
    checks = [check for check in CHECKS if "cookies" not in given or check != described.ignored_auth]
    for operation in operations:
        each = max(1, cases // len(operations))

        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=each, database=None, deadline=None, suppress_health_check=list(hypothesis.HealthCheck)
        )
        @hypothesis.given(case=st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)))
        def ask(case):
            with transaction.atomic():
                response = case.call(**given)
                case.validate_response(response, checks=checks, headers=given["headers"])  # may ask once more
                transaction.set_rollback(True)
            answered[response.status_code] += 1

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ask()
    return answered


PERSONAS = ["carrier_system", "scanner", "enterprise_admin", "anonymous"]


@pytest.mark.slow
@pytest.mark.parametrize("name", PERSONAS)
def test_a_hundred_requests_of_each_kind_of_caller(name, request, record_property):
    answered = ask_everything(request.getfixturevalue(name), 100, seed=9)
    record_property("answers", dict(answered))
    assert sum(answered.values()) >= 90
    assert (answered[200] > 0) is (name != "anonymous")


@pytest.mark.long
@pytest.mark.parametrize("name", PERSONAS)
def test_thousands_of_requests_of_each_kind_of_caller(name, request, seed, tell):
    answered = ask_everything(request.getfixturevalue(name), 1_700, seed=seed)
    tell(f"{sum(answered.values())} requests as {name}, answers by status {dict(sorted(answered.items()))}")
    assert sum(answered.values()) >= 1_500
