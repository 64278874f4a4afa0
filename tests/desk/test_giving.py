"""The counter: finding what waits, proofs, guessing, several parcels of one person."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from logistics.desk.models import Scan
from logistics.parcels.models import Pickup
from logistics.parcels.services.pickup import make_link_token, name_proxy
from logistics.parcels.services.pickup.giving import OtherPerson, hand_out
from members.access.states import Role
from members.accounts.services import set_work_pin
from tests.custody.conftest import NOW, codes_of, fresh
from tests.desk.conftest import Phone, post
from tests.personas import make_persona

pytestmark = pytest.mark.django_db
PIN = "719402"


def give(keeper, world, parcel, method, **more):
    return post(keeper.client, f"scan/give-out/{parcel.waybill}/", station=world.village.code, method=method, **more)[1]


def test_found_by_parcel_code_and_link(counter, phone, keeper, world):
    parcel, code = counter.waiting(keeper)
    link = f"http://localhost:8000/l/{make_link_token(parcel=parcel, now=NOW)}"
    for sent, known in ((parcel.carrier_number, ""), (code.code, "code"), (link, "link")):
        answer = phone.scan("give-out", sent)
        assert (answer.result, answer.ask["kind"], answer.number) == ("ask", "proof", parcel.waybill)
        assert (answer.word, answer.facts["shelf"], answer.ask["by"]) == ("3-2", "3-2", known)
    kept = [str(row) for row in Scan.objects.values_list("number", "answer")]
    assert not any(code.code in row or "~" in row for row in kept)


def test_delivered_by_code(counter, keeper, world):
    parcel, code = counter.waiting(keeper)
    body = {"id": str(uuid.uuid4()), "code": code.code}
    answer = give(keeper, world, parcel, "code", **body)
    assert (answer["result"], answer["word"], answer["undo"]) == ("ok", "已交付", True)
    assert fresh(parcel).stage == "DELIVERED"
    assert give(keeper, world, parcel, "code", **body) == answer
    assert give(keeper, world, parcel, "code", code=code.code)["result"] == "repeat"
    assert codes_of(parcel) == ["READY_FOR_PICKUP", "DELIVERED"]


def test_a_wrong_code_is_an_answer_and_is_counted(counter, keeper, world):
    parcel, code = counter.waiting(keeper)
    wrong = "100000" if code.code != "100000" else "100001"
    for _try in range(4):
        assert give(keeper, world, parcel, "code", code=wrong)["code"] == "wrong_pickup_code"
    assert give(keeper, world, parcel, "code", code=wrong)["code"] == "pickup_code_locked"
    assert give(keeper, world, parcel, "code", code=code.code)["code"] == "pickup_code_locked"
    assert fresh(parcel).stage == "READY_FOR_PICKUP"


def test_a_wrong_code_sent_again_counts_once(counter, keeper, world):
    parcel, _code = counter.waiting(keeper)
    for _try in range(9):
        give(keeper, world, parcel, "code", code="100000", id="01920000-0000-7000-8000-00000000abcd")
    assert fresh(parcel).pickup_code.wrong_tries == 1


def test_guessing_codes_at_the_counter(counter, phone, keeper, world):
    """Ten wrong codes, and nobody looks a parcel up by code here for a while; parcels are still found by number."""
    parcel, code = counter.waiting(keeper)
    guesses = [f"{n:06d}" for n in range(100_000, 100_020) if f"{n:06d}" != code.code]
    answers = [phone.scan("give-out", guess) for guess in guesses[:12]]
    assert {a.code for a in answers[:10]} == {"wrong_pickup_code"}
    assert {a.code for a in answers[10:]} == {"paused"}
    assert not any(a.facts or a.ask for a in answers)
    assert phone.scan("give-out", code.code).code == "paused"
    assert phone.scan("give-out", parcel.waybill).result == "ask"


def test_a_right_code_does_not_wash_wrong_ones_away(counter, phone, keeper):
    _parcel, code = counter.waiting(keeper)
    for n in range(9):
        phone.scan("give-out", f"10000{n}")
        assert phone.scan("give-out", code.code).result == "ask"
    assert phone.scan("give-out", "200000").code == "wrong_pickup_code"
    assert phone.scan("give-out", "200001").code == "paused"


def test_many_people_guessing_at_one_station(counter, world):
    phones = [Phone(make_persona(1410 + n, "何同事", Role.KEEPER, world.village), world.village) for n in range(4)]
    answers = [phones[n % 4].scan("give-out", f"{200_000 + n}").code for n in range(32)]
    assert answers[:30] == ["wrong_pickup_code"] * 30
    assert answers[30:] == ["paused"] * 2


def test_a_code_of_another_station_finds_nothing(counter, phone, keeper_next_door, world):
    from logistics.parcels.services.consent import give_consent
    from logistics.parcels.services.pickup import station_inbound

    parcel = counter.parcel(destination_station=world.village_next_door.code)
    give_consent(parcel=parcel, channel="phone", actor=keeper_next_door.actor(), now=NOW)
    code = station_inbound(
        parcel=parcel, station=world.village_next_door, shelf="1", actor=keeper_next_door.actor(), now=NOW
    )
    assert phone.scan("give-out", code.code).code == "wrong_pickup_code"
    link = make_link_token(parcel=parcel, now=NOW)
    assert phone.scan("give-out", link).code == "link_invalid"


def test_a_link_after_collection_and_of_another_parcel(counter, phone, keeper, world):
    first, code = counter.waiting(keeper)
    second, _code = counter.waiting(keeper, recipient_phone="+8613809339999")
    tokens = [make_link_token(parcel=parcel, now=NOW) for parcel in (first, second)]
    assert give(keeper, world, first, "link", token=tokens[1])["code"] == "link_of_other_parcel"
    assert give(keeper, world, first, "link", token=tokens[0])["result"] == "ok"
    assert give(keeper, world, second, "link", token=tokens[0])["code"] == "link_used"
    assert phone.scan("give-out", tokens[0]).code == "link_used"
    assert phone.scan("give-out", first.waybill).code == "already_given_out"
    assert phone.scan("give-out", code.code).code == "already_given_out"
    assert fresh(second).stage == "READY_FOR_PICKUP"


def test_one_code_opens_what_waits_for_the_phone(counter, phone, keeper, world):
    (first, code), (second, other) = counter.waiting(keeper), counter.waiting(keeper)
    stranger, _third = counter.waiting(keeper, recipient_phone="+8613809339999")
    answer = phone.scan("give-out", code.code)
    assert [row["number"] for row in answer.ask["together"]] == [second.waybill]
    assert (
        give(keeper, world, second, "code", code=code.code)["code"] == "wrong_pickup_code"
    )  # by itself it opens its own
    assert give(keeper, world, first, "code", code=code.code, also=[stranger.waybill])["code"] == "not_together"
    given = give(keeper, world, first, "code", code=code.code, also=[second.waybill])
    assert (given["result"], given["message"]) == ("ok", "已交付 2 件。")
    assert {fresh(first).stage, fresh(second).stage} == {"DELIVERED"}
    assert fresh(stranger).stage == "READY_FOR_PICKUP"
    undone = post(keeper.client, "scan/undo/", id=given["facts"]["also"][0]["id"])[1]
    assert (undone["result"], fresh(second).stage) == ("ok", "READY_FOR_PICKUP")
    assert give(keeper, world, second, "code", code=other.code)["result"] == "ok"  # its own code still opens it


def test_a_wrong_code_opens_none_of_them(counter, keeper, world):
    (first, _code), (second, _other) = counter.waiting(keeper), counter.waiting(keeper)
    assert give(keeper, world, first, "code", code="000001", also=[second.waybill])["code"] == "wrong_pickup_code"
    assert {fresh(first).stage, fresh(second).stage} == {"READY_FOR_PICKUP"}


def test_a_link_opens_what_waits_for_the_phone(counter, keeper, world):
    (first, _code), (second, _other) = counter.waiting(keeper), counter.waiting(keeper, now=NOW + dt.timedelta(days=1))
    token = make_link_token(parcel=first, now=NOW)
    assert give(keeper, world, first, "link", token=token, also=[second.waybill])["message"] == "已交付 2 件。"


def test_a_proxy_takes_only_what_they_are_named_for(counter, keeper, villager, world):
    (first, code), (second, _other), (third, _last) = (counter.waiting(keeper) for _each in range(3))
    named = [
        name_proxy(parcel=parcel, name="李代收", phone="13800000077", actor=villager.actor(), now=NOW)
        for parcel in (first, second)
    ]
    also = [second.waybill, third.waybill]
    given = give(keeper, world, first, "code", code=code.code, proxy=named[0].pk, also=also)
    assert [row["result"] for row in given["facts"]["also"]] == ["ok", "refused"]
    assert (fresh(second).variant, fresh(third).stage) == ("PROXY", "READY_FOR_PICKUP")


@pytest.mark.parametrize("spoilt", ["late", "another_keeper", "another_way", "taken_back"])
def test_a_proof_serves_for_one_visit_only(counter, keeper, world, spoilt):
    (first, code), (second, _other) = counter.waiting(keeper), counter.waiting(keeper)
    give(keeper, world, first, "code", code=code.code)
    pickup = Pickup.objects.get(parcel=first)
    changes = {"late": {"at": NOW - dt.timedelta(days=1)}, "another_keeper": {"given_by": "user:1"},
               "another_way": {"method": "identity"}, "taken_back": {"undone_at": NOW}}  # fmt: skip
    Pickup.objects.filter(pk=pickup.pk).update(**changes[spoilt])
    pickup.refresh_from_db()
    with pytest.raises(OtherPerson):
        hand_out(parcel=second, station=world.village, actor=keeper.actor(), now=timezone.now(), method="code",
                 along_with=pickup)  # fmt: skip


def test_a_code_that_was_used_says_when(counter, phone, keeper, world):
    _parcel, code = counter.waiting(keeper)
    give(keeper, world, _parcel, "code", code=code.code)
    again = phone.scan("give-out", code.code)
    assert (again.result, again.code) == ("refused", "already_given_out")
    assert "用过" in again.message


def test_identity_and_pin_give_several(counter, keeper, world):
    set_work_pin(actor=keeper.actor(), pin=PIN, now=NOW)
    (first, _code), (second, _other) = counter.waiting(keeper), counter.waiting(keeper)
    stranger, _third = counter.waiting(keeper, recipient_phone="+8613809339999")
    more = {"pin": PIN, "also": [second.waybill]}
    assert give(keeper, world, first, "identity", pin=PIN, also=[stranger.waybill])["code"] == "not_together"
    assert give(keeper, world, first, "identity", pin="000000", also=[second.waybill])["code"] == "pin_wrong"
    answer = give(keeper, world, first, "identity", **more)
    assert (answer["result"], [row["result"] for row in answer["facts"]["also"]]) == ("ok", ["ok"])
    assert {fresh(first).stage, fresh(second).stage} == {"DELIVERED"}
    assert fresh(stranger).stage == "READY_FOR_PICKUP"
    undone = post(keeper.client, "scan/undo/", id=answer["facts"]["also"][0]["id"])[1]
    assert (undone["result"], undone["number"]) == ("ok", second.waybill)
    assert (fresh(first).stage, fresh(second).stage) == ("DELIVERED", "READY_FOR_PICKUP")


def test_a_named_proxy_and_another(counter, phone, keeper, villager, world):
    parcel, code = counter.waiting(keeper)
    proxy = name_proxy(parcel=parcel, name="李代收", phone="13800000077", actor=villager.actor(), now=NOW)
    answer = phone.scan("give-out", parcel.waybill)
    assert answer.ask["proxies"] == [{"id": proxy.pk, "name": "李**"}]
    assert give(keeper, world, parcel, "code", code=code.code, proxy=proxy.pk + 1)["code"] == "not_the_proxy"
    assert give(keeper, world, parcel, "code", code=code.code, proxy=proxy.pk)["result"] == "ok"
    assert Pickup.objects.get().proxy == proxy


def test_not_waiting_here(counter, phone, keeper, world):
    parcel = counter.parcel()
    assert phone.scan("give-out", parcel.waybill).code == "not_waiting_here"
    assert give(keeper, world, parcel, "code", code="123123")["code"] == "not_waiting_here"
    assert give(keeper, world, parcel, "magic")["code"] == "not_waiting_here"
    waiting, _code = counter.waiting(keeper)
    assert give(keeper, world, waiting, "magic")["code"] == "pickup_proof_missing"


def test_who_has_very_many_takes_them_in_turns(counter, phone, keeper, world):
    waiting = [counter.waiting(keeper) for _n in range(23)]
    (first, code), (last, last_code) = waiting[0], waiting[-1]
    offered = [row["number"] for row in phone.scan("give-out", code.code).ask["together"]]
    assert len(offered) == 20
    assert give(keeper, world, first, "code", code=code.code, also=offered)["message"] == "已交付 21 件。"
    assert len(phone.scan("give-out", last_code.code).ask["together"]) == 1
    assert fresh(last).stage == "READY_FOR_PICKUP"
