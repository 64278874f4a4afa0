"""Whether whoever sends a batch of events, and the stations it names, may take on parcels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from logistics.parcels.models import EventSource
from logistics.parcels.states import SourceKind, Stage
from logistics.registry.models import Certified, Courier, Enterprise, Station
from logistics.registry.standing import is_good, standing_of
from logistics.registry.states import Standing
from members.access.states import Role
from portal.core.actor import Actor
from portal.core.clock import county_day

# Taking on a parcel. Whoever has been stopped takes on none; all else is said of parcels they have already.
TAKES_ON = frozenset({Stage.COLLECTED, Stage.AT_COUNTY, Stage.AT_TOWN, Stage.READY_FOR_PICKUP, Stage.OUT_FOR_DELIVERY})


class Takers:
    """Read once a batch: one statement for a feed or a file, one for a courier, one for a terminal that names no
    station. `stations` are those that the events name, with their operators; they count at the counter only: a
    carrier's own news of where its parcel lies are taken as they are.
    """

    def __init__(self, *, source: EventSource, actor: Actor, stations: Iterable[Station], own: int | None) -> None:
        self.senders: list[Certified] = []
        self.stations: dict[int, Station] = {}
        if source.kind in (SourceKind.FEED, SourceKind.FILE):
            self.senders += Enterprise.objects.filter(pk=source.enterprise_id) if source.enterprise_id else []
            return
        self.stations = {station.pk: station for station in stations}
        if own is not None and own not in self.stations:
            rows = Station.objects.select_related("operator").filter(pk=own)
            self.stations |= {station.pk: station for station in rows}
        if actor.user_id is not None and Role.COURIER in actor.roles:
            for courier in Courier.objects.select_related("enterprise").filter(user=actor.user_id):
                self.senders += filter(None, (courier, courier.enterprise))

    def may(self, code: str, station: int | None, moment: dt.datetime) -> bool:
        """At `moment`, as far as dates decide; who was suspended or revoked since is stopped for all that comes in."""
        if code not in TAKES_ON:
            return True
        today = county_day(moment)
        if any(standing_of(sender, today=today) != Standing.GOOD for sender in self.senders):
            return False
        place = self.stations.get(station) if station is not None else None
        return place is None or is_good(place, today=today)
