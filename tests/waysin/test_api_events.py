"""Batches of events through the REST API."""

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from logistics.parcels.models import Event, EventSource, Parcel, RefusedEvent
from members.devices import services as devices
from members.devices.states import Profile
from tests.personas import make_device

EVENTS = "/api/v1/events/"
REFUSED = "/api/v1/refused/"
pytestmark = pytest.mark.django_db


def moment(**ago):
    return (timezone.now() - dt.timedelta(**(ago or {"minutes": 5}))).isoformat()


def scan(number="773000000001", code="AT_TOWN", **more):
    return {"number": number, "code": code, "at": moment(), **more}


def test_a_scanner_sends_a_batch_and_every_row_is_answered(scanner, parcel, post):
    first = scan(id="a")
    body = {
        "sent_at": timezone.now().isoformat(),
        "events": [
            first,
            first,
            scan(id="b", number="NOBODY0001"),
            scan(id="c", code="FLYING"),
            {"id": "d", "at": 5},
            "x",
            None,
        ],
    }
    response = post(scanner.client, EVENTS, body)
    assert response.status_code == 200, response.content
    answer = response.json()
    assert answer["accepted"] == 1
    assert answer["duplicates"] == [1]
    assert [(r["index"], r["id"], r["code"]) for r in answer["refused"]] == [
        (2, "b", "unknown_parcel"),
        (3, "c", "unknown_code"),
        (4, "d", "malformed"),
        (5, "", "malformed"),
        (6, "", "malformed"),
    ]
    assert all(r["message"] and r["hint"] for r in answer["refused"])
    assert RefusedEvent.objects.count() == 5
    assert Parcel.objects.get(pk=parcel.pk).stage == "AT_TOWN"


def test_the_code_of_a_piece_is_its_parcel_s_number(scanner, parcel, post):
    answer = post(scanner.client, EVENTS, {"events": [scan(number=f"{parcel.carrier_number}-1-1-")]}).json()
    assert (answer["accepted"], answer["refused"]) == (1, [])
    assert Event.objects.get().parcel == parcel


def test_a_malformed_row_names_its_field_and_keeps_any_id(scanner, parcel, post):
    rows = [
        {"id": "x-order-17", "at": 5, "number": "1", "code": "AT_TOWN"},
        {"id": "xy", "number": "1", "code": "AT_TOWN"},
        scan(id="x3", at="gestern"),
        scan(id="x4", number=" "),
        scan(id="x5", variant="NONE"),
        scan(id="x6", code="VOID"),
        scan(id="x7", code="ISSUE_RESOLVED"),
        scan(id="x8", reason="r" * 41),
        scan(id="x9" * 40),
        5,
    ]
    refused = post(scanner.client, EVENTS, {"events": rows}).json()["refused"]
    assert [(r["id"], r["code"], r["field"]) for r in refused] == [
        ("x-order-17", "malformed", "at"),
        ("xy", "malformed", "at"),
        ("x3", "malformed", "at"),
        ("x4", "malformed", "number"),
        ("x5", "malformed", "variant"),
        ("x6", "malformed", "corrects"),
        ("x7", "malformed", "issue"),
        ("x8", "malformed", "reason"),
        ("", "malformed", "id"),
        ("", "malformed", ""),
    ]


@pytest.fixture
def second_system(world):
    return make_device("SYS-ZTO-2", profile=Profile.CARRIER, enterprise=world.carrier)


def test_all_systems_of_an_enterprise_are_one_sender(carrier_system, second_system, parcel, post):
    row = scan(code="LINEHAUL", id="linehaul-1")
    assert post(carrier_system.client, EVENTS, {"events": [row]}).json()["accepted"] == 1
    again = post(second_system.client, EVENTS, {"events": [row]}).json()
    assert (again["accepted"], again["duplicates"]) == (0, [0])
    assert Event.objects.get().actor == f"device:{carrier_system.device.code}"


def test_a_replaced_system_sends_again_and_settles_what_the_revoked_one_was_refused(
    carrier_system, second_system, county_official, make_parcels, post
):
    row = scan("773000000009", "LINEHAUL", id="early")
    post(carrier_system.client, EVENTS, {"events": [row]})
    (entry,) = second_system.client.get(REFUSED).json()["refused"]
    assert entry["id"] == "early"
    devices.revoke_device(
        actor=county_official.actor(), device_id=carrier_system.device.pk, why="lost", now=timezone.now()
    )
    make_parcels("773000000009")
    assert post(second_system.client, EVENTS, {"events": [row]}).json()["duplicates"] == [0]
    assert second_system.client.get(REFUSED + "?open=true").json()["refused"] == []


def test_an_id_that_says_something_else_is_refused_and_kept(carrier_system, second_system, parcel, make_parcels, post):
    make_parcels("773000000002")
    row = scan(code="LINEHAUL", id="1", text="到达")
    assert post(carrier_system.client, EVENTS, {"events": [row]}).json()["accepted"] == 1
    others = [
        row | {"code": "NOTE"},
        row | {"number": "773000000002"},
        row | {"at": moment(minutes=9)},
        row | {"reason": "R1"},
        row | {"text": "other words", "number": " 7730 0000 0001 "},  # says the same
        row | {"at": dt.datetime.fromisoformat(row["at"]).astimezone(dt.timezone(dt.timedelta(hours=8))).isoformat()},
    ]
    answer = post(second_system.client, EVENTS, {"events": others}).json()
    assert (answer["accepted"], answer["duplicates"]) == (0, [4, 5])
    assert [(r["index"], r["id"], r["code"]) for r in answer["refused"]] == [
        (i, "1", "duplicate_differs") for i in range(4)
    ]
    assert all(r["message"] and r["hint"] for r in answer["refused"])
    assert Event.objects.count() == 1
    assert [e["code"] for e in second_system.client.get(REFUSED).json()["refused"]] == ["duplicate_differs"]


def test_of_one_batch_the_second_row_with_an_id_differs(scanner, parcel, post):
    row = scan(id="1")
    answer = post(scanner.client, EVENTS, {"events": [row, row | {"code": "AT_COUNTY"}, row]}).json()
    assert (answer["accepted"], answer["duplicates"]) == (1, [2])
    assert [(r["index"], r["code"]) for r in answer["refused"]] == [(1, "duplicate_differs")]
    assert Event.objects.get().code == "AT_TOWN"


def test_a_refused_event_is_mended_under_its_own_id(scanner, parcel, post):
    row = scan(id="1")
    assert post(scanner.client, EVENTS, {"events": [row | {"code": "FLYING"}]}).json()["accepted"] == 0
    assert post(scanner.client, EVENTS, {"events": [row]}).json()["accepted"] == 1
    assert scanner.client.get(REFUSED + "?open=true").json()["refused"] == []


def test_a_clock_that_sent_at_mends_says_the_same_when_sent_again(scanner, parcel, post):
    tomorrow = timezone.now() + dt.timedelta(days=1)
    row = scan(id="1", at=(tomorrow - dt.timedelta(minutes=30)).isoformat())
    for sent_at, known in ((tomorrow, []), (tomorrow + dt.timedelta(minutes=3), [0])):
        answer = post(scanner.client, EVENTS, {"sent_at": sent_at.isoformat(), "events": [row]}).json()
        assert (answer["duplicates"], answer["refused"]) == (known, [])


def test_what_waited_for_its_parcel_is_known_by_its_content_too(carrier_system, make_parcels, post):
    row = scan("773000000009", "LINEHAUL", id="early")
    post(carrier_system.client, EVENTS, {"events": [row]})
    make_parcels("773000000009")
    answer = post(carrier_system.client, EVENTS, {"events": [row, row | {"code": "NOTE"}]}).json()
    assert answer["duplicates"] == [0]
    assert [r["code"] for r in answer["refused"]] == ["duplicate_differs"]


def test_only_a_repeat_costs_one_more_statement(scanner, make_parcels, post):
    make_parcels("773000000001", "773000000002")
    counts = []
    row = scan(id="1")
    for rows in ([scan()], [row], [row]):
        with CaptureQueriesContext(connection) as queries:
            post(scanner.client, EVENTS, {"events": rows})
        counts.append([q["sql"] for q in queries if "parcels_eventkey" in q["sql"]])
    assert [len(c) for c in counts] == [1, 1, 2]


def test_the_same_id_of_another_enterprises_system_is_another_event(carrier_system, world, make_parcels, post):
    make_parcels("773000000001")
    make_parcels("773000000001", carrier=world.other_carrier)
    other = make_device("SYS-YTO-1", profile=Profile.CARRIER, enterprise=world.other_carrier)
    for sender, carrier in ((carrier_system, world.carrier), (other, world.other_carrier)):
        row = scan(code="LINEHAUL", id="1", carrier=carrier.code)
        assert post(sender.client, EVENTS, {"events": [row]}).json()["accepted"] == 1


def test_sending_again_changes_nothing(scanner, parcel, post):
    body = {"events": [scan(id="a")]}
    post(scanner.client, EVENTS, body)
    again = post(scanner.client, EVENTS, body).json()
    assert (again["accepted"], again["duplicates"]) == (0, [0])
    assert Event.objects.count() == 1


@pytest.mark.parametrize("number", [" 7730 0000 0001 ", "７７３００００００００１", "773000000001"])
def test_numbers_with_spaces_and_full_width_digits_find_their_parcel(scanner, parcel, post, number):
    assert post(scanner.client, EVENTS, {"events": [scan(number)]}).json()["accepted"] == 1


def test_our_own_number_in_lower_case(scanner, parcel, post):
    assert post(scanner.client, EVENTS, {"events": [scan(parcel.waybill.lower())]}).json()["accepted"] == 1


@pytest.mark.parametrize(
    "number",
    [
        "<script>alert(1)</script>",
        "' OR 1=1 --",
        "../../etc/passwd",
        "773\x00000",
        "%s%s%n",
        "\u202e773",
        "x" * 61,
        "𝟕" * 40,
        "",
    ],
)
def test_tricks_in_numbers_are_refused_alone_and_shown_harmlessly(scanner, parcel, post, number):
    answer = post(scanner.client, EVENTS, {"events": [scan(number, id="bad"), scan(id="good")]}).json()
    assert answer["accepted"] == 1
    assert [r["index"] for r in answer["refused"]] == [0]
    listed = scanner.client.get(REFUSED)
    assert listed["Content-Type"] == "application/json"
    assert len(listed.json()["refused"]) == 1


@pytest.mark.parametrize("field", ["station", "carrier", "id", "text", "code", "reason", "corrects_source"])
def test_a_zero_byte_anywhere_spoils_only_its_row(scanner, parcel, post, field):
    answer = post(scanner.client, EVENTS, {"events": [scan() | {field: "x\x00y"}, scan()]}).json()
    assert [r["code"] for r in answer["refused"]] == ["malformed"]
    assert answer["accepted"] == 1


def test_a_phone_a_day_off_is_corrected_by_sent_at(scanner, parcel, post):
    tomorrow = timezone.now() + dt.timedelta(days=1)
    body = {"sent_at": tomorrow.isoformat(), "events": [scan(at=(tomorrow - dt.timedelta(minutes=30)).isoformat())]}
    assert post(scanner.client, EVENTS, body).json()["accepted"] == 1
    event = Event.objects.get()
    assert abs(event.occurred_at - (timezone.now() - dt.timedelta(minutes=30))) < dt.timedelta(minutes=1)
    assert event.claimed_at is not None


def test_without_sent_at_the_future_and_the_far_past_are_refused(scanner, parcel, post):
    rows = [
        scan(at=moment(days=-1)),
        scan(at="1926-05-01T00:00:00+08:00"),
        scan(at="0001-01-01T00:00:00+14:00"),
        scan(at="gestern"),
    ]
    answer = post(scanner.client, EVENTS, {"events": rows}).json()
    assert [r["code"] for r in answer["refused"]] == ["future_time", "too_old", "malformed", "malformed"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"\xff\xfe{}", "not_json"),
        ({}, "bad_structure"),
        ([], "bad_structure"),
        ({"events": {}}, "bad_structure"),
        ({"events": []}, "empty_batch"),
        ({"events": [{}], "sent_at": "yesterday"}, "bad_sent_at"),
        ({"events": [{}], "sent_at": 5}, "bad_structure"),
        (b'{"events": ' + b"[" * 200_000, "not_json"),
    ],
)
def test_a_body_that_is_no_batch_is_refused_whole(scanner, post, body, code):
    response = post(scanner.client, EVENTS, body)
    assert response.status_code == 400, response.content
    assert response.json()["error"]["code"] == code
    assert response.json()["error"]["hint"]


def test_a_form_is_not_json(scanner):
    response = scanner.client.post(EVENTS, {"events": "x"})
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "not_json"


def test_more_than_six_megabytes_are_refused_unread(scanner, post):
    response = post(scanner.client, EVENTS, b" " * (6 * 1024 * 1024 + 1))
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "body_too_large"


def test_more_than_ten_thousand_rows_are_refused(scanner, post):
    response = post(scanner.client, EVENTS, {"events": [{}] * 10_001})
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "too_many_events"
    assert RefusedEvent.objects.count() == 0


def test_personal_data_in_texts_is_gone_before_it_is_stored(scanner, parcel, post):
    text = "派件员张三(13812345678)正在派件 <script>x</script>"
    post(
        scanner.client,
        EVENTS,
        {"events": [scan(text=text), scan("NOBODY0001", text=text), {"text": text, "number": 5}]},
    )
    kept = [
        Event.objects.get().text,
        *(json.dumps(raw, ensure_ascii=False) for raw in RefusedEvent.objects.values_list("raw", flat=True)),
    ]
    assert len(kept) == 3
    assert not [k for k in kept if "13812345678" in k or "张三" in k or "<script" in k]


def test_a_device_of_another_station_is_out_of_scope_when_it_names_a_foreign_station(
    scanner, world, make_parcels, post
):
    make_parcels("YT0000000001", carrier=world.other_carrier)
    answer = post(scanner.client, EVENTS, {"events": [scan("YT0000000001", station=world.neighbour_hub.code)]}).json()
    assert [r["code"] for r in answer["refused"]] == ["out_of_scope"]


def test_a_carriers_system_reaches_its_own_parcels_only_and_may_say_delivered(
    carrier_system, world, parcel, make_parcels, post
):
    make_parcels("YT0000000001", carrier=world.other_carrier)
    rows = [scan(code="DELIVERED", variant="SELF"), scan("YT0000000001")]
    answer = post(carrier_system.client, EVENTS, {"events": rows}).json()
    assert answer["accepted"] == 1, answer
    assert [(r["index"], r["code"]) for r in answer["refused"]] == [(1, "out_of_scope")]
    assert Parcel.objects.get(pk=parcel.pk).stage == "DELIVERED"


def test_what_a_carrier_sends_before_it_announces_the_parcel_waits_for_it(carrier_system, make_parcels, post):
    post(carrier_system.client, EVENTS, {"events": [scan("773000000009", "LINEHAUL", id="early")]})
    (parcel,) = make_parcels("773000000009")
    assert Parcel.objects.get(pk=parcel.pk).stage == "LINEHAUL"
    (entry,) = carrier_system.client.get(REFUSED).json()["refused"]
    assert entry["settled_at"]
    assert carrier_system.client.get(REFUSED + "?open=true").json()["refused"] == []


def test_a_revoked_device_is_turned_away(scanner, parcel, post, county_official):
    devices.revoke_device(actor=county_official.actor(), device_id=scanner.device.pk, why="lost", now=timezone.now())
    assert post(scanner.client, EVENTS, {"events": [scan()]}).status_code == 401
    assert Event.objects.count() == 0


def test_a_device_revoked_between_sign_in_and_writing_leaves_nothing(scanner, parcel, post, monkeypatch):
    """The credentials were still good when the request came in; the row is revoked before the batch is written."""
    seen = devices.note_seen

    def revoke_then(**kwargs):
        seen(**kwargs)
        scanner.device.__class__.objects.filter(pk=scanner.device.pk).update(revoked_at=timezone.now())

    monkeypatch.setattr("members.devices.authentication.note_seen", revoke_then)
    response = post(scanner.client, EVENTS, {"events": [scan(), scan("NOBODY0001"), {"bad": 1}]})
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "device_revoked"
    assert (
        Event.objects.count()
        == RefusedEvent.objects.count()
        == EventSource.objects.filter(code__startswith="device").count()
        == 0
    )


def test_staff_may_send_from_a_browser_with_csrf_and_strangers_may_not(keeper, villager, anonymous, parcel, post):
    assert post(keeper.client, EVENTS, {"events": [scan()]}).json()["accepted"] == 1
    assert post(villager.client, EVENTS, {"events": [scan()]}).status_code == 403
    assert post(anonymous.client, EVENTS, {"events": [scan()]}).status_code == 401


def test_a_forged_cross_site_request_of_a_browser_is_refused(keeper, parcel, post):
    client = keeper.new_client()
    client.handler.enforce_csrf_checks = True
    assert post(client, EVENTS, {"events": [scan()]}).status_code == 403
    assert Event.objects.count() == 0


def test_refused_events_are_shown_to_their_sender_only_page_by_page(
    scanner, carrier_system, enterprise_admin, keeper_next_door, parcel, post
):
    post(scanner.client, EVENTS, {"events": [scan(f"NOBODY{i:04}", id=f"s{i}") for i in range(5)]})
    post(carrier_system.client, EVENTS, {"events": [scan("NOBODY0009", id="c")]})
    first = scanner.client.get(REFUSED + "?limit=3").json()
    second = scanner.client.get(f"{REFUSED}?limit=3&after={first['next']}").json()
    assert sorted(e["id"] for e in first["refused"] + second["refused"]) == [f"s{i}" for i in range(5)]
    assert second["next"] is None
    assert [e["id"] for e in carrier_system.client.get(REFUSED).json()["refused"]] == ["c"]
    assert [e["id"] for e in enterprise_admin.client.get(REFUSED).json()["refused"]] == ["c"]
    assert keeper_next_door.client.get(REFUSED).json()["refused"] == []


@pytest.mark.parametrize(
    "query", ["?limit=0", "?limit=x", "?limit=501", "?limit=²", "?after=zzz", "?limit=99999999999999999999"]
)
def test_bad_paging_says_so(scanner, query):
    assert scanner.client.get(REFUSED + query).status_code == 400


def test_the_number_of_statements_does_not_grow_with_the_batch(scanner, make_parcels, post):
    make_parcels(*[f"7730000{i:05}" for i in range(200)])
    counts = []
    for size, offset in ((2, 0), (150, 20)):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            rows = [scan(f"7730000{i + offset:05}", "AT_TOWN") for i in range(size)]
            assert post(scanner.client, EVENTS, {"events": rows}).json()["accepted"] == size
        counts.append(len(queries))
    assert counts[1] <= counts[0] + 1
