"""Every model × every persona."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db import models
from django.test import RequestFactory
from django.utils import timezone

from logistics.certificates.selectors import held_certificates, own_certificates, visible_certificates
from logistics.firms.selectors.firm import own_bindings, visible_bindings, visible_invitations
from logistics.licensing.selectors import own_applications, visible_applications
from logistics.licensing.selectors_registers import visible_register_imports
from logistics.parcels.selectors import visible_parcels
from logistics.parcels.selectors_handovers import visible_handovers, visible_photos
from logistics.parcels.selectors_imports import own_refused_events, visible_feeds, visible_imports
from logistics.registry.selectors import visible_couriers, visible_enterprises, visible_stations, visible_vehicles
from logistics.training.selectors import visible_attempts
from members.access.states import Permission
from members.accounts.selectors import own_relations
from portal.core.actor import ActorMissing
from portal.core.errors import SignInNeeded
from portal.core.labels import PUBLIC, our_models
from portal.notify.selectors import own_messages
from tests.meta.matrix_models import NO_FACE, READ
from tests.meta.street import PERSONAS

pytestmark = pytest.mark.django_db
SELECTORS = {
    "visible_parcels": visible_parcels,
    "own_parcels": lambda actor: visible_parcels(actor=actor, permission=Permission.OWN_PARCELS),
    "visible_stations": visible_stations,
    "visible_enterprises": visible_enterprises,
    "visible_imports": visible_imports,
    "visible_feeds": visible_feeds,
    "own_refused_events": own_refused_events,
    "visible_handovers": visible_handovers,
    "visible_photos": visible_photos,
    "visible_attempts": visible_attempts,
    "visible_register_imports": visible_register_imports,
    "visible_vehicles": visible_vehicles,
    "visible_couriers": visible_couriers,
    "visible_applications": visible_applications,
    "own_applications": own_applications,
    "visible_invitations": visible_invitations,
    "visible_bindings": visible_bindings,
    "own_bindings": own_bindings,
    "visible_certificates": visible_certificates,
    "held_certificates": held_certificates,
    "own_certificates": own_certificates,
    "own_relations": own_relations,
    "own_messages": lambda actor: own_messages(actor=actor, now=timezone.now()),
}


def unlisted(found: list[type[models.Model]]) -> set[str]:
    """Models that the table neither gives readers nor a reason to have none."""
    listed = {model for _path, model in READ} | set(NO_FACE)
    return {model._meta.label for model in found if model not in listed}


def rows_for(path: str, model, actor):
    if path != "admin":
        try:
            return SELECTORS[path](actor=actor)
        except SignInNeeded:
            return model.objects.none()
    request = RequestFactory().get("/admin/")
    request.actor, request.resolver_match = actor, None
    page = admin.site._registry[model]
    may_enter = admin.site.has_permission(request) and page.has_view_permission(request)
    return page.get_queryset(request) if may_enter else model._default_manager.none()


def readers(street, path: str, model, row) -> set[str]:
    return {
        name
        for name in PERSONAS
        if row is not None and rows_for(path, model, street.cast[name].actor()).filter(pk=row.pk).exists()
    }


@pytest.mark.parametrize(("path", "model"), READ, ids=lambda value: getattr(value, "__name__", value))
def test_a_row_is_seen_by_exactly_those_listed(street, path, model):
    wanted = READ[path, model]
    assert readers(street, path, model, street.here[model]) == set(wanted.here.split())
    assert readers(street, path, model, street.next_door.get(model)) == set(wanted.next_door.split())


def test_every_model_is_in_the_table():
    assert unlisted(our_models()) == set()


def test_a_model_that_nobody_listed_fails():
    class Stray(models.Model):
        labels = {"id": PUBLIC}

        class Meta:
            app_label = "stray"
            managed = False

        def __str__(self):
            return ""

    assert unlisted([*our_models(), Stray]) == {"stray.Stray"}


def test_the_table_lists_nothing_that_is_gone():
    assert {model for _path, model in READ} | set(NO_FACE) == set(our_models())
    assert {model for path, model in READ if path == "admin"} == {m for m in admin.site._registry if m in our_models()}
    assert {path for path, _model in READ} == {*SELECTORS, "admin"}
    assert all(reason.why for reason in NO_FACE.values())


@pytest.mark.parametrize("selector", SELECTORS.values(), ids=SELECTORS)
def test_a_read_without_an_actor_raises(selector, street):
    with pytest.raises(ActorMissing):
        selector(actor=None)
