"""kuaidi100's format, read without a database."""

import hashlib
import json

import pytest

from logistics.parcels.kuaidi100.codes import MAIN, SUB, meaning_of
from logistics.parcels.kuaidi100.push import BadPush, read_push
from logistics.parcels.kuaidi100.signature import is_signed, sign
from logistics.parcels.states import EVENT_LABELS, RANKS, Direction, Stage

TABLE = {
    "101": "CREATED", "102": "AWAITING", "103": "COLLECTED", "1": "COLLECTED", "0": "LINEHAUL", "1002": "LINEHAUL",
    "1001": "AT_COUNTY",
    "5": "OUT_FOR_DELIVERY", "501": "READY_FOR_PICKUP", "3": "DELIVERED", "301": "DELIVERED", "302": "DELIVERED",
    "303": "DELIVERED",
    "304": "READY_FOR_PICKUP", "6": "RETURNING", "4": "RETURNED", "14": "RETURNED", "401": "CANCELLED",
    "7": "FORWARDED",
    "201": "OVERDUE_UNSIGNED", "202": "NO_UPDATE", "203": "REFUSED", "204": "ATTEMPT_FAILED",
    "205": "PICKUP_OVERDUE", "206": "UNREACHABLE",
    "207": "OUT_OF_AREA", "208": "HELD", "209": "DAMAGED",
}  # fmt: skip


def push(rows, state="0", **frame):
    result = {"nu": "773000000001", "com": "zhongtong", "state": state, "data": rows}
    return read_push(json.dumps({"status": "polling", "lastResult": result, **frame}, ensure_ascii=False))


def row(time="2026-05-01 12:30:00", context="快件到达", **more):
    return {"time": time, "ftime": time, "context": context, **more}


@pytest.mark.parametrize(("state", "code"), TABLE.items())
def test_both_levels_follow_the_canonical_table(state, code):
    assert meaning_of(state).code == code


def test_every_state_becomes_an_event_that_exists():
    assert {m.code for m in [*MAIN.values(), *SUB.values()]} <= set(EVENT_LABELS)


def test_variants_of_delivery():
    assert [meaning_of(s).variant for s in ("301", "302", "303")] == ["SELF", "AFTER_ISSUE", "PROXY"]


def test_an_up_parcel_in_the_city_of_delivery_is_not_at_our_county():
    assert meaning_of("1001", Direction.UP).code == Stage.LINEHAUL
    for state in [*MAIN, *SUB]:
        code = meaning_of(state, Direction.UP).code
        assert code not in Stage.values or code in RANKS[Direction.UP], state


def test_a_row_with_its_own_code_keeps_it_and_the_main_state_is_for_the_newest_only():
    rows = push(
        [row("2026-05-03 08:00:00"), row("2026-05-02 08:00:00", statusCode="1001"), row("2026-05-01 08:00:00")],
        state="5",
    ).rows()
    assert [(r.at[:10], r.code) for r in rows] == [
        ("2026-05-01", "NOTE"),
        ("2026-05-02", "AT_COUNTY"),
        ("2026-05-03", "OUT_FOR_DELIVERY"),
    ]


def test_status_as_name_or_number_without_code():
    rows = push(
        [row(status="签收"), row("2026-05-01 11:00:00", status="1002"), row("2026-05-01 10:00:00", status="揽收")]
    ).rows()
    assert [r.code for r in rows] == ["COLLECTED", "LINEHAUL", "DELIVERED"]


def test_an_unknown_state_is_kept_as_itself():
    assert [r.code for r in push([row(statusCode="9999", status="飞天")]).rows()] == ["kuaidi100:9999"]
    assert [r.code for r in push([row()], state="77").rows()] == ["kuaidi100:77"]


def test_a_new_sub_code_beside_a_known_name_counts_as_the_name():
    assert [r.code for r in push([row(statusCode="1009", status="在途")]).rows()] == ["LINEHAUL"]


@pytest.mark.parametrize(
    ("time", "at"),
    [
        ("2026-05-01 12:30:05", "2026-05-01T12:30:05+08:00"),
        ("2026-5-1 2:03:05", "2026-05-01T02:03:05+08:00"),
        ("2026/05/01 12:30", "2026-05-01T12:30:00+08:00"),
        ("2026.05.01 12:30", "2026-05-01T12:30:00+08:00"),
        ("２０２６-05-01 12：30：05", "2026-05-01T12:30:05+08:00"),
        ("2026-05-01T12:30:05Z", "2026-05-01T12:30:05+00:00"),
        ("2026-05-01T12:30:05+0900", "2026-05-01T12:30:05+09:00"),
        ("昨天", ""),
        ("2026-13-45 12:30:00", ""),
        ("", ""),
        (None, ""),
        (20260501, ""),
    ],
)
def test_times(time, at):
    assert [r.at for r in push([row(time)]).rows()] == [at]


def test_ftime_is_read_before_time():
    (read,) = push([{"time": "2026-05-01", "ftime": "2026-05-01 09:00:00", "context": "x"}]).rows()
    assert read.at == "2026-05-01T09:00:00+08:00"


def test_the_same_row_has_the_same_id_in_every_push_even_when_the_parcel_moved_on():
    first = push([row()], state="0").rows()
    later = push([row("2026-05-02 09:00:00", "派件"), row()], state="5").rows()
    assert first[0].id == later[0].id
    assert len({r.id for r in later}) == 2


def test_a_corrected_carrier_wins_and_opens_new_ids():
    wrong = push([row()])
    right = push([row()], autoCheck="1", comOld="zhongtong", comNew="yuantong")
    assert (right.com, right.com_before) == ("yuantong", "zhongtong")
    assert wrong.rows()[0].id != right.rows()[0].id


def test_texts_are_scrubbed():
    (read,) = push([row(context="<b>派件员</b>:张三(１３８１２３４５６７８)<script>x</script>")]).rows()
    assert read.text.startswith("派件员")
    assert not any(word in read.text for word in ("张三", "138", "<", "１３８"))


def test_forwarded_tells_the_new_number_when_it_is_in_the_text():
    (read,) = push([row(statusCode="7", context="快件已转寄邮政，新单号：EA123456789CN")]).rows()
    assert (read.code, read.successor, read.successor_com) == ("FORWARDED", "EA123456789CN", "youzhengguonei")
    (read,) = push([row(statusCode="7", context="快件转投其他快递")]).rows()
    assert (read.code, read.successor) == ("FORWARDED", "")


def test_rows_of_the_destination_country_come_too():
    read = push(
        [row()],
        destResult={
            "nu": "773000000001",
            "com": "usps",
            "state": "3",
            "data": [row("2026-05-09 10:00:00", statusCode="301")],
        },
    )
    assert [r.code for r in read.rows()] == ["DELIVERED", "LINEHAUL"]


@pytest.mark.parametrize("param", ["", "null", "[]", "{", "{}", '{"lastResult": 3}', '{"lastResult": {"data": 5}}'])
def test_what_is_no_push_says_so(param):
    with pytest.raises(BadPush):
        read_push(param)


def test_a_bad_row_leaves_the_others_alone():
    rows = push([row(), "nonsense", {"time": {}, "context": ["x"]}, None]).rows()
    assert sorted(r.at[:10] for r in rows) == ["", "", "", "2026-05-01"]


@pytest.mark.parametrize("salt", ["", "pepper"])
def test_signature_upper_and_lower_case_also_with_an_empty_salt(salt):
    param = '{"status":"polling","message":"中文"}'
    expected = hashlib.md5((param + salt).encode()).hexdigest()
    assert sign(param, salt).lower() == expected
    assert is_signed(param, salt, expected)
    assert is_signed(param, salt, expected.upper())
    assert not is_signed(param, salt, "")
    assert not is_signed(param, salt, "é" * 32)
    assert not is_signed(param + " ", salt, expected)
