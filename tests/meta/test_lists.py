"""No list of the officials' site answers about a value that it does not show.

Every page × every field of its rows and of the rows one relation away × everybody who can open the list. Each is asked
twice, once with what is really there and once with what is not: both are refused, or both get the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy

import pytest
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import FieldDoesNotExist, SuspiciousOperation, ValidationError
from django.db import DatabaseError, models, transaction
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from logistics.parcels.models import Parcel
from members.access.admin_base import ScopedAdmin
from members.access.admin_base.lists import label_at, list_problems, parameters
from members.accounts.models import User
from members.devices.models import Device
from portal.audit.models import AuditEntry
from portal.core.errors import BadInput
from portal.core.labels import PERSONAL, SECRET
from tests.meta.street import PERSONAS

pytestmark = pytest.mark.django_db
PAGES = sorted(admin.site._registry, key=lambda model: model._meta.label)
LOOKUPS = (
    "", "exact", "iexact", "startswith", "istartswith", "endswith", "contains", "icontains", "regex", "iregex", "gt",
    "gte", "lt", "lte", "range", "in", "isnull", "len", "year", "date", "search",
)  # fmt: skip
RELATED_LOOKUPS = ("exact", "startswith", "regex", "gt", "in", "isnull")
NOWHERE = "0000000"
MARK = "7ZZ7QQ"
# Searched by the whole number only, and the page of the one parcel shows all its numbers as they are.
FOUND_BY_NUMBER = {Parcel: {"carrier_number"}}
REFUSED = "refused"


@pytest.fixture(scope="module")
def actors(street) -> dict:
    return {name: street.cast[name].actor() for name in PERSONAS}


def personas_of(street, actors, page) -> Iterator[tuple[str, HttpRequest]]:
    """Who can open the list, each with a request that asks nothing."""
    for name in PERSONAS:
        request = HttpRequest()
        request.method, request.path = "GET", "/admin/"
        request.actor, request.user, request.resolver_match = actors[name], street.cast[name].user, None
        if admin.site.has_permission(request) and page.has_view_permission(request):
            yield name, request


def asking(request, query: dict) -> HttpRequest:
    """The same person with a question."""
    other = copy(request)
    other.GET = QueryDict(mutable=True)
    other.GET.update(query)
    return other


def answer(page, request):
    """The keys of the list in its order, or that it was refused."""
    try:
        with transaction.atomic():
            return [str(pk) for pk in page.get_changelist_instance(request).queryset.values_list("pk", flat=True)[:500]]
    except (BadInput, SuspiciousOperation, IncorrectLookupParameters, DatabaseError):
        return REFUSED


def shows(page, request, path: str) -> bool:
    """Whether the list itself tells the value to whoever asks."""
    label = label_at(page.model, path)
    if label is SECRET or label is PERSONAL:
        return path in page.get_list_display(request)
    return True


def questions(model) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Paths of fields, of the model and of the rows one relation on, with what can be asked about each."""
    for field in model._meta.get_fields():
        if field.concrete:
            yield field.name, LOOKUPS
        if field.is_relation and field.related_model is not None:
            for far in field.related_model._meta.concrete_fields:
                yield f"{field.name}__{far.name}", RELATED_LOOKUPS


def true_and_false(value, lookup: str) -> tuple[str, str]:
    text = str(value)
    if lookup == "isnull":
        return "0", "1"
    if lookup in ("regex", "iregex"):
        return f"^{text[:1] if text[:1].isalnum() else '.'}", f"^{NOWHERE}"
    if lookup in ("startswith", "istartswith"):
        return text[:3], NOWHERE
    if lookup in ("gt", "gte"):
        return "", "￿"
    if lookup in ("lt", "lte"):
        return "￿", ""
    return text, NOWHERE


def leaks(page, request) -> Iterator[str]:
    """Names in the query string by which the list tells values that it does not show."""
    for path, lookups in questions(page.model):
        if shows(page, request, path):
            continue
        for name, value in [(path, None), *keys_of_json(page, request, path)]:
            for lookup in lookups:
                key = f"{name}__{lookup}" if lookup else name
                if answer(page, asking(request, {key: "1"})) != REFUSED and answers_by_value(
                    page, request, key, path, value
                ):
                    yield key


def answers_by_value(page, request, key: str, path: str, value) -> bool:
    value = value_of(page, request, path) if value is None else value
    right, wrong = true_and_false(value, key.rpartition("__")[2])
    return answer(page, asking(request, {key: right})) != answer(page, asking(request, {key: wrong}))


def value_of(page, request, path: str):
    """What is there in a row that the asker sees; an encrypted column tells it to nobody."""
    rows = page.get_queryset(request).exclude(**{f"{path}__isnull": True}).order_by()
    return rows.values_list(path, flat=True).first()


def keys_of_json(page, request, path: str) -> Iterator[tuple[str, object]]:
    if "__" not in path and isinstance(page.model._meta.get_field(path), models.JSONField):
        yield from ((f"{path}__{key}", value) for key, value in list((value_of(page, request, path) or {}).items())[:3])


@pytest.mark.parametrize("model", PAGES, ids=lambda m: m._meta.label)
def test_a_list_answers_only_about_what_it_shows(street, actors, model):
    page = admin.site._registry[model]
    assert not {(name, key) for name, request in personas_of(street, actors, page) for key in leaks(page, request)}


@pytest.mark.parametrize("model", PAGES, ids=lambda m: m._meta.label)
def test_only_declared_names_are_taken(street, actors, model):
    """Also about what is no secret: a filter that nobody declared has no index and no words."""
    page = admin.site._registry[model]
    _name, request = next(personas_of(street, actors, page))
    declared = set(page.linked_by).union(*(parameters(entry, model) for entry in page.get_list_filter(request)))
    for field in model._meta.concrete_fields:
        for key in [field.name, *(f"{field.name}__{lookup}" for lookup in LOOKUPS[1:])]:
            assert key in declared or answer(page, asking(request, {key: "1"})) == REFUSED, key


@pytest.mark.parametrize("model", PAGES, ids=lambda m: m._meta.label)
def test_search_finds_nothing_by_what_is_hidden(street, actors, model):
    page = admin.site._registry[model]
    told = set()
    for name, request in personas_of(street, actors, page):
        nothing = answer(page, asking(request, {"q": MARK}))
        for field in model._meta.concrete_fields:
            hidden = not shows(page, request, field.name) and field.name not in FOUND_BY_NUMBER.get(model, set())
            if hidden and page.get_search_fields(request) and found_by(page, request, field) != nothing:
                told.add((name, field.name))
    assert not told


def found_by(page, request, field):
    """What a search for a word finds while every row holds it in this field."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                model = page.model._base_manager
                model.filter(pk__in=page.get_queryset(request).order_by().values("pk")[:1]).update(**{field.name: MARK})
        except (
            DatabaseError,
            TypeError,
            ValueError,
            ValidationError,
        ):
            pass  # a field that takes no word is not searched for one
        found = answer(page, asking(request, {"q": MARK}))
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("model", PAGES, ids=lambda m: m._meta.label)
def test_no_list_is_sorted_by_what_is_hidden(street, actors, model):
    page = admin.site._registry[model]
    for _name, request in personas_of(street, actors, page):
        columns = len(page.get_list_display(request)) + 1
        for order in [f"{sign}{number}" for number in range(columns) for sign in ("", "-")]:
            rows = page.get_changelist_instance(asking(request, {"o": order})).queryset
            for term in rows.query.order_by:
                assert isinstance(term, str)
                for path in sorted_by(model, term.lstrip("-")):
                    assert shows(page, request, path), (order, path)


def sorted_by(model, path: str) -> Iterator[str]:
    """The path, and where it leads to other rows, what those are sorted by."""
    yield path
    if path == "pk":
        return
    try:
        field = model._meta.get_field(path)
    except FieldDoesNotExist:
        return
    if field.is_relation:
        yield from (f"{path}__{name.lstrip('-')}" for name in field.related_model._meta.ordering)


# -- the declarations themselves -----------------------------------------------------------------------------------
@pytest.mark.parametrize("model", PAGES, ids=lambda m: m._meta.label)
def test_the_names_of_a_filter_are_those_it_asks_for(street, actors, model):
    page = admin.site._registry[model]
    for _name, request in personas_of(street, actors, page):
        made = page.get_changelist_instance(asking(request, {})).filter_specs
        asked_for = {name for spec in made for name in spec.expected_parameters() if name}
        known = set().union(*(parameters(entry, model) for entry in page.get_list_filter(request)))
        assert asked_for <= known
        break


def test_a_list_that_would_ask_about_a_secret_stops_the_start():
    class Leaky(ScopedAdmin):
        access = {"view": None, "add": None, "change": None, "delete": None}
        list_display = ("id", "name", "told")
        list_filter = ("password",)
        search_fields = ("phone",)
        linked_by = ("work_pin",)

        @admin.display(ordering="phone")
        def told(self, obj):
            return ""

    said = [problem.msg for problem in list_problems(Leaky(User, admin.site))]
    assert [next(name for name in ("password", "phone", "work_pin") if f"'{name}'" in text) for text in said] == [
        "password", "phone", "work_pin", "phone",
    ]  # fmt: skip


def test_a_kind_of_filter_that_nobody_described_is_refused():
    class Odd(admin.FieldListFilter):
        pass

    with pytest.raises(TypeError, match="Odd"):
        parameters(("code", Odd), Device)


# -- as an attacker asks -------------------------------------------------------------------------------------------
ATTACKS = [
    ("accounts_user", "password__startswith", "pbkdf2"), ("accounts_user", "work_pin__regex", "^p"),
    ("accounts_user", "phone__startswith", "+86138"), ("accounts_user", "id__exact", "1"),
    ("parcels_carrierfeed", "key", "key-zto"), ("registry_invitation", "token_hash__startswith", "0"),
    ("registry_courier", "name__startswith", "赵"), ("certificates_certificate", "holder_name__startswith", "赵"),
    ("licensing_application", "data__name__startswith", "赵"), ("licensing_application", "identity__gt", "5"),
    ("training_attempt", "seed__gt", "1"), ("parcels_event", "text__contains", "赵"),
    ("parcels_refusedevent", "raw__number", "7800000000011"), ("notify_message", "recipient__startswith", "+86138"),
    ("devices_device", "secret_hash__startswith", "0"), ("parcels_parcel", "contacts__phone__startswith", "+86138"),
    ("audit_auditentry", "after__name", "x"),
]  # fmt: skip


@pytest.mark.parametrize(("page", "name", "value"), ATTACKS, ids=lambda v: v)
@pytest.mark.parametrize("where", ["changelist", "export"])
def test_the_attack_gets_a_refusal_in_words(street, page, name, value, where):
    model = next(m for m in PAGES if page == f"{m._meta.app_label}_{m._meta.model_name}")
    if where == "export" and not admin.site._registry[model].exports:
        return  # this list does not leave
    address = reverse(f"admin:{page}_{where}")
    for persona in ("county_official", "administrator"):
        found = street.browser(persona).get(address, {name: value})
        assert found.status_code == 400
        assert "不能按网址中的条件筛选" in found.content.decode()


def test_an_export_keeps_choices_and_days_but_nothing_typed(street):
    address = reverse("admin:registry_station_export")
    query = urlencode({"kind__exact": "13800138000", "state__exact": "active", "q": "赵快送"})
    found = street.browser("county_official").post(f"{address}?{query}", {"purpose": "核对"})
    assert found.status_code == 200
    content = b"".join(found.streaming_content)
    assert b"13800138000" not in content
    entry = AuditEntry.objects.filter(action="data.exported").latest("pk")
    assert entry.after["filters"] == {"kind__exact": ["***"], "state__exact": ["active"], "q": ["***"]}
