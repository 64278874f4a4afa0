"""One parcel for staff: masked, looked at only for a purpose, explained to who may ask."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from logistics.parcels.models import Event
from logistics.parcels.services.corrections import correct_event
from portal.audit.models import AuditEntry
from tests.custody.conftest import NOW, RECIPIENT_PHONE, SENDER_PHONE

pytestmark = pytest.mark.django_db
PERSONAL = ("王小明", "陈发货", RECIPIENT_PHONE, RECIPIENT_PHONE[-4:], SENDER_PHONE, "3社12号")


def page(parcel, rest="") -> str:
    return f"/work/parcels/{parcel.waybill}/{rest}"


@pytest.fixture
def parcel(counter, world):
    parcel = counter.parcel()
    counter.scan(parcel, "AT_COUNTY", hours=1, station=world.hub)
    counter.scan(parcel, "DAMAGED", hours=2, station=world.hub)
    counter.scan(parcel, "AT_TOWN", hours=5, station=world.township_station)
    return parcel


def test_people_are_masked_for_everyone(parcel, request):
    for who in (
        "keeper",
        "courier",
        "enterprise_admin",
        "township_official",
        "county_official",
        "support",
        "administrator",
    ):
        response = request.getfixturevalue(who).client.get(page(parcel))
        body = response.content.decode()
        assert response.status_code == 200, who
        assert [value for value in PERSONAL if value in body] == [], who
        assert "王**" in body, who
        assert "138********" in body, who
        assert "到达乡镇站" in body, who
        assert "no-store" in response["Cache-Control"], who
    assert not AuditEntry.objects.filter(action="parcel.looked").exists()


def test_a_look_is_for_a_purpose_and_logged(parcel, keeper):
    response = keeper.client.post(page(parcel), {"purpose": "call"})
    body = response.content.decode()
    assert all(value in body for value in ("王小明", RECIPIENT_PHONE, "3社12号"))
    assert "no-store" in response["Cache-Control"]
    entry = AuditEntry.objects.get(action="parcel.looked")
    assert (entry.actor, entry.object_id) == (keeper.actor().id, str(parcel.pk))
    assert "联系" in entry.why
    assert "王小明" not in f"{entry.before}{entry.after}{entry.why}"
    assert "王小明" not in keeper.client.get(page(parcel)).content.decode()


@pytest.mark.parametrize("purpose", ["", "curiosity"])
def test_no_purpose_no_look(parcel, keeper, purpose):
    response = keeper.client.post(page(parcel), {"purpose": purpose})
    assert response.status_code == 400
    assert "请选择查看的用途" in response.content.decode()
    assert not AuditEntry.objects.filter(action="parcel.looked").exists()


@pytest.mark.parametrize("who", ["enterprise_admin", "support", "township_official"])
def test_who_may_not_look(parcel, request, who):
    client = request.getfixturevalue(who).client
    assert 'name="purpose"' not in client.get(page(parcel)).content.decode()
    refused = client.post(page(parcel), {"purpose": "call"})
    assert (refused.status_code, "不能查看收寄件人的完整信息" in refused.content.decode()) == (403, True)
    assert not AuditEntry.objects.filter(action="parcel.looked").exists()


def test_other_peoples_parcels_do_not_exist(parcel, keeper_next_door, neighbour_official, villager, anonymous):
    for who in (keeper_next_door, neighbour_official):
        for rest in ("", "why/"):
            wanted = 403 if rest and who is keeper_next_door else 404
            assert who.client.get(page(parcel, rest)).status_code == wanted
        missing = who.client.get("/work/parcels/XN000000000000/")
        foreign = who.client.get(page(parcel))
        assert (missing.status_code, len(missing.content)) == (404, len(foreign.content))
    assert villager.client.get(page(parcel)).status_code == 403
    assert anonymous.client.get(page(parcel)).status_code == 302


def test_corrected_events_stay_visible_and_marked(parcel, county_official):
    event = Event.objects.select_related("parcel", "source").get(parcel=parcel, code="AT_TOWN")
    correct_event(event=event, reason="did_not_occur", why="扫错了包裹", actor=county_official.actor(), now=NOW)
    body = county_official.client.get(page(parcel)).content.decode()
    assert "<s>到达乡镇站</s>" in body
    why = county_official.client.get(page(parcel, "why/")).content.decode()
    assert "已被更正，不再计入" in why
    assert "现在的状态：到达县级中心" in why


def test_why_tells_each_event(parcel, support):
    body = support.client.get(page(parcel, "why/")).content.decode()
    for text in (
        "阶段前进到“到达县级中心”",
        "出现异常“破损”",
        "阶段前进到“到达乡镇站”",
        "现在的状态：到达乡镇站",
        "破损",
    ):
        assert text in body
    assert [value for value in PERSONAL if value in body] == []


@pytest.mark.parametrize("who", ["keeper", "courier", "enterprise_admin"])
def test_why_is_for_officials_and_support(parcel, request, who):
    client = request.getfixturevalue(who).client
    assert client.get(page(parcel, "why/")).status_code == 403
    assert "why/" not in client.get(page(parcel)).content.decode()


def test_queries_do_not_grow_with_events(parcel, counter, keeper, county_official, world):
    def count(client, address):
        client.get(address)
        with CaptureQueriesContext(connection) as counted:
            assert client.get(address).status_code == 200
        return len(counted)

    few = count(keeper.client, page(parcel)), count(county_official.client, page(parcel, "why/"))
    for n in range(10):
        counter.scan(parcel, "AT_TOWN", hours=6 + n, station=world.township_station)
    assert (count(keeper.client, page(parcel)), count(county_official.client, page(parcel, "why/"))) == few
    assert few[0] <= 15  # one of them the session: its row is read, so that it survives without Redis
    assert few[1] <= 7
