"""Back, reload, large type and another language on any page: no address that a form goes to ends a reader's way."""

from __future__ import annotations

import pytest
from django.db import transaction

from tests.meta import matrix_urls, visits

pytestmark = pytest.mark.django_db
ROWS = matrix_urls.rows()
PROGRAMS = ("/api/", "/hooks/", "/work/scan/")  # who calls these reads the answer's code, and no page
BROWSER = {"HTTP_ACCEPT": "text/html,application/xhtml+xml,*/*;q=0.8"}


def posted_only() -> list[str]:
    reads = {row.route for row in ROWS if row.method == "GET"}
    return sorted({row.route for row in ROWS if row.method == "POST"} - reads)


def ask(street, name: str, path: str, **headers):
    with transaction.atomic():
        answer = street.browser(name).get(path, **headers)
        transaction.set_rollback(True)
    return answer


@pytest.mark.parametrize("route", posted_only())
def test_a_forms_address_opened_by_hand_leads_to_its_page(street, route):
    path = visits.address(visits.routes()[route], street)
    if path.startswith(PROGRAMS):
        assert ask(street, "keeper", path).status_code != 302
        return
    for name in ("keeper", "administrator"):
        where, hops = path, 0
        while (answer := ask(street, name, where, **BROWSER)).status_code == 302:
            where, hops = answer["Location"], hops + 1
            assert hops < 5, where
        assert answer.status_code in (200, 403, 404), (name, where)  # a page, or that it is not theirs
        assert hops or answer.status_code != 200


def test_there_are_such_addresses():
    assert len(posted_only()) > 40


@pytest.mark.parametrize("accept", ["*/*", "application/json", ""])
def test_programs_are_told_the_method_is_wrong(client, accept):
    assert client.get("/i18n/setting/", HTTP_ACCEPT=accept).status_code == 405
