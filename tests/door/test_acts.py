"""What can be done with one parcel on the pages under it."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from logistics.parcels.models import Consent, Event, Parcel, ParcelNumber, PickupProxy
from tests.custody.conftest import fresh
from tests.door.conftest import picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def page(parcel, act: str = "") -> str:
    return f"/work/parcels/{parcel.waybill}/{act}"


def post(who, parcel, act: str, **data):
    return who.client.post(page(parcel, f"{act}/"), data)


def test_refused_and_sent_back(counter, keeper):
    parcel, _code = counter.waiting(keeper)
    early = post(keeper, parcel, "return", reason="REFUSED")
    assert (early.status_code, "还没有登记收件人拒收" in early.content.decode()) == (409, True)
    answer = post(keeper, parcel, "refuse", why="不要了，我电话 13800138000")
    assert (answer.status_code, answer["Location"]) == (302, page(parcel))
    assert "13800138000" not in Event.objects.get(parcel=parcel, code="REFUSED").text
    assert post(keeper, parcel, "return", reason="REFUSED").status_code == 302
    assert fresh(parcel).stage == "RETURNING"


def test_a_delivered_parcel_comes_back_as_a_new_one(counter, keeper):
    parcel, _code = counter.waiting(keeper)
    counter.scan(parcel, "DELIVERED", hours=72)
    answer = post(keeper, parcel, "return-shipment")
    back = Parcel.objects.get(return_of=parcel)
    assert answer["Location"] == page(back)
    again = post(keeper, parcel, "return-shipment")
    assert (again.status_code, "已经有退货运单" in again.content.decode()) == (409, True)


def test_a_proxy_is_named_at_the_counter(counter, keeper):
    parcel, _code = counter.waiting(keeper)
    bad = post(keeper, parcel, "proxy", name="张代收", phone="12")
    assert (bad.status_code, 'value="张代收"' in bad.content.decode()) == (400, True)
    assert post(keeper, parcel, "proxy", name="张代收", phone="138 0000 0077").status_code == 302
    assert PickupProxy.objects.get(parcel=parcel).phone == "+8613800000077"


def test_the_recipients_word_is_recorded_both_ways(counter, keeper):
    parcel = counter.parcel()
    assert post(keeper, parcel, "consent", answer="yes").status_code == 400
    assert post(keeper, parcel, "consent", answer="yes", channel="phone").status_code == 302
    assert Consent.objects.filter(parcel=parcel, withdrawn_at=None).exists()
    assert post(keeper, parcel, "consent", answer="no", channel="in_person").status_code == 302
    assert not Consent.objects.filter(parcel=parcel, withdrawn_at=None).exists()
    assert post(keeper, parcel, "consent", answer="no", channel="phone").status_code == 302  # said twice is said
    again = post(keeper, parcel, "consent", answer="ask", channel="phone")
    assert (again.status_code, "没有可以撤回的同意" in again.content.decode()) == (409, True)


def test_damage_with_its_picture_and_its_settlement(counter, keeper, media):
    parcel, _code = counter.waiting(keeper)
    counter.scan(parcel, "NOTE", hours=70)
    none = post(keeper, parcel, "damage", what="外箱压破")
    assert none.status_code == 400
    fake = SimpleUploadedFile("x.jpg", b"no picture", content_type="image/jpeg")
    assert post(keeper, parcel, "damage", what="外箱压破", picture=fake).status_code == 400
    assert not Event.objects.filter(parcel=parcel, code="DAMAGED").exists()
    for _tap in range(2):
        real = SimpleUploadedFile("x.jpg", picture(), content_type="image/jpeg")
        assert post(keeper, parcel, "damage", what="外箱压破", picture=real).status_code == 302
    assert Event.objects.filter(parcel=parcel, code="DAMAGED").count() == 1
    assert parcel.photos.count() == 2
    shown = keeper.client.get(page(parcel)).content.decode()
    assert str(parcel.photos.first().pk) in shown
    short = post(keeper, parcel, "resolve", issue="DAMAGED", how="好")
    assert short.status_code == 400
    foreign = post(keeper, parcel, "resolve", issue="REFUSED", how="已经与收件人说好")
    assert foreign.status_code == 400
    assert post(keeper, parcel, "resolve", issue="DAMAGED", how="已与收件人核对，内件完好").status_code == 302
    assert fresh(parcel).issues == []


def test_the_successor_number_finds_the_parcel(counter, keeper, world):
    parcel = counter.parcel()
    assert post(keeper, parcel, "number", carrier="yto", number="??").status_code == 400
    assert post(keeper, parcel, "number", carrier="yto", number="YT-99887766").status_code == 302
    assert ParcelNumber.objects.get(number="YT-99887766").parcel == parcel
    other = counter.parcel()
    taken = post(keeper, other, "number", carrier="yto", number="YT-99887766")
    assert (taken.status_code, "已经属于另一个包裹" in taken.content.decode()) == (409, True)


def test_officials_correct_any_record(counter, county_official, keeper, world):
    parcel = counter.parcel()
    counter.scan(parcel, "AT_COUNTY", hours=1, station=world.hub)
    counter.scan(parcel, "AT_TOWN", hours=2, station=world.other_township_station)
    wrong = Event.objects.get(parcel=parcel, code="AT_TOWN")
    form = county_official.client.get(page(parcel, "correct/")).content.decode()
    assert str(wrong.pk) in form
    data = {"event": str(wrong.pk), "reason": "incorrect_data", "why": "扫错了站点"}
    missing = post(county_official, parcel, "correct", **data)
    assert (missing.status_code, "要给出正确的记录" in missing.content.decode()) == (400, True)
    data |= {"code": "AT_TOWN", "station": world.township_station.code, "at": "2026-11-18T10:00"}
    assert post(county_official, parcel, "correct", **data).status_code == 302
    assert fresh(parcel).station == world.township_station
    assert str(wrong.pk) not in county_official.client.get(page(parcel, "correct/")).content.decode()


def test_an_official_takes_back_what_did_not_happen(counter, county_official):
    parcel = counter.parcel()
    counter.scan(parcel, "AT_COUNTY", hours=1)
    event = Event.objects.get(parcel=parcel)
    short = post(county_official, parcel, "correct", event=str(event.pk), reason="did_not_occur", why="错")
    assert short.status_code == 400
    done = post(county_official, parcel, "correct", event=str(event.pk), reason="did_not_occur", why="扫错了包裹")
    assert done.status_code == 302
    assert fresh(parcel).stage == "CREATED"


def test_a_keeper_is_told_how_to_undo_or_whom_to_ask(counter, keeper):
    text = keeper.client.get(page(counter.parcel(), "correct/")).content.decode()
    assert "三十分钟内" in text
    assert "请联系县级中心更正" in text


def test_the_parcel_offers_what_fits(counter, keeper, support, enterprise_admin):
    parcel, _code = counter.waiting(keeper)
    text = keeper.client.get(page(parcel)).content.decode()
    for act in ("refuse", "return", "proxy", "consent", "damage", "number", "correct"):
        assert page(parcel, f"{act}/") in text
    for act in ("return-shipment", "resolve"):
        assert page(parcel, f"{act}/") not in text
    assert "可以办理" not in support.client.get(page(parcel)).content.decode()
    firm = enterprise_admin.client.get(page(parcel)).content.decode()
    assert page(parcel, "damage/") in firm
    assert page(parcel, "refuse/") not in firm


def test_no_page_of_an_act_shows_a_person(counter, keeper):
    parcel, _code = counter.waiting(keeper)
    for act in ("refuse", "return", "proxy", "consent", "damage", "number", "correct", "return-shipment", "resolve"):
        text = keeper.client.get(page(parcel, f"{act}/")).content.decode()
        assert "王小明" not in text
        assert "809331001" not in text


def test_a_closed_parcel_is_only_corrected(counter, keeper):
    parcel = counter.parcel()
    counter.scan(parcel, "LOST", hours=2)
    asked = {
        "consent": {"answer": "yes", "channel": "phone"},
        "proxy": {"name": "张", "phone": "13800000077"},
        "number": {"carrier": "yto", "number": "YT-1122334"},
    }
    for act, data in asked.items():
        answer = post(keeper, parcel, act, **data)
        assert (answer.status_code, "已经结束" in answer.content.decode()) == (409, True)
