"""An undeclared door stops the start: each kind of door is opened here without a word, and refused."""

from __future__ import annotations

import re
import sys
from types import ModuleType

import pytest
from django.contrib import admin
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import clear_url_caches, path, resolve
from django.views import View
from rest_framework.permissions import AllowAny
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from logistics.registry.models import Station
from members.access.admin_base import ScopedAdmin
from members.access.states import ROLE_PERMISSIONS, ROLE_SCOPE, Permission, Role
from members.devices.states import FUNCTIONS, ROUTES
from portal import urls
from portal.core.access import Rule, anyone, holders, needs, public, rule_of
from portal.core.checks import admin_problems
from portal.core.routes import in_fast_lane, iter_routes


def bare(request):
    return HttpResponse("open")


class Declared(View):
    access = anyone("a test")

    def get(self, request):
        return HttpResponse("open")


class Inherits(Declared):
    """The rule of the parent is not the rule of the child."""


class OpenApi(APIView):
    access = holders("parcel.view")
    permission_classes = [AllowAny]


class Waves(APIView):
    access = holders("parcel.view")

    def check_permissions(self, request):
        """Lets everybody through."""


class Set(ViewSet):
    access = {"list": anyone("a test")}

    def list(self, request):
        """Declared."""

    def create(self, request):
        """Not declared."""


@needs("parcel.view")
def hurried(request):
    return HttpResponse("open")


@public("a test")
def hurried_late(request):
    return HttpResponse("open")


hurried.fast_lane = hurried_late.fast_lane = True
router = SimpleRouter()
router.register("set", Set, basename="set")


class SideDoor(ScopedAdmin):
    access = {"view": Permission.STATION_VIEW, "add": None, "change": None, "delete": None}

    def get_urls(self):
        return [path("side/", self.side, name="side"), *super().get_urls()]

    def side(self, request):
        """A page that the class forgot to declare."""


@pytest.fixture
def street_map():
    """Adds URL patterns to the portal's for a while."""
    module = ModuleType("tests_meta_street_map")
    sys.modules[module.__name__] = module

    def add(*patterns):
        module.urlpatterns = [*urls.urlpatterns, *patterns]
        clear_url_caches()
        return override_settings(ROOT_URLCONF=module.__name__)

    yield add
    del sys.modules[module.__name__]
    clear_url_caches()


def test_the_portal_starts():
    assert run_checks(tags=["access", "privacy"]) == []


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        (path("new/", bare), "declares no access"),
        (path("new/", Inherits.as_view()), "declares no access"),
        (path("new/", OpenApi.as_view()), "does not enforce its declared access"),
        (path("new/", Waves.as_view()), "replaces check_permissions"),
        (router.urls[0], "action 'create' declares no access"),
        (path("new/", hurried), "answered before anybody is known"),
        (path("new/", hurried_late), "does not look so far down"),
        (path("new/", ([path("in/", bare, name="in")], "admin", "admin")), "declares no access"),
        (path("new/", (SideDoor(Station, admin.site).get_urls(), "admin", "admin")), "SideDoor.side"),
    ],
    ids=[
        "function", "inherited", "other permission class", "own guard", "viewset action", "fast lane",
        "fast lane, far down",        "in the admin's name", "admin side page",
    ],
)  # fmt: skip
def test_an_undeclared_door_stops_the_start(street_map, pattern, sentence):
    with street_map(pattern), pytest.raises(SystemCheckError, match=sentence):
        call_command("check")


def test_the_fast_lane_answers_what_the_url_conf_would():
    marked = [route.pattern for route in iter_routes() if getattr(route.callback, "fast_lane", False)]
    assert len(marked) >= 5
    for pattern in marked:
        address = "/" + re.sub(r"<[^>]+>", "1A2B3C4D5E", pattern)
        match, found = in_fast_lane(address), resolve(address)
        assert match is not None
        assert (match.func, match.kwargs, match.view_name) == (found.func, found.kwargs, found.view_name)
    assert in_fast_lane("/") is in_fast_lane("/admin/") is in_fast_lane("/qr/station/1.svg") is None


def test_a_declared_door_does_not(street_map):
    with street_map(path("new/", public("a test")(bare)), path("class/", Declared.as_view())):
        call_command("check")


@pytest.mark.django_db
def test_an_undeclared_door_is_shut_even_if_it_got_past_the_check(street_map):
    with street_map(path("new/", bare), path("class/", Inherits.as_view())):
        assert Client().get("/new/").status_code == 403
        assert Client().get("/class/").status_code == 403


def test_an_admin_page_names_all_four_rules_itself():
    class Quiet(ScopedAdmin):
        __module__ = "logistics.registry.admin.quiet"

    class Half(ScopedAdmin):
        __module__ = "logistics.registry.admin.half"
        access = {"view": Permission.STATION_VIEW}

    for page in (Quiet, Half):
        assert any(
            "must name view, add, change and delete" in p for p in admin_problems(Station, page(Station, admin.site))
        )


def test_an_admin_page_that_is_not_ours_stops_the_start():
    assert "is not one of ours" in admin_problems(Station, admin.ModelAdmin(Station, admin.site))[0]


# -- permissions and roles ---------------------------------------------------------------------------------
def in_no_role(permissions, roles) -> set:
    return set(permissions) - set().union(*roles.values())


def test_every_permission_is_in_a_role():
    assert in_no_role(Permission, ROLE_PERMISSIONS) == set()


def test_a_permission_in_no_role_is_found():
    assert in_no_role([*Permission, "coffee.brew"], ROLE_PERMISSIONS) == {"coffee.brew"}


def test_every_role_has_permissions_and_a_kind_of_scope():
    assert set(ROLE_PERMISSIONS) == set(ROLE_SCOPE) == set(Role)
    assert all(ROLE_PERMISSIONS.values())


def declared_rules() -> list[Rule]:
    rules = []
    for route in iter_routes():
        actions = getattr(route.callback, "actions", None) or {}
        rules += [rule_of(route.callback), *(rule_of(route.callback, action) for action in actions.values())]
    return [rule for rule in rules if isinstance(rule, Rule)]


def unknown(permissions) -> set[str]:
    return {str(p) for p in permissions} - set(Permission.values)


def test_doors_name_permissions_that_exist():
    assert unknown(p for rule in declared_rules() for p in rule.permissions) == set()
    pages = [p for page in admin.site._registry.values() for p in page.access.values() if p is not None]
    assert unknown(pages) == set()
    assert unknown(["parcel.veiw"]) == {"parcel.veiw"}


def test_open_doors_say_why():
    silent = [rule for rule in declared_rules() if rule.kind in ("public", "signature") and len(rule.why) < 8]
    assert silent == []


def test_terminals_are_let_to_doors_that_exist_and_admit_them():
    doors = {route.name: rule_of(route.callback) for route in iter_routes()}
    for profile, names in ROUTES.items():
        assert names <= set(doors)
        assert all(doors[name].devices for name in names)
        assert all(set(doors[name].permissions) & FUNCTIONS[profile] for name in names)
