"""Puts the actor on the request and keeps every door to its declared rule."""

from __future__ import annotations

from allauth.core.exceptions import RateLimited
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from members.access.second_factor import passed_second_factor, second_factor_page
from members.access.selectors import actor_of
from portal.core import views
from portal.core.access import Rule, public, rule_of
from portal.core.checks import excepted
from portal.core.errors import Forbidden, SignInNeeded, TooMany
from portal.core.middleware import error_response, wants_json
from portal.core.routes import Route

_LOGGED_OUT = _("登录已过期，刚才的内容没有提交。请登录后重新填写。")


def actor_for(request):
    return actor_of(
        request.user,
        address=getattr(request, "client_address", ""),
        second_factor=passed_second_factor(request),
    )


def page_to_return_to(request) -> str:
    """Where to go after logging in: this page, or for what was sent from a form, the page with the form."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    form = request.headers.get("Referer", "")
    known = url_has_allowed_host_and_scheme(form, {request.get_host()}, require_https=request.is_secure())
    return form.partition(request.get_host())[2] or "/" if form and known else "/"


@public("an error page")
def csrf_failed(request, reason=""):
    """A form whose browser lost its cookies: to the login where the form needs one, and back to it, where
    static/js/keep.js fills it in again; elsewhere a page that says why.
    """
    match = request.resolver_match
    rule = rule_of(match.func) if match is not None else None
    guarded = (isinstance(rule, Rule) and not rule.allows(request.actor)) or (match and "admin" in match.namespaces)
    if wants_json(request) or request.actor.signed_in or not guarded:
        return views.csrf_failed(request, reason)
    messages.warning(request, _LOGGED_OUT)
    return redirect_to_login(page_to_return_to(request))


class AccessMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.actor = SimpleLazyObject(lambda: actor_for(request))
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if getattr(view, "cls", None) is not None:
            return None  # DRF authenticates later and enforces the same rule (members/access/rest.py)
        match = request.resolver_match
        if "admin" in match.namespaces or excepted(Route("", match.view_name or "", view)):
            return None
        rule = rule_of(view)
        if not isinstance(rule, Rule):  # the check makes this unreachable; deny all the same
            return error_response(request, Forbidden())
        if rule.allows(request.actor):
            return None
        return self.refuse(request)

    def refuse(self, request):
        actor = request.actor
        if actor.signed_in and actor.extra.get("second_factor_missing") and not wants_json(request):
            return redirect(second_factor_page(request.user, request.get_full_path()))
        if actor.signed_in or wants_json(request):
            return error_response(request, Forbidden() if actor.signed_in else SignInNeeded())
        if request.method not in ("GET", "HEAD"):
            messages.warning(request, _LOGGED_OUT)
        return redirect_to_login(page_to_return_to(request))

    def process_exception(self, request, exception):
        """allauth raises its limit where it has no page of its own."""
        return error_response(request, TooMany(retry_after=60)) if isinstance(exception, RateLimited) else None
