"""What a caller writes into headers and around a form: never an error of ours, and no way past the gate."""

from __future__ import annotations

import itertools

import pytest
from django.core.cache import cache
from django.db import transaction
from django.middleware.csrf import _get_new_csrf_string
from django.test.client import BOUNDARY, MULTIPART_CONTENT, ClientHandler, encode_multipart

from tests.entry import by_the_entry
from tests.meta import visits
from tests.meta.headers import BROKEN, CODECS, TYPES, WHOLE

pytestmark = pytest.mark.django_db
QUERY = "?q=1&next=/&number=%5C0&limit=1&x=%5Cud800"


def ask(browser, method, path, **more):
    cache.clear()
    with transaction.atomic():
        answer = browser.generic(method, path, **more)
        transaction.set_rollback(True)
    return answer


def paths_of(street):
    return sorted({visits.address(route, street) for route in visits.routes().values()})


@pytest.mark.parametrize("name", ["anonymous"])
def test_no_content_type_breaks_a_page(street, name):
    """Each page with one of them, each of them on several pages."""
    browser, types, wrong = by_the_entry(street.browser(name)), itertools.cycle(TYPES), []
    for path in paths_of(street):
        for content_type in itertools.islice(types, 1):
            answer = ask(browser, "GET", path + QUERY, CONTENT_TYPE=content_type)
            if answer.status_code >= 500:
                wrong.append((path, content_type, answer.status_code))
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["keeper"])
def test_no_form_in_another_charset_is_read(street, name):
    """Not by the framework, and not by the API: what it decodes to is not what the sender wrote."""
    browser, codecs, wrong = by_the_entry(street.browser(name)), itertools.cycle(CODECS), []
    fields = {"name": "\\0\\ud800", "kind": "parcels", "number": "+AAA-", "param": "{}", "sign": "x"}
    multipart = encode_multipart(BOUNDARY, fields)
    for path in paths_of(street):
        for codec in itertools.islice(codecs, 1):
            answer = ask(browser, "POST", path, data=multipart, content_type=f"{MULTIPART_CONTENT}; charset={codec}")
            if answer.status_code >= 500:
                wrong.append((path, codec, answer.status_code))
    assert wrong == []


@pytest.fixture(scope="module")
def checking():
    """As browsers meet it: the check of forms reads the body before any view does."""
    return ClientHandler(enforce_csrf_checks=True)


@pytest.mark.parametrize(
    "name", [pytest.param("keeper", marks=pytest.mark.slow), pytest.param("county_official", marks=pytest.mark.long)]
)
def test_no_door_breaks_over_a_form(street, checking, name):
    """Forms where JSON is wanted, and ones that are none, with the token that a page of ours would send."""
    token, shapes, wrong = _get_new_csrf_string(), itertools.cycle(BROKEN), []
    for path in paths_of(street):
        for kind, body in (next(shapes), WHOLE):
            browser = street.browser(name)
            browser.handler = checking
            browser.cookies["csrftoken"] = token
            answer = ask(by_the_entry(browser), "POST", path, data=body, content_type=kind, HTTP_X_CSRFTOKEN=token)
            if answer.status_code >= 500:
                wrong.append((path, kind[:40], answer.status_code))
    assert wrong == []
