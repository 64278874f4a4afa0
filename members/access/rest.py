"""REST: the same declared rule, for people and devices."""

from __future__ import annotations

from rest_framework.permissions import BasePermission

from portal.core.access import Rule, rule_of


class DeclaredAccess(BasePermission):
    """Allows what the view declares, and nothing when it declares nothing.

    Sets `request.actor` to the device's or the person's actor. A device also needs the route on its
    profile's allow-list; that check is the authentication's (members/devices/authentication.py).
    """

    def has_permission(self, request, view) -> bool:
        actor = getattr(request.auth, "actor", None) or request._request.actor
        request.actor = request._request.actor = actor
        rule = rule_of(_Callback(type(view)), getattr(view, "action", None))
        return isinstance(rule, Rule) and rule.allows(actor)


class _Callback:
    """What `rule_of` expects of a URL callback, made from a view class."""

    def __init__(self, cls):
        self.cls = cls
