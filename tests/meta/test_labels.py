"""Every field says how private it is, and what is private stays out of lists and of the API's description."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.db import models
from django.db.migrations.loader import MigrationLoader
from django.test import Client

from portal.core.labels import INTERNAL, PERSONAL, PUBLIC, SECRET, label_problems, our_models

# A personal value that a list of the officials' site shows on purpose.
SHOWN = {
    ("accounts.User", "name"): "officials of the own area, by name: whoever grants roles must know to whom",
    (
        "parcels.Parcel",
        "waybill",
    ): "the number by which callers and officials speak of a parcel; no person stands beside it",
}
WORDS = ("secret_hash", "code_hash", "tail_hash", "work_pin", "password", "salt")  # never part of an answer


def listed_private(model, page) -> set[str]:
    labels = getattr(model, "labels", {})
    shown = {*page.list_display, *page.list_filter}
    return {name for name in shown if labels.get(name) in (PERSONAL, SECRET) and (model._meta.label, name) not in SHOWN}


def test_every_field_of_every_model_is_labelled():
    assert [problem for model in our_models() for problem in label_problems(model)] == []


def test_a_field_without_a_label_or_a_label_without_a_field_is_found():
    class Unlabelled(models.Model):
        labels = {"id": PUBLIC, "gone": INTERNAL, "kind": "public"}
        name = models.CharField(max_length=10)
        kind = models.CharField(max_length=10)

        class Meta:
            app_label = "stray"

        def __str__(self):
            return ""

    class Heir(Unlabelled):
        """The labels of a parent are not those of a child, which may have fields of its own."""

        class Meta:
            app_label = "stray"

    assert [p.split(".", 2)[-1] for p in label_problems(Unlabelled)] == [
        "name has no privacy label.", "labels names no field: gone.", "labels['kind'] is not a Label.",
    ]  # fmt: skip
    assert "declares no `labels`" in label_problems(Heir)[0]


def test_migrations_hold_no_model_beyond_the_labelled_ones():
    known = {(model._meta.app_label, model._meta.model_name) for model in our_models()}
    apps = {app for app, _name in known}
    migrated = {key for key in MigrationLoader(None).project_state().models if key[0] in apps}
    assert migrated == known


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_lists_of_the_officials_site_show_nothing_private(model):
    assert listed_private(model, admin.site._registry[model]) == set()


def test_a_list_that_shows_something_private_is_found():
    contact = next(model for model in our_models() if model._meta.label == "parcels.ParcelContact")
    page = SimpleNamespace(list_display=("role", "phone"), list_filter=("name",))
    assert listed_private(contact, page) == {"phone", "name"}


def test_exceptions_name_fields_that_are_still_personal():
    known = {model._meta.label: model.labels for model in our_models()}
    assert all(known[label].get(name) is PERSONAL and why for (label, name), why in SHOWN.items())


@pytest.mark.django_db
def test_the_description_of_the_api_names_no_secret():
    answer = Client().get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    schema = json.loads(answer.content)
    names = set(property_names(schema["components"].get("schemas", {}))) | set(property_names(schema["paths"]))
    assert names, "the schema describes something"
    assert names & set(WORDS) == set()
    hashed = {f.name for m in our_models() for f in m._meta.concrete_fields if m.labels.get(f.name) is SECRET}
    assert names & (hashed - {"code", "key", "parameters"}) == set()  # words that also name harmless things


def property_names(node):
    """Names of all properties described anywhere below `node`."""
    if isinstance(node, dict):
        yield from node.get("properties", {})
        for value in node.values():
            yield from property_names(value)
    elif isinstance(node, list):
        for value in node:
            yield from property_names(value)
