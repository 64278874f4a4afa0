"""A keeper's page of 50 parcels, rights included, against the page that anyone could read without asking who they are."""

from __future__ import annotations

import time

from django.contrib.auth.models import Permission as AuthPermission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.data import Size
from bench.measure import line, paired
from logistics.parcels.models import Parcel
from logistics.parcels.selectors_work import PAGE_SIZE, WorkFilter, work_list
from logistics.registry.models import Station, StationUserObjectPermission
from members.access.selectors import actor_of
from members.access.states import Role, hold_codename
from members.accounts.models import User

ROUNDS, PAGES = 7, 60


def run(size: Size) -> list[str]:
    keeper = _keeper()
    with CaptureQueriesContext(connection) as queries:
        assert len(_scoped(keeper)) == PAGE_SIZE
    _unscoped()
    # Time a page takes: ours / limit is how many times slower, so rates are inverted.
    rate, ceiling, ratio = paired(lambda: _rate(lambda: _scoped(keeper)), lambda: _rate(_unscoped), ROUNDS)
    return [line("scope.page", 1 / ratio, ms=1000 / rate, unscoped_ms=1000 / ceiling, queries=len(queries))]


def _keeper() -> User:
    user, made = User.objects.get_or_create(phone="+8613900000001", defaults={"phone_verified": True})
    if made:
        permission = AuthPermission.objects.get(
            codename=hold_codename(Role.KEEPER), content_type__app_label="registry", content_type__model="station"
        )
        StationUserObjectPermission.objects.create(
            user=user, permission=permission, content_object=Station.objects.get(code="V100201")
        )
    return user


def _scoped(keeper: User) -> list[Parcel]:
    return work_list(actor=actor_of(keeper), wanted=WorkFilter()).parcels


def _unscoped() -> list[Parcel]:
    rows = Parcel.objects.select_related("carrier", "station", "destination_station", "origin_station")
    return list(rows.order_by("-pk")[:PAGE_SIZE])


def _rate(page) -> float:
    started = time.perf_counter()
    for _page in range(PAGES):
        page()
    return PAGES / (time.perf_counter() - started)
