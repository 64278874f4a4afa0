"""Every route, asked by everybody: what is sent, and how an answer is put into one word."""

from __future__ import annotations

from collections.abc import Callable

from django.core.cache import cache
from django.db import transaction
from django.urls import NoReverseMatch, reverse

from logistics.certificates.models import Certificate
from logistics.desk.models import StockTake
from logistics.licensing.models import Application, Document, RegisterImport
from logistics.parcels.models import Bag, CarrierFeed, Handover, ImportBatch, Parcel, Photo, SenderAnswer
from logistics.registry.models import DriverBinding, Invitation, StationPhoto, Vehicle
from logistics.training.models import Attempt, Course, Lesson, Paper
from members.access.models import BulkRun
from members.accounts.models import Relation
from portal.core.routes import Route, iter_routes
from tests.meta.street import PERSONAS, Street

# What stands in an address, by the name of the parameter: always of the keeper's village.
SAMPLES: dict[str, Callable[[Street], object]] = {
    "waybill": lambda street: street.here[Parcel].waybill,
    "number": lambda street: street.here[Parcel].waybill,
    "token": lambda street: "forged-token",
    "session_id": lambda street: 999_999,
    "relation_id": lambda street: street.here[Relation].pk,
    "batch_id": lambda street: street.here[ImportBatch].pk,
    "answer_id": lambda street: street.here[SenderAnswer].pk,
    "extension": lambda street: "csv",
    "kind": lambda street: "parcels",
    "key": lambda street: street.here[CarrierFeed].key,
    "app_label": lambda street: "parcels",
    "handover_id": lambda street: street.here[Handover].pk,
    "photo_id": lambda street: street.here[Photo].pk,
    "provider": lambda street: "tencent",
    "secret": lambda street: "guessed",
    "code": lambda street: street.world.village.code,
    "run_id": lambda street: street.here[BulkRun].pk,
    "slug": lambda street: "collect",
    "task": lambda street: "inbound",
    "bag": lambda street: street.here[Bag].number,
    "handover": lambda street: street.here[Handover].pk,
    "certificate_id": lambda street: street.here[Certificate].pk,
    "certificate": lambda street: street.here[Certificate].number,
    "kind_code": lambda street: "vehicle",
    "application_id": lambda street: street.here[Application].pk,
    "evidence": lambda street: "photo",
    "register_id": lambda street: street.here[RegisterImport].pk,
    "document_id": lambda street: street.here[Document].pk,
    "stock_take": lambda street: street.here[StockTake].pk,
    "firm": lambda street: street.world.carrier.code,
    "vehicle_id": lambda street: street.here[Vehicle].pk,
    "binding_id": lambda street: street.here[DriverBinding].pk,
    "invitation_id": lambda street: street.here[Invitation].pk,
    "user_id": lambda street: street.here[Invitation].invited_by_id,
    "device_id": lambda street: street.cast["carrier_system"].device.pk,
    "picture_id": lambda street: street.here[StationPhoto].pk,
    "course": lambda street: street.here[Course].code,
    "lesson_id": lambda street: street.here[Lesson].pk,
    "paper_id": lambda street: street.here[Paper].pk,
    "exam_id": lambda street: street.here[Attempt].pk,
}


def key_of(route: Route) -> str:
    """The name a route has in the table; a route without one goes by its pattern."""
    return route.name if not route.name.endswith(":") and route.name else route.pattern


def routes() -> dict[str, Route]:
    return {key_of(route): route for route in iter_routes()}


def address(route: Route, street: Street) -> str:
    """A real address of the route, about the row of the keeper's village."""
    key = key_of(route)
    if key.startswith("admin:") and "object_id" in route.pattern:
        model = next(m for m in street.here if f"admin:{m._meta.app_label}_{m._meta.model_name}_" in key)
        return reverse(key, args=[street.here[model].pk])
    if key.startswith("admin/"):  # unnamed: redirects of Django's admin to the record, and its catch-all
        return "/" + key.replace("<path:object_id>", "1").replace("(?P<url>.*)$", "no/such/page")
    for names in _parameter_sets(route):
        try:
            return reverse(key, kwargs={name: SAMPLES[name](street) for name in names})
        except NoReverseMatch:
            continue
    raise AssertionError(f"no sample for {route.pattern}: add its parameters to tests/meta/visits.py")


def _parameter_sets(route: Route) -> list[list[str]]:
    return [[name for name in SAMPLES if f":{name}>" in route.pattern or f"<{name}>" in route.pattern]]


def visit(street: Street, name: str, method: str, path: str) -> str:
    """One word: the status, or `login` when the answer leads to the login page, `factor` to the second factor."""
    cache.clear()  # limits are counted elsewhere (tests/public/test_limits.py)
    with transaction.atomic():
        answer = street.browser(name).generic(method, path)
        transaction.set_rollback(True)
    target = answer.headers.get("Location", "")
    if answer.status_code == 302 and target.startswith(("/accounts/login/", "/admin/login/")):
        return "login"
    if answer.status_code == 302 and target.startswith("/accounts/2fa/"):
        return "factor"
    return str(answer.status_code)


def everybody(street: Street, method: str, path: str) -> dict[str, str]:
    return {name: visit(street, name, method, path) for name in PERSONAS}
