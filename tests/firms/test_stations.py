"""What the public reads of a station: kept by who works there, shown at once, understood in full or refused."""

from __future__ import annotations

import datetime as dt
import io

import pypdfium2
import pytest
import zxingcpp
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from logistics.registry.models import Station, StationPhoto
from logistics.registry.opening import calendar_of, read_harvest, read_market, standing
from logistics.registry.opening.special import lunar_day
from logistics.registry.states import State
from portal.core.clock import COUNTY_TIME, county_day

pytestmark = pytest.mark.django_db
WEEK = "周一至周六 08:30-18:30；周日休息"
FORM = {"hours": WEEK, "market_days": "", "harvest_hours": "", "phone": "0933-6620000", "capacity": "120",
        "services": ["pickup", "cold"], "equipment": ["scale"]}  # fmt: skip


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def jpeg(side: int = 64) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), "green").save(out, "JPEG", exif=b"Exif\x00\x00somewhere")
    return out.getvalue()


def upload(client, code: str, data: bytes, name="door.jpg"):
    return client.post(
        f"/work/stations/{code}/photos/add/", {"file": SimpleUploadedFile(name, data), "caption": "门口"}
    )


def at(day: str, hour: int = 7) -> dt.datetime:
    return dt.datetime.fromisoformat(day).replace(hour=hour, tzinfo=COUNTY_TIME)


# -- hours of special days: no database -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "lunar"),
    [
        ("2025-01-29", 1),
        ("2026-02-17", 1),
        ("2026-02-16", 29),
        ("2025-07-25", 1),
        ("2025-08-22", 29),
        ("2027-02-06", 1),
    ],
)
def test_lunar_days_as_the_calendar_prints_them(day, lunar):
    """New Year's days, the eve of one, and both ends of the leap month of 2025."""
    assert lunar_day(dt.date.fromisoformat(day)) == lunar


@pytest.mark.parametrize(
    ("text", "on", "off"),
    [
        ("逢3、8", "2026-11-23", "2026-11-24"),
        ("逢三、八日赶集", "2026-11-28", "2026-11-29"),
        ("逢3、13", "2026-11-13", "2026-11-23"),
        ("逢五逢十", "2026-11-30", "2026-11-29"),
        ("农历逢1、6 06:30-19:00", "2026-02-17", "2026-02-18"),
        ("每周三、周六", "2026-11-25", "2026-11-26"),
        ("周日 07:00-09:00；逢4", "2026-11-24", "2026-11-25"),
    ],
)
def test_market_days_as_people_write_them(text, on, off):
    calendar = calendar_of(WEEK, text)
    assert calendar.market_on(dt.date.fromisoformat(on))
    assert not calendar.market_on(dt.date.fromisoformat(off))


@pytest.mark.parametrize("text", ["赶集", "逢", "逢32", "农历周三", "逢3、8 25:00-26:00", "逢3、8 大概早上", "3、8"])
def test_a_market_that_can_not_be_read_is_not_guessed(text):
    assert read_market(text) is None
    assert calendar_of(WEEK, text) is None


@pytest.mark.parametrize("text", ["农忙", "5月", "13月 06:00-21:00", "6月31日-7月2日 06:00-21:00", "5-6月 休息"])
def test_a_harvest_that_can_not_be_read_is_not_guessed(text):
    assert read_harvest(text) is None


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (at("2026-06-08"), True),  # Monday in the harvest
        (at("2026-06-07"), True),  # a Sunday, otherwise off
        (at("2026-07-06"), False),  # Monday at seven, no harvest
        (at("2026-11-23", 20), True),  # a market evening
        (at("2026-11-24", 20), False),
        (at("2026-01-02", 6), True),  # a season over the turn of the year
        (at("2026-06-13", 20), True),  # market and harvest: the hours of both
    ],
)
def test_market_and_harvest_hours_hold_instead_of_the_weeks(moment, is_open):
    calendar = calendar_of(WEEK, "逢3、8 07:00-21:00", "5-6月 06:00-19:00；12月20日-1月5日 05:00-22:00")
    assert standing(calendar, moment).open is is_open


# -- the keeper's page -----------------------------------------------------------------------------------------


def test_a_keeper_keeps_the_own_station_and_everybody_reads_it(keeper, world, client):
    assert keeper.client.get("/work/stations/").headers["Location"] == "/work/stations/zl-hema/"
    form = FORM | {"market_days": "逢1、2、3、4、5、6、7、8、9、0", "harvest_hours": "5-6月 06:00-21:00"}
    assert keeper.client.post("/work/stations/zl-hema/", form).status_code == 302
    text = client.get("/stations/zl-hema/").content.decode()
    for shown in ("冷藏暂存", "今天赶集", "5-6月 06:00-21:00", "星期一至星期六"):
        assert shown in text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"hours": "周一至周六 08:30-18:30，逢年过节看情况"}, "从“逢年过节看情况”起看不懂"),
        ({"hours": "周日休息"}, "没有说明哪些天几点营业"),
        ({"market_days": "有时候"}, "看不懂这个赶集日"),
        ({"harvest_hours": "5-6月"}, "看不懂这个农忙时间"),
        ({"hours": "", "market_days": "逢3"}, "请先填写平时的营业时间"),
        ({"capacity": "999999999"}, "可存件数应在"),
        ({"phone": "call me"}, "电话只能是数字"),
    ],
)
def test_what_can_not_be_read_is_refused_with_an_example_and_nothing_is_lost(keeper, world, change, says):
    answer = keeper.client.post("/work/stations/zl-hema/", FORM | change)
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert Station.objects.get(code="zl-hema").hours == "08:00-18:00"


def test_others_stations_are_not_there(keeper, courier, enterprise_admin, county_official, neighbour_official, world):
    """Also not those below one's own: a township keeper does not keep the village's hours."""
    for code in ("zl-lizhuang", "zl-shuiluo"):
        assert keeper.client.get(f"/work/stations/{code}/").status_code == 404
        assert keeper.client.post(f"/work/stations/{code}/", FORM).status_code == 404
        assert upload(keeper.client, code, jpeg()).status_code == 404
    assert courier.client.get("/work/stations/zl-shuiluo/").status_code == 403
    assert enterprise_admin.client.get("/work/stations/zl-hema/").status_code == 404
    Station.objects.filter(code="zl-hema").update(operator=world.carrier)
    assert enterprise_admin.client.get("/work/stations/zl-hema/").status_code == 200
    assert county_official.client.get("/work/stations/zl-hema/").status_code == 200
    assert neighbour_official.client.get("/work/stations/zl-hema/").status_code == 404


# -- photographs -------------------------------------------------------------------------------------------------


def test_a_photo_is_cleaned_shown_to_all_and_taken_away(keeper, world, client):
    assert upload(keeper.client, "zl-hema", jpeg()).status_code == 302
    photo = StationPhoto.objects.get()
    page = client.get("/stations/zl-hema/").content.decode()
    assert f"/stations/photos/{photo.pk}.jpg" in page
    data = client.get(f"/stations/photos/{photo.pk}.jpg").content
    assert data.startswith(b"\xff\xd8")
    assert b"Exif" not in data
    assert keeper.client.post(f"/work/stations/zl-hema/photos/{photo.pk}/remove/").status_code == 302
    assert client.get(f"/stations/photos/{photo.pk}.jpg").status_code == 404


@pytest.mark.parametrize(
    "data", [b"MZ" + b"\0" * 500, b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", b""]
)
def test_what_is_no_photo_is_refused_and_leaves_nothing(keeper, world, data):
    answer = upload(keeper.client, "zl-hema", data, "../../door.jpg")
    assert answer.status_code == 400
    assert not StationPhoto.objects.exists()
    assert not storages["default"].exists("stations")


def test_six_photos_are_enough(keeper, world):
    for _n in range(6):
        assert upload(keeper.client, "zl-hema", jpeg(8)).status_code == 302
    assert upload(keeper.client, "zl-hema", jpeg(8)).status_code == 409
    assert StationPhoto.objects.count() == 6
    assert len(storages["default"].listdir("stations")[1]) == 6, "the file of the refused one is gone"


def test_a_photo_of_another_station_stays(keeper, keeper_next_door, world):
    upload(keeper_next_door.client, "zl-lizhuang", jpeg())
    photo = StationPhoto.objects.get()
    assert keeper.client.post(f"/work/stations/zl-hema/photos/{photo.pk}/remove/").status_code == 404
    assert StationPhoto.objects.exists()


# -- the finder and the sign ----------------------------------------------------------------------------------


def test_the_finder_shows_what_is_open_and_what_offers_a_service(client, world):
    Station.objects.all().update(hours="08:00-08:01")
    Station.objects.filter(code="zl-hema").update(hours="24小时", services=["cold"])
    for query in ("?q=水洛镇&open=1", "?q=水洛镇&service=cold", "?place=620825100&open=1"):
        text = client.get(f"/stations/{query}").content.decode()
        assert "/stations/zl-hema/" in text, query
        assert "/stations/zl-lizhuang/" not in text, query
    assert "/stations/zl-lizhuang/" in client.get("/stations/?q=水洛镇&service=nonsense").content.decode()
    assert [p["id"] for p in client.get("/stations/points.json?service=cash").json()["points"]] == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"state": State.SUSPENDED}, "已暂停"),
        ({"state": State.REVOKED}, "证书已撤销"),
        ({"certified_until": dt.date(2020, 1, 1)}, "证书已到期"),
        ({"certify_by": dt.date(2020, 1, 1)}, "未取得证书"),
        ({"certified_until": county_day(timezone.now())}, "已认证"),
        ({}, "尚未认证"),
    ],
)
def test_how_a_station_is_certified_is_said(client, world, change, says):
    Station.objects.filter(code="zl-hema").update(**change)
    text = client.get("/stations/zl-hema/").content.decode()
    assert says in text
    assert ("已经到站的包裹照常取" in text) is (says not in ("已认证", "尚未认证"))


@pytest.mark.parametrize(("size", "wide"), [("a4", 595), ("a5", 420)])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_sign_is_one_page_with_a_code_that_opens_the_station(client, world, settings, size, wide, language):
    Station.objects.filter(code="zl-hema").update(services=["pickup", "sending"], market_days="农历逢3、8")
    answer = client.get(f"/stations/zl-hema/sign.pdf?size={size}", headers={"accept-language": language})
    document = pypdfium2.PdfDocument(answer.content)
    page = document[0]
    assert (len(document), round(page.get_width())) == (1, wide)
    assert "何马村站" in page.get_textpage().get_text_bounded()
    picture = page.render(scale=2).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [f"{settings.PUBLIC_URL}/stations/zl-hema/"]
    document.close()
