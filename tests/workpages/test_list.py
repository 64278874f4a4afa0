"""The staff list: own parcels only, found fast, paged without skips."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from logistics.parcels.selectors_work import WorkFilter, work_list

pytestmark = pytest.mark.django_db
LIST = "/work/parcels/"


def shown(response) -> list[str]:
    return re.findall(r'href="/work/parcels/(XN\w+)/"', response.content.decode())


def test_work_leads_to_the_list(keeper):
    response = keeper.client.get("/work/")
    assert response.status_code == 200
    assert f'href="{LIST}"' in response.content.decode()


def test_everyone_sees_their_own(counter, world, request):
    here = counter.parcel().waybill
    next_door = counter.parcel(
        destination_station=world.village_next_door.code, carrier=world.other_carrier.code
    ).waybill
    abroad = counter.parcel(destination_station=world.neighbour_hub.code, carrier=world.other_carrier.code).waybill
    expected = {
        "keeper": [here],
        "keeper_next_door": [next_door],
        "courier": [],  # who carries nothing has nothing to see
        "enterprise_admin": [here],
        "township_official": [next_door, here],
        "county_official": [next_door, here],
        "support": [next_door, here],
        "neighbour_official": [abroad],
    }
    for name, waybills in expected.items():
        assert shown(request.getfixturevalue(name).client.get(LIST)) == waybills, name


def test_members_and_strangers_do_not_get_in(villager, anonymous):
    assert villager.client.get(LIST).status_code == 403
    response = anonymous.client.get(LIST)
    assert response.status_code == 302
    assert "login" in response["Location"]


def test_empty_states_say_what_to_do(keeper):
    assert "还没有包裹" in keeper.client.get(LIST).content.decode()
    assert "没有符合条件的包裹" in keeper.client.get(LIST, {"stage": "LOST"}).content.decode()


def test_filters(counter, keeper, world):
    first, second = counter.parcel(), counter.parcel()
    counter.scan(first, "AT_TOWN", hours=1, station=world.township_station)
    counter.scan(first, "DAMAGED", hours=2)
    counter.scan(second, "AT_COUNTY", hours=1, station=world.hub)
    for query, expected in (
        ({"stage": "AT_TOWN"}, [first]),
        ({"issue": "DAMAGED"}, [first]),
        ({"station": world.hub.code}, [second]),
        ({"station": world.village.code}, [second, first]),
        ({"stage": "AT_TOWN", "station": world.hub.code}, []),
        ({"number": first.carrier_number}, [first]),
        ({"number": f" {second.waybill.lower()} "}, [second]),
        ({"number": "' OR 1=1 --"}, []),
        ({"number": "<script>alert(1)</script>"}, []),
    ):
        response = keeper.client.get(LIST, query)
        assert shown(response) == [p.waybill for p in expected], query
        assert "<script>alert" not in response.content.decode()


def test_search_does_not_reach_the_neighbours_parcel(counter, keeper_next_door):
    parcel = counter.parcel()
    assert shown(keeper_next_door.client.get(LIST, {"number": parcel.waybill})) == []


@pytest.mark.parametrize("query", [{"stage": "NOWHERE"}, {"before": "x"}, {"before": "-1"}, {"after": "9" * 40}])
def test_bad_filters_are_answered_politely(keeper, query):
    response = keeper.client.get(LIST, query)
    assert response.status_code == 400
    assert "请改正" in response.content.decode()


def test_paging_shows_each_parcel_once(counter, keeper):
    made = [counter.parcel().waybill for _n in range(7)]
    actor, nothing = keeper.actor(), WorkFilter()
    seen, before = [], None
    while True:
        page = work_list(actor=actor, wanted=nothing, before=before, size=3)
        seen += [p.waybill for p in page.parcels]
        if page.older is None:
            break
        before = page.older
        counter.parcel()  # news at the top does not shift the pages
    assert seen == made[::-1]
    back = work_list(actor=actor, wanted=nothing, after=page.newer, size=3)
    assert [p.waybill for p in back.parcels] == made[1:4][::-1]
    assert work_list(actor=actor, wanted=nothing, size=3).newer is None


def test_links_keep_the_filter(counter, keeper):
    for _n in range(51):
        counter.parcel()
    first = keeper.client.get(LIST, {"stage": "CREATED"})
    assert len(shown(first)) == 50
    (older,) = re.findall(r'href="(\?[^"]*before=\d+)"', first.content.decode())
    second = keeper.client.get(LIST + older.replace("&amp;", "&"))
    assert "stage=CREATED" in older
    assert len(shown(second)) == 1
    assert "after=" in second.content.decode()


@pytest.mark.parametrize(("who", "most"), [("keeper", 4), ("county_official", 3), ("enterprise_admin", 3)])
def test_queries_do_not_grow_with_the_list(counter, request, world, who, most):
    """Grants, (stations below,) the page itself, unread messages; a login costs two more: session and user."""
    persona = request.getfixturevalue(who)
    for _n in range(5):
        counter.scan(counter.parcel(), "AT_TOWN", hours=1, station=world.township_station)
    persona.client.get(LIST)
    with CaptureQueriesContext(connection) as counted:
        assert len(shown(persona.client.get(LIST))) == 5
    login = ('"accounts_user"."id"', '"django_session"."session_key"')
    statements = [q["sql"] for q in counted if not any(mark in q["sql"][:60] for mark in login)]
    assert len(statements) <= most, statements
    assert len(counted) <= most + 2
