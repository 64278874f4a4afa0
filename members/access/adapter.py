"""Where people land after logging in."""

from __future__ import annotations

from django.urls import reverse

from members.access.second_factor import passed_second_factor, second_factor_page
from members.access.selectors import actor_of
from members.access.states import SECOND_FACTOR_ROLES, Role
from members.accounts.adapter import PhoneAdapter

# The first that fits: who is an official and runs a station begins as an official.
DESKS = (
    (frozenset(SECOND_FACTOR_ROLES), "admin:index"),
    (frozenset({Role.ENTERPRISE_ADMIN}), "firms"),
    (frozenset({Role.KEEPER, Role.COURIER, Role.ENTERPRISE_STAFF}), "work"),
)


class PortalAdapter(PhoneAdapter):
    def get_login_redirect_url(self, request):
        """Everybody to the desk of their work; officials whose role waits for the second factor to that first.

        Only where nobody asked for another page: `next` goes before.
        """
        actor = actor_of(request.user, second_factor=passed_second_factor(request))
        if actor.extra.get("second_factor_missing"):
            return second_factor_page(request.user, reverse("admin:index"))
        for roles, page in DESKS:
            if roles & set(actor.roles):
                return reverse(page)
        return super().get_login_redirect_url(request)
