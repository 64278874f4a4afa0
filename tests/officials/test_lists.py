"""Lists and pages of parcels, handovers, imports and people."""

from __future__ import annotations

import datetime as dt

import pytest
from allauth.usersessions.models import UserSession
from django.utils import timezone

from logistics.parcels.models import (
    Event,
    EventSource,
    Handover,
    HandoverItem,
    ImportBatch,
    ImportRow,
    Parcel,
    TimerRule,
)
from logistics.parcels.services.time_limits import seed_timer_rules
from logistics.parcels.states import (
    Custodian,
    Direction,
    HandoverState,
    ImportKind,
    ImportState,
    Issue,
    RowResult,
    Stage,
)
from logistics.registry.models import EnterpriseUserObjectPermission, Station, StationUserObjectPermission
from members.access.admin_base import CappedPaginator
from members.accounts.models import User
from members.accounts.services.pins import PIN_TRIES
from portal.audit.models import AuditEntry
from portal.audit.services import record
from portal.core.actor import system_actor
from portal.core.clock import COUNTY_TIME
from portal.core.errors import TooMany
from tests.officials.conftest import page, quiet
from tests.personas import ADDRESS

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    return answer.content.decode()


def found(client, model, query: str) -> list:
    return list(client.get(f"{page(model, 'changelist')}{query}").context["cl"].result_list)


# -- parcels ---------------------------------------------------------------------------------------------
def test_any_number_finds_its_parcel_and_no_foreign_one(counter, county_official, neighbour_official):
    parcel = counter.parcel()
    counter.parcel()
    for number in (parcel.waybill, parcel.waybill.lower(), parcel.carrier_number, f" {parcel.waybill} "):
        assert found(county_official.client, Parcel, f"?q={number}") == [parcel]
    assert found(county_official.client, Parcel, f"?q={parcel.waybill[:6]}") == []
    assert found(neighbour_official.client, Parcel, f"?q={parcel.waybill}") == []


def test_filters_narrow_the_list(counter, county_official, world):
    at_town, fresh = quiet(counter), counter.parcel(destination_station=world.far_village.code)
    counter.scan(at_town, Issue.DAMAGED, hours=5)
    client = county_official.client
    assert found(client, Parcel, f"?stage={Stage.AT_TOWN}") == [at_town]
    assert found(client, Parcel, f"?issue={Issue.DAMAGED}") == [at_town]
    assert found(client, Parcel, "?area=620825101") == [fresh]
    assert found(client, Parcel, f"?station__id__exact={world.township_station.pk}") == [at_town]
    assert found(client, Parcel, f"?carrier__id__exact={world.other_carrier.pk}") == []
    assert len(found(client, Parcel, f"?direction__exact={Direction.DOWN}&open=1")) == 2
    assert found(client, Parcel, "?open=0&late=x&today=nonsense") == []


def test_a_parcel_tells_what_happened_and_why_and_masks_people(counter, county_official, keeper):
    parcel, _code = counter.waiting(keeper)
    shown = text(county_official.client.get(page(Parcel, "change", parcel.pk)))
    assert "阶段前进到“待取件”" in shown
    assert "王**" in shown
    assert "王小明" not in shown
    assert "13809331001" not in shown
    assert "查看完整信息（会记录）" in shown


def test_pages_of_lists_ask_the_database_little(counter, county_official, django_assert_max_num_queries):
    for _parcel in range(8):
        quiet(counter)
    for model in (Parcel, Event, Handover, Station, User):
        county_official.client.get(page(model, "changelist"))
        with django_assert_max_num_queries(16):
            county_official.client.get(page(model, "changelist"))


def test_rows_are_counted_no_further_than_people_page(world, monkeypatch):
    monkeypatch.setattr("members.access.admin_base.paging.COUNT_CAP", 3)
    pages = CappedPaginator(Station.objects.order_by("pk"), 2)
    assert (pages.count, pages.capped, pages.num_pages) == (3, True, 2)
    assert CappedPaginator(Station.objects.filter(pk=world.hub.pk), 2).capped is False


# -- custody and data ------------------------------------------------------------------------------------
def test_a_handover_names_what_is_missing_and_extra(counter, county_official, world):
    missing, extra = counter.parcel(), counter.parcel()
    now = timezone.now()
    handover = Handover.objects.create(
        from_kind=Custodian.STATION, from_ref=world.hub.code, to_kind=Custodian.STATION, to_ref=world.village.code,
        station=world.village, expected=1, scanned=1, state=HandoverState.DISPUTED, offered_at=now, offered_by="user:1",
        answered_at=now, answered_by="user:2",
    )  # fmt: skip
    HandoverItem.objects.create(handover=handover, parcel=missing, open=False)
    HandoverItem.objects.create(handover=handover, parcel=extra, expected=False, scanned=True, open=False)
    shown = text(county_official.client.get(page(Handover, "change", handover.pk)))
    assert missing.waybill in shown
    assert extra.waybill in shown
    assert found(county_official.client, Handover, "?state__exact=disputed") == [handover]


def test_refused_lines_are_told_without_what_they_said(county_official, world):
    now = timezone.now()
    source = EventSource.objects.create(code="file:t", kind="file", enterprise=world.carrier, created_at=now)
    batch = ImportBatch.objects.create(
        kind=ImportKind.PARCELS, enterprise=world.carrier, source=source, file_name="十月.csv", sha256="0" * 64, size=9,
        dry_run=False, state=ImportState.DONE, held=1, refused=1, created_at=now, created_by="user:0", finished_at=now,
    )  # fmt: skip
    ImportRow.objects.create(batch=batch, line=7, result=RowResult.REFUSED, code="bad_phone", message="电话号码有误。",
                             number="7800000000011", raw={"收件人": "王小明"})  # fmt: skip
    shown = text(county_official.client.get(page(ImportBatch, "change", batch.pk)))
    assert "电话号码有误" in shown
    assert "王小明" not in shown
    assert "7800000000011" not in shown


def test_time_limits_have_a_row_from_the_start(county_official):
    assert seed_timer_rules() == 4
    TimerRule.objects.filter(kind="no_update").update(hours=36)
    assert seed_timer_rules() == 0
    assert TimerRule.objects.get(kind="no_update").hours == 36
    shown = text(county_official.client.get(page(TimerRule, "changelist")))
    assert "36" in shown
    assert "48" in shown  # the default beside it


def test_the_trail_links_to_what_it_tells_of(county_official, world):
    entry = record(
        actor=system_actor("t"), now=timezone.now(), action="station.changed", target=world.village,
        before={"name": "旧"}, after={"name": "新"}, area=world.village.division_id,
    )  # fmt: skip
    shown = text(county_official.client.get(page(AuditEntry, "change", entry.pk)))
    assert page(Station, "change", world.village.pk) in shown
    assert "旧" in shown


# -- people ----------------------------------------------------------------------------------------------
def test_a_keeper_is_placed_and_taken_off_with_a_reason(county_official, villager, world):
    form = {"phone": "13809331001", "place": "何马村站", "role": "keeper", "reason": "新站长"}
    assert county_official.client.post(page(StationUserObjectPermission, "add"), form).status_code == 302
    row = StationUserObjectPermission.objects.get(user=villager.user)
    assert row.content_object == world.village
    assert AuditEntry.objects.get(action="staff.granted").why == "新站长"
    gone = page(StationUserObjectPermission, "delete", row.pk)
    assert county_official.client.post(gone, {"post": "yes"}).status_code == 400
    county_official.client.post(gone, {"post": "yes", "reason": "离任"})
    assert not StationUserObjectPermission.objects.filter(user=villager.user).exists()


@pytest.mark.parametrize(
    ("place", "says"), [("村站", "有多个符合"), ("静宁", "没有这个代码或名称"), ("jn-hub", "没有这个代码或名称")]
)
def test_a_place_that_is_unclear_or_elsewhere_is_said_beside_the_field(county_official, villager, world, place, says):
    form = {"phone": "13809331001", "place": place, "role": "keeper", "reason": "x"}
    answer = county_official.client.post(page(StationUserObjectPermission, "add"), form)
    assert answer.status_code == 200
    assert says in text(answer)
    assert not StationUserObjectPermission.objects.exists()


def test_staff_of_an_enterprise_are_placed_too(county_official, villager, world):
    form = {"phone": "13809331001", "place": "zto", "role": "enterprise_staff", "reason": "新员工"}
    assert county_official.client.post(page(EnterpriseUserObjectPermission, "add"), form).status_code == 302
    assert EnterpriseUserObjectPermission.objects.get(user=villager.user).content_object == world.carrier


def test_one_sees_what_a_person_may_do_and_where(county_official, keeper, neighbour_official, world):
    shown = text(county_official.client.get(page(User, "change", keeper.user.pk)))
    assert world.village.name in shown
    assert "到站入库" in shown
    assert keeper.user.phone not in shown
    assert neighbour_official.client.get(page(User, "change", keeper.user.pk)).status_code == 404


def test_sessions_are_ended_and_pauses_lifted(county_official, keeper):
    assert keeper.client.get("/work/parcels/").status_code == 200
    # the tests' short way in leaves no record of the session, as logging in on the page does
    UserSession.objects.create(user=keeper.user, ip=ADDRESS, session_key=keeper.client.session.session_key)
    PIN_TRIES.forgive(keeper.user.pk)
    for _try in range(5):
        PIN_TRIES.take(keeper.user.pk)
    with pytest.raises(TooMany):
        PIN_TRIES.take(keeper.user.pk)
    form = {"_selected_action": [keeper.user.pk], "reason": "手机遗失"}
    county_official.client.post(page(User, "changelist"), form | {"action": "unlock"})
    PIN_TRIES.assert_open(keeper.user.pk)
    county_official.client.post(page(User, "changelist"), form | {"action": "end_sessions"})
    assert keeper.client.get("/work/parcels/").status_code == 302
    assert AuditEntry.objects.filter(action="person.sessions_ended", why="手机遗失").exists()


@pytest.mark.parametrize(
    ("first", "last", "rows"),
    [("2026-11-03", "2026-11-03", 1), ("2026-11-04", "", 0), ("", "2026-11-02", 0), ("2026-11-01", "2026-11-05", 1)],
)
def test_a_range_of_days_holds_its_last_day(counter, county_official, first, last, rows):
    late = dt.datetime(2026, 11, 3, 23, 59, tzinfo=COUNTY_TIME)
    Parcel.objects.filter(pk=counter.parcel().pk).update(created_at=late)
    assert len(found(county_official.client, Parcel, f"?created_at_from={first}&created_at_to={last}")) == rows
