"""What officials' tests share: parcels on the way, and the steps of a bulk action as a browser takes them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from logistics.parcels.models import Parcel
from logistics.parcels.states import Issue, Stage
from members.access.models import BulkRun
from tests.custody.conftest import Counter, counter  # noqa: F401  fixture


@pytest.fixture(autouse=True)
def _nothing_kept():
    """Figures of the home page are kept for a minute."""
    cache.clear()


def page(model, name: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


@dataclass
class Desk:
    """An official at the officials' site."""

    persona: object

    @property
    def client(self):
        return self.persona.client

    def start(self, model, action: str, rows, reason: str = "") -> BulkRun | None:
        """Chooses rows in the list and runs the action; the run it led to, None when there is none."""
        form = {"action": action, "_selected_action": [row.pk for row in rows], "reason": reason}
        answer = self.client.post(page(model, "changelist"), form)
        if answer.status_code != 302 or "bulkrun" not in answer["Location"]:
            return None
        return BulkRun.objects.get(pk=answer["Location"].split("/")[-3])

    def step(self, run: BulkRun, name: str, **form):
        answer = self.client.post(page(BulkRun, name, run.pk), form)
        run.refresh_from_db()
        return answer

    def results(self, run: BulkRun) -> dict[str, str]:
        return dict(run.rows.values_list("object_id", "result"))


@pytest.fixture
def desk(county_official) -> Desk:
    return Desk(county_official)


def quiet(at: Counter, code=Stage.AT_TOWN, days: int = 10, **more) -> Parcel:
    """A parcel whose last news is `days` old."""
    parcel = at.parcel(**more)
    at.scan(parcel, code, hours=1, station=at.world.township_station)
    Parcel.objects.filter(pk=parcel.pk).update(last_event_at=timezone.now() - dt.timedelta(days=days))
    parcel.refresh_from_db()
    return parcel


def overdue(at: Counter, keeper, **more) -> Parcel:
    """On the shelf with its issue open, and not yet on its way back."""
    parcel, _code = at.waiting(keeper, **more)
    at.scan(parcel, Issue.PICKUP_OVERDUE, hours=72)
    return parcel
