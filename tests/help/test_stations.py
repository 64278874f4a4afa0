"""The station finder: who serves which village, what is open, what may be known of a station."""

from __future__ import annotations

import datetime as dt
import re
import time

import pytest

from logistics.registry import finder
from logistics.registry.models import Station
from logistics.registry.states import State, StationKind
from portal.core.clock import COUNTY_TIME
from portal.public.hours import week_rows
from portal.public.views import stations as views
from portal.regions.models import Division
from tests.world import make_station

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 23, 12, 0, tzinfo=COUNTY_TIME)


@pytest.fixture
def page(client, world, monkeypatch):
    """page(path, at=NOON) → text of the page at that moment."""

    def get(path: str, *, at: dt.datetime = NOON, language: str = "zh-hans") -> str:
        monkeypatch.setattr(views, "now", lambda: at)
        monkeypatch.setattr("portal.public.hours.moment_now", lambda: at)
        answer = client.get(path, headers={"accept-language": language})
        assert answer.status_code == 200, path
        return re.sub(r"\s+", " ", answer.content.decode())

    return get


def links(text: str) -> list[str]:
    return re.findall(r'href="/stations/([\w-]+)/"', text)


@pytest.mark.parametrize("query", ["何马", "何马村", "hmc", "ＨＭＣ", "620825100208"])
def test_a_village_is_found_as_people_type_it(page, query):
    assert links(page(f"/stations/?q={query}"))[0] == "zl-hema"


def test_a_name_that_repeats_is_pointed_out_with_its_townships(page):
    text = page("/stations/?q=李庄")
    assert "有 2 个“李庄”" in text
    assert "水洛镇 李庄村委会" in text
    assert "南湖镇 李庄村委会" in text
    assert {"zl-lizhuang", "zl-nanhu"} <= set(links(text)), "the second 李庄 has no station: its township's serves it"
    assert "这里没有站点，包裹送到" in text


def test_a_township_lists_its_stations(page):
    assert {"zl-shuiluo", "zl-hema", "zl-lizhuang"} <= set(links(page("/stations/?q=水洛镇")))


def test_a_station_is_found_by_its_own_name(page, world):
    Station.objects.filter(pk=world.village.pk).update(name="邮乐购便民点")
    assert links(page("/stations/?q=邮乐购")) == ["zl-hema"]


@pytest.mark.parametrize("query", ["不存在的村", "zzzz", "<script>alert(1)</script>", "甘肃省", "'"])
def test_nothing_found_says_what_to_do(page, query):
    text = page(f"/stations/?q={query}")
    assert "没有找到这个地方" in text
    assert "<script>alert" not in text


def test_a_query_that_is_no_place_is_refused_with_words(client, world):
    answer = client.get("/stations/", {"q": "村" * 61})
    assert answer.status_code == 400
    assert "村名太长了" in answer.content.decode()


@pytest.mark.parametrize(
    ("hour", "says"), [(12, "营业中，18:00 关门"), (7, "已关门，08:00 开门"), (20, "已关门，明天 08:00 开门")]
)
def test_open_or_closed_is_said_with_the_next_change(page, hour, says):
    assert says in page("/stations/zl-hema/", at=NOON.replace(hour=hour))


def test_hours_that_cannot_be_read_are_shown_and_not_guessed(page, world):
    Station.objects.filter(pk=world.village.pk).update(hours="逢集营业，请先打电话")
    text = page("/stations/zl-hema/")
    assert "逢集营业，请先打电话" in text
    assert "营业中" not in text.split("附近的站点")[0]


def test_the_week_is_told_in_few_lines():
    assert week_rows(finder.read_hours("工作日08:00-18:00；周末休息")) == [
        ("星期一至星期五", "08:00–18:00"), ("星期六至星期日", "休息"),
    ]  # fmt: skip


def test_a_paused_station_says_so_here_and_on_the_front_page(page, world, client):
    Station.objects.filter(pk=world.village.pk).update(state=State.SUSPENDED)
    text = page("/stations/zl-hema/")
    assert "这个站点暂停营业" in text
    assert "营业中" not in text.split("附近的站点")[0]
    assert "zl-lizhuang" in links(text), "somewhere else to go"
    assert "何马村站暂停营业" in client.get("/").content.decode()


def test_the_front_page_has_no_news_without_news(client, world):
    assert "通知" not in client.get("/").content.decode()


def test_a_closed_station_is_gone(page, world, client):
    Station.objects.filter(pk=world.village.pk).update(state=State.CLOSED)
    assert client.get("/stations/zl-hema/").status_code == 404
    assert "zl-hema" not in links(page("/stations/?place=620825100"))
    assert client.get("/stations/no-such-place/").status_code == 404


def test_no_persons_name_or_phone_is_told(page):
    for path in ("/stations/?place=620825100", "/stations/?q=何马", "/stations/zl-hema/", "/stations/points.json"):
        text = page(path)
        assert "马站长" not in text
        assert "13893300009" not in text


def test_points_for_map_and_nearest(client, world, monkeypatch):
    monkeypatch.setattr(views, "now", lambda: NOON)
    Station.objects.filter(pk=world.village.pk).update(longitude="105.99", latitude="35.2", illustrative=True)
    answer = client.get("/stations/points.json").json()
    (point,) = answer["points"]  # the others have no coordinates
    assert (point["id"], point["lon"], point["lat"], point["tone"]) == ("zl-hema", 105.99, 35.2, "calm")
    assert point["href"] == "/stations/zl-hema/"
    assert answer["tiles"] is None


def test_everything_works_without_javascript(page):
    text = page("/stations/")
    assert set(links(text)) == {"zl-hub", "jn-hub"}
    assert re.findall(r'href="/stations/\?place=(\d+)"', text) == ["620825100", "620825101"]
    assert links(page("/stations/?place=620825100")) == ["zl-shuiluo", "zl-hema", "zl-lizhuang"]
    assert "没有找到这个地方" in page("/stations/?place=999")
    assert re.search(r"<button[^>]*data-open-map hidden", text)
    assert re.search(r"<button[^>]*data-near=\"[^\"]*\" hidden", text)


def many_stations(world, count: int) -> None:
    parent, division = world.township_station, world.township
    for n in range(count):
        code = f"620825100{500 + n}"
        village = Division.objects.create(
            code=code, prefix=code, level=12, kind="villagers", name=f"试{n}村委会", short_name=f"试{n}",
            pinyin="shi", initials="s", parent=division,
        )  # fmt: skip
        make_station(f"zl-x{n}", f"试{n}村站", StationKind.VILLAGE, village, parent)


def test_as_many_stations_take_the_same_queries(client, world, django_assert_max_num_queries):
    many_stations(world, 40)
    for path, most in (
        ("/stations/", 2),
        ("/stations/?q=试", 9),
        ("/stations/zl-hema/", 4),  # where it is, it and its neighbours, their places, its pictures
        ("/stations/points.json", 2),
    ):
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200


def test_a_county_of_three_hundred_stations_is_quick(client, world, record_property):
    many_stations(world, 300)
    client.get("/stations/?q=试")  # templates are compiled once
    for path in ("/stations/", "/stations/?q=试", "/stations/?place=620825101", "/stations/zl-hema/"):
        times = []
        for _try in range(3):
            start = time.process_time()  # the portal's own time: other tests of the same machine do not count
            assert client.get(path).status_code == 200
            times.append(time.process_time() - start)
        record_property(f"ms {path}", round(min(times) * 1000))
        assert min(times) < 0.2, f"{path}: {min(times):.3f} s"


def test_a_station_has_a_code_to_print(client, world):
    answer = client.get("/qr/station/zl-hema.svg")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/svg+xml"
