"""What a counter must know of one parcel before it takes it in or gives it out, in one statement.

In SQL of our own, because it happens at every barcode (portal/core/rows.py). For services that hold the parcel's lock
and have checked the actor.
"""

from __future__ import annotations

from dataclasses import dataclass

from logistics.parcels.models import Parcel, Pickup, PickupCode
from logistics.parcels.states import keep_hours
from logistics.registry.models import Station
from portal.core.rows import Columns, read_rows

_CODE, _PICKUP, _AT, _BY = (
    Columns(PickupCode, "k"), Columns(Pickup, "g"), Columns(Station, "at"), Columns(Station, "by_"),
)  # fmt: skip
_SQL = """
SELECT {columns}, b.number, r.phone, rule.enabled, rule.hours
FROM (SELECT %s::bigint AS id) p
LEFT JOIN parcels_pickupcode k ON k.parcel_id = p.id
LEFT JOIN registry_station at ON at.id = k.station_id
LEFT JOIN parcels_pickup g ON g.parcel_id = p.id AND g.undone_at IS NULL AND NOT g.partial
LEFT JOIN registry_station by_ ON by_.id = g.station_id
LEFT JOIN parcels_bagitem i ON i.parcel_id = p.id AND i.removed_at IS NULL
LEFT JOIN parcels_bag b ON b.id = i.bag_id
LEFT JOIN parcels_parcelcontact r ON r.parcel_id = p.id AND r.role = 'recipient'
LEFT JOIN parcels_timerrule rule ON rule.kind = 'return'
"""


@dataclass(frozen=True, slots=True)
class AtCounter:
    """`code` is the parcel's one pickup code in whatever state, `given` its pickup that stands, both with station.

    `bag` is the number of the bag it is registered in, `phone` the recipient's; "" when there is none.
    `keep_hours` is how long the county keeps it; None where nothing goes back by the clock.
    """

    code: PickupCode | None
    given: Pickup | None
    bag: str
    phone: str
    keep_hours: int | None

    @property
    def live_code(self) -> PickupCode | None:
        alive = self.code is not None and self.code.used_at is None and self.code.voided_at is None
        return self.code if alive else None


def at_counter(parcel: Parcel) -> AtCounter:
    parts = (_CODE, _AT, _PICKUP, _BY)
    ((code, at, given, by, bag, phone, returns, hours),) = read_rows(
        _SQL.format(columns=", ".join(part.sql for part in parts)), [parcel.pk], *parts
    )
    if code is not None:
        code.station = at
    if given is not None:
        given.station = by
    return AtCounter(code, given, bag or "", phone or "", keep_hours(returns, hours))
