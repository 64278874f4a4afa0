"""From the station to the door: told, handed over once against a proof, or not at all and why."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from logistics.parcels.errors import ParcelClosed, ParcelNotFound
from logistics.parcels.models import Bag, BagItem, DoorCode, DoorDelivery, Event, PickupCode
from logistics.parcels.services.consent import give_consent
from logistics.parcels.services.corrections import correct_event
from logistics.parcels.services.door import (
    AlreadyDelivered,
    DoorCodeLocked,
    DoorProofMissing,
    FailedReason,
    GoingBack,
    InABag,
    NoDoorCode,
    NotInYourHands,
    NotOutForDelivery,
    OnAHandover,
    ReasonMissing,
    WaitsForPickup,
    WrongDoorCode,
    attempt_failed,
    deliver_at_door,
    start_delivery,
)
from logistics.parcels.services.handovers import offer_handover
from logistics.parcels.services.parties import Party
from logistics.parcels.services.pickup import give_out
from logistics.parcels.services.pickup.giving import NotWaitingHere
from members.access.states import Role
from portal.audit.models import AuditEntry
from portal.core.errors import Forbidden
from portal.notify.models import Message
from tests.custody.conftest import NOW, codes_of, fresh
from tests.custody.test_races import at_once, split
from tests.door.conftest import picture, signature
from tests.personas import make_persona

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def out(in_hands, courier):
    """A parcel with which the courier has set out."""

    def go(**more):
        parcel = in_hands(courier, **more)
        start_delivery(parcel=parcel, actor=courier.actor(), now=NOW)
        return fresh(parcel)

    return go


def code_of(parcel) -> str:
    return DoorCode.objects.get(parcel=parcel).code


def by_code(parcel, who, code=None, now=NOW):
    code = code_of(parcel) if code is None else code
    return deliver_at_door(parcel=parcel, proof="code", code=code, actor=who.actor(), now=now)


def by_picture(parcel, who, proof="photo", raw=None):
    file = io.BytesIO(raw if raw is not None else signature() if proof == "signature" else picture())
    return deliver_at_door(parcel=parcel, proof=proof, file=file, actor=who.actor(), now=NOW)


# -- setting out ------------------------------------------------------------------------------------


def test_setting_out_tells_the_recipient_once(in_hands, courier):
    parcel = in_hands(courier)
    for _tap in range(2):
        start_delivery(parcel=parcel, actor=courier.actor(), now=NOW)
    assert fresh(parcel).stage == "OUT_FOR_DELIVERY"
    assert codes_of(parcel).count("OUT_FOR_DELIVERY") == 1
    message = Message.objects.get(template="out_for_delivery")
    values = json.loads(message.parameters)["values"]
    assert values["code"].replace(" ", "") == code_of(parcel)
    assert values["tail"] == parcel.carrier_number[-4:]
    assert "王" not in message.parameters


def test_without_a_phone_nobody_is_told_and_no_code_is_made(in_hands, courier):
    parcel = in_hands(courier, recipient_phone="")
    start_delivery(parcel=parcel, actor=courier.actor(), now=NOW)
    assert not DoorCode.objects.exists()
    with pytest.raises(NoDoorCode):
        by_code(fresh(parcel), courier, "123456")
    by_picture(parcel, courier)
    assert fresh(parcel).stage == "DELIVERED"


def test_only_what_is_in_my_hands_goes_out(counter, world, in_hands, courier, driver, keeper):
    parcel = in_hands(driver)
    for who in (courier, keeper):
        with pytest.raises(NotInYourHands):
            start_delivery(parcel=parcel, actor=who.actor(), now=NOW)
    assert codes_of(parcel).count("OUT_FOR_DELIVERY") == 0


def test_a_keeper_sets_out_from_their_own_shelf_and_a_courier_does_not(counter, world, keeper, courier):
    parcel = counter.parcel()
    counter.scan(parcel, "CUSTODY", custody_kind="station", custody_ref=world.village.code)
    with pytest.raises(NotInYourHands):
        start_delivery(parcel=parcel, actor=courier.actor(), now=NOW)
    start_delivery(parcel=parcel, actor=keeper.actor(), now=NOW)
    by_code(fresh(parcel), keeper)
    assert fresh(parcel).stage == "DELIVERED"


def test_what_waits_goes_back_or_lies_in_a_bag_does_not_go_out(counter, world, courier, keeper, in_hands, town_keeper):
    waiting, _code = counter.waiting(keeper)
    back = in_hands(courier)
    counter.scan(back, "RETURNING", hours=70)
    offered = in_hands(courier)
    offer_handover(
        giver=Party.person(courier.user.pk), taker=Party.station(world.village), station=world.village,
        parcels=[offered], actor=courier.actor(), now=NOW,
    )  # fmt: skip
    bagged = in_hands(courier)
    bag = Bag.objects.create(
        number="DB1", origin=world.township_station, destination=world.village, created_at=NOW, created_by="user:1"
    )
    BagItem.objects.create(bag=bag, parcel=bagged, added_at=NOW)
    for parcel, refusal in ((waiting, WaitsForPickup), (back, GoingBack), (offered, OnAHandover), (bagged, InABag)):
        with pytest.raises(refusal):
            start_delivery(parcel=parcel, actor=courier.actor(), now=NOW)


def test_who_delivers_nothing_and_who_serves_elsewhere(counter, enterprise_admin, keeper_next_door):
    parcel = counter.parcel()
    with pytest.raises(Forbidden):
        start_delivery(parcel=parcel, actor=enterprise_admin.actor(), now=NOW)
    with pytest.raises(ParcelNotFound):
        start_delivery(parcel=parcel, actor=keeper_next_door.actor(), now=NOW)


# -- handing over -----------------------------------------------------------------------------------


def test_delivered_against_the_code(out, courier):
    parcel = out()
    delivery = by_code(parcel, courier, code_of(parcel)[:3] + " " + code_of(parcel)[3:])
    parcel = fresh(parcel)
    assert (parcel.stage, parcel.variant, parcel.custody_kind) == ("DELIVERED", "SELF", "consignee")
    assert (delivery.proof, delivery.photo, delivery.given_by) == ("code", None, courier.actor().id)
    assert DoorCode.objects.get(parcel=parcel).used_at == NOW


@pytest.mark.parametrize(("proof", "kind"), [("photo", "delivery"), ("signature", "signature")])
def test_delivered_against_a_picture(out, courier, media, proof, kind):
    parcel = out()
    delivery = by_picture(parcel, courier, proof)
    assert (delivery.photo.kind, delivery.photo.parcel_id) == (kind, parcel.pk)
    assert (media / delivery.photo.file).exists()
    assert fresh(parcel).stage == "DELIVERED"


def test_a_refused_delivery_leaves_no_picture(in_hands, courier, media):
    parcel = in_hands(courier)  # not set out
    with pytest.raises(NotOutForDelivery):
        by_picture(parcel, courier)
    assert [path for path in media.rglob("*") if path.is_file()] == []
    assert not parcel.photos.exists()


@pytest.mark.parametrize("proof", ["", "photo", "signature", "identity"])
def test_no_proof_no_delivery(out, courier, proof):
    with pytest.raises(DoorProofMissing):
        deliver_at_door(parcel=out(), proof=proof, actor=courier.actor(), now=NOW)


def test_guessing_locks_the_code_but_not_the_other_proofs(out, courier):
    parcel = out()
    wrong = "000000" if code_of(parcel) != "000000" else "000001"
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongDoorCode) as caught:
            by_code(parcel, courier, wrong)
        assert str(left) in str(caught.value.message)
    for code in (wrong, code_of(parcel)):
        with pytest.raises(DoorCodeLocked):
            by_code(parcel, courier, code)
    by_picture(parcel, courier, "signature")
    assert fresh(parcel).stage == "DELIVERED"


def test_the_station_does_not_take_the_code_of_the_door(out, keeper, courier, world):
    parcel = out()
    assert not PickupCode.objects.filter(parcel=parcel).exists()
    with pytest.raises(NotWaitingHere):
        give_out(parcel=parcel, station=world.village, actor=keeper.actor(), now=NOW, method="code",
                 code=code_of(parcel))  # fmt: skip


def test_after_a_failed_attempt_the_station_issues_its_own_code(out, keeper, courier, world, counter):
    parcel = out()
    attempt_failed(parcel=parcel, reason="not_home", actor=courier.actor(), now=LATER)
    give_consent(parcel=parcel, channel="phone", actor=keeper.actor(), now=NOW)
    code = counter.inbound(fresh(parcel), keeper)
    assert code.station == world.village
    with pytest.raises(NotOutForDelivery):
        by_code(fresh(parcel), courier)


def test_only_the_one_who_holds_it_hands_it_over(out, driver, courier):
    parcel = out()
    with pytest.raises(NotInYourHands):
        by_code(parcel, driver)


def test_delivered_twice_is_said_with_who_and_when(out, courier):
    parcel = out()
    by_code(parcel, courier)
    with pytest.raises(AlreadyDelivered) as caught:
        by_picture(parcel, courier)
    assert str(courier.user.pk) in str(caught.value.message)
    with pytest.raises(ParcelClosed):
        start_delivery(parcel=parcel, actor=courier.actor(), now=NOW)


# -- nobody at home ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "issue"),
    [("not_home", "ATTEMPT_FAILED"), ("asked_later", "ATTEMPT_FAILED"), ("no_access", "ATTEMPT_FAILED"),
     ("unreachable", "UNREACHABLE"), ("bad_address", "BAD_ADDRESS"), ("out_of_area", "OUT_OF_AREA"),
     ("refused", "REFUSED")],
)  # fmt: skip
def test_each_reason_opens_its_issue_once(out, courier, reason, issue):
    parcel = out()
    for _tap in range(2):
        attempt_failed(parcel=parcel, reason=reason, note="打了三次 13800138000", actor=courier.actor(), now=LATER)
    event = Event.objects.get(parcel=parcel, code=issue)
    assert (event.reason, "13800138000" in event.text) == (reason, False)
    assert fresh(parcel).issues == [issue]
    assert fresh(parcel).custody_ref == courier.actor().id


def test_every_reason_is_covered():
    assert len(FailedReason.choices) == 7


def test_a_reason_is_needed(out, courier):
    with pytest.raises(ReasonMissing):
        attempt_failed(parcel=out(), reason="lazy", actor=courier.actor(), now=NOW)


def test_the_next_attempt_ends_the_issue_and_keeps_the_code(out, courier):
    parcel = out()
    code = code_of(parcel)
    attempt_failed(parcel=parcel, reason="not_home", actor=courier.actor(), now=LATER)
    start_delivery(parcel=parcel, actor=courier.actor(), now=NOW + timedelta(days=1))
    parcel = fresh(parcel)
    assert (parcel.issues, parcel.stage, code_of(parcel)) == ([], "OUT_FOR_DELIVERY", code)
    assert Message.objects.filter(template="out_for_delivery").count() == 2
    by_code(parcel, courier, now=NOW + timedelta(days=1, hours=1))
    assert fresh(parcel).variant == "AFTER_ISSUE"


# -- corrected --------------------------------------------------------------------------------------


def test_a_corrected_delivery_can_be_made_again(out, courier, county_official):
    parcel = out()
    first = by_code(parcel, courier)
    event = Event.objects.select_related("source", "parcel").get(parcel=parcel, code="DELIVERED")
    correct_event(event=event, reason="did_not_occur", actor=county_official.actor(), now=NOW, why="点错了包裹")
    first.refresh_from_db()
    assert (first.undone_at, fresh(parcel).stage) == (NOW, "OUT_FOR_DELIVERY")
    by_code(fresh(parcel), courier)
    assert DoorDelivery.objects.filter(parcel=parcel, undone_at=None).count() == 1


# -- races ------------------------------------------------------------------------------------------


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_phones_deliver_one_parcel(out, courier, media):
    parcel = out()
    acts = [lambda: by_code(parcel, courier), lambda: by_picture(parcel, courier),
            lambda: by_picture(parcel, courier, "signature"), lambda: by_code(parcel, courier)]  # fmt: skip
    won, lost = split(at_once(*acts), AlreadyDelivered)
    assert (len(won), len(lost)) == (1, 3)
    assert codes_of(parcel).count("DELIVERED") == 1
    assert len([path for path in media.rglob("*") if path.is_file()]) == (0 if won[0].proof == "code" else 1)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_delivered_and_failed_at_once(out, courier):
    parcel = out()
    at_once(
        lambda: by_code(parcel, courier),
        lambda: attempt_failed(parcel=parcel, reason="not_home", actor=courier.actor(), now=LATER),
    )
    assert fresh(parcel).stage == "DELIVERED" or fresh(parcel).issues == ["ATTEMPT_FAILED"]


# -- pages ------------------------------------------------------------------------------------------


def test_the_round_says_who_and_where_but_shows_nobody(out, in_hands, courier):
    gone, waiting = out(), in_hands(courier)
    page = courier.client.get("/work/door/").content.decode()
    assert gone.waybill in page
    assert waiting.waybill in page
    assert "王**" in page
    assert "王小明" not in page
    assert "809331001" not in page


def test_the_page_sets_out_and_answers_each_number(in_hands, courier, driver):
    mine, other = in_hands(courier), in_hands(driver)
    answer = courier.client.post("/work/door/", {"number": [mine.waybill], "numbers": f"{other.waybill}\nXN404"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "不在您手中" in text
    assert "没有找到这个包裹" in text
    assert f">{other.waybill}\nXN404</textarea>" in text
    assert fresh(mine).stage == "OUT_FOR_DELIVERY"


def test_phone_and_address_are_shown_once_and_noted(out, courier):
    address = f"/work/door/{out().waybill}/"
    assert "tel:+86" not in courier.client.get(address).content.decode()
    page = courier.client.post(address).content.decode()
    assert 'href="tel:+8613809331001"' in page
    assert "3社12号" in page
    assert AuditEntry.objects.filter(action="parcel.looked").count() == 1
    assert "tel:+86" not in courier.client.get(address).content.decode()


@pytest.mark.parametrize("proof", ["code", "photo", "signature"])
def test_the_page_takes_each_proof(out, courier, proof):
    parcel = out()
    data = {"proof": proof, "code": code_of(parcel)}
    if proof != "code":
        raw = signature() if proof == "signature" else picture()
        data["picture"] = SimpleUploadedFile("x.png", raw, content_type="image/png")
    answer = courier.client.post(f"/work/door/{parcel.waybill}/deliver/", data)
    assert (answer.status_code, answer["Location"]) == (302, f"/work/door/{parcel.waybill}/")
    assert "已签收" in courier.client.get(answer["Location"]).content.decode()


def test_the_page_says_what_is_wrong_with_the_proof(out, courier):
    parcel = out()
    answer = courier.client.post(f"/work/door/{parcel.waybill}/deliver/", {"proof": "code", "code": "1"})
    assert (answer.status_code, "签收码不对" in answer.content.decode()) == (400, True)
    large = SimpleUploadedFile("x.jpg", b"\x00" * (11 << 20), content_type="image/jpeg")
    answer = courier.client.post(f"/work/door/{parcel.waybill}/deliver/", {"proof": "photo", "picture": large})
    assert (answer.status_code, "10 MB" in answer.content.decode()) == (413, True)
    assert fresh(parcel).stage == "OUT_FOR_DELIVERY"


def test_a_failed_attempt_offers_what_to_do_next(out, courier, keeper):
    parcel = out()
    address = f"/work/door/{parcel.waybill}/"
    assert courier.client.post(f"{address}failed/", {"reason": "refused"}).status_code == 302
    page = courier.client.get(address).content.decode()
    assert "下一步怎么办" in page
    assert "再送一次" in page
    assert f"/work/parcels/{parcel.waybill}/return/" not in page
    assert f"/work/parcels/{parcel.waybill}/return/" in keeper.client.get(address).content.decode()


def test_the_round_asks_the_same_number_of_questions_however_long(in_hands, courier):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert courier.client.get("/work/door/").status_code == 200
        return len(queries)

    in_hands(courier)
    asked()
    few = asked()
    for _more in range(6):
        in_hands(courier)
    assert asked() == few


def test_a_courier_of_another_township_is_told_nothing(out, world):
    stranger = make_persona(1399, "别镇快递", Role.COURIER, world.other_township_station)
    for rest in ("", "deliver/", "failed/"):
        assert stranger.client.post(f"/work/door/{out().waybill}/{rest}", {"proof": "code"}).status_code == 404
