"""Giving out some of several pieces: what is here goes, the rest may come later, and nobody's count is final."""

from __future__ import annotations

import datetime as dt
import json
import uuid

import pytest
from django.db import IntegrityError, transaction

from logistics.desk.selectors_today import station_today
from logistics.desk.services.giving import give
from logistics.desk.services.stock import on_the_shelf
from logistics.desk.services.undoing import undo_scan
from logistics.parcels.lookup_own import own_parcels
from logistics.parcels.models import Event, ParcelPiece, Pickup, PickupCode, Timer
from logistics.parcels.services.corrections import correct_event
from logistics.parcels.services.pickup.giving import AlreadyGivenOut, RestUnclear, hand_out
from logistics.parcels.services.pickup.links import make_link_token, read_link_parcels
from logistics.parcels.services.pickup.remaining import change_pieces, end_waiting
from logistics.parcels.services.timers import arm, fire_due
from portal.audit.models import AuditEntry
from portal.core.errors import DomainError, NotFound
from portal.notify.models import Message, MessageLine
from tests.custody.conftest import RECIPIENT_PHONE, codes_of, fresh
from tests.custody.test_races import at_once
from tests.desk.conftest import Phone, agreed, post

pytestmark = pytest.mark.django_db
WHY = "快递企业核实只有两件"


def come(counter, keeper, phone, *, pieces=3, here=1):
    """A parcel of `pieces`, of which `here` were scanned onto the shelf."""
    parcel = agreed(counter, keeper, pieces=pieces)
    for n in range(here):
        assert phone.scan("inbound", parcel.waybill, shelf=f"A-{n + 1}").result == "ok"
    return fresh(parcel)


def handed(phone, parcel, rest="", *, code=None, id=None):
    phone.now += dt.timedelta(minutes=1)
    code = code or PickupCode.objects.get(parcel=parcel).code
    return give(
        waybill=parcel.waybill, station=phone.station, method="code", code=code, rest=rest, id=id,
        actor=phone.persona.actor(), now=phone.now,
    )  # fmt: skip


def state(parcel) -> list[tuple[int, bool]]:
    rows = ParcelPiece.objects.filter(parcel=parcel).order_by("number")
    return [(row.number, row.given_at is not None) for row in rows]


def test_one_of_three_then_the_rest(counter, keeper, phone, world):
    parcel = come(counter, keeper, phone)
    asked = phone.scan("give-out", parcel.waybill)
    assert [row["value"] for row in asked.ask["rest"]] == ["wait", "all"]
    unclear = handed(phone, parcel)
    assert (unclear.result, unclear.code) == ("refused", "rest_unclear")
    given = handed(phone, parcel, "wait")
    assert (given.result, given.message) == ("ok", "已交付 1 件，还有 2 件没到。")
    assert (fresh(parcel).stage, fresh(parcel).shelf, state(parcel)) == ("READY_FOR_PICKUP", "", [(1, True)])
    assert "DELIVERED" not in codes_of(parcel)
    assert not on_the_shelf(world.village).filter(pk=parcel.pk).exists()
    assert station_today(actor=keeper.actor(), station=world.village, now=phone.now).shelf == 0
    nothing = phone.scan("give-out", parcel.waybill)
    assert (nothing.result, nothing.code) == ("refused", "already_given_out")
    assert "还有 2 件没到" in nothing.message

    phone.now += dt.timedelta(days=1)
    assert phone.scan("inbound", parcel.waybill, shelf="B-1").message == "第 2 件，共 3 件，放 B-1；还差 1 件。"
    assert phone.scan("inbound", parcel.waybill, shelf="B-2").message == "第 3 件，共 3 件，放 B-2；已到齐。"
    assert on_the_shelf(world.village).filter(pk=parcel.pk).exists()
    last = phone.scan("give-out", parcel.waybill)
    assert last.ask["rest"] == []
    assert (last.word, last.facts["shelf"], fresh(parcel).shelf) == ("B-1、B-2", "B-1、B-2", "B-1")
    assert last.message == "已取走 1/3 件，其余 2 件可以取。第 2 件在 B-1；第 3 件在 B-2。"
    assert handed(phone, parcel).message == "已交付。"
    assert (fresh(parcel).stage, state(parcel)) == ("DELIVERED", [(1, True), (2, True), (3, True)])
    assert list(Pickup.objects.filter(parcel=parcel).order_by("at").values_list("partial", flat=True)) == [True, False]


def test_a_wrong_proof_gives_no_piece(counter, keeper, phone):
    parcel = come(counter, keeper, phone)
    code = PickupCode.objects.get(parcel=parcel).code
    wrong = handed(phone, parcel, "wait", code="000000" if code != "000000" else "111111")
    assert (wrong.code, state(parcel)) == ("wrong_pickup_code", [(1, False)])
    assert PickupCode.objects.get(parcel=parcel).wrong_tries == 1


def test_all_handed_over_delivers(counter, keeper, phone):
    parcel = come(counter, keeper, phone)
    assert handed(phone, parcel, "all").message == "已交付。"
    assert fresh(parcel).stage == "DELIVERED"


def test_link_and_code_serve_for_the_rest(counter, keeper, phone):
    parcel = come(counter, keeper, phone)
    token = make_link_token(parcel=parcel, now=phone.now)
    handed(phone, parcel, "wait")
    assert read_link_parcels(token=token, now=phone.now) == [parcel]
    phone.scan("inbound", parcel.waybill, shelf="B")
    assert handed(phone, parcel, "wait").result == "ok"
    assert state(parcel) == [(1, True), (2, True)]


def test_pieces_that_come_later_are_told(counter, keeper, phone):
    """Not sent yet counts along; after a pickup the next piece is told anew, and once more when all are here."""
    parcel = come(counter, keeper, phone, pieces=4)
    Message.objects.update(status="sent", sent_at=phone.now)
    handed(phone, parcel, "wait")

    def told() -> list[str]:
        rows = MessageLine.objects.filter(withdrawn_at=None).order_by("added_at")
        return [json.loads(row.parameters)["tail"][-5:] for row in rows]

    for shelf, expected in (("B", ["(1/4)", "(2/4)"]), ("C", ["(1/4)", "(2/4)"]), ("D", ["(1/4)", "(2/4)", "(4/4)"])):
        phone.now += dt.timedelta(hours=3)
        phone.scan("inbound", parcel.waybill, shelf=shelf)
        assert told() == expected
        Message.objects.update(status="sent", sent_at=phone.now)


def undo(phone, id):
    return undo_scan(id=uuid.UUID(str(id)), actor=phone.persona.actor(), now=phone.now)


def test_undo_takes_back_what_the_scan_gave(counter, keeper, phone):
    parcel = come(counter, keeper, phone)
    arrival = phone.ids[-1]
    first = handed(phone, parcel, "wait")
    assert undo(phone, arrival).code == "built_upon"
    assert undo(phone, first.id).result == "ok"
    assert (state(parcel), fresh(parcel).shelf) == ([(1, False)], "A-1")
    assert Pickup.objects.get(parcel=parcel).undone_at is not None
    assert undo(phone, first.id).code == "undone"

    again = handed(phone, parcel, "wait")
    phone.scan("inbound", parcel.waybill, shelf="B")
    phone.scan("inbound", parcel.waybill, shelf="C")
    whole = handed(phone, parcel)
    assert undo(phone, again.id).code == "built_upon"
    assert undo(phone, whole.id).result == "ok"
    assert (fresh(parcel).stage, state(parcel)) == ("READY_FOR_PICKUP", [(1, True), (2, False), (3, False)])
    assert undo(phone, again.id).result == "ok"
    assert state(parcel) == [(1, False), (2, False), (3, False)]
    assert handed(phone, parcel).result == "ok"


def test_somebody_elses_pickup_is_not_taken_back(counter, keeper, phone, county_official):
    parcel = come(counter, keeper, phone)
    given = handed(phone, parcel, "wait")
    with pytest.raises(NotFound):
        undo_scan(id=uuid.UUID(given.id), actor=county_official.actor(), now=phone.now)


def test_a_scan_sent_twice_gives_once(counter, keeper, phone):
    parcel = come(counter, keeper, phone)
    id = uuid.uuid4()
    assert handed(phone, parcel, "wait", id=id) == handed(phone, parcel, "wait", id=id)
    assert Pickup.objects.filter(parcel=parcel).count() == 1
    assert handed(phone, parcel, "wait").result == "repeat"


def test_a_correction_of_the_delivery_leaves_what_was_given_before(counter, keeper, phone, county_official):
    parcel = come(counter, keeper, phone, pieces=2)
    handed(phone, parcel, "wait")
    phone.scan("inbound", parcel.waybill, shelf="B")
    handed(phone, parcel)
    delivered = Event.objects.get(parcel=parcel, code="DELIVERED")
    correct_event(
        event=delivered, reason="did_not_occur", actor=county_official.actor(), now=phone.now, why="没有交给本人"
    )
    assert (fresh(parcel).stage, state(parcel)) == ("READY_FOR_PICKUP", [(1, True), (2, False)])


def change(phone, parcel, pieces, why=WHY, who=None):
    actor = (who or phone.persona).actor()
    return change_pieces(parcel=fresh(parcel), pieces=pieces, why=why, actor=actor, now=phone.now)


def test_a_wrong_count_is_corrected_with_a_reason(counter, keeper, phone):
    parcel = come(counter, keeper, phone, here=2)
    for pieces, why, code in ((1, WHY, "fewer_than_seen"), (2, "错", "why_missing"), (0, WHY, "bad_pieces")):
        with pytest.raises(DomainError) as error:
            change(phone, parcel, pieces, why)
        assert error.value.code == code
    assert change(phone, parcel, 2).pieces == 2
    entry = AuditEntry.objects.get(action="parcel.pieces")
    assert (entry.before, entry.after, entry.why) == ({"pieces": 3}, {"pieces": 2}, WHY)
    assert phone.scan("give-out", parcel.waybill).ask["rest"] == []
    assert change(phone, parcel, 5).pieces == 5
    assert "还有 3 件没到" in phone.scan("give-out", parcel.waybill).hint


def test_the_label_of_a_piece_is_seen_as_well(counter, keeper, phone):
    parcel = agreed(counter, keeper, carrier_number="JDVE00000000101")
    phone.scan("inbound", "JDVE00000000101-3-3-", shelf="A")
    with pytest.raises(DomainError) as error:
        change(phone, parcel, 2)
    assert str(error.value.message) == "已经扫到第 3 件，不能改成 2 件。"


def test_a_count_lowered_to_what_was_given_delivers(counter, keeper, phone):
    parcel = come(counter, keeper, phone)
    handed(phone, parcel, "wait")
    assert change(phone, parcel, 1).stage == "DELIVERED"
    assert "COUNT_MISMATCH" not in codes_of(parcel)


def test_a_count_of_one_is_a_parcel_as_any_other(counter, keeper, phone):
    parcel = come(counter, keeper, phone)
    change(phone, parcel, 1)
    assert (state(parcel), fresh(parcel).shelf) == ([], "A-1")
    assert phone.scan("inbound", parcel.waybill, shelf="A-1").result == "repeat"
    assert handed(phone, parcel).message == "已交付。"


def test_a_stranger_changes_no_count(counter, keeper, phone, keeper_next_door, enterprise_admin):
    parcel = come(counter, keeper, phone)
    with pytest.raises(NotFound):
        change(phone, parcel, 5, who=keeper_next_door)
    assert change(phone, parcel, 5, who=enterprise_admin).pieces == 5


def test_the_rest_will_not_come(counter, keeper, phone):
    parcel = come(counter, keeper, phone)

    def end():
        return end_waiting(parcel=fresh(parcel), why="快递企业确认丢失", actor=keeper.actor(), now=phone.now)

    with pytest.raises(DomainError) as error:
        end()
    assert error.value.code == "rest_not_waited"
    handed(phone, parcel, "wait")
    assert end().stage == "DELIVERED"
    assert codes_of(parcel)[-2:] == ["COUNT_MISMATCH", "DELIVERED"]
    assert AuditEntry.objects.get(action="pickup.rest_ended").after == {"given": 1, "missing": 2}
    with pytest.raises(DomainError):
        end()


def test_the_pages_of_both(counter, keeper, phone, client):
    parcel = come(counter, keeper, phone)
    page = f"/work/parcels/{parcel.waybill}/"
    assert "更正件数" in keeper.client.get(page).content.decode()
    assert "已扫到的 1 件" in keeper.client.get(f"{page}pieces/").content.decode()
    assert keeper.client.post(f"{page}pieces/", {"pieces": 2, "why": WHY}).status_code == 302
    assert "其余的不会到了" not in keeper.client.get(page).content.decode()
    handed(phone, parcel, "wait")
    shown = keeper.client.get(page).content.decode()
    assert "其余的不会到了" in shown
    assert "已取走 1/2 件，还有 1 件没到。" in shown
    assert keeper.client.post(f"{page}rest/", {"why": ""}).status_code == 400
    assert keeper.client.post(f"{page}rest/", {"why": "确认丢失"}).status_code == 302
    assert fresh(parcel).stage == "DELIVERED"


def test_without_a_script_there_are_two_buttons(counter, keeper, world):
    phone = Phone(keeper, world.village, live=True)
    parcel = come(counter, keeper, phone)
    form = {"station": world.village.code, "id": str(uuid.uuid4()), "number": parcel.waybill}
    page = keeper.client.post("/work/give-out/", form).content.decode()
    assert 'name="give" value="wait">先交付 1 件，其余再等</button>' in page
    assert 'name="give" value="all">3 件已全部交付</button>' in page
    code = PickupCode.objects.get(parcel=parcel).code
    proof = {"waybill": parcel.waybill, "method": "code", "proof": code, "give": "wait", "id": str(uuid.uuid4())}
    assert "已交付 1 件，还有 2 件没到。" in keeper.client.post("/work/give-out/", proof).content.decode()
    assert state(parcel) == [(1, True)]


def test_the_recipient_reads_what_is_left(counter, keeper, phone, villager, client):
    parcel = come(counter, keeper, phone)

    def mine():
        rows, _more = own_parcels(actor=villager.actor(), own_phone=RECIPIENT_PHONE, now=phone.now)
        return next(row for row in rows if row.parcel == parcel)

    def opened() -> str:
        """The number and the last four digits, as anybody who has the label sees it."""
        return client.post(f"/t/{parcel.waybill}", {"digits": RECIPIENT_PHONE[-4:]}, follow=True).content.decode()

    assert (mine().pieces, bool(mine().code)) == ("已到 1/3 件。", True)
    assert "已到 1/3 件。" in opened()
    handed(phone, parcel, "wait")
    assert (mine().pieces, mine().code, mine().station) == ("已取走 1/3 件，还有 2 件没到。", "", None)
    assert "已取走 1/3 件，还有 2 件没到。" in opened()
    assert "请在营业时间内凭取件码或身份证件去取" not in opened()
    told = client.get(f"/t/{parcel.waybill}").content.decode()  # by the number alone
    assert "已取走一部分" in told
    assert "现在不用去" in told
    assert client.get(f"/api/v1/track/{parcel.waybill}").json()["parcels"][0]["partly_collected"] is True
    for page in ("/my/", f"/p/{parcel.waybill}"):
        shown = villager.client.get(page)
        assert shown.status_code == 200
        assert "已取走 1/3 件，还有 2 件没到。" in shown.content.decode()
    phone.scan("inbound", parcel.waybill, shelf="B")
    assert mine().pieces == "已取走 1/3 件，1 件可以取，还有 1 件没到。"
    assert mine().code


def test_the_clock_waits_for_pieces_that_have_not_come(counter, keeper, phone):
    """Nothing lies here, so nothing is sent back: the county is told that the count is wrong, and waiting goes on."""
    parcel = come(counter, keeper, phone)
    arm(list(Event.objects.select_related("parcel").filter(parcel=parcel)), phone.now)
    handed(phone, parcel, "wait")
    later = phone.now + dt.timedelta(hours=200)
    fire_due(now=later)
    assert (fresh(parcel).stage, fresh(parcel).issues) == ("READY_FOR_PICKUP", ["COUNT_MISMATCH"])
    assert PickupCode.objects.get(parcel=parcel).voided_at is None
    phone.now = later
    phone.scan("inbound", parcel.waybill, shelf="B")
    fire_due(now=later + dt.timedelta(hours=160))
    assert fresh(parcel).stage == "READY_FOR_PICKUP"
    assert Timer.objects.filter(parcel=parcel, kind="return", fired_at=None, cancelled_at=None).count() == 1
    fire_due(now=later + dt.timedelta(hours=400))
    assert fresh(parcel).stage == "RETURNING"


def test_a_piece_belongs_to_the_pickup_that_gave_it(counter, keeper, phone):
    parcel = come(counter, keeper, phone)
    with pytest.raises(IntegrityError), transaction.atomic():
        ParcelPiece.objects.filter(parcel=parcel).update(given_at=phone.now)


def test_others_of_the_recipient_wait_for_their_rest(counter, keeper, phone, world):
    from tests.desk.test_speed import PIN, set_work_pin

    set_work_pin(actor=keeper.actor(), pin=PIN, now=phone.now)
    first, second = come(counter, keeper, phone, pieces=1), come(counter, keeper, phone)
    body = {"station": world.village.code, "method": "identity", "pin": PIN, "also": [second.waybill]}
    answer = post(keeper.client, f"scan/give-out/{first.waybill}/", id=str(uuid.uuid4()), **body)[1]
    assert [row["message"] for row in answer["facts"]["also"]] == ["已交付 1 件，还有 2 件没到。"]
    assert (fresh(first).stage, fresh(second).stage) == ("DELIVERED", "READY_FOR_PICKUP")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_keepers_give_out_the_same_piece(counter, keeper, world):
    phone = Phone(keeper, world.village)
    parcel = come(counter, keeper, phone, pieces=2)
    code, actor = PickupCode.objects.get(parcel=parcel).code, keeper.actor()

    def give_one(rest):
        try:
            return hand_out(
                parcel=parcel, station=world.village, actor=actor, now=phone.now, method="code", code=code, rest=rest
            )
        except (AlreadyGivenOut, RestUnclear) as error:
            return error

    done = at_once(*[lambda: give_one("wait") for _n in range(4)])
    assert sorted(type(one).__name__ for one in done) == ["AlreadyGivenOut"] * 3 + ["GivenOut"]
    assert state(parcel) == [(1, True)]
    phone.scan("inbound", parcel.waybill, shelf="B")
    done = at_once(*[lambda rest=rest: give_one(rest) for rest in ("wait", "all", "", "wait")])
    assert sorted(type(one).__name__ for one in done) == ["AlreadyGivenOut"] * 3 + ["GivenOut"]
    assert fresh(parcel).stage == "DELIVERED"
    assert Pickup.objects.filter(parcel=parcel, undone_at=None).count() == 2


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_count_lowered_while_a_piece_comes(counter, keeper, world):
    """Either the piece is seen first and the count stays, or the count is lowered and the piece has no number left."""
    phone = Phone(keeper, world.village)
    parcel = come(counter, keeper, phone, pieces=2)

    def lower():
        try:
            return change(phone, parcel, 1).pieces
        except DomainError as error:
            return error.code

    def scan():
        return Phone(keeper, world.village, now=phone.now).scan("inbound", parcel.waybill, shelf="B").result

    lowered, scanned = at_once(lower, scan)
    assert (lowered, scanned, fresh(parcel).pieces) in (("fewer_than_seen", "ok", 2), (1, "ok", 1))
    assert len(state(parcel)) == (2 if lowered == "fewer_than_seen" else 0)
