"""Every URL × every persona (matrix_urls.py)."""

from __future__ import annotations

import pytest
from django.urls import include, path

from portal import urls
from portal.core.routes import iter_routes
from tests.meta import matrix_urls, visits

pytestmark = pytest.mark.django_db
ROWS = matrix_urls.rows()
REFUSED = {"login", "401", "403", "404"}
# Records that belong to no county: whoever may set them anywhere may open them.
SHARED = {"admin:workdays_publishedyear_change", "admin:workdays_publishedyear_history",
          "admin:parcels_knownword_change", "admin:parcels_knownword_history",
          "admin:parcels_timerrule_change", "admin:parcels_timerrule_history",
          "admin:notify_providerhealth_change", "admin:notify_providerhealth_history"}  # fmt: skip
# Places of a record that only send on to its page, which then answers.
SIGNPOSTS = tuple(key for key in visits.routes() if key.startswith("admin/"))


def missing(routes: dict) -> set[str]:
    """Routes of which the table says nothing."""
    return set(routes) - {row.route for row in ROWS}


def cases():
    for row in ROWS:
        marks = [pytest.mark.slow] if row.route.startswith("admin") else []
        yield pytest.param(row, id=f"{row.method} {row.route}", marks=marks)


@pytest.mark.parametrize("row", cases())
def test_everybody_gets_what_the_table_says(street, row):
    path_of_row = visits.address(visits.routes()[row.route], street)
    assert visits.everybody(street, row.method, path_of_row) == row.answers


def test_every_route_is_in_the_table():
    assert missing(visits.routes()) == set()
    assert {row.route for row in ROWS} <= set(visits.routes())
    assert len({(row.route, row.method) for row in ROWS}) == len(ROWS)


def test_a_route_that_is_not_in_the_table_fails():
    class Resolver:
        url_patterns = [*urls.urlpatterns, path("new/", lambda request: None, name="new"),
                        path("deep/", include(([path("in/", lambda request: None)], "deep")))]  # fmt: skip

    grown = {visits.key_of(route): route for route in iter_routes(Resolver())}
    assert missing(grown) == {"new", "deep/in/"}


def records() -> list[matrix_urls.Row]:
    """Rows about one record: the parcel, import, relation or admin page of somebody in the keeper's county."""
    found = visits.routes()
    named = ("waybill", "batch_id", "relation_id", "object_id")
    rows = [r for r in ROWS if any(f":{n}>" in found[r.route].pattern for n in named)]
    return [row for row in rows if row.route not in SHARED and row.route not in SIGNPOSTS]


@pytest.mark.parametrize("name", ["neighbour_official", "anonymous"])
def test_no_record_is_reached_from_outside(name):
    """Read off the table itself, so that an unwise edit of it fails too."""
    wide = {"parcel_page", "parcel_consent", "parcel_proxy"} if name == "anonymous" else set()  # send on to the lookup
    open_rows = [row.route for row in records() if row.answers[name] not in REFUSED and row.route not in wide]
    assert len(records()) > 50
    assert open_rows == []


def test_nothing_breaks_and_only_officials_enter_the_officials_site():
    assert not [row for row in ROWS if any(word.startswith("5") for word in row.answers.values())]
    inside = {row.route for row in ROWS if row.route.startswith("admin") and row.answers["keeper"] == "200"}
    assert inside == set()
