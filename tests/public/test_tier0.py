"""A number alone: what it tells, and what it must never tell."""

import pytest

from logistics.parcels.models import Parcel
from tests.public.conftest import SECRETS_AT_0

pytestmark = pytest.mark.django_db


def page(client, number, **headers):
    return client.get(f"/t/{number}", headers=headers)


def test_tells_stage_place_station_and_carrier(visitor, desk):
    text = page(visitor, desk.travelled().waybill).content.decode()
    for told in ("到达乡镇站", "庄浪县", "水洛镇", "将送到", "何马村站", "中通", "95311", "到达县级中心"):
        assert told in text


@pytest.mark.parametrize("secret", SECRETS_AT_0)
def test_html_and_json_hide(visitor, desk, secret):
    parcel = desk.waiting(carrier_number="YT889900887766")
    for path in ("/t/YT889900887766", "/api/v1/track/YT889900887766"):
        body = visitor.get(path).content.decode()
        assert "READY_FOR_PICKUP" in body or "已到站" in body
        assert secret not in body
        assert parcel.pickup_code.code not in body.replace(" ", "")


def test_both_numbers_find_the_parcel(visitor, desk):
    parcel = desk.travelled(carrier_number="YT-8899 00887766")
    for number in (parcel.waybill, "YT-889900887766"):
        assert page(visitor, number).status_code == 200


@pytest.mark.parametrize("typed", ["JDVE00000000101-1-1-", "jdve00000000101-2-3", "JDVE\u2060000000\u202a00101"])
def test_a_piece_and_signs_that_nobody_sees_lead_to_the_parcel(visitor, desk, typed):
    desk.travelled(carrier_number="JDVE00000000101")
    assert "到达乡镇站" in page(visitor, typed).content.decode()


@pytest.mark.parametrize(
    "respell",
    [
        str.lower,
        lambda n: " ".join(n),
        lambda n: "-".join((n[:5], n[5:])),
        lambda n: "".join(chr(ord(c) + 0xFEE0) for c in n),
    ],
    ids=["lower case", "spaces", "hyphen", "full width"],
)
def test_forgives_spelling(visitor, desk, respell):
    assert page(visitor, respell(desk.travelled().waybill)).status_code == 200


TRICKS = ["<script>alert(1)</script>", "' OR 1=1 --", "../../etc/passwd", "%00", "a", "9" * 500, "单号", "💥" * 6]


@pytest.mark.parametrize("typed", TRICKS)
def test_tricks_are_politely_no_number(visitor, typed, db):
    quoted = typed.replace("%", "%25")
    page_answer, json_answer = visitor.get(f"/t/{quoted}"), visitor.get(f"/api/v1/track/{quoted}")
    assert (page_answer.status_code, json_answer.status_code) == (400, 400)
    assert "不像一个单号" in page_answer.content.decode()
    assert b"<script>alert" not in page_answer.content
    assert json_answer.json()["error"]["code"] == "not_a_number"


def test_unknown_number_says_what_to_do(visitor, db):
    response = page(visitor, "YT00112233445")
    assert response.status_code == 404
    assert "还没有报到本县" in response.content.decode()
    assert visitor.get("/api/v1/track/YT00112233445").json()["error"]["code"] == "number_unknown"


def test_announced_is_not_unknown(visitor, desk):
    response = page(visitor, desk.parcel().waybill)
    assert response.status_code == 200
    assert "还没有扫描记录" in response.content.decode()


def test_wrong_check_digit_is_explained(visitor, desk):
    waybill = desk.parcel().waybill
    wrong = waybill[:-1] + ("A" if waybill[-1] != "A" else "B")
    assert "一个字符输错" in page(visitor, wrong).content.decode()
    assert "一个字符输错" in page(visitor, "RB473124828CN").content.decode()  # S10: …2 8 2 9 would be right
    assert "一个字符输错" not in page(visitor, "RB473124829CN").content.decode()


def test_confused_letters_of_our_own_numbers_are_forgiven(visitor, desk, monkeypatch):
    parcel = desk.travelled()
    Parcel.objects.filter(pk=parcel.pk).update(waybill="XN0123456789AB")
    parcel.numbers.filter(kind="own").update(number="XN0123456789AB")
    assert page(visitor, "XNOI23456789AB").status_code == 200


def test_corrected_scan_is_gone(visitor, desk, world):
    parcel = desk.parcel()
    desk.scan(parcel, "AT_COUNTY", 1.5, world.hub.code, id="right")
    desk.scan(parcel, "AT_TOWN", 1.0, world.other_township_station.code, id="wrong")
    desk.scan(parcel, "VOID", 0.1, corrects="wrong", reason="did_not_occur")
    body = visitor.get(f"/api/v1/track/{parcel.waybill}").json()
    assert [e["code"] for e in body["parcels"][0]["events"]] == ["AT_COUNTY"]
    assert body["parcels"][0]["stage"] == "AT_COUNTY"


def test_issue_headline(visitor, desk):
    parcel = desk.travelled()
    desk.scan(parcel, "BAD_ADDRESS", 0.2)
    assert "请收件人联系承运企业补充" in page(visitor, parcel.waybill).content.decode()


def test_upward_parcel_hides_where_it_was_handed_in(visitor, desk, world):
    parcel = desk.parcel(direction="UP", destination_station="", origin_station=world.village.code)
    desk.scan(parcel, "COLLECTED", 1, world.village.code)
    text = page(visitor, parcel.waybill).content.decode()
    assert "何马" not in text
    assert "收寄" in text


def test_eta_band(visitor, desk):
    parcel = desk.travelled()
    Parcel.objects.filter(pk=parcel.pk).update(eta_from="2026-11-22T06:00:00Z", eta_until="2026-11-22T10:00:00Z")
    assert "11月22日 星期日 14:00–18:00" in page(visitor, parcel.waybill).content.decode()


def test_english(visitor, desk):
    response = page(visitor, desk.travelled().waybill, **{"Accept-Language": "en"})
    assert b'<html lang="en"' in response.content


def test_language_and_type_size_are_kept_in_cookies(visitor, desk):
    waybill = desk.travelled().waybill
    answer = visitor.post("/i18n/setting/", {"language": "en", "large_type": "1", "next": f"/t/{waybill}"})
    assert answer.url == f"/t/{waybill}"
    assert b'<html lang="en" class="large"' in page(visitor, waybill).content


def test_setting_does_not_lead_elsewhere(visitor, db):
    assert visitor.post("/i18n/setting/", {"language": "en", "next": "https://evil.example/"}).url == "/"
