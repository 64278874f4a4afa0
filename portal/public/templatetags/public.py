"""Small helpers of the public pages."""

from __future__ import annotations

from django import template
from django.utils.translation import ngettext

from portal.public.guides import FIRST_STEPS_COOKIE, guide_for
from portal.public.hours import state_of

register = template.Library()
register.filter("state_of", state_of)


@register.filter
def waiting(seconds) -> str:
    """How long to wait, in words: seconds up to a minute and a half, then minutes, rounded up."""
    whole = int(seconds)
    if whole <= 90:
        return ngettext("%(n)s 秒", "%(n)s 秒", whole) % {"n": whole}
    minutes = -(-whole // 60)
    return ngettext("%(n)s 分钟", "%(n)s 分钟", minutes) % {"n": minutes}


@register.inclusion_tag("public/_first_steps.html", takes_context=True)
def first_steps(context) -> dict:
    """A newcomer's way to the first steps of their role, until they put it away."""
    request = context["request"]
    guide = guide_for(request.actor.roles)
    hidden = request.COOKIES.get(FIRST_STEPS_COOKIE) == guide.slug
    return {"guide": None if hidden else guide, "csrf_token": context.get("csrf_token")}
