"""Which events of a batch may enter the log, and as what. Reads and locks; writes nothing.

What a row is refused for never depends on which other events have come in, so that the same events are accepted in
any order. Three things that are no events are looked at: the recipient's consent, a handover that nobody answered
yet, and whether the sender and the station may take on parcels, at the day of the event. A row refused for
one of them is taken when it is sent again after the consent, the answer or the renewal.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from logistics.parcels.events import NewEvent, derived_id, normalise_number, parse_time
from logistics.parcels.fold import order_rank
from logistics.parcels.models import EventSource, HandoverItem, Parcel
from logistics.parcels.selectors_consent import consented_parcels
from logistics.parcels.services import log
from logistics.parcels.services.takers import TAKES_ON, Takers
from logistics.parcels.states import (
    DEPARTURES,
    EVENT_LABELS,
    RANKS,
    Act,
    Custodian,
    Issue,
    PlaceWord,
    Refusal,
    SourceKind,
    Stage,
    Variant,
)
from logistics.parcels.words import stage_at
from logistics.registry.models import Station
from members.access.states import Permission
from portal.core.actor import Actor
from portal.core.ids import new_id

SKEW_TOLERANCE = dt.timedelta(minutes=5)
FUTURE_TOLERANCE = dt.timedelta(minutes=10)
OLDEST = dt.timedelta(days=390)  # within the months that are kept ready for late events

_CODES = frozenset(EVENT_LABELS)
_BY_PLACE = frozenset(PlaceWord.values)
_RANKS = {(d, code): order_rank(d, code) for d in RANKS for code in _CODES}
_VARIANTS = frozenset(Variant.values) | {""}
_CUSTODIANS = frozenset(Custodian.values)
_ISSUES = frozenset(Issue.values)
# What a person or scanner can't simply assert: a service checks it first and then vouches for it.
_GUARDED_FOR_ALL = frozenset({Act.VOID, Act.CUSTODY, Act.FORWARDED})
_GUARDED_AT_THE_COUNTER = _GUARDED_FOR_ALL | {
    Stage.DELIVERED,
    Stage.RETURNED,
    Stage.RETURNING,
    Stage.CANCELLED,
    Stage.LOST,
    Stage.DESTROYED,
    Act.ISSUE_RESOLVED,
}


@dataclass(slots=True)
class Locked:
    """A parcel as it stands under our lock."""

    id: int
    direction: str
    carrier_id: int | None
    closed_at: dt.datetime | None
    plain: bool  # open, no issue, never corrected: new scans can be merged into the columns


@dataclass(slots=True)
class Row:
    """An input event on its way: refused, duplicate, or with all that its row in the log needs.

    `id`, `parcel` and `occurred_at` are there as soon as they are known: a refused row may never get them.
    """

    key: str
    event: NewEvent
    refusal: Refusal | None = None
    wrong: str = ""  # which field is wrong in a malformed event, where one is
    duplicate: bool = False
    digest: int | None = None  # of the content, where the key is the sender's own id
    after_end: bool = False
    claimed_at: dt.datetime | None = None
    offset: int = 480
    rank: int = 0
    station_id: int | None = None
    corrects_source: int | None = None
    id: uuid.UUID = field(init=False)
    parcel: Locked = field(init=False)
    occurred_at: dt.datetime = field(init=False)


def _malformed_field(row: Row) -> str:
    """The first field for which `Judge._malformed` calls the event malformed; asked for refused rows only."""
    event = row.event
    wrong = {
        "number": not event.number or len(event.number) > 40 or "\x00" in event.number,
        "id": len(row.key) > 64 or "\x00" in row.key,
        "variant": event.variant not in _VARIANTS,
        "text": len(event.text) > 500 or "\x00" in event.text,
        "reason": len(event.reason) > 40,
        "custody_ref": len(event.custody_ref) > 40,
        "custody_kind": (event.code == Act.CUSTODY) != (event.custody_kind in _CUSTODIANS),
        "corrects": (event.code == Act.VOID) != bool(event.corrects),
        "issue": event.code == Act.ISSUE_RESOLVED and event.issue not in _ISSUES,
    }
    return next(name for name, is_wrong in wrong.items() if is_wrong)


def _of_the_day(matches: Sequence, at: dt.datetime) -> Sequence:
    """Of a number that was given out anew: the parcel whose journey had not ended at the time of the event."""
    before = [m for m in matches if m[2] and m[1].closed_at is not None and at <= m[1].closed_at]
    if not before:
        return [m for m in matches if not m[2]] or matches
    oldest = max(m[2] for m in before)
    return [m for m in before if m[2] == oldest]


class Judge:
    def __init__(
        self,
        *,
        source: EventSource,
        actor: Actor,
        now: dt.datetime,
        sent_at: dt.datetime | None,
        vouched: bool,
        stations: Sequence[Station] = (),
    ):
        self.source, self.actor, self.now = source, actor, now
        self.skew = now - sent_at if sent_at is not None and abs(now - sent_at) > SKEW_TOLERANCE else None
        self.scope = actor.scope(Permission.EVENT_RECORD)
        self.trusted = vouched or source.kind == SourceKind.SYSTEM
        at_counter = source.kind in (SourceKind.DEVICE, SourceKind.USER)
        self.guarded = frozenset() if self.trusted else _GUARDED_AT_THE_COUNTER if at_counter else _GUARDED_FOR_ALL
        self.asks_first = at_counter and not self.trusted  # whether the recipient agreed, the handover is answered
        self.known = {station.code: station for station in stations}
        self.named: list[Station] = []
        self.areas: dict[int, str] = {}
        # A terminal of one station need not name it in every scan.
        self.own_station = next(iter(self.scope.stations)) if len(self.scope.stations) == 1 else None

    def rows(self, events: Sequence[NewEvent]) -> list[Row]:
        """One Row an event, judged. Locks the parcels named in it (in the order of their ids)."""
        rows = [self._read(event) for event in events]
        stations = self._stations({e.station for e in events if e.station})
        carriers, numbers = log.lock_parcels(
            {row.event.number for row in rows if row.refusal is None}, self._carrier_codes(events), Locked
        )
        self.areas = self._areas(numbers)
        self._settle_by_place(rows, numbers)
        consent, handed = self._consent(rows, numbers), self._handed(rows, numbers)
        takers = self._takers(rows)
        for row in rows:
            if row.refusal is None:
                row.refusal = self._place(row, stations, carriers, numbers) or self._proof(row, consent, handed)
            if row.refusal is None and takers and not takers.may(row.event.code, row.station_id, row.occurred_at):
                row.refusal = Refusal.PARTY_STOPPED
            if row.refusal is None:
                row.id = new_id()
        return rows

    def _read(self, event: NewEvent) -> Row:
        """What can be judged from the event alone."""
        event.number = normalise_number(event.number)
        row = Row(key=event.id, event=event)
        try:
            moment = parse_time(event.at)
            row.offset = int((moment.utcoffset() or dt.timedelta()).total_seconds() // 60)
            row.occurred_at = moment.astimezone(dt.UTC)
        except (ValueError, OverflowError):
            row.refusal, row.key = (
                Refusal.MALFORMED,
                event.id or derived_id(event.number, event.code, self.now, event.station),
            )
            row.wrong = "at"
            return row
        if not row.key:
            row.key = derived_id(event.number, event.code, row.occurred_at, event.station)
        if self.skew is not None:
            row.claimed_at = row.occurred_at
            try:
                row.occurred_at += self.skew
            except OverflowError:
                row.refusal = Refusal.MALFORMED
                return row
        row.refusal = self._malformed(row)
        if row.refusal == Refusal.MALFORMED:
            row.wrong = _malformed_field(row)
        return row

    def _malformed(self, row: Row) -> Refusal | None:
        event = row.event
        if event.code not in _CODES and event.code not in _BY_PLACE:
            return Refusal.UNKNOWN_CODE
        if (
            not event.number
            or len(row.key) > 64
            or len(event.number) > 40
            or event.variant not in _VARIANTS
            or "\x00" in event.text + row.key + event.number
        ):
            return Refusal.MALFORMED
        if len(event.text) > 500 or len(event.reason) > 40 or len(event.custody_ref) > 40:
            return Refusal.MALFORMED
        if (event.code == Act.CUSTODY) != (event.custody_kind in _CUSTODIANS) or (event.code == Act.VOID) != bool(
            event.corrects
        ):
            return Refusal.MALFORMED
        if event.code == Act.ISSUE_RESOLVED and event.issue not in _ISSUES:
            return Refusal.MALFORMED
        if row.occurred_at > self.now + FUTURE_TOLERANCE:
            return Refusal.FUTURE_TIME
        if row.occurred_at < self.now - OLDEST:
            return Refusal.TOO_OLD
        return Refusal.NEEDS_PROOF if event.code in self.guarded else None

    def _carrier_codes(self, events: Sequence[NewEvent]) -> set[str]:
        return {event.carrier for event in events if event.carrier}

    def _stations(self, codes: set[str]) -> dict[str, tuple[int, bool]]:
        """Station code → (id, whether the actor's scope covers it)."""
        unknown = codes - self.known.keys()
        others = Station.objects.select_related("operator").filter(code__in=unknown) if unknown else ()
        rows = self.named = [*self.known.values(), *others]
        return {s.code: (s.pk, s.pk in self.scope.stations or self.scope.covers_division(s.division_id)) for s in rows}

    def _areas(self, numbers) -> dict[int, str]:
        """Where in the county the parcels end, for an actor whose scope is an area: officials with a file."""
        if not self.scope.divisions:
            return {}
        ids = {match[1].id for matches in numbers.values() for match in matches}
        return dict(Parcel.objects.filter(pk__in=ids).values_list("pk", "area"))

    def _settle_by_place(self, rows: list[Row], numbers) -> None:
        """到件 and the like become the stage that they mean at their station, for a parcel of this direction."""
        worded = [row for row in rows if row.refusal is None and row.event.code in _BY_PLACE]
        if not worded:
            return
        kinds = {station.code: station.kind for station in self.named}
        if self.own_station is not None:
            kinds[""] = Station.objects.filter(pk=self.own_station).values_list("kind", flat=True).get()
        for row in worded:
            if found := numbers.get(row.event.number):
                direction = found[0][1].direction
                row.event.code = stage_at(row.event.code, direction, kinds.get(row.event.station, ""))
                row.refusal = Refusal.NEEDS_PROOF if row.event.code in self.guarded else None

    def _place(self, row: Row, stations, carriers, numbers) -> Refusal | None:
        """Find parcel and station of a row and hold them against the actor's scope."""
        event = row.event
        matches = numbers.get(event.number, ())
        if event.carrier:
            matches = [m for m in matches if m[0] == carriers.get(event.carrier, -1)]
        own = [m for m in matches if m[1].carrier_id in self.scope.enterprises]
        if len(matches) > 1 and own:
            matches = own  # a carrier's number means its own parcel, whoever else uses the same digits
        if not matches:
            return Refusal.UNKNOWN_PARCEL
        matches = _of_the_day(matches, row.occurred_at)
        if len({m[1].id for m in matches}) > 1:
            return Refusal.AMBIGUOUS_NUMBER
        row.parcel = matches[0][1]
        rank = _RANKS[row.parcel.direction, event.code]
        if rank is None:
            return Refusal.WRONG_DIRECTION
        row.rank = rank
        return self._in_scope(row, stations)

    def _in_scope(self, row: Row, stations) -> Refusal | None:
        covered = self.scope.everything or row.parcel.carrier_id in self.scope.enterprises
        if not covered and row.parcel.id in self.areas:
            covered = self.scope.covers_division(self.areas[row.parcel.id])
        if row.event.station:
            station = stations.get(row.event.station)
            if station is None:
                return Refusal.UNKNOWN_STATION
            row.station_id = station[0]
            covered = covered or station[1]
        elif self.own_station is not None:
            row.station_id, covered = self.own_station, True
        if not covered and not self.trusted:
            return Refusal.OUT_OF_SCOPE
        row.after_end = row.parcel.closed_at is not None and row.occurred_at > row.parcel.closed_at
        return None

    def _consent(self, rows: list[Row], numbers) -> set[int]:
        """Parcels of this batch whose recipient agreed to a station, if any row needs to know."""
        ids = self._named(rows, numbers, {Stage.READY_FOR_PICKUP})
        return consented_parcels(ids) if ids else set()

    def _handed(self, rows: list[Row], numbers) -> dict[int, dt.datetime]:
        """Since when an unanswered handover holds a parcel of this batch, if any row wants to depart with it."""
        ids = self._named(rows, numbers, DEPARTURES)
        items = HandoverItem.objects.filter(parcel__in=ids, open=True, expected=True)
        return dict(items.values_list("parcel_id", "handover__offered_at")) if ids else {}

    def _takers(self, rows: list[Row]) -> Takers | None:
        """None when nobody has to be asked: a service has done so already, or no row takes on a parcel."""
        if self.trusted or not any(row.refusal is None and row.event.code in TAKES_ON for row in rows):
            return None
        return Takers(source=self.source, actor=self.actor, stations=self.named, own=self.own_station)

    def _named(self, rows: list[Row], numbers, codes: Iterable[str]) -> set[int]:
        """Parcels of which a row at the counter states one of `codes`."""
        if not self.asks_first:
            return set()
        wanted = {row.event.number for row in rows if row.refusal is None and row.event.code in codes}
        return {match[1].id for number in wanted for match in numbers.get(number, ())}

    def _proof(self, row: Row, consent: set[int], handed: dict[int, dt.datetime]) -> Refusal | None:
        event = row.event
        if event.code == Act.VOID:
            row.corrects_source = log.source_id(event.corrects_source) if event.corrects_source else self.source.pk
            return Refusal.UNKNOWN_CORRECTED if row.corrects_source is None else None
        if event.code == Stage.READY_FOR_PICKUP and self.asks_first and row.parcel.id not in consent:
            return Refusal.NEEDS_CONSENT
        offered_at = handed.get(row.parcel.id) if event.code in DEPARTURES else None
        if offered_at is not None and row.occurred_at >= offered_at:
            return Refusal.OPEN_HANDOVER
        return None
