"""Choosing the station one works at."""

from __future__ import annotations

from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from logistics.desk.api.base import reply
from logistics.desk.places import choose_station as keep_station
from logistics.desk.selectors import any_work_station
from members.access.states import Permission
from portal.core.access import needs
from portal.core.middleware import wants_json


@needs(Permission.STATION_VIEW)
@require_POST
def choose_station(request):
    """Keeps the chosen station in the session and goes back to the page one came from."""
    station = any_work_station(actor=request.actor, code=request.POST.get("station", "")[:24])
    keep_station(request, station)
    if wants_json(request):
        return reply({"station": {"code": station.code, "name": station.name, "kind": station.kind}})
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(back if back and safe else "work")
