"""Bags for their tags."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.documents.papers.tags import Tag
from logistics.parcels.errors import clock
from logistics.parcels.models import Bag
from logistics.registry.models import Station
from logistics.registry.selectors import stations_within
from members.access.states import Permission
from portal.core.actor import Actor, demand
from portal.core.errors import NotFound


class BagNotFound(NotFound):
    """Also for a bag between stations outside the actor's scope."""

    code = "bag_not_found"
    message = _("没有找到这个袋。")
    hint = _("请核对袋号；只能打印本站装袋或发往本站的袋。")


def visible_bags(*, actor: Actor) -> QuerySet[Bag]:
    """Bags packed at, or bound for, a station of the actor's or below it."""
    scope = demand(actor).scope(Permission.DOCUMENT_PRINT)
    if scope.everything:
        return Bag.objects.all()
    stations = Station.objects.filter(stations_within(scope)).values("pk")
    return Bag.objects.filter(Q(origin__in=stations) | Q(destination__in=stations))


def bag_to_print(*, actor: Actor, number: str) -> Bag:
    """Raises BagNotFound."""
    rows = visible_bags(actor=actor).select_related("origin", "destination")
    found = rows.annotate(held=Count("items", filter=Q(items__removed_at=None))).filter(number=number.upper()).first()
    if found is None:
        raise BagNotFound()
    return found


def bags_by_numbers(*, actor: Actor, numbers: Iterable[str]) -> dict[str, int]:
    """Ids of the bags the actor sees, by number."""
    return dict(visible_bags(actor=actor).filter(number__in=set(numbers)).values_list("number", "pk"))


def tag_of(bag: Bag) -> Tag:
    return Tag(
        number=bag.number,
        code=bag.destination.code.upper(),
        destination=bag.destination.name,
        origin=bag.origin.name,
        seal=bag.seal_number,
        count=bag.held,  # type: ignore[attr-defined]  # counted by bag_to_print
        state=bag.get_state_display(),
        moment=clock(bag.opened_at or bag.sealed_at or bag.created_at),
    )
