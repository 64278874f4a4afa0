"""Which column of a file is which, said once by its sender, remembered, and the file read by it."""

import re

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from logistics.parcels.models import Event, ImportBatch, Parcel, ParcelContact, SenderAnswer
from logistics.parcels.services.imports import run
from logistics.parcels.services.imports.run import process_import
from logistics.parcels.services.imports.storage import purge
from members.access.states import Role
from tests.personas import hold
from tests.waysin.files import csv_bytes, xlsx_bytes

API, PAGE = "/api/v1/imports/", "/work/imports/"
ADDRESS = "甘肃省平凉市庄浪县水洛镇何马村3社"
HEADINGS = ["订单编号", "包裹编码", "收货人姓名", "送到哪里", "联系手机"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def order(number):
    return [f"A-{number}", f"7809900000{number}", "王小明", ADDRESS, "13893300001"]


def send(persona, rows, kind="parcels", dry_run="", **how):
    content = rows if isinstance(rows, bytes) else csv_bytes(rows, **how)
    fields = {"file": SimpleUploadedFile("订单.csv", content), "kind": kind, "dry_run": dry_run}
    return persona.client.post(PAGE, fields)


def sent(persona, rows, **more):
    response = send(persona, rows, **more)
    assert response.status_code == 302, response.content.decode()
    return ImportBatch.objects.order_by("-created_at", "-id").first()


def columns_page(persona, batch, line=""):
    return persona.client.get(f"{PAGE}{batch.pk}/columns/{line}")


def form_of(page):
    """What the form of the page would send if nothing is touched."""
    html = page.content.decode()
    fields = {"line": re.search(r'name="line" value="(\d+)"', html).group(1)}
    for name, options in re.findall(r'<select id="(c-\w+)".*?>(.*?)</select>', html, re.S):
        said = re.findall(r'<option value="([^"]*)"( selected)?>', options)
        fields[name] = next((value for value, chosen in said if chosen), said[0][0])
    return fields


def say(persona, batch, **chosen):
    fields = form_of(columns_page(persona, batch)) | {f"c-{name}": place for name, place in chosen.items()}
    return persona.client.post(f"{PAGE}{batch.pk}/columns/", fields, follow=True)


def test_unknown_headings_are_asked_for_the_file_is_read_and_the_next_asks_nothing(enterprise_admin):
    response = send(enterprise_admin, [HEADINGS, order("0001"), order("0002")])
    batch = ImportBatch.objects.get()
    assert response["Location"] == f"{PAGE}{batch.pk}/columns/"
    page = columns_page(enterprise_admin, batch).content.decode()
    assert "快递单号" in page
    assert "包裹编码：78099000000001" in page
    say(enterprise_admin, batch, carrier_number="1", recipient_address="3")
    batch.refresh_from_db()
    assert (batch.state, batch.accepted, batch.refused, batch.asked) == ("done", 2, 0, 0)
    assert set(Parcel.objects.values_list("destination_id", flat=True)) == {"620825100208"}
    remembered = dict(SenderAnswer.objects.values_list("value", "meaning"))
    assert remembered == {"包裹编码": "carrier_number", "送到哪里": "recipient_address"}
    later = sent(enterprise_admin, [HEADINGS, order("0003")])
    assert (later.state, later.accepted, later.unread_columns) == ("done", 1, ["订单编号"])


def test_a_program_is_refused_as_before_until_its_sender_said_it_on_the_page(enterprise_admin, carrier_system):
    def post():
        file = SimpleUploadedFile("x.csv", csv_bytes([HEADINGS, order("0001")]))
        return carrier_system.client.post(API, {"file": file, "kind": "parcels"})

    assert post().json()["error"]["code"] == "no_header"
    assert not ImportBatch.objects.exists()
    say(enterprise_admin, sent(enterprise_admin, [HEADINGS, order("0002")], dry_run="1"), carrier_number="1",
        recipient_address="3")  # fmt: skip
    answer = post().json()
    assert (answer["accepted"], answer["unread_columns"]) == (1, ["订单编号"])


def test_lines_refused_for_want_of_a_column_come_in_when_it_is_said(enterprise_admin):
    rows = [["快递单号", "收货人姓名", "送到哪里"], ["78099000000001", "王小明", ADDRESS], ["bad", "王小明", ADDRESS]]
    batch = sent(enterprise_admin, rows)
    assert (batch.state, batch.accepted, batch.refused) == ("done", 0, 2)
    page = enterprise_admin.client.get(f"{PAGE}{batch.pk}/").content.decode()
    assert "没有读取的列</dt><dd>送到哪里" in page
    say(enterprise_admin, batch, recipient_address="2")
    batch.refresh_from_db()
    assert (batch.state, batch.accepted, batch.refused, batch.unread_columns) == ("done", 1, 1, [])
    assert list(batch.rows.order_by("line").values_list("line", "result")) == [(2, "accepted"), (3, "refused")]
    assert Parcel.objects.count() == 1


def test_digits_that_a_spreadsheet_lost_stay_refused_when_the_file_is_read_again(enterprise_admin):
    rows = [["快递单号", "送到哪里"], ["78099000000001", ADDRESS], [773000000001234567, ADDRESS]]
    batch = sent(enterprise_admin, xlsx_bytes(rows))
    say(enterprise_admin, batch, recipient_address="1")
    assert [row.code for row in batch.rows.order_by("line")] == ["", "number_cut_off"]


def test_two_columns_for_one_thing_are_asked_and_the_other_is_left_alone(enterprise_admin):
    rows = [["单号", "运单号", "目的地代码"], ["A1", "78099000000001", "620825100208"]]
    batch = sent(enterprise_admin, rows)
    assert batch.error_code == "column_twice"
    untouched = form_of(columns_page(enterprise_admin, batch))
    assert untouched["c-carrier_number"] == ""
    refused = enterprise_admin.client.post(f"{PAGE}{batch.pk}/columns/", untouched)
    assert refused.status_code == 400
    assert "快递单号" in refused.content.decode()
    say(enterprise_admin, batch, carrier_number="1")
    assert Parcel.objects.get().carrier_number == "78099000000001"
    assert dict(SenderAnswer.objects.values_list("value", "meaning")) == {"单号": "-"}
    assert sent(enterprise_admin, rows).duplicates == 1


def test_columns_of_one_heading_and_without_any_are_told_apart_by_place(enterprise_admin):
    rows = [["快递单号", "地址", "地址", "", "目的地代码"], ["78099000000001", "兰州", ADDRESS, "13893300001", ""]]
    batch = sent(enterprise_admin, rows)
    say(enterprise_admin, batch, sender_address="1", recipient_address="2", recipient_phone="3")
    parcel = Parcel.objects.get()
    assert (parcel.destination_id, ParcelContact.objects.get(role="recipient").phone) == (
        "620825100208",
        "+8613893300001",
    )
    page = enterprise_admin.client.get(f"{PAGE}answers/").content.decode()
    assert "地址（第 2 个）" in page
    assert "第 4 列" in page
    rows[1][0] = "78099000000002"
    assert sent(enterprise_admin, rows).accepted == 1


@pytest.mark.parametrize("separator", [";", "\t", "|", "；"])
def test_the_separator_is_found_by_headings_known_in_part_and_by_those_said(enterprise_admin, separator):
    rows = [["包裹编码", "送到哪里", "收货人姓名"], ["78099000000001", "庄浪县,水洛镇,何马村,3社,5号,二楼", "王,小,明"]]
    batch = sent(enterprise_admin, rows, separator=separator)
    say(enterprise_admin, batch, carrier_number="0", recipient_address="1")
    assert Parcel.objects.get().destination_id == "620825100208"
    SenderAnswer.objects.filter(meaning="recipient_address").update(key="x")
    SenderAnswer.objects.create(
        enterprise=batch.enterprise, kind="parcels", key="谁收", value="谁收", meaning="recipient_name",
        asked_at=timezone.now(), answered_at=timezone.now(),
    )  # fmt: skip
    rows = [["包裹编码", "谁收"], ["78099000000002", "王,小,明"]]
    assert sent(enterprise_admin, rows, separator=separator).columns == [
        ["包裹编码", "carrier_number"], ["谁收", "recipient_name"],
    ]  # fmt: skip


def test_what_cannot_be_is_refused_and_remembers_nothing(enterprise_admin):
    batch = sent(enterprise_admin, [HEADINGS, order("0001")])
    twice = say(enterprise_admin, batch, carrier_number="1", recipient_address="1")
    assert "被选了两次" in twice.content.decode()
    assert 'value="1" selected' in twice.content.decode()
    assert not SenderAnswer.objects.exists()
    none = say(enterprise_admin, batch)
    assert (none.status_code, SenderAnswer.objects.count()) == (400, 0)
    outside = say(enterprise_admin, batch, carrier_number="999")
    assert (outside.status_code, SenderAnswer.objects.count()) == (400, 0)


def test_a_file_without_headings_is_refused_and_not_kept(enterprise_admin, settings):
    response = send(enterprise_admin, [order("0001"), order("0002")])
    assert response.status_code == 400
    assert "找不到表头" in response.content.decode()
    assert not ImportBatch.objects.exists()
    assert not list(settings.MEDIA_ROOT.rglob("*-*"))


def test_a_title_above_may_be_chosen_as_the_line_of_headings(enterprise_admin):
    batch = sent(
        enterprise_admin, [["某店", "发货清单", "收货人姓名"], ["包裹编码", "送到哪里", "谁收"], order("0001")[1:4]]
    )
    assert form_of(columns_page(enterprise_admin, batch))["line"] == "1"
    form = form_of(columns_page(enterprise_admin, batch, "?line=2"))
    assert form["line"] == "2"
    form |= {"c-carrier_number": "0", "c-recipient_address": "2"}
    enterprise_admin.client.post(f"{PAGE}{batch.pk}/columns/", form)
    batch.refresh_from_db()
    assert (batch.state, batch.titles) == ("done", 2)


def test_events_too_also_a_depots_times_in_and_out(enterprise_admin, parcel):
    at = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    batch = sent(enterprise_admin, [["面单", "放进来", "位置"], [parcel.carrier_number, at, "zl-hema"]], kind="events")
    say(enterprise_admin, batch, number="0", in_at="1", station="2")
    assert Event.objects.get().code == "READY_FOR_PICKUP"


def test_a_large_file_is_read_again_by_the_worker(enterprise_admin, monkeypatch):
    batch = sent(enterprise_admin, [HEADINGS, *(order(f"{n:04}") for n in range(30))])
    monkeypatch.setattr(run, "AT_ONCE", 10)
    say(enterprise_admin, batch, carrier_number="1", recipient_address="3")
    batch.refresh_from_db()
    assert batch.state == "running"
    busy = enterprise_admin.client.get(f"{PAGE}{batch.pk}/columns/")
    assert busy.status_code == 409
    process_import(batch_id=batch.pk, now=timezone.now())
    batch.refresh_from_db()
    assert (batch.state, batch.accepted) == ("done", 30)


def test_a_dry_run_is_checked_again_whole(enterprise_admin):
    batch = sent(enterprise_admin, [["快递单号", "送到哪里"], ["78099000000001", ADDRESS], ["78099000000001", ADDRESS]],
                 dry_run="1")  # fmt: skip
    assert (batch.state, batch.refused) == ("checked", 2)
    say(enterprise_admin, batch, recipient_address="1")
    batch.refresh_from_db()
    assert (batch.state, batch.accepted, batch.duplicates, batch.refused) == ("checked", 1, 1, 0)
    assert not Parcel.objects.exists()


def test_the_file_is_kept_a_day_while_its_sender_may_be_asked(enterprise_admin, django_capture_on_commit_callbacks):
    batch = sent(enterprise_admin, [HEADINGS, order("0001")])
    path = f"imports/{batch.pk}"
    purge(now=timezone.now() + timezone.timedelta(hours=5))
    assert storages["default"].exists(path)
    purge(now=timezone.now() + timezone.timedelta(hours=25))
    assert not storages["default"].exists(path)
    assert "这个文件已不在" in columns_page(enterprise_admin, batch).content.decode()
    rows = [["快递单号", "目的地代码", "备注一"], ["78099000000009", "620825100208", "x"]]
    with django_capture_on_commit_callbacks(execute=True):
        done = sent(enterprise_admin, rows)
    assert (done.accepted, storages["default"].exists(f"imports/{done.pk}")) == (1, False)
    said = say(enterprise_admin, done, recipient_name="2")
    assert "以后的文件按此读取" in said.content.decode()
    assert SenderAnswer.objects.get().value == "备注一"


def test_only_the_senders_side_sees_the_columns(enterprise_admin, county_official, keeper, villager, world):
    batch = sent(enterprise_admin, [HEADINGS, order("0001")])
    hold(villager.user, Role.ENTERPRISE_ADMIN, world.other_carrier)
    for stranger, status in ((county_official.client, 404), (keeper.client, 403), (villager.new_client(), 404)):
        assert stranger.get(f"{PAGE}{batch.pk}/columns/").status_code == status
        assert stranger.post(f"{PAGE}{batch.pk}/columns/", {"line": "1", "c-carrier_number": "1"}).status_code == status
    assert not SenderAnswer.objects.exists()


def test_what_a_file_needs_is_never_folded_away(enterprise_admin):
    """A file of events without known headings: the sentence names three columns, and all three can be seen."""
    batch = sent(
        enterprise_admin, [["货号", "动作", "打点时刻"], ["78099000000001", "到件", "2026-11-30 10:00"]], kind="events"
    )
    seen, _fold, _apart = columns_page(enterprise_admin, batch).content.decode().partition('<details class="stack">')
    assert [name for name in ("number", "code", "at") if f'id="c-{name}"' not in seen] == []
