"""The Content-Security-Policy of every page, and what the officials' site needs beside it."""

from __future__ import annotations

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings

OFFICIALS = "/admin/"


class PolicyMiddleware(CSPMiddleware):
    """As the settings say. A view may add to it (django-csp's decorators); under /admin/ `OFFICIALS_POLICY` is added.

    The theme of the officials' site evaluates expressions, so that script-src has 'unsafe-eval' there and nowhere else.
    """

    def get_policy_parts(self, request, response, report_only: bool = False) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(OFFICIALS) and not report_only:
            parts.update = {**(parts.update or {}), **settings.OFFICIALS_POLICY}
        return parts
