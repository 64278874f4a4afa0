"""A station closes for good only when nothing is left in its hands."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import Parcel
from logistics.parcels.selectors_county import lying_at
from logistics.registry.models import Station
from logistics.registry.states import State, StationKind
from portal.core.errors import Conflict


class StationNotEmpty(Conflict):
    code = "station_not_empty"
    hint = _("请先发放、退回或转走包裹，为在途包裹改派站点，为下级站点另选上级，再办理关闭；急需停业可以先暂停。")


def require_empty(station: Station) -> None:
    """Raises StationNotEmpty with what is left: parcels that lie there or are on the way, stations that hang below."""
    level = StationKind.VILLAGE if station.kind == StationKind.LOCKER else station.kind
    open_ones = Parcel.objects.filter(closed_at=None)
    lying = lying_at(open_ones.filter(station=station), level)
    coming = open_ones.filter(destination_station=station).exclude(pk__in=lying.values("pk"))
    below = station.children.filter(~Q(state=State.CLOSED))
    left = {"lying": lying.count(), "coming": coming.count(), "below": below.count()}
    if any(left.values()):
        raise StationNotEmpty(
            _("站点还不能关闭：在站包裹 %(lying)d 件，发往这里的包裹 %(coming)d 件，下级站点 %(below)d 个。") % left
        )
