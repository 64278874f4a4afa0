"""The home of the officials' site: every figure is the length of the list behind it, and cut to the area."""

from __future__ import annotations

import datetime as dt
import itertools
import re

import pytest
from django.core.cache import cache
from django.utils import timezone

from logistics.parcels.models import Parcel
from logistics.parcels.selectors_county import county_figures
from logistics.parcels.services.consent import give_consent
from logistics.parcels.services.corrections import correct_event
from logistics.parcels.services.pickup import station_inbound
from logistics.parcels.states import CorrectionReason, Issue, Stage
from portal.notify.models import Message
from portal.notify.services import send
from portal.notify.states import Status
from tests.officials.conftest import page, quiet

pytestmark = pytest.mark.django_db
STATUSES = (Status.WAITING, Status.UNKNOWN, Status.SENT, Status.DELIVERED, Status.FAILED)
FIGURE = re.compile(r'<a href="([^"]+)"><strong>(\d+)</strong>([^<]+)</a>')


def figures(client) -> dict[str, tuple[int, str]]:
    cache.clear()
    shown = client.get("/admin/").content.decode()
    return {label.strip(): (int(count), link.replace("&amp;", "&")) for link, count, label in FIGURE.findall(shown)}


def listed(client, link: str) -> int:
    return client.get(link).context["cl"].result_count


@pytest.fixture
def busy(counter, keeper, world):
    """Some of everything, today and before."""
    now = timezone.now()
    waiting = counter.parcel()
    give_consent(parcel=waiting, channel="phone", actor=keeper.actor(), now=now)
    station_inbound(parcel=waiting, station=world.village, shelf="1", actor=keeper.actor(), now=now)
    late = quiet(counter)
    counter.scan(late, Issue.NO_UPDATE, hours=60)
    far = counter.parcel(destination_station=world.far_village.code)
    counter.scan(far, Stage.AT_TOWN, hours=1, station=world.other_township_station)
    return {"waiting": waiting, "late": late, "far": far}


def test_each_figure_is_the_length_of_its_list(busy, county_official):
    client = county_official.client
    found = figures(client)
    assert found["到站上架"][0] == 1
    assert found["进行中的包裹"][0] == 3
    assert found["存放在乡镇站"][0] == 2
    assert found["存放在村级站"][0] == 1
    assert found["超时"][0] == 1
    for label, (count, link) in found.items():
        if "/parcels/parcel/" in link:
            assert listed(client, link) == count, label


def test_figures_are_cut_to_the_area(busy, township_official, neighbour_official):
    assert figures(township_official.client)["进行中的包裹"][0] == 2
    assert figures(neighbour_official.client)["进行中的包裹"][0] == 0


def test_townships_are_compared_and_villages_for_a_township(busy, county_official, township_official):
    county = county_official.client.get("/admin/").content.decode()
    assert "水洛镇" in county
    assert "南湖镇" in county
    cache.clear()
    township = township_official.client.get("/admin/").content.decode()
    assert "何马村委会" in township
    assert "南湖镇" not in township


def test_what_was_corrected_does_not_count(busy, county_official):
    event = busy["waiting"].events.get(code=Stage.READY_FOR_PICKUP)
    correct_event(
        event=event, reason=CorrectionReason.DID_NOT_OCCUR, actor=county_official.actor(), now=timezone.now(),
        why="扫错了包裹",
    )  # fmt: skip
    found = figures(county_official.client)
    assert found["到站上架"][0] == 0
    assert listed(county_official.client, found["到站上架"][1]) == 0


def test_the_home_asks_the_same_number_of_questions_however_much_there_is(
    busy, counter, county_official, django_assert_max_num_queries
):
    county_official.client.get("/admin/")
    for _parcel in range(12):
        quiet(counter)
    cache.clear()
    with django_assert_max_num_queries(34):
        county_official.client.get("/admin/")
    with django_assert_max_num_queries(26):
        county_official.client.get("/admin/")  # the county's figures are kept for a minute


def test_figures_take_three_statements(busy, county_official, django_assert_num_queries):
    actor = county_official.actor()
    with django_assert_num_queries(3 + 2 * 3):  # each of two in a savepoint with its own memory setting
        county_figures(actor=actor, now=timezone.now())


def test_the_map_and_its_table_tell_the_same(busy, county_official, world):
    answer = county_official.client.get("/admin/map/")
    rows = {row["name"]: (row["stock"], row["stuck"]) for row in answer.context["rows"]}
    assert rows[world.village.name] == (1, 0)
    assert rows[world.township_station.name] == (1, 1)
    assert world.neighbour_hub.name not in rows
    assert answer.context["ground"]["tiles"] is None


def test_the_map_draws_what_has_a_place_and_uses_a_tile_source_when_set(county_official, world, settings):
    world.village.longitude, world.village.latitude = "106.05", "35.2"
    world.village.save()
    settings.MAP_TILES_URL = "https://tiles.example.cn/{z}/{x}/{y}.png"
    ground = county_official.client.get("/admin/map/").context["ground"]
    assert [point["name"] for point in ground["points"]] == [world.village.name]
    assert ground["tiles"]["url"].startswith("https://tiles.example.cn/")


def test_the_sidebar_holds_what_one_may_open(county_official, support):
    def menu(client):
        return set(re.findall(r'href="(/admin/[^"?]+)" class="flex h-\[38px\]', client.get("/admin/").content.decode()))

    county, help_desk = menu(county_official.client), menu(support.client)
    assert page(Parcel, "changelist") in help_desk & county
    assert "/admin/access/divisiongrant/" in county - help_desk
    for link in county:
        assert county_official.client.get(link).status_code == 200


def test_each_figure_of_messages_leads_to_as_many(county_official):
    moment = timezone.now()
    for n, (status, days) in enumerate(itertools.product(STATUSES, (0, 6, 8))):
        message = send(
            template="phone_changed", recipient=f"+86138001380{n:02d}", parameters={}, dedupe_key=str(n), now=moment,
            area="620825100208",
        )  # fmt: skip
        Message.objects.filter(pk=message.pk).update(
            status=status, created_at=moment - dt.timedelta(days=days), sent_at=moment, delivered_at=moment
        )  # fmt: skip
    shown = figures(county_official.client)
    wanted = {"已发送": 4, "等待发送": 2, "发送失败": 2, "等回执": 2}
    assert {name: shown[name][0] for name in wanted} == wanted
    assert {name: listed(county_official.client, shown[name][1]) for name in wanted} == wanted


def test_the_home_begins_with_what_waits(busy, county_official):
    """Each a link with the count of the list behind it; an empty day says so."""
    client = county_official.client
    cache.clear()
    shown = client.get("/admin/").content.decode()
    assert shown.index("等您办的") < shown.index("今天")
    duties = shown.partition('id="duties"')[2].partition("</ul>")[0]
    for link, count, label in FIGURE.findall(duties):
        assert listed(client, link.replace("&amp;", "&")) == int(count) > 0, label
    Message.objects.all().delete()
    if not duties:
        assert "现在没有等您办的事" in shown


def test_a_failed_message_and_a_file_that_was_only_tried_wait_for_somebody(busy, county_official, world):
    now = timezone.now()
    message = send(
        template="account_exists",
        recipient="+8613900139000",
        parameters={},
        dedupe_key="x",
        now=now,
        area=world.village.division_id,
    )
    Message.objects.filter(pk=message.pk).update(status=Status.FAILED)
    found = figures(county_official.client)
    count, link = found["短信没有发出，近 7 天"]
    assert count == 1 == listed(county_official.client, link)
