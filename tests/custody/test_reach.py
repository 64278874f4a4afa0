"""One parcel decided from its row says the same as the query that cuts lists: for everybody, every kind of parcel."""

from __future__ import annotations

import pytest

from logistics.parcels.models import Parcel
from logistics.parcels.selectors import visible_parcels, within_reach
from members.access.states import Permission
from tests.custody.conftest import RECIPIENT_PHONE
from tests.personas import CAST

pytestmark = pytest.mark.django_db
ASKED = (Permission.STATION_RECEIVE, Permission.STATION_GIVE_OUT, Permission.BAG_MANAGE, Permission.PARCEL_VIEW,
         Permission.OWN_PARCELS, Permission.PARCEL_CORRECT)  # fmt: skip


@pytest.fixture
def parcels(counter, world) -> list[Parcel]:
    """Bound for each station and for none, handed in, lying where they don't belong, ended, of either carrier."""
    stations = [world.village, world.village_next_door, world.far_village, world.township_station, world.hub]
    made = [counter.parcel(destination_station=s.code, recipient_phone="13700000000") for s in stations]
    made += [counter.parcel(carrier=world.other_carrier.code, recipient_phone=RECIPIENT_PHONE)]
    lost, closed, handed_in = (
        counter.parcel(destination_station=world.far_village.code, recipient_phone="") for _n in range(3)
    )
    counter.scan(lost, "AT_TOWN", station=world.village)
    counter.scan(closed, "AT_TOWN", station=world.village)
    counter.scan(closed, "LOST", hours=1, station=world.village)
    Parcel.objects.filter(pk=handed_in.pk).update(origin_station=world.village)
    nowhere = counter.parcel(destination_station="", destination=world.village_division.code)
    return [*made, lost, closed, handed_in, nowhere]


@pytest.mark.parametrize("who", sorted(CAST))
def test_the_row_and_the_query_agree(world, parcels, who):
    actor = CAST[who](world).actor()
    for permission in ASKED:
        shown = set(visible_parcels(actor=actor, permission=permission).values_list("pk", flat=True))
        reached = {p.pk for p in Parcel.objects.all() if within_reach(actor=actor, permission=permission, parcel=p)}
        assert reached == shown, permission
