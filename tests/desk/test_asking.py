"""Consent without slowing the scan: asked early by text, once for all, or from a list when the scanning is done."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from logistics.desk.models import Scan
from logistics.desk.selectors_asked import waiting_for_consent
from logistics.desk.services.answering import answer_scan
from logistics.desk.services.scans import ScanNotFound
from logistics.desk.services.undoing import undo_scan
from logistics.parcels.models import Consent
from logistics.parcels.selectors_consent import consented_parcels, standing_consent
from logistics.parcels.selectors_looks import LOOKED
from logistics.parcels.services.consent import NoPhoneOfTheirOwn, give_consent, give_standing_consent, withdraw_consent
from logistics.registry.models import Station
from members.access.states import Role
from portal.audit.models import AuditEntry
from tests.custody.conftest import NOW, RECIPIENT_PHONE, codes_of, fresh
from tests.desk.conftest import Phone, post
from tests.personas import make_persona

pytestmark = pytest.mark.django_db
RELAY = "18412345678转5678"


def say(phone: Phone, value: str):
    return answer_scan(id=phone.ids[-1], value=value, actor=phone.persona.actor(), now=phone.now)


def colleague_of(keeper, station: Station):
    return make_persona(1090, "何替班", Role.KEEPER, station)


# -- once for all --------------------------------------------------------------------------------------


def test_from_now_on_is_said_once(counter, phone):
    first, second, elsewhere = counter.parcel(), counter.parcel(), counter.parcel(recipient_phone="13900139000")
    phone.scan("inbound", first.waybill)
    assert say(phone, "standing").result == "ok"
    assert phone.scan("inbound", second.waybill).result == "ok"  # not a tap
    assert phone.scan("inbound", elsewhere.waybill).result == "ask"
    consent = standing_consent(RECIPIENT_PHONE)
    assert consent is not None
    assert (consent.channel, consent.parcel) == ("in_person", None)


def test_a_number_passed_on_from_hand_to_hand_stands_for_nobody(counter, phone):
    parcel = counter.parcel(recipient_phone=RELAY)
    asked = phone.scan("inbound", parcel.waybill)
    assert [row["value"] for row in asked.ask["options"]] == ["in_person", "phone", "refuse"]
    assert say(phone, "standing").code == "bad_answer"
    with pytest.raises(NoPhoneOfTheirOwn):
        give_standing_consent(parcel=parcel, channel="in_person", actor=phone.persona.actor(), now=NOW)


def test_undoing_the_scan_takes_the_standing_consent_back(counter, phone):
    parcel = counter.parcel()
    phone.scan("inbound", parcel.waybill)
    say(phone, "standing")
    undone = undo_scan(id=phone.ids[-1], actor=phone.persona.actor(), now=phone.now)
    assert undone.undone
    assert standing_consent(RECIPIENT_PHONE) is None
    assert consented_parcels([parcel.pk]) == set()


def test_a_standing_yes_covers_a_parcel_they_had_said_no_to(counter, phone, villager):
    give_consent(phone=RECIPIENT_PHONE, actor=villager.actor(), now=NOW - dt.timedelta(days=9))
    parcel = counter.parcel()
    withdraw_consent(parcel=parcel, actor=villager.actor(), now=NOW - dt.timedelta(days=1))
    phone.scan("inbound", parcel.waybill)
    assert say(phone, "standing").result == "ok"


def test_villagers_say_it_on_their_own_page_and_take_it_back(counter, villager, keeper):
    parcel = counter.parcel()
    page = villager.client.post("/my/consent/", {"agree": "always"}, follow=True)
    assert "以后的包裹都放到站点" in page.content.decode()
    assert consented_parcels([parcel.pk]) == {parcel.pk}
    page = villager.client.post("/my/consent/", {"agree": "never"}, follow=True)
    assert "先问您" in page.content.decode()
    assert consented_parcels([parcel.pk]) == set()
    assert villager.client.post("/my/consent/", {"agree": "never"}).status_code == 409  # nothing to take back: said
    assert villager.client.post("/my/consent/", {"agree": "maybe"}).status_code == 400


@pytest.mark.parametrize(
    ("said", "word", "agreed"),
    [("1", "放到站点", True), ("always", "以后的包裹都放到站点", True), ("0", "送上门", False)],
)
def test_villagers_say_it_on_the_page_of_the_parcel(counter, villager, said, word, agreed):
    parcel = counter.parcel()
    page = villager.client.post(f"/p/{parcel.waybill}/consent", {"agree": said}, follow=True).content.decode()
    assert word in page
    assert (parcel.pk in consented_parcels([parcel.pk])) is agreed


def test_keepers_note_it_on_the_page_of_the_parcel(counter, keeper):
    parcel, other = counter.parcel(), counter.parcel()
    path = f"/work/parcels/{parcel.waybill}/consent/"
    keeper.client.post(path, {"answer": "always", "channel": "phone"})
    assert consented_parcels([parcel.pk, other.pk]) == {parcel.pk, other.pk}
    keeper.client.post(path, {"answer": "ask", "channel": "phone"})
    assert consented_parcels([parcel.pk, other.pk]) == set()
    keeper.client.post(path, {"answer": "no", "channel": "phone"})
    assert Consent.objects.filter(parcel=parcel, withdrawn_at__isnull=False).count() == 1


# -- the list ------------------------------------------------------------------------------------------


def test_scanning_goes_on_and_the_list_remembers(counter, phone, keeper, world):
    phone.live = True
    parcels = [counter.parcel() for _n in range(3)]
    for parcel in parcels:
        phone.scan("inbound", parcel.waybill, shelf="3-2")
    phone.scan("inbound", parcels[0].waybill, shelf="4-1")  # once more, to another shelf: still one line
    rows = waiting_for_consent(station=world.village, now=phone.now)
    assert [row.parcel.pk for row in rows] == [parcels[1].pk, parcels[2].pk, parcels[0].pk]
    assert rows[-1].shelf == "4-1"
    page = keeper.client.get("/work/asking/").content.decode()
    assert page.count('name="scan"') == 3
    keeper.client.post("/work/asking/", {"scan": str(rows[-1].scan.pk), "value": "phone"})
    assert (codes_of(parcels[0]), fresh(parcels[0]).shelf) == (["READY_FOR_PICKUP"], "4-1")
    assert len(waiting_for_consent(station=world.village, now=phone.now)) == 2


def test_those_who_agreed_meanwhile_are_taken_in_at_once(counter, phone, keeper, villager, world):
    phone.live = True
    parcel, other = counter.parcel(), counter.parcel(recipient_phone="13900139000")
    for one in (parcel, other):
        phone.scan("inbound", one.waybill, shelf="3-2")
    give_consent(parcel=parcel, actor=villager.actor(), now=phone.now)
    assert "全部入库" in keeper.client.get("/work/asking/").content.decode()
    page = keeper.client.post("/work/asking/", {"scan": "all"}, follow=True).content.decode()
    assert "已入库 1 件" in page
    assert (fresh(parcel).shelf, codes_of(other)) == ("3-2", [])


def test_saying_agreed_without_any_consent_asks_on(counter, phone, keeper):
    parcel = counter.parcel()
    phone.scan("inbound", parcel.waybill)
    assert say(phone, "agreed").code == "consent_needed"
    assert codes_of(parcel) == []


def test_a_colleague_asks_and_may_undo(counter, phone, keeper, world):
    parcel = counter.parcel()
    phone.scan("inbound", parcel.waybill)
    colleague = colleague_of(keeper, world.village)
    done = answer_scan(id=phone.ids[-1], value="phone", actor=colleague.actor(), now=phone.now)
    assert done.result == "ok"
    assert parcel.consents.get().recorded_by == colleague.actor().id
    assert undo_scan(id=phone.ids[-1], actor=colleague.actor(), now=phone.now).undone


def test_who_works_elsewhere_answers_nothing(counter, phone, keeper_next_door, courier, villager):
    parcel = counter.parcel()
    phone.scan("inbound", parcel.waybill)
    for who in (keeper_next_door, villager):
        with pytest.raises(ScanNotFound):
            answer_scan(id=phone.ids[-1], value="phone", actor=who.actor(), now=phone.now)
    assert keeper_next_door.client.get("/work/asking/").content.decode().count('name="scan"') == 0
    assert not Consent.objects.exists()


def test_other_questions_stay_with_who_scanned(counter, phone, keeper, world):
    phone.scan("inbound", "YT99900011122")
    with pytest.raises(ScanNotFound):
        answer_scan(id=phone.ids[-1], value="aside", actor=colleague_of(keeper, world.village).actor(), now=phone.now)


def test_a_line_is_gone_after_a_week_and_with_the_parcel(counter, phone, world):
    parcel = counter.parcel()
    phone.scan("inbound", parcel.waybill)
    later = phone.now + dt.timedelta(days=7, minutes=1)
    assert len(waiting_for_consent(station=world.village, now=phone.now)) == 1
    assert waiting_for_consent(station=world.village, now=later) == []
    counter.scan(parcel, "CANCELLED", hours=1)
    assert waiting_for_consent(station=world.village, now=phone.now) == []


def test_the_list_costs_the_same_for_many(counter, phone, keeper, django_assert_max_num_queries):
    phone.live = True
    for n in range(12):
        phone.scan("inbound", counter.parcel(recipient_phone=f"139001390{n:02d}").waybill)
    keeper.client.get("/work/asking/")
    with django_assert_max_num_queries(14):
        assert keeper.client.get("/work/asking/").content.decode().count('name="scan"') == 12


# -- the call ------------------------------------------------------------------------------------------


def test_a_call_is_one_touch_and_written_down(counter, keeper):
    parcel = counter.parcel()
    status, told = post(keeper.client, f"parcels/{parcel.waybill}/call/")
    assert (status, told) == (200, {"dial": RECIPIENT_PHONE, "phone": "138 0933 1001"})
    entry = AuditEntry.objects.get(action=LOOKED)
    assert (entry.actor, entry.object_id) == (keeper.actor().id, str(parcel.pk))
    assert RECIPIENT_PHONE not in f"{entry.before}{entry.after}{entry.why}"


def test_a_relay_number_is_dialled_with_its_extension(counter, keeper):
    parcel = counter.parcel(recipient_phone=RELAY)
    assert post(keeper.client, f"parcels/{parcel.waybill}/call/")[1]["dial"] == "+8618412345678,5678"


def test_nobody_calls_a_parcel_of_elsewhere_or_without_a_number(counter, keeper, keeper_next_door):
    parcel, silent = counter.parcel(), counter.parcel(recipient_phone="")
    assert post(keeper_next_door.client, f"parcels/{parcel.waybill}/call/")[0] == 404
    status, told = post(keeper.client, f"parcels/{silent.waybill}/call/")
    assert (status, told["error"]["code"]) == (404, "no_phone")
    assert not AuditEntry.objects.filter(action=LOOKED).exists()


def test_the_home_of_the_desk_counts_them(counter, phone, keeper):
    phone.live = True
    phone.scan("inbound", counter.parcel().waybill)
    page = keeper.client.get("/work/").content.decode()
    tile = page.split('href="/work/asking/"')[1].split("</a>")[0]
    assert '<span class="count count-warn">1</span>' in tile


def test_a_scan_of_another_station_answers_nothing_here(counter, phone, keeper):
    assert not Scan.objects.filter(pk=uuid.uuid4()).exists()
    page = keeper.client.post("/work/asking/", {"scan": str(uuid.uuid4()), "value": "phone"}, follow=True)
    assert page.status_code == 200
    assert "没有这次扫描" in page.content.decode()
