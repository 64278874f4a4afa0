"""What one scan reads: its station, its bag, and the parcels of a number with all that the answer shows of them.

In SQL of our own, because it happens at every barcode (portal/core/rows.py). Not cut to an actor: whoever calls holds
each row against the actor's scope, a parcel by `within_reach`.
"""

from __future__ import annotations

from logistics.parcels.models import Bag, Parcel, ParcelContact
from logistics.registry.models import Enterprise, Station
from portal.core.rows import Columns, read_rows

MOST_ALIKE = 8  # carriers that use one number

_S, _UP, _TOP = (Columns(Station, alias) for alias in ("s", "up", "top"))
_OPERATOR = Columns(Enterprise, "op")
_STATION = """
SELECT {columns}
FROM registry_station s
LEFT JOIN registry_station up ON up.id = s.parent_id
LEFT JOIN registry_station top ON top.id = up.parent_id
LEFT JOIN registry_enterprise op ON op.id = s.operator_id
WHERE s.code = %s
"""

_P, _CARRIER, _LIES, _RECIPIENT = (
    Columns(Parcel, "p"), Columns(Enterprise, "c"), Columns(Station, "lies"), Columns(ParcelContact, "r"),
)  # fmt: skip
_PARCELS = """
SELECT {columns}
FROM parcels_parcel p
LEFT JOIN registry_enterprise c ON c.id = p.carrier_id
LEFT JOIN registry_station lies ON lies.id = p.station_id
LEFT JOIN registry_station s ON s.id = p.destination_station_id
LEFT JOIN registry_station up ON up.id = s.parent_id
LEFT JOIN registry_station top ON top.id = up.parent_id
LEFT JOIN registry_enterprise op ON op.id = s.operator_id
LEFT JOIN parcels_parcelcontact r ON r.parcel_id = p.id AND r.role = 'recipient'
WHERE p.id {which}
"""  # sorted and cut by the reader: with ORDER BY and LIMIT the planner walks all parcels, newest first


_BAG, _FROM = Columns(Bag, "b"), Columns(Station, "o")
_BAGS = """
SELECT {columns}
FROM parcels_bag b
JOIN registry_station o ON o.id = b.origin_id
JOIN registry_station s ON s.id = b.destination_id
LEFT JOIN registry_station up ON up.id = s.parent_id
WHERE b.number = %s
"""


MOST_SHELVES = 500


def shelves_of(station: Station) -> list[str]:
    """The shelves on which parcels lie at `station` now."""
    lying = Parcel.objects.filter(station=station, closed_at=None).exclude(shelf="")
    return list(lying.order_by("shelf").values_list("shelf", flat=True).distinct()[:MOST_SHELVES])


def station_with_way(code: str) -> Station | None:
    """The station `code`, whatever its state, with its operator and the two stations above it. One statement."""
    parts = (_S, _UP, _TOP, _OPERATOR)
    sql = _STATION.format(columns=", ".join(part.sql for part in parts))
    rows = read_rows(sql, [code], *parts)
    if not rows:
        return None
    station, up, top, operator = rows[0]
    station.operator = operator
    return _way(station, up, top)


def bag_with_ends(number: str) -> Bag | None:
    """The bag `number` with the station where it is packed, its destination and the one above that. One statement."""
    parts = (_BAG, _FROM, _S, _UP)
    rows = read_rows(_BAGS.format(columns=", ".join(part.sql for part in parts)), [number], *parts)
    if not rows:
        return None
    bag, origin, to, up = rows[0]
    bag.origin, bag.destination = origin, to
    if up is not None:
        to.parent = up
    return bag


def parcels_of_number(number: str) -> list[Parcel]:
    """Every parcel of this number, the newest first, at most MOST_ALIKE. One statement.

    With carrier, station, the way to the destination and its operator, and the recipient's contact (or None) as
    `recipient`.
    """
    return _parcels(
        "= ANY (ARRAY (SELECT n.parcel_id FROM parcels_parcelnumber n WHERE n.number = %s AND n.generation = 0))",
        number,
    )


def parcel_to_give(pk: int) -> Parcel:
    """The parcel `pk`, as parcels_of_number reads it."""
    return _parcels("= %s", pk)[0]


def _parcels(which: str, value: str | int) -> list[Parcel]:
    parts = (_P, _CARRIER, _LIES, _S, _UP, _TOP, _OPERATOR, _RECIPIENT)
    sql = _PARCELS.format(columns=", ".join(part.sql for part in parts), which=which)
    found = [_with_places(*row) for row in read_rows(sql, [value], *parts)]
    return sorted(found, key=lambda parcel: -parcel.pk)[:MOST_ALIKE]


def _with_places(
    parcel: Parcel,
    carrier: Enterprise | None,
    lies: Station | None,
    to: Station | None,
    up: Station | None,
    top: Station | None,
    operator: Enterprise | None,
    recipient: ParcelContact | None,
) -> Parcel:
    parcel.carrier, parcel.station, parcel.recipient = carrier, lies, recipient  # type: ignore[attr-defined]
    if to is not None:
        to.operator = operator
    parcel.destination_station = _way(to, up, top) if to is not None else None
    return parcel


def _way(station: Station, up: Station | None, top: Station | None) -> Station:
    """The station with those above it, as far as there are any."""
    station.parent = up
    if up is not None:
        up.parent = top
    return station
