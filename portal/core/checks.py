"""`manage.py check` refuses undeclared doors, so an unguarded view can't start."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.core import checks
from django.urls import get_resolver
from rest_framework.views import APIView

from portal.core.access import Kind, Rule, rule_of
from portal.core.labels import OUR_PACKAGES
from portal.core.routes import Route, fast_lane, iter_routes

REST_GUARDS = ("get_permissions", "check_permissions", "initial")
HINT = "Declare it with portal.core.access (docs/architecture.md, 'Who may do what')."


def excepted(route: Route) -> str | None:
    """The written reason why a third-party view needs no declaration of ours."""
    if route.path_to_view.startswith(OUR_PACKAGES):
        return None
    return settings.ACCESS_EXCEPTIONS.get(route.path_to_view)


def of_the_admin_site(route: Route) -> bool:
    """Whether a route is one that every admin page has: those are checked model by model below.

    A view that an admin page or the URLconf adds under the site's name is a door like any other.
    """
    return route.name.startswith("admin:") and route.path_to_view.startswith(settings.ADMIN_MACHINERY)


def route_problems(route: Route) -> list[str]:
    """Sentences about doors of one URL pattern that nobody declared."""
    if of_the_admin_site(route) or excepted(route):
        return []
    actions = getattr(route.callback, "actions", None)
    where = f"{route.path_to_view} at /{route.pattern}"
    if actions:
        undeclared = [
            f"{where}: action '{action}' declares no access."
            for action in sorted(set(actions.values()))
            if not isinstance(rule_of(route.callback, action), Rule)
        ]
        return undeclared + rest_problems(route, where)
    rule = rule_of(route.callback)
    if not isinstance(rule, Rule):
        return [f"{where} declares no access."]
    if getattr(route.callback, "fast_lane", False):
        if rule.kind != Kind.PUBLIC:
            return [f"{where} is answered before anybody is known, and is not public."]
        if route.callback not in [entry.callback for entry in fast_lane(get_resolver())]:
            return [f"{where} is marked fast_lane, and the fast lane does not look so far down in the URL conf."]
    return rest_problems(route, where)


def rest_problems(route: Route, where: str) -> list[str]:
    cls = getattr(route.callback, "cls", None)
    if cls is None:
        return []
    names = [f"{p.__module__}.{p.__qualname__}" for p in cls.permission_classes]
    if settings.REST_FRAMEWORK["DEFAULT_PERMISSION_CLASSES"][0] not in names:
        return [f"{where} does not enforce its declared access (permission_classes {names})."]
    own = [name for name in REST_GUARDS if getattr(cls, name) is not getattr(APIView, name)]
    return [f"{where} replaces {', '.join(own)}, which enforce its declared access."] if own else []


def admin_problems(model, model_admin) -> list[str]:
    """Sentences about an admin page, or one of its actions, that nobody declared."""
    cls = type(model_admin)
    if not cls.__module__.startswith(OUR_PACKAGES):
        return [f"admin of {model._meta.label} ({cls.__module__}.{cls.__qualname__}) is not one of ours."]
    problems = []
    access = vars(cls).get("access")
    if not isinstance(access, dict) or not {"view", "add", "change", "delete"} <= set(access):
        problems.append(f"{cls.__module__}.{cls.__qualname__}: `access` must name view, add, change and delete.")
    for action in model_admin.actions or []:
        function = getattr(cls, action, None) if isinstance(action, str) else action
        if not isinstance(getattr(function, "access", None), Rule):
            problems.append(f"{cls.__module__}.{cls.__qualname__}: admin action '{action}' declares no access.")
    return problems


@checks.register("access")
def check_doors(app_configs, **kwargs):
    problems = [p for route in iter_routes() for p in route_problems(route)]
    for model, model_admin in admin.site._registry.items():
        problems += admin_problems(model, model_admin)
    return [checks.Error(p, hint=HINT, id="core.E002") for p in problems]
