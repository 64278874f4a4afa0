"""What stops when a certificate stops: told to the official before they act, counted from what holds now.

Certificates know the registers below them. What lies above, such as parcels, is counted by whoever knows it: an app
adds a finder when it starts.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext

from logistics.certificates.kinds import party_rows
from logistics.certificates.models import Certificate
from logistics.registry.models import Courier, DriverBinding, Enterprise, Station, Vehicle
from logistics.registry.states import State

Finder = Callable[[Certificate], list[str]]
_finders: list[Finder] = []
NAMED = 6  # stations called by name


def add_finder(finder: Finder) -> None:
    """`finder(certificate)` gives sentences about what stops with it; [] for kinds that it does not know."""
    if finder not in _finders:
        _finders.append(finder)


def consequences_of(certificate: Certificate) -> list[str]:
    """Sentences with counts, in the reader's language; what belongs to a party that does not exist any more is not
    counted. A fixed number of statements for each finder."""
    return [line for finder in (_registers, *_finders) for line in finder(certificate)]


def stations_stopped(certificate: Certificate) -> list[Station]:
    """The working stations that take nothing in any more: the one certified, or all that the enterprise runs."""
    party = _party(certificate)
    if isinstance(party, Station):
        return [party] if party.state == State.ACTIVE else []
    if isinstance(party, Enterprise):
        return list(Station.objects.filter(operator=party, state=State.ACTIVE).order_by("code"))
    return []


def _party(certificate: Certificate):
    rows = party_rows(certificate.kind, certificate.holder)
    return rows.first() if rows is not None else None


def _registers(certificate: Certificate) -> list[str]:
    party = _party(certificate)
    lines = []
    if stations := stations_stopped(certificate):
        names = gettext("、").join(station.name for station in stations[:NAMED])
        told = {"n": len(stations), "names": names + (gettext("等") if len(stations) > NAMED else "")}
        lines.append(gettext("%(n)d 个站点停止收件：%(names)s。") % told)
    if isinstance(party, Enterprise):
        if vehicles := Vehicle.objects.filter(operator=party, state=State.ACTIVE).count():
            lines.append(gettext("%(n)d 辆车不能再派。") % {"n": vehicles})
        if people := Courier.objects.filter(enterprise=party, state=State.ACTIVE).count():
            lines.append(gettext("%(n)d 名快递员和司机不能再接货。") % {"n": people})
    if isinstance(party, Vehicle):
        bound = DriverBinding.objects.filter(vehicle=party, ended_at=None, agreed_at__isnull=False)
        if drivers := bound.count():
            lines.append(gettext("%(n)d 名司机要换车。") % {"n": drivers})
    return lines
