"""Where people land after logging in."""

from __future__ import annotations

from members.access.second_factor import passed_second_factor, second_factor_page
from members.access.selectors import actor_of
from members.accounts.adapter import PhoneAdapter


class PortalAdapter(PhoneAdapter):
    def get_login_redirect_url(self, request):
        """Officials whose role waits for the second factor are led to it first."""
        usual = super().get_login_redirect_url(request)
        actor = actor_of(request.user, second_factor=passed_second_factor(request))
        return second_factor_page(request.user, usual) if actor.extra.get("second_factor_missing") else usual
