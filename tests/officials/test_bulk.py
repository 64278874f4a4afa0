"""Bulk actions: tried first, confirmed with a reason, answered row by row, taken back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from logistics.parcels.models import Parcel, PickupCode
from logistics.parcels.services.rebuild import differences
from logistics.parcels.states import Issue, Stage
from logistics.registry.models import Station
from logistics.registry.services.parties import suspend
from logistics.registry.states import State
from members.access.models import BulkRun
from members.access.states import BulkState, Role, RowResult
from members.accounts.models import User
from members.devices.models import Device
from members.devices.states import Profile
from portal.audit.models import AuditEntry
from portal.notify.models import Message
from portal.notify.services import send
from tests.officials.conftest import Desk, overdue, page, quiet
from tests.personas import hold, make_device, make_persona

pytestmark = pytest.mark.django_db
SUSPEND, RESUME = "bulk_station_suspend", "bulk_station_resume"


# -- dry run ---------------------------------------------------------------------------------------------
def test_the_dry_run_says_what_would_happen_and_changes_nothing(world, desk):
    Station.objects.filter(pk=world.far_village.pk).update(state=State.SUSPENDED)
    run = desk.start(Station, SUSPEND, [world.village, world.far_village])
    assert run.state == BulkState.PLANNED
    plans = {row.object_id: (row.able, row.plan) for row in run.rows.all()}
    assert plans[str(world.village.pk)] == (True, "从“正常”改为“暂停”。")
    assert plans[str(world.far_village.pk)][0] is False
    assert "暂停" in plans[str(world.far_village.pk)][1]
    world.village.refresh_from_db()
    assert world.village.state == State.ACTIVE
    shown = desk.client.get(page(BulkRun, "change", run.pk)).content.decode()
    assert world.village.name in shown
    assert "确认办理 1 项" in shown


def test_foreign_rows_never_enter_a_run(world, desk):
    run = desk.start(Station, SUSPEND, [world.village, world.neighbour_hub])
    assert [row.object_id for row in run.rows.all()] == [str(world.village.pk)]
    assert desk.start(Station, SUSPEND, [world.neighbour_hub]) is None
    assert Station.objects.get(pk=world.neighbour_hub.pk).state == State.ACTIVE


def test_who_may_only_look_has_no_such_action(world, support, township_official):
    for persona in (support, township_official):
        assert Desk(persona).start(Station, SUSPEND, [world.village]) is None
    assert not BulkRun.objects.exists()


def test_more_rows_than_one_request_can_do_are_refused_with_words(world, desk, monkeypatch):
    monkeypatch.setattr("members.access.bulk.MAX_ROWS", 1)
    form = {"action": SUSPEND, "_selected_action": [world.village.pk, world.far_village.pk]}
    answer = desk.client.post(page(Station, "changelist"), form)
    assert answer.status_code == 413
    assert "分几次办理" in answer.content.decode()


# -- doing it --------------------------------------------------------------------------------------------
def test_it_asks_why_and_writes_the_reason_into_the_trail(world, desk):
    run = desk.start(Station, SUSPEND, [world.village, world.far_village])
    assert desk.step(run, "confirm", reason="  ").status_code == 400
    assert run.state == BulkState.PLANNED
    assert desk.step(run, "confirm", reason="停业整顿").status_code == 302
    assert set(desk.results(run).values()) == {RowResult.DONE}
    assert Station.objects.filter(state=State.SUSPENDED).count() == 2
    entry = AuditEntry.objects.get(action="bulk.confirmed")
    assert (entry.why, entry.after["results"]) == ("停业整顿", {"done": 2})
    assert AuditEntry.objects.filter(action="station.suspended", why="停业整顿").count() == 2


def test_the_reason_typed_in_the_list_is_offered_again(world, desk):
    run = desk.start(Station, SUSPEND, [world.village], reason="停业")
    assert ">停业</textarea>" in desk.client.get(page(BulkRun, "change", run.pk)).content.decode()


def test_what_changed_meanwhile_is_left_alone(world, desk, administrator):
    run = desk.start(Station, SUSPEND, [world.village, world.far_village])
    suspend(party=world.village, actor=administrator.actor(), now=timezone.now(), why="先行暂停")
    desk.step(run, "confirm", reason="停业整顿")
    assert desk.results(run) == {
        str(world.village.pk): RowResult.CHANGED,
        str(world.far_village.pk): RowResult.DONE,
    }
    assert AuditEntry.objects.filter(action="station.suspended", object_id=str(world.village.pk)).count() == 1
    assert "试算之后有人办理过" in run.rows.get(object_id=str(world.village.pk)).message


def test_a_run_is_done_once(world, desk):
    run = desk.start(Station, SUSPEND, [world.village])
    desk.step(run, "confirm", reason="停业")
    assert desk.step(run, "confirm", reason="停业").status_code == 409
    assert desk.step(run, "plan", choice="").status_code == 409
    assert AuditEntry.objects.filter(action="station.suspended").count() == 1


def test_nobody_confirms_the_run_of_another(world, desk, administrator, neighbour_official):
    run = desk.start(Station, SUSPEND, [world.village])
    assert Desk(administrator).step(run, "confirm", reason="x").status_code == 404
    assert Desk(neighbour_official).step(run, "confirm", reason="x").status_code == 404
    assert run.state == BulkState.PLANNED


def test_a_right_lost_since_the_dry_run_counts(world, county_official):
    run = Desk(county_official).start(Station, SUSPEND, [world.village])
    county_official.user.division_grants.all().delete()
    hold(county_official.user, Role.COUNTY_OFFICIAL, world.neighbour_county)
    Desk(county_official).step(run, "confirm", reason="停业")
    assert set(Desk(county_official).results(run).values()) == {RowResult.REFUSED}
    assert Station.objects.get(pk=world.village.pk).state == State.ACTIVE


# -- taking it back --------------------------------------------------------------------------------------
def test_undoing_takes_back_what_nobody_touched_since(world, desk, administrator):
    run = desk.start(Station, SUSPEND, [world.village, world.far_village])
    desk.step(run, "confirm", reason="停业")
    Station.objects.get(pk=world.far_village.pk).save()  # somebody edited it: its time of change is another
    assert Desk(administrator).step(run, "undo", reason="恢复营业").status_code == 302
    undone = dict(run.rows.values_list("object_id", "undo_result"))
    assert undone == {str(world.village.pk): RowResult.UNDONE, str(world.far_village.pk): RowResult.CHANGED}
    assert Station.objects.get(pk=world.village.pk).state == State.ACTIVE
    assert (run.state, run.undo_why, run.undone_by) == (BulkState.UNDONE, "恢复营业", administrator.actor().id)
    assert Desk(administrator).step(run, "undo", reason="again").status_code == 409


def test_after_a_day_it_stays(world, desk):
    run = desk.start(Station, SUSPEND, [world.village])
    desk.step(run, "confirm", reason="停业")
    BulkRun.objects.filter(pk=run.pk).update(confirmed_at=timezone.now() - dt.timedelta(hours=25))
    assert desk.step(run, "undo", reason="恢复").status_code == 409
    assert "撤销这次办理" not in desk.client.get(page(BulkRun, "change", run.pk)).content.decode()


# -- what can be done ------------------------------------------------------------------------------------
def test_overdue_parcels_turn_round_and_back_again(desk, counter, keeper):
    parcel = overdue(counter, keeper)
    other = counter.waiting(keeper)[0]
    run = desk.start(Parcel, "bulk_parcel_return", [parcel, other])
    desk.step(run, "confirm", reason="超期未取")
    parcel.refresh_from_db()
    assert parcel.stage == Stage.RETURNING
    assert run.rows.get(object_id=str(other.pk)).able is False
    desk.step(run, "undo", reason="收件人来电，明天来取")
    parcel.refresh_from_db()
    assert parcel.stage == Stage.READY_FOR_PICKUP
    assert Issue.PICKUP_OVERDUE in parcel.issues
    assert PickupCode.objects.get(parcel=parcel).voided_at is None
    assert list(differences()) == []


def test_one_kind_of_issue_is_settled_and_opened_again(desk, counter):
    damaged, wet = quiet(counter), quiet(counter)
    counter.scan(damaged, Issue.DAMAGED, hours=5)
    counter.scan(damaged, Issue.WEATHER, hours=5)
    counter.scan(wet, Issue.WEATHER, hours=5)
    run = desk.start(Parcel, "bulk_parcel_resolve", [damaged, wet])
    assert run.state == BulkState.CHOOSING
    assert desk.step(run, "plan", choice="no-such").status_code == 400
    desk.step(run, "plan", choice=Issue.DAMAGED)
    desk.step(run, "confirm", reason="外箱破，物品完好")
    damaged.refresh_from_db()
    assert damaged.issues == [Issue.WEATHER]
    assert desk.results(run)[str(wet.pk)] == ""
    desk.step(run, "undo", reason="物品仍有损坏")
    damaged.refresh_from_db()
    assert set(damaged.issues) == {Issue.DAMAGED, Issue.WEATHER}


def test_a_parcel_is_given_up_only_after_a_week_without_news(desk, counter):
    old, young = quiet(counter, days=10), quiet(counter, days=2)
    run = desk.start(Parcel, "bulk_parcel_lost", [old, young])
    desk.step(run, "confirm", reason="全县查找未果")
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.stage, young.stage) == (Stage.LOST, Stage.AT_TOWN)
    assert AuditEntry.objects.get(action="parcel.lost").why == "全县查找未果"
    desk.step(run, "undo", reason="在库房角落找到")
    old.refresh_from_db()
    assert old.stage == Stage.AT_TOWN


def test_devices_end_and_the_page_says_that_they_stay_ended(desk, world):
    device = make_device("D-1", profile=Profile.SCANNER, station=world.village).device
    foreign = make_device("D-2", profile=Profile.SCANNER, station=world.neighbour_hub).device
    run = desk.start(Device, "bulk_device_revoke", [device, foreign])
    assert "办理后不能撤销" in desk.client.get(page(BulkRun, "change", run.pk)).content.decode()
    desk.step(run, "confirm", reason="遗失")
    device.refresh_from_db()
    foreign.refresh_from_db()
    assert (device.revoked_why, foreign.revoked_at) == ("遗失", None)
    assert desk.step(run, "undo", reason="x").status_code == 409


def test_accounts_are_stopped_and_let_in_again(desk, world):
    colleague = make_persona(1777, "李镇干", Role.TOWNSHIP_OFFICIAL, world.township)
    run = desk.start(User, "bulk_person_stop", [colleague.user, desk.persona.user])
    desk.step(run, "confirm", reason="离岗")
    assert desk.results(run) == {str(colleague.user.pk): RowResult.DONE}  # nobody stops themselves
    desk.step(run, "undo", reason="仍在岗")
    assert User.objects.get(pk=colleague.user.pk).is_active


def test_failed_messages_are_sent_again_and_codes_are_not(desk, world):
    now = timezone.now()
    made = [
        send(template=name, recipient="+8613809331001", parameters=values, dedupe_key=f"t:{name}", now=now,
             area=world.village_division.code)
        for name, values in (("login_code", {"code": "1", "minutes": 3}),)
    ]  # fmt: skip
    Message.objects.update(status="failed", error="down")
    run = desk.start(Message, "bulk_message_resend", made)
    row = run.rows.get()
    assert (row.able, row.plan) == (False, "验证码不能由他人重发。")
    assert "下列各项都不能办理" in desk.client.get(page(BulkRun, "change", run.pk)).content.decode()
