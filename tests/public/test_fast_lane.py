"""The lookup answers with one statement, kept pages with none, and tells browsers to keep nothing."""

import pytest
from django.db import connection

from logistics.parcels.lookup import public_json, read_number
from portal.public import ready

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(monkeypatch):
    """Moves the store's clock forward."""
    moved = [0.0]
    real = ready.clock
    monkeypatch.setattr(ready, "clock", lambda: real() + moved[0])

    def move(seconds):
        moved[0] += seconds

    return move


@pytest.mark.parametrize("path", ["/t/{}", "/api/v1/track/{}"])
def test_one_statement_then_none_then_one(visitor, desk, django_assert_num_queries, later, path):
    path = path.format(desk.travelled().waybill)
    with django_assert_num_queries(1):
        first = visitor.get(path)
    with django_assert_num_queries(0):
        assert visitor.get(path).content == first.content
    later(ready.FRESH)
    with django_assert_num_queries(1):
        assert visitor.get(path).content == first.content


def test_scan_shows_within_a_second(visitor, desk, world, later):
    parcel = desk.travelled()
    visitor.get(f"/t/{parcel.waybill}")
    desk.scan(parcel, "TO_VILLAGE", 0.1)
    later(ready.FRESH)
    assert "发往村站" in visitor.get(f"/t/{parcel.waybill}").content.decode()


def test_unknown_number_takes_one_statement(visitor, django_assert_num_queries):
    with django_assert_num_queries(1):
        visitor.get("/t/YT00112233445")


def test_no_number_takes_no_statement(visitor, django_assert_num_queries):
    with django_assert_num_queries(0):
        visitor.get("/t/<script>")


@pytest.mark.parametrize("path", ["/t/{}", "/api/v1/track/{}"])
def test_not_modified(visitor, desk, path):
    path = path.format(desk.travelled().waybill)
    tag = visitor.get(path)["ETag"]
    again = visitor.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert visitor.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", ["/t/{}", "/api/v1/track/{}", "/t/YT00112233445", "/t/x", "/t/", "/qr/{}.svg"])
def test_nothing_is_kept_or_indexed(visitor, desk, path):
    response = visitor.get(path.format(desk.travelled().waybill))
    assert response["Cache-Control"] == "no-store"
    assert "noindex" in response["X-Robots-Tag"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies


@pytest.mark.parametrize("path", ["/t/YT00112233445", "/api/v1/track/YT00112233445", "/", "/health/"])
def test_forged_host_is_refused(path, visitor):
    assert visitor.get(path, headers={"Host": "evil.example"}).status_code == 400


def test_store_is_bounded():
    store = ready.Store(3)
    for n in range(5):
        store.put((n,), ready.Page(0, "", "", b""))
    assert list(store.pages) == [(2,), (3,), (4,)]


def test_qr_leads_to_the_lookup(visitor, desk, settings):
    response = visitor.get(f"/qr/{desk.travelled().waybill}.svg")
    assert response["Content-Type"] == "image/svg+xml"
    assert response.content.startswith(b"<svg")
    assert visitor.get("/qr/nothing!.svg").status_code == 400


def searched_months():
    """Months of the event log that this transaction has searched so far, each with how often."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, seq_scan + coalesce(idx_scan, 0) FROM pg_stat_xact_user_tables"
            " WHERE relname LIKE 'parcels_event_2%' OR relname = 'parcels_event_default'"
        )
        return dict(cursor.fetchall())


def test_months_without_the_parcel_stay_shut(desk):
    """The parcel's own dates bound the search: other months are never opened."""
    parcel = desk.travelled()
    number = read_number(parcel.waybill)
    before = searched_months()
    public_json(number)
    after = searched_months()
    opened = [month for month in after if after[month] > before[month]]
    assert len(after) > 10
    assert 1 <= len(opened) <= 2, opened
