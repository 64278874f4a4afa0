"""Whether a party may work today. Read from rows that are loaded anyway, so that it costs a scan no query.

What a stopped party may still do is decided where it is done: a parcel that is already at a station can always be
given out, returned, or handed on.
"""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from logistics.registry.models import Certified, Courier, Station, Vehicle
from logistics.registry.states import Standing, State
from portal.core.clock import county_day
from portal.core.errors import Conflict

_BY_STATE = {
    State.CLOSED: Standing.CLOSED,
    State.REVOKED: Standing.REVOKED,
    State.SUSPENDED: Standing.SUSPENDED,
}
_SAYS = {
    Standing.CLOSED: _("%(who)s已经关闭。"),
    Standing.REVOKED: _("%(who)s的证书已被撤销。"),
    Standing.SUSPENDED: _("%(who)s已被暂停。"),
    Standing.EXPIRED: _("%(who)s的证书已于%(day)s到期。"),
    Standing.UNCERTIFIED: _("%(who)s没有在%(day)s前取得证书。"),
    Standing.PAPERS_EXPIRED: _("%(who)s的证件（保险、检验、租期或驾驶证）已于%(day)s到期。"),
}
_NEXT = {
    Standing.CLOSED: _("请改用其他站点、车辆或人员。"),
    Standing.REVOKED: _("请重新申请认证；已在站的包裹照常发放。"),
    Standing.SUSPENDED: _("请联系县级主管部门恢复；已在站的包裹照常发放。"),
    Standing.EXPIRED: _("请在“认证”页办理续期；已在站的包裹照常发放。"),
    Standing.UNCERTIFIED: _("请在“认证”页提出申请；已在站的包裹照常发放。"),
    Standing.PAPERS_EXPIRED: _("请在“认证”页提交新的证件。"),
}


class Stopped(Conflict):
    """A party that may not work now. `code` is `stopped_` and the standing, e.g. stopped_expired."""

    code = "stopped"

    def __init__(self, party: Certified, standing: Standing, why: str = ""):
        says = _SAYS[standing] % {"who": _name(party), "day": _day(party, standing)}
        message = _("%(says)s原因：%(why)s") % {"says": says, "why": why} if why else says
        super().__init__(message, code=f"stopped_{standing.value}", hint=_NEXT[standing])
        self.standing = standing


def standing_of(party: Certified, *, today: dt.date) -> Standing:
    """The standing of one party by itself, not of those it works for. `today` is the county's date."""
    if party.state in _BY_STATE:
        return _BY_STATE[State(party.state)]
    if party.certified_until is not None and party.certified_until < today:
        return Standing.EXPIRED
    if party.certified_until is None and party.certify_by is not None and party.certify_by < today:
        return Standing.UNCERTIFIED
    ends = paper_end(party)
    return Standing.PAPERS_EXPIRED if ends is not None and ends < today else Standing.GOOD


def require_good(*parties: Certified | None, now: dt.datetime) -> None:
    """Raises Stopped for the first party that may not work at `now`. None (no operator) is passed over."""
    today = county_day(now)
    for party in parties:
        if party is not None and (standing := standing_of(party, today=today)) != Standing.GOOD:
            raise Stopped(party, standing, party.stopped_why)


def require_station(station: Station, *, now: dt.datetime) -> None:
    """Raises Stopped unless the station and whoever operates it may take in new parcels. Needs `operator` loaded."""
    require_good(station, station.operator, now=now)


def is_good(station: Station, *, today: dt.date) -> bool:
    """Whether the station and whoever operates it may take in new parcels. Needs `operator` loaded."""
    parties = filter(None, (station, station.operator))
    return all(standing_of(party, today=today) == Standing.GOOD for party in parties)


def require_courier(*, user_id: int, now: dt.datetime) -> None:
    """Raises Stopped for a registered courier or driver who may not take on new parcels, or whose enterprise may
    not. People who are not registered as such are not asked. One statement."""
    courier = Courier.objects.select_related("enterprise").filter(user=user_id).first()
    if courier is not None:
        require_good(courier, courier.enterprise, now=now)


def paper_end(party: Certified) -> dt.date | None:
    """The last day of the paper that ends first: insurance, inspection, lease, driving licence."""
    if isinstance(party, Vehicle):
        return min(d for d in (party.insurance_until, party.inspection_until, party.lease_until) if d is not None)
    if isinstance(party, Courier):
        return party.licence_until
    return None


def _name(party: Certified) -> str:
    return _("工号 %(code)s ") % {"code": party.code} if isinstance(party, Courier) else str(party)


def _day(party: Certified, standing: Standing) -> str:
    day = {
        Standing.EXPIRED: party.certified_until,
        Standing.UNCERTIFIED: party.certify_by,
        Standing.PAPERS_EXPIRED: paper_end(party),
    }.get(standing)
    return f"{day:%Y-%m-%d}" if day else ""
