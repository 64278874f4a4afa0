"""Pages of the officials' site beside Django's own: each with its declared rule, and kept to it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from portal.core.access import Rule, declare


def guarded(view, rule: Rule, site):
    """`view` as a page of the site: for officials only, and only for whom `rule` allows.

    The middleware leaves the officials' site to itself, so the rule that the start-up check reads is enforced here.
    """

    @declare(rule)
    def door(request, *args, **kwargs):
        if not rule.allows(request.actor):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return site.admin_view(door)
