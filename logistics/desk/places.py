"""At which of their stations somebody works just now: kept in the session, chosen by POST /work/station/."""

from __future__ import annotations

from logistics.desk.selectors import NoWorkStation, work_stations
from logistics.registry.models import Station

SESSION_KEY = "work_station"


def current_station(request, permission: str) -> Station:
    """The station chosen in this session, else the first of work_stations. Raises NoWorkStation when there is none."""
    rows = work_stations(actor=request.actor, permission=permission).select_related("parent__parent")
    chosen = request.session.get(SESSION_KEY, "")
    station = (rows.filter(code=chosen).first() if chosen else None) or rows.first()
    if station is None:
        raise NoWorkStation()
    return station


def choose_station(request, station: Station) -> None:
    request.session[SESSION_KEY] = station.code
