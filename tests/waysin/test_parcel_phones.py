"""Parcels with the phones that e-commerce really sends: relay numbers, masked ones, two in a cell."""

import importlib
import io
import json
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from logistics.desk.services.call import Fields
from logistics.desk.services.scans import take_scan
from logistics.parcels.lookup import open_with_digits, read_number
from logistics.parcels.models import ParcelContact
from logistics.parcels.selectors_work import masked, unmasked
from logistics.parcels.services.collecting import PhoneUnusable, collect_parcel
from logistics.parcels.services.consent import give_consent
from logistics.parcels.services.parcels import ParcelDraft, create_parcel
from logistics.parcels.services.returns import create_return_shipment
from logistics.parcels.states import ContactRole
from portal.core.actor import system_actor
from portal.core.clock import now
from portal.core.ids import new_id
from portal.notify.models import Message
from tests.custody.conftest import NOW, Counter
from tests.waysin.files import PARCEL_HEADINGS, workbook

CASES = Path(__file__).parent / "cases"
IMPORTS = "/api/v1/imports/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(client, content, name="a.csv"):
    return client.post(IMPORTS, {"file": SimpleUploadedFile(name, content), "kind": "parcels"}).json()


def contacts():
    rows = ParcelContact.objects.filter(role=ContactRole.RECIPIENT).order_by("parcel__carrier_number")
    return list(rows)


def opens(contact, digits) -> bool:
    return bool(open_with_digits(read_number(contact.parcel.waybill), digits, now()))


def test_relay_numbers_and_two_in_a_cell(carrier_system):
    answer = upload(carrier_system.client, (CASES / "18-virtual-numbers.csv").read_bytes())
    assert (answer["accepted"], answer["refused"], answer["warned"]) == (3, 0, 1)
    first, second, third = contacts()
    assert (first.phone, first.relay, first.extension) == ("", "+8618412345678", "1234")
    assert (second.phone, second.relay, second.extension) == ("", "+8618412345678", "5678")
    assert (third.phone, third.relay) == ("+8617400009901", "")
    assert opens(first, "1234")
    assert opens(second, "5678")
    assert opens(third, "9901")
    assert not any(opens(one, "5678") for one in (first, third))
    assert (masked(first).phone, unmasked(first).phone) == ("184********-****", "+8618412345678-1234")


def test_masked_phones_are_never_kept(carrier_system):
    answer = upload(carrier_system.client, (CASES / "19-masked-phones.csv").read_bytes())
    assert (answer["accepted"], answer["refused"], answer["warned"]) == (3, 0, 3)
    first, second, third = contacts()
    assert {(c.phone, c.relay, c.extension) for c in (first, second, third)} == {("", "", "")}
    assert opens(first, "1234")
    assert opens(third, "1234")
    assert not opens(second, "0000")
    assert second.tail_hash == ""


def test_a_cell_that_a_spreadsheet_spoilt_is_a_warning_too(carrier_system):
    book = workbook([PARCEL_HEADINGS])
    for place, cell in enumerate(("=A1", "1.38934E+10", 13893300001.0, 138933000010000000), 1):
        book.active.append([f"77300000000{place}", "620825100208", "王小明", cell])
    out = io.BytesIO()
    book.save(out)
    answer = upload(carrier_system.client, out.getvalue(), "a.xlsx")
    assert (answer["accepted"], answer["refused"], answer["warned"]) == (4, 0, 3)
    assert [c.phone for c in contacts()] == ["", "", "+8613893300001", ""]


@pytest.mark.parametrize(
    ("phone", "told"),
    [
        ("13893300001", ""),
        ("18412345678-1234", "转接电话"),
        ("0933-6621234", "座机"),
        ("138****0001", "没有登记收件人的手机号"),
        ("看面单", "没有登记收件人的手机号"),
    ],
)
def test_the_keeper_is_told_whether_a_text_goes_out(phone, told, keeper, world):
    parcel = made(world, recipient_phone=phone)
    give_consent(parcel=parcel, channel="phone", actor=keeper.actor(), now=NOW)
    outcome = take_scan(
        id=new_id(), task="inbound", station=world.village, number=parcel.waybill, fields=Fields(shelf="1-1"),
        actor=keeper.actor(), now=NOW,
    )  # fmt: skip
    answer = getattr(outcome, "answer", outcome)
    assert told in answer.hint
    assert ("取件通知" in answer.message) == (told == "")
    assert Message.objects.exists() == (told == "")


def made(world, **more):
    draft = ParcelDraft(
        carrier=world.carrier.code, carrier_number="773000000001", destination=world.village_division.code,
        destination_station=world.village.code, recipient_name="王小明", **more,
    )  # fmt: skip
    return create_parcel(draft=draft, actor=system_actor("tests"), now=NOW)


@pytest.mark.parametrize(
    ("phone", "digits"), [("18412345678-1234", "1234"), ("138****0001", "0001"), ("0933-6621234", "1234")]
)
def test_a_return_knows_as_much_as_the_parcel_did(phone, digits, world, county_official):
    counter = Counter(world)
    parcel = counter.parcel(recipient_phone=phone)
    counter.scan(parcel, "DELIVERED", hours=1)
    back = create_return_shipment(parcel=parcel, actor=county_official.actor(), now=NOW)
    before = ParcelContact.objects.get(parcel=parcel, role=ContactRole.RECIPIENT)
    after = ParcelContact.objects.get(parcel=back, role=ContactRole.SENDER)
    assert (after.phone, after.relay, after.extension) == (before.phone, before.relay, before.extension)
    assert open_with_digits(read_number(back.waybill), digits, NOW)


@pytest.mark.parametrize("phone", ["138****0001", "1389330000", "13893300001/13893300002x"])
def test_at_the_counter_a_phone_is_asked_for_until_it_can_be_called(phone, keeper, world):
    draft = ParcelDraft(
        sender_name="王小明", sender_phone=phone, recipient_name="李四", recipient_phone="13893300002",
        recipient_address="兰州市城关区1号",
    )  # fmt: skip
    with pytest.raises(PhoneUnusable):
        collect_parcel(
            draft=draft, station=world.village, form_key=new_id(), identity_checked=True, goods_checked=True,
            actor=keeper.actor(), now=NOW,
        )  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"phone": "+861741234"},
        {"phone": "+8612345"},
        {"phone": "174****1234"},
        {"phone": "+868412345"},
        {"phone": "+8613893300001", "relay": "+8618412345678", "extension": "1234"},
        {"phone": "", "relay": "+8618412345678"},
        {"phone": "", "extension": "1234"},
        {"phone": "", "relay": "18412345678", "extension": "1234"},
    ],
)
def test_the_database_keeps_no_half_phone(wrong, world):
    parcel = made(world, recipient_phone="13893300001")
    with pytest.raises(IntegrityError), transaction.atomic():
        ParcelContact.objects.filter(parcel=parcel).update(**wrong)


def test_a_masked_phone_is_never_stored_by_the_api(carrier_system):
    parcels = [
        {"carrier": "zto", "carrier_number": f"77300000000{n}", "destination": "620825100208", "recipient_phone": phone}
        for n, phone in enumerate(("138****0001", "1389330****", "xxxxxxx0001", "1389330000"))
    ]
    answer = carrier_system.client.post(
        "/api/v1/parcels/", json.dumps({"parcels": parcels}), content_type="application/json"
    ).json()
    assert answer["accepted"] == 4
    assert not ParcelContact.objects.exclude(phone="", relay="").exists()


def test_the_page_of_wrong_digits_names_the_extension(client, carrier_system):
    """The person's own number is not known behind a relay number: whoever tries it must learn what opens."""
    upload(carrier_system.client, (CASES / "18-virtual-numbers.csv").read_bytes())
    page = client.post(f"/t/{contacts()[0].parcel.waybill}", {"digits": "9999"}).content.decode()
    assert "分机号的后四位" in page


@pytest.mark.parametrize(
    ("kept", "stays"),
    [
        ("+869336621234", True), ("+861064448888", True), ("+8675512345678", True), ("+862112345678", True),
        ("+864008100000", True), ("+8613800138000", True), ("+861741234", False), ("+8612345", False),
        ("+868412345678", False), ("+861741234567", False), ("+8695013123456", False),
    ],
)  # fmt: skip
def test_older_phones_that_are_none_are_forgotten_and_no_others(world, kept, stays):
    """What the reader of before made of masked numbers; a landline is a phone, kept without the 0 of its area code."""
    migration = importlib.import_module("logistics.parcels.migrations.0012_phones_of_contacts")
    parcel = Counter(world).parcel()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE parcels_parcelcontact DROP CONSTRAINT contact_phone_whole")
    ParcelContact.objects.filter(parcel=parcel).update(phone=kept, tail_hash="kept", relay="", extension="")
    migration.forget_what_is_no_phone(apps, None)
    found = set(ParcelContact.objects.filter(parcel=parcel).values_list("phone", "tail_hash"))
    assert found == {(kept, "kept") if stays else ("", "")}
