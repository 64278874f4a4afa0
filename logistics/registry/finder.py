"""Finding a station: which one serves a village, what is open, who is near. Everything here is public."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.registry.models import Station, StationPhoto
from logistics.registry.opening import Standing, Week, calendar_of, market_today, read_hours, standing
from logistics.registry.selectors import StationNotFound, public_serving_stations
from logistics.registry.standing import standing_of
from logistics.registry.states import Standing as Certified
from logistics.registry.states import State, StationKind, StationService
from portal.core.clock import county_day
from portal.core.errors import BadInput
from portal.regions.selectors import MAX_QUERY, Found, search_divisions, with_paths
from portal.regions.states import Level

_TOWNSHIP, _COUNTY = int(Level.TOWNSHIP), int(Level.COUNTY)
NAMED = 20
_ORDER = [StationKind.HUB, StationKind.TOWNSHIP, StationKind.VILLAGE, StationKind.LOCKER]


@dataclass(frozen=True, slots=True)
class Card:
    """What anyone may know of a station, and whether it is open at the moment that was asked for."""

    code: str
    name: str
    kind: str
    kind_label: str
    prefix: str
    place: str
    township: str
    address: str
    hours: str
    phone: str
    longitude: Decimal | None
    latitude: Decimal | None
    illustrative: bool
    paused: bool
    week: Week | None
    now: Standing | None
    market_days: str = ""
    market_today: bool = False
    harvest_hours: str = ""
    services: tuple[str, ...] = ()
    certified_until: dt.date | None = None
    stopped: Any = ""  # why it takes nothing in, in words, when its certificate or its operator's stops it

    @property
    def township_code(self) -> str:
        """The nine digits of its township, shorter for a station of the county."""
        return self.prefix[:_TOWNSHIP]

    @property
    def open_now(self) -> bool:
        return not self.paused and self.now is not None and self.now.open

    @property
    def suspended(self) -> bool:
        """Paused by itself or by officials, as against a certificate that ended."""
        return self.stopped == Certified.SUSPENDED.label

    @property
    def service_labels(self) -> list[str]:
        return [str(StationService(code).label) for code in self.services]


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that fits the query, and the stations there; `near`: it has none, so the one that serves it is given."""

    place: Found
    stations: list[Card]
    near: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """`same`: how many of the places bear the very name that was asked for, when there are several.

    `named`: stations that bear the word in their name, NAMED at most; `more`: there are others.
    """

    hits: list[Hit]
    named: list[Card]
    same: int
    more: bool

    @property
    def empty(self) -> bool:
        return not self.hits and not self.named


def public_cards(*, now: dt.datetime) -> list[Card]:
    """All stations but closed ones: the hub, then each township with its own first. Two queries."""
    return _cards(Station.objects.all(), now)


def _cards(stations: QuerySet[Station], now: dt.datetime) -> list[Card]:
    rows = list(stations.exclude(state=State.CLOSED).select_related("division", "operator"))
    places = with_paths([row.division for row in rows])
    cards = [_card(row, place, now) for row, place in zip(rows, places, strict=True)]
    return sorted(cards, key=lambda c: (c.kind != StationKind.HUB, c.township_code, _ORDER.index(c.kind), c.code))


def public_card(code: str, *, now: dt.datetime) -> tuple[Card, list[Card]]:
    """A station, and the others of its township and the county hub, nearest first. Raises StationNotFound."""
    row = Station.objects.exclude(state=State.CLOSED).filter(code=code).only("division_id").first()
    if row is None:
        raise StationNotFound()
    around = Q(division__code__startswith=row.division_id[:_TOWNSHIP]) | Q(
        kind=StationKind.HUB, division__code__startswith=row.division_id[:_COUNTY]
    )
    cards = _cards(Station.objects.filter(around | Q(pk=row.pk)), now)
    found = next(card for card in cards if card.code == code)
    others = [
        c for c in cards if c.code != code and (c.township_code == found.township_code or c.kind == StationKind.HUB)
    ]
    return found, sorted(others, key=lambda card: _far(found, card))


def public_photos(code: str) -> list[StationPhoto]:
    """The pictures of a station, the first one first."""
    return list(StationPhoto.objects.filter(station__code=code).order_by("added_at", "pk"))


def narrowed(cards: list[Card], *, open_now: bool = False, service: str = "") -> list[Card]:
    """Those that are open at their moment, and that offer `service`; a service nobody knows narrows nothing."""
    wanted = service if service in StationService.values else ""
    return [card for card in cards if (not open_now or card.open_now) and (not wanted or wanted in card.services)]


def find(query: str, cards: list[Card]) -> Answer:
    """Places and stations that fit `query`: a village, its pinyin or initials, a code, or a station's name.

    Only places of counties that have stations. A name that fits several places gives all of them. Raises BadInput
    for a query longer than a place can be.
    """
    text = query.strip()
    if len(text) > MAX_QUERY:
        raise BadInput(_("村名太长了。"), code="query_too_long", hint=_("请只输入村名、乡镇名或拼音首字母。"))
    counties = sorted({card.prefix[:_COUNTY] for card in cards if len(card.prefix) >= _COUNTY})
    found = [place for county in counties for place in search_divisions(text, within=county)]
    places = [place for place in found if place.level >= Level.TOWNSHIP]
    by_code = {card.code: card for card in cards}
    serving = public_serving_stations(divisions=[p.code for p in places])
    hits = [_hit(place, cards, by_code.get(serving[place.code].code) if place.code in serving else None)
            for place in places]  # fmt: skip
    shown = {card.code for hit in hits for card in hit.stations}
    named = [card for card in cards if text and text in card.name and card.code not in shown]
    same = sum(p.short_name == places[0].short_name and p.level == places[0].level for p in places)
    return Answer(hits, named[:NAMED], same if same > 1 else 0, len(named) > NAMED)


def _hit(place: Found, cards: list[Card], serving: Card | None) -> Hit:
    there = [card for card in cards if card.prefix.startswith(place.prefix)]
    if there:
        return Hit(place, there, False)
    hub = [card for card in cards if card.kind == StationKind.HUB and card.prefix[:_COUNTY] == place.prefix[:_COUNTY]]
    return Hit(place, [serving] if serving else hub, True)


def _card(row: Station, place: Found, now: dt.datetime) -> Card:
    hours = calendar_of(row.hours, row.market_days, row.harvest_hours)
    week = read_hours(row.hours)
    township = {Level.VILLAGE: place.path[-1:], Level.TOWNSHIP: (place.name,)}.get(Level(place.level), ())
    stopped = _stopped(row, now)
    return Card(
        row.code, row.name, row.kind, row.get_kind_display(), place.prefix,
        "".join((*place.path, place.name)[-2:]), "".join(township), row.address, row.hours, row.phone, row.longitude,
        row.latitude, row.illustrative, bool(stopped), week, standing(hours, now) if hours else None,
        row.market_days, market_today(row.market_days, moment=now), row.harvest_hours, tuple(row.services),
        row.certified_until, stopped,
    )  # fmt: skip


def _stopped(row: Station, now: dt.datetime) -> Any:
    """Its own standing in words, or its operator's; empty when it may take parcels in."""
    today = county_day(now)
    own = standing_of(row, today=today)
    if own != Certified.GOOD:
        return own.label
    if row.operator is not None and standing_of(row.operator, today=today) != Certified.GOOD:
        return _("运营企业暂停服务")
    return ""


def _far(one: Card, other: Card) -> float:
    """Squared degrees are enough to put the neighbours of one township in order; those without a point come last."""
    if one.longitude is None or other.longitude is None or one.latitude is None or other.latitude is None:
        return float("inf")
    return float((one.longitude - other.longitude) ** 2 + (one.latitude - other.latitude) ** 2)
