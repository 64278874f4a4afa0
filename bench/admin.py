"""Officials' lists at full size: queries a page, and the time to the first byte against the bare query of its rows.

The bare query is what any page must do: read the fifty newest rows with the names beside them, in the order of the list.
What the page adds is who is asking, the scope, the count (up to a cap), filters, the theme's templates.
"""

from __future__ import annotations

import time

from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.data import Size
from bench.measure import line, paired
from logistics.parcels.models import Event, Parcel
from logistics.parcels.selectors_county import county_figures
from logistics.registry.models import Station
from members.access.models import DivisionGrant
from members.access.selectors import actor_of
from members.access.states import Role
from members.accounts.models import User

ROUNDS, PAGES, COUNTY = 5, 4, "620825000000"
# Today's flow: 7,500 parcels, each arrived, sent on, put on the shelf and given out.
TODAY = """
INSERT INTO parcels_event (id, occurred_at, offset_minutes, recorded_at, parcel_id, source_id, source_event_id, code, rank, station_id, actor,
                           log_txid, variant)
SELECT uuidv7(), now(), 480, now(), p.id, (SELECT min(id) FROM parcels_eventsource), 'today-' || p.id || e.code, e.code, e.rank, p.station_id,
       'system:bench', 3, CASE WHEN e.rank = 100 THEN 'SELF' ELSE '' END
FROM (SELECT id, station_id FROM parcels_parcel ORDER BY id DESC LIMIT 7500) p,
     (VALUES ('AT_COUNTY', 40), ('TO_TOWN', 50), ('READY_FOR_PICKUP', 80), ('DELIVERED', 100)) e (code, rank)
"""
PARCELS, EVENTS = "/admin/parcels/parcel/", "/admin/parcels/event/"


def run(size: Size) -> list[str]:
    call_command("collectstatic", interactive=False, verbosity=0)  # pages name files by their hash
    client, person = official()
    some = Parcel.objects.order_by("-pk")[size.parcels // 2]
    station = Station.objects.filter(kind="village").order_by("pk")[7]
    rows = Parcel.objects.select_related("station", "carrier").order_by("-pk")
    pages = (
        ("parcels", PARCELS, lambda: list(rows[:50])),
        ("parcels_stage", f"{PARCELS}?stage=READY_FOR_PICKUP", lambda: list(rows.filter(stage="READY_FOR_PICKUP")[:50])),
        ("parcels_station", f"{PARCELS}?station__id__exact={station.pk}&open=1",
         lambda: list(rows.filter(station=station, closed_at=None)[:50])),
        ("parcels_deep", f"{PARCELS}?p=90", lambda: list(rows[4450:4500])),
        ("parcels_number", f"{PARCELS}?q={some.waybill}", lambda: list(rows.filter(waybill=some.waybill))),
        ("parcel", f"{PARCELS}{some.pk}/change/", lambda: _one(some.pk)),
        ("events_of_parcel", f"{EVENTS}?parcel__id__exact={some.pk}", lambda: _events(some.pk)),
    )  # fmt: skip
    return [*(_measure(client, *page) for page in pages), *_home(client, person)]


def _measure(client: Client, name: str, path: str, bare) -> str:
    _get(client, path)
    asked = _asked(client, path)
    rate, ceiling, ratio = paired(lambda: _rate(lambda: _get(client, path)), lambda: _rate(bare), ROUNDS)
    return line(f"admin.{name}", 1 / ratio, ms=1000 / rate, bare_ms=1000 / ceiling, queries=asked)


def _asked(client: Client, path: str) -> int:
    """Queries of one page. Counted here: the log is emptied by the next request."""
    with CaptureQueriesContext(connection) as queries:
        _get(client, path)
    return len(queries)


def _home(client: Client, person: User) -> list[str]:
    """The home of a busy day: its figures counted afresh, as once a minute, and kept. The day is taken back."""
    actor = actor_of(person, second_factor=True)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(TODAY)
            flow = cursor.rowcount
            cursor.execute("ANALYZE parcels_event")
        county_figures(actor=actor, now=timezone.now())
        begun = time.perf_counter()
        for _count in range(ROUNDS):
            figures = county_figures(actor=actor, now=timezone.now())
        counted = 1000 * (time.perf_counter() - begun) / ROUNDS
        cache.clear()
        _get(client, "/admin/")
        asked = _asked(client, "/admin/")
        kept = 1000 / _rate(lambda: _get(client, "/admin/"))
        transaction.set_rollback(True)
    cache.clear()
    facts = {"ms": kept, "counted_ms": counted, "events_today": flow, "on_the_way": figures.whole.on_the_way}
    return [line("admin.home", kept / counted, queries=asked, **facts)]


def official() -> tuple[Client, User]:
    """An official of the whole county, past the second factor."""
    user, _made = User.objects.get_or_create(
        phone="+8613900000009", defaults={"phone_verified": True, "name": "周县干"}
    )
    DivisionGrant.objects.get_or_create(
        user=user, role=Role.COUNTY_OFFICIAL, division_id=COUNTY,
        defaults={"granted_at": timezone.now(), "granted_by": "system:bench"},
    )  # fmt: skip
    Group.objects.get_or_create(name=Role.COUNTY_OFFICIAL.value)
    return signed_in(user), user


def signed_in(user: User) -> Client:
    """A browser in which `user` has passed both factors."""
    client = Client(HTTP_HOST="localhost")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    stamp = time.time()
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "id": 1, "at": stamp}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def _get(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)


def _one(pk: int) -> list:
    parcel = Parcel.objects.select_related("station", "carrier").get(pk=pk)
    return [parcel, _events(pk)]


def _events(pk: int) -> list[Event]:
    return list(Event.objects.filter(parcel=pk).select_related("station", "source").order_by("-occurred_at", "-id"))


def _rate(page) -> float:
    started = time.perf_counter()
    for _page in range(PAGES):
        page()
    return PAGES / (time.perf_counter() - started)
