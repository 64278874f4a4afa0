"""What was made for somebody is kept by nobody on the way: every route, every persona."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from portal.core.access import Kind, rule_of
from tests.meta import visits
from tests.meta.street import PERSONAS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", [name for name in PERSONAS if name != "anonymous"])
def test_no_answer_to_somebody_is_kept(street, name):
    wrong = []
    for route in visits.routes().values():
        rule = rule_of(route.callback)
        public = rule is not None and not isinstance(rule, dict) and rule.kind == Kind.PUBLIC
        path = visits.address(route, street)
        cache.clear()
        with transaction.atomic():
            response = street.browser(name).get(path)
            transaction.set_rollback(True)
        kept = response.headers.get("Cache-Control", "")
        known = settings.SESSION_COOKIE_NAME in street.browser(name).cookies  # a terminal has no session
        if "no-store" not in kept and "no-cache" not in kept and not (public and (kept or not known)):
            wrong.append((path, response.status_code, kept))
    assert wrong == []
