"""What a file says in words nobody knows is asked once per distinct value, remembered, and the lines come in then."""

import datetime as dt
import re
import threading
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from logistics.parcels.models import Event, ImportBatch, ImportRow, Parcel, SenderAnswer
from logistics.parcels.services.imports.again import retake_waiting
from logistics.parcels.services.imports.expiry import KEPT_DAYS, forget_lines
from logistics.parcels.services.imports.run import process_import
from members.access.states import Role
from portal.audit.models import AuditEntry
from tests.personas import hold
from tests.waysin.files import csv_bytes

API = "/api/v1/imports/"
PAGE = "/work/imports/"
pytestmark = pytest.mark.django_db
HEADINGS = ["订单编号", "收货人姓名", "收货地址 ", "联系手机", "物流单号 ", "物流公司", "宝贝总数量"]
CERTAIN = "甘肃省 平凉市 庄浪县 水洛镇 何马村3社(000000)"


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def order(number, address=CERTAIN, firm="中通快递"):
    return [f'"=""30010000000{number}"""', "王小明", address, "'13893300001", f"No:7809900000{number}", firm, 1]


def send(persona, rows, kind="parcels", **more):
    content = csv_bytes(rows)
    answer = persona.client.post(API, {"file": SimpleUploadedFile("订单.csv", content), "kind": kind, **more}).json()
    assert "error" not in answer or isinstance(answer["error"], str), answer
    counted = sum(answer[n] for n in ("titles", "empty", "footers", "accepted", "duplicates", "refused", "asked"))
    assert answer["held"] == counted
    return answer


def reply(persona, batch, answers):
    fields = {f"q-{pk}": chosen for pk, (chosen, _typed) in answers.items()}
    fields |= {f"t-{pk}": typed for pk, (_chosen, typed) in answers.items()}
    return persona.client.post(f"{PAGE}{batch}/answers/", fields, follow=True)


def ask(kind):
    return SenderAnswer.objects.get(kind=kind, meaning="")


def test_the_order_export_of_a_shop_comes_in_as_it_is(enterprise_admin):
    assert send(enterprise_admin, [HEADINGS, order("0001")])["accepted"] == 1, list(ImportRow.objects.values())
    parcel = Parcel.objects.get()
    assert (parcel.carrier_number, parcel.destination_id, parcel.carrier.code) == (
        "78099000000001", "620825100208", "zto",
    )  # fmt: skip


def test_one_question_an_address_then_the_parcels_then_nothing_more(enterprise_admin):
    twice, once = "庄浪县李庄村5号", "庄浪县城关镇何马村"
    rows = [order("0001"), order("0002", twice), order("0003", twice), order("0004", once), order("0005", "北京市")]
    answer = send(enterprise_admin, [HEADINGS, *rows])
    assert (answer["accepted"], answer["asked"]) == (1, 4)
    assert SenderAnswer.objects.count() == 3
    page = enterprise_admin.client.get(f"{PAGE}{answer['id']}/").content.decode()
    assert page.count("<fieldset") == 3
    assert '<span class="badge badge-warn">待回答</span>' in page
    assert "已完成</span>" not in page
    assert twice in page
    first, second, third = SenderAnswer.objects.order_by("pk").filter(kind="address")
    by = {row.value: row.pk for row in (first, second, third)}
    reply(
        enterprise_admin, answer["id"],
        {by[twice]: ("620825100202", ""), by[once]: ("", "水洛镇何马村"), by["北京市"]: ("-", "")},
    )  # fmt: skip
    assert Parcel.objects.count() == 4
    batch = ImportBatch.objects.get()
    assert (batch.accepted, batch.asked, batch.refused) == (4, 0, 1)
    assert not [row.value for row in SenderAnswer.objects.filter(kind="address") if "5号" in row.value]
    later = [order("0012", twice), order("0014", once), order("0015", "北京市")]
    again = send(enterprise_admin, [HEADINGS, *later])
    assert (again["accepted"], again["asked"], again["refused"]) == (2, 0, 1)
    assert Parcel.objects.filter(destination="620825100202").count() == 3


def test_a_wrong_place_stands_at_its_question_and_the_right_ones_are_kept(enterprise_admin):
    rows = [order("0001", "庄浪县李庄村"), order("0002", "北京市")]
    answer = send(enterprise_admin, [HEADINGS, *rows])
    right, wrong = SenderAnswer.objects.order_by("value").filter(kind="address")
    if right.value == "北京市":
        right, wrong = wrong, right
    page = reply(enterprise_admin, answer["id"], {right.pk: ("620825101211", ""), wrong.pk: ("", "老地方村")})
    assert page.status_code == 400
    told = page.content.decode()
    assert "已记住 1 个回答" in told
    assert f'id="e-{wrong.pk}"' in told
    assert 'value="老地方村"' in told
    assert f'id="q-{right.pk}"' not in told
    assert Parcel.objects.count() == 1


def test_a_township_offers_its_villages_and_likely_stations_come_first(enterprise_admin, parcel, world):
    answer = send(enterprise_admin, [HEADINGS, order("0001", "庄浪县水洛镇")])
    page = enterprise_admin.client.get(f"{PAGE}{answer['id']}/").content.decode()
    villages = re.findall(r'<option value="(\d{12})"', page)
    assert world.village.division.code in villages
    assert {code[:9] for code in villages} == {"620825100"}
    at = timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")
    events = [["单号", "事件", "时间", "网点"], [parcel.carrier_number, "到件", at, f"老{world.village.name[-3:]}"]]
    answer = send(enterprise_admin, events, "events")
    page = enterprise_admin.client.get(f"{PAGE}{answer['id']}/").content.decode()
    assert re.search(r'请选择</option><option value="([^"]+)"', page)[1] == world.village.code


def test_lines_that_did_not_come_in_carry_their_number(enterprise_admin):
    at = timezone.localtime().strftime("%Y-%m-%d")
    send(enterprise_admin, [["单号", "事件", "时间"], ["78099000000001", "到件", at]], "events")
    send(enterprise_admin, [HEADINGS, order("0002", "北京市")])
    assert set(ImportRow.objects.values_list("result", "number")) == {
        ("refused", "78099000000001"), ("asked", "78099000000002"),
    }  # fmt: skip


def test_a_dry_run_says_what_would_be_done(enterprise_admin):
    good, bad = order("0001"), order("0002", firm="圆通速递")
    answer = send(enterprise_admin, [HEADINGS, [*good[:3], "看不清", *good[4:]]], dry_run="1")
    page = enterprise_admin.client.get(f"{PAGE}{answer['id']}/?result=").content.decode()
    assert "已接收" not in page
    assert "包裹照收，不记电话" in page
    assert "可以接收 1" in page
    assert "正式导入</button>" in page
    answer = send(enterprise_admin, [HEADINGS, [*bad[:4], "", *bad[5:]]], dry_run="1")
    assert answer["refused"] == 1
    page = enterprise_admin.client.get(f"{PAGE}{answer['id']}/").content.decode()
    assert "没有能接收的行" in page
    assert "正式导入</button>" not in page


def test_unknown_words_of_events_carriers_and_stations_are_asked(enterprise_admin, parcel):
    at = timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")
    rows = [["单号", "事件", "时间", "网点", "快递公司"], [parcel.carrier_number, "飞到了", at, "老刘家", "飞天快递"]]
    answer = send(enterprise_admin, rows, "events")
    assert answer["asked"] == 1
    assert set(SenderAnswer.objects.values_list("kind", flat=True)) == {"event", "station", "carrier"}
    page = enterprise_admin.client.get(f"{PAGE}{answer['id']}/").content.decode()
    assert page.count("<fieldset") == 3
    reply(enterprise_admin, answer["id"], {ask("event").pk: ("ARRIVED", ""), ask("carrier").pk: ("zto", "")})
    assert Event.objects.count() == 0
    wrong = reply(enterprise_admin, answer["id"], {ask("station").pk: ("nowhere", "")})
    assert "请从列表里选一个" in wrong.content.decode()
    reply(enterprise_admin, answer["id"], {ask("station").pk: ("zl-hub", "")})
    assert Event.objects.get().code == "AT_COUNTY"


def test_a_dry_run_asks_too_and_writes_nothing_until_it_is_taken(enterprise_admin):
    answer = send(enterprise_admin, [HEADINGS, order("0001", "庄浪县李庄村")], dry_run="1")
    assert (answer["state"], answer["asked"]) == ("checked", 1)
    reply(enterprise_admin, answer["id"], {ask("address").pk: ("620825101211", "")})
    assert ImportBatch.objects.get().accepted == 1
    assert Parcel.objects.count() == 0
    enterprise_admin.client.post(f"{PAGE}{answer['id']}/run/")
    assert Parcel.objects.get().destination_id == "620825101211"


def test_answering_twice_keeps_the_first_and_forgetting_asks_again(enterprise_admin):
    answer = send(enterprise_admin, [HEADINGS, order("0001", "庄浪县李庄村")])
    pk = ask("address").pk
    reply(enterprise_admin, answer["id"], {pk: ("620825101211", "")})
    late = reply(enterprise_admin, answer["id"], {pk: ("620825100202", "")})
    assert "已经回答过" in late.content.decode()
    assert Parcel.objects.get().destination_id == "620825101211"
    page = enterprise_admin.client.get(f"{PAGE}answers/").content.decode()
    assert "李庄村" in page
    assert enterprise_admin.client.post(f"{PAGE}answers/{pk}/forget/").status_code == 302
    assert send(enterprise_admin, [HEADINGS, order("0002", "庄浪县李庄村")])["asked"] == 1


def test_only_the_senders_side_sees_and_answers(
    enterprise_admin, county_official, keeper, villager, world, carrier_system
):
    answer = send(carrier_system, [HEADINGS, order("0001", "庄浪县李庄村5号")])
    pk, page = ask("address").pk, f"{PAGE}{answer['id']}/"
    assert "李庄村5号" not in county_official.client.get(page).content.decode()
    hold(villager.user, Role.ENTERPRISE_ADMIN, world.other_carrier)
    for stranger, status in ((county_official, 404), (keeper, 403)):
        assert stranger.client.post(f"{page}answers/", {f"q-{pk}": "620825100202"}).status_code == status
    rival = villager.new_client()
    assert rival.post(f"{page}answers/", {f"q-{pk}": "620825100202"}).status_code == 404
    assert rival.post(f"{PAGE}answers/{pk}/forget/").status_code == 404
    assert Parcel.objects.count() == 0
    reply(enterprise_admin, answer["id"], {pk: ("620825100202", "")})
    assert Parcel.objects.count() == 1


def test_the_worker_takes_what_nobody_took(enterprise_admin):
    send(enterprise_admin, [HEADINGS, order("0001", "庄浪县李庄村")])
    SenderAnswer.objects.update(meaning="620825101211", answered_at=timezone.now())
    assert retake_waiting(now=timezone.now()) == 1
    assert retake_waiting(now=timezone.now()) == 0
    assert Parcel.objects.count() == 1


def test_the_page_asks_the_same_few_questions_at_any_length(enterprise_admin, django_assert_max_num_queries):
    rows = [order(f"{n:04}", f"庄浪县李庄村{n}号") for n in range(30)]
    answer = send(enterprise_admin, [HEADINGS, *rows])
    assert answer["asked"] == 30
    with django_assert_max_num_queries(40):
        enterprise_admin.client.get(f"{PAGE}{answer['id']}/")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_windows_that_answer_at_once_register_once(enterprise_admin):
    answer = send(enterprise_admin, [HEADINGS, *(order(f"{n:04}", "庄浪县李庄村") for n in range(20))])
    pk = ask("address").pk
    clients = [enterprise_admin.new_client() for _n in range(2)]
    start = threading.Barrier(2)

    def go(client, village):
        start.wait()
        client.post(f"{PAGE}{answer['id']}/answers/", {f"q-{pk}": village})
        connection.close()

    threads = [
        threading.Thread(target=go, args=(client, village))
        for client, village in zip(clients, ("620825100202", "620825101211"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Parcel.objects.count() == ImportRow.objects.filter(result="accepted").count() == 20
    assert len(set(Parcel.objects.values_list("destination", flat=True))) == 1
    assert ImportBatch.objects.get().asked == 0


def test_the_list_tells_warnings_and_open_questions_in_the_same_few_statements(
    enterprise_admin, django_assert_num_queries
):
    send(enterprise_admin, [HEADINGS, order("0001", "庄浪县李庄村"), order("0002", "庄浪县李庄村", "飞天")])
    with CaptureQueriesContext(connection) as few:
        page = enterprise_admin.client.get(PAGE).content.decode()
    asked = len(few)
    assert "2 行 · 2 个问题" in page
    for n in range(3, 6):
        send(enterprise_admin, [HEADINGS, order(f"000{n}", f"庄浪县李庄村{n}号")])
    reply(enterprise_admin, ImportBatch.objects.first().pk, {ask("carrier").pk: ("zto", "")})
    with django_assert_num_queries(asked):
        page = enterprise_admin.client.get(PAGE).content.decode()
    assert page.count("1 个问题") == 4


def test_an_answer_is_changed_in_place_and_later_files_are_read_by_it(enterprise_admin, county_official):
    answer = send(enterprise_admin, [HEADINGS, order("0001", "庄浪县李庄村5号"), order("0002", CERTAIN, "飞天")])
    address, carrier = ask("address").pk, ask("carrier").pk
    reply(enterprise_admin, answer["id"], {address: ("620825101211", ""), carrier: ("-", "")})
    page = enterprise_admin.client.get(f"{PAGE}answers/{address}/")
    assert "5号" not in page.content.decode()
    change = enterprise_admin.client.post
    assert change(f"{PAGE}answers/{carrier}/", {"meaning": "nobody"}).status_code == 400
    assert change(f"{PAGE}answers/{address}/", {"meaning": "", "typed": "北京市"}).status_code == 400
    assert change(f"{PAGE}answers/{carrier}/", {"meaning": "zto"}).status_code == 302
    assert change(f"{PAGE}answers/{address}/", {"meaning": "620825101211", "typed": "水洛镇何马村"}).status_code == 302
    assert county_official.client.post(f"{PAGE}answers/{carrier}/", {"meaning": "-"}).status_code == 404
    told = list(AuditEntry.objects.filter(action="import.answer_changed").order_by("pk").values_list("before", "after"))
    assert told[0] == ({"meaning": "-"}, {"meaning": "zto"})
    again = send(enterprise_admin, [HEADINGS, order("0003", "庄浪县李庄村5号", "飞天")])
    assert again["accepted"] == 1
    assert Parcel.objects.get(carrier_number="78099000000003").destination_id == "620825100208"
    assert Parcel.objects.get(carrier_number="78099000000001").destination_id == "620825101211"


def test_a_dry_run_sees_doubles_among_lines_that_waited_as_the_import_does(enterprise_admin):
    rows = [order("0001", "庄浪县李庄村"), order("0001"), order("0002", "庄浪县李庄村"), order("0002", "庄浪县李庄村")]
    dry = send(enterprise_admin, [HEADINGS, *rows], dry_run="1")
    assert (dry["accepted"], dry["asked"]) == (1, 3)
    reply(enterprise_admin, dry["id"], {ask("address").pk: ("620825101211", "")})
    batch = ImportBatch.objects.get()
    assert (batch.state, batch.accepted, batch.duplicates, batch.asked) == ("checked", 2, 2, 0)
    enterprise_admin.client.post(f"{PAGE}{dry['id']}/run/")
    real = ImportBatch.objects.get(dry_run=False)
    results = [list(b.rows.order_by("line").values_list("line", "result")) for b in (batch, real)]
    assert results[0] == results[1]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_file_of_thousands_of_unknown_words_holds_nobody_up(enterprise_admin):
    """Each click costs the web process two seconds at most, and the worker's round what there is to do."""
    rows = [order(f"{n:05d}", f"没有这个地方{n}号", f"奇怪速运{n}") for n in range(6_000)]
    content = csv_bytes([HEADINGS, *rows])
    answer = enterprise_admin.client.post(API, {"file": SimpleUploadedFile("a.csv", content), "kind": "parcels"}).json()
    batch = ImportBatch.objects.get(pk=answer["id"])
    if batch.state == "running":
        process_import(batch_id=batch.pk, now=timezone.now())
        batch.refresh_from_db()
    assert (batch.state, batch.asked) == ("done", 6_000)

    def cost(act):
        began = time.process_time()
        act()
        return time.process_time() - began

    url = f"{PAGE}{batch.pk}/"
    asked = SenderAnswer.objects.filter(kind="carrier").order_by("pk")[:3]
    costs = {
        "page": cost(lambda: enterprise_admin.client.get(url)),
        "answer": cost(lambda: reply(enterprise_admin, batch.pk, {row.pk: ("zto", "") for row in asked})),
        "round": cost(lambda: retake_waiting(now=timezone.now())),
    }
    assert {name: seconds for name, seconds in costs.items() if seconds > 2} == {}


def test_a_year_later_nothing_of_people_is_left_in_lines_that_did_not_come_in(enterprise_admin):
    waiting, refused = order("0001", "庄浪县李庄村99号"), order("0002", firm="圆通速递")
    answer = send(enterprise_admin, [HEADINGS, waiting, [*refused[:4], "", *refused[5:]], order("0003")])
    assert (answer["accepted"], answer["asked"], answer["refused"]) == (1, 1, 1)
    batch = ImportBatch.objects.get()
    forget_lines(now=batch.finished_at + dt.timedelta(days=KEPT_DAYS - 1))
    assert batch.rows.filter(raw__isnull=False).count() == 2
    assert forget_lines(now=batch.finished_at + dt.timedelta(days=KEPT_DAYS + 1)) == 1
    assert not batch.rows.filter(raw__isnull=False).exists()
    batch.refresh_from_db()
    assert (batch.accepted, batch.asked, batch.refused) == (1, 0, 2)
    assert list(batch.rows.filter(code="not_answered").values_list("number", "asks")) == [("78099000000001", [])]
    assert not SenderAnswer.objects.exists()
    page = enterprise_admin.client.get(f"{PAGE}{batch.pk}/").content.decode()
    assert "90 天没有回答" in page
    assert forget_lines(now=batch.finished_at + dt.timedelta(days=KEPT_DAYS + 2)) == 0


def test_an_answered_word_is_kept_and_an_open_one_of_a_young_file_too(enterprise_admin):
    answer = send(enterprise_admin, [HEADINGS, order("0001", "庄浪县李庄村")])
    reply(enterprise_admin, answer["id"], {ask("address").pk: ("620825101211", "")})
    batch = ImportBatch.objects.get()
    old = batch.finished_at + dt.timedelta(days=KEPT_DAYS + 1)
    send(enterprise_admin, [HEADINGS, order("0002", "北京市")])
    ImportBatch.objects.exclude(pk=batch.pk).update(finished_at=old)
    forget_lines(now=old)
    assert SenderAnswer.objects.filter(meaning="620825101211").exists()
    assert SenderAnswer.objects.filter(meaning="").exists()
