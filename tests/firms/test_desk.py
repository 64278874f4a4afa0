"""The enterprise's own desk: what it shows, what it does, and that another enterprise's is not there."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone

from logistics.registry.models import Enterprise, Invitation, Station
from logistics.registry.services.invitations import accept
from logistics.registry.states import State
from members.access.states import Permission, Role
from members.devices.models import Device
from portal.core.clock import county_day
from tests.firms.conftest import link_of, logged_in, make_courier, make_vehicle, texts
from tests.personas import hold, make_persona

pytestmark = pytest.mark.django_db
PAGES = ("", "stations/", "vehicles/", "couriers/", "certificates/", "staff/", "devices/")


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_one_enterprise_opens_at_once_and_several_are_chosen(firm, world):
    assert firm.admin.client.get("/firm/").headers["Location"] == "/firm/zto/"
    hold(firm.admin.user, Role.ENTERPRISE_ADMIN, world.other_carrier)
    text = firm.admin.client.get("/firm/").content.decode()
    assert "/firm/zto/" in text
    assert "/firm/yto/" in text


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_for_its_administrator_and_is_not_there_for_another(firm, world, page):
    assert firm.admin.client.get(f"/firm/zto/{page}").status_code == 200
    rival = make_persona(1102, "孙对手", Role.ENTERPRISE_ADMIN, world.other_carrier)
    assert rival.client.get(f"/firm/zto/{page}").status_code == 404
    assert rival.client.get(f"/firm/yto/{page}").status_code == 200


def test_what_stands_still_and_what_ends_soon_is_said_first(firm):
    today = county_day(timezone.now())
    Station.objects.filter(pk=firm.station.pk).update(state=State.SUSPENDED, stopped_why="消防未过")
    type(firm.van).objects.filter(pk=firm.van.pk).update(insurance_until=today + dt.timedelta(days=7))
    type(firm.courier).objects.filter(pk=firm.courier.pk).update(certified_until=today - dt.timedelta(days=1))
    text = text_of(firm.admin.client.get("/firm/zto/"))
    stopped, ending = text.split("快到期的")
    assert "何马村站" in stopped
    assert "消防未过" in stopped
    assert "K0001" in stopped
    assert "证书已到期" in stopped
    assert "甘L12345" in ending
    assert "证件将在 7 天后到期" in ending


def test_lists_take_the_same_queries_for_many_rows(firm, world, django_assert_max_num_queries):
    firm.admin.client.get("/firm/zto/")  # what is read once and kept
    counted = []
    for round_ in range(2):
        with django_assert_max_num_queries(len(PAGES) * 16) as spent:
            for page in PAGES:
                assert firm.admin.client.get(f"/firm/zto/{page}").status_code == 200
        counted.append(len(spent))
        if round_ == 0:
            for n in range(12):
                person = make_persona(1200 + n, f"张{n}", Role.COURIER, firm.station)
                make_courier(person, f"K1{n:03d}", division=world.county, enterprise=firm.row)
                make_vehicle(f"甘L2{n:04d}", division=world.county, operator=firm.row)
    assert counted[1] <= counted[0], counted


def test_long_lists_come_in_pages(firm, world, monkeypatch):
    monkeypatch.setattr("logistics.firms.views.home.PAGE", 2)
    for n in range(3):
        make_vehicle(f"甘L2{n:04d}", division=world.county, operator=firm.row)
    first = firm.admin.client.get("/firm/zto/vehicles/").content.decode()
    second = firm.admin.client.get("/firm/zto/vehicles/?after=甘L20000").content.decode()
    assert ("甘L20000" in first, "甘L20001" in first) == (True, False)
    assert ("甘L20001" in second, "甘L12345" in second) == (True, False)


def test_an_administrator_invites_and_the_person_accepts_on_the_page(firm, villager, anonymous):
    form = {"name": "王小明", "phone": "138 0933 1001", "role": "keeper", "station": firm.station.code}
    assert firm.admin.client.post("/firm/zto/staff/invite/", form).status_code == 302
    path = link_of(texts(villager.user.phone)[-1])
    before = anonymous.client.get(path)
    assert "何马" not in before.content.decode()
    assert f"next={path.replace('/', '%2F')}" in before.content.decode()
    assert "何马村站" in villager.client.get(path).content.decode()
    assert not villager.actor().may(Permission.STATION_GIVE_OUT), "looking accepts nothing"
    assert villager.client.post(path).headers["Location"] == "/work/"
    assert "王小明" in text_of(firm.admin.client.get("/firm/zto/staff/"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"phone": "0933-6620000"}, "这不是有效的手机号"),
        ({"station": ""}, "请选择在哪个站点任职"),
        ({"role": "enterprise_admin"}, "选择一个有效的选项"),
        ({"role": "enterprise_staff"}, "不在站点"),
        ({"station": "zl-chenzhuang"}, "选择一个有效的选项"),
    ],
)
def test_a_wrong_invitation_is_explained_and_keeps_what_was_typed(firm, change, says):
    form = {"name": "王小明", "phone": "13809331001", "role": "keeper", "station": firm.station.code} | change
    answer = firm.admin.client.post("/firm/zto/staff/invite/", form)
    assert answer.status_code == 400
    assert says in text_of(answer)
    assert "王小明" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_an_invitation_is_withdrawn_on_the_page(firm, villager):
    form = {"name": "王小明", "phone": villager.user.phone, "role": "enterprise_staff"}
    firm.admin.client.post("/firm/zto/staff/invite/", form)
    row = Invitation.objects.get()
    firm.admin.client.post(f"/firm/zto/staff/invitations/{row.pk}/withdraw/")
    assert villager.client.post(link_of(texts(villager.user.phone)[-1])).status_code == 409
    assert firm.admin.client.post(f"/firm/zto/staff/invitations/{firm.row.pk:0>32x}/withdraw/").status_code in (
        302,
        404,
    )


def test_an_enterprise_issues_changes_and_ends_terminals_of_its_own_stations(firm, world):
    client = firm.admin.client
    shown = client.post("/firm/zto/devices/issue/", {"place": firm.station.code, "name": "柜台扫码枪"})
    device = Device.objects.get()
    assert device.station == firm.station.pk
    assert "no-store" in shown.headers["Cache-Control"]
    secret = re.search(r'number">([\w-]{40,})<', shown.content.decode())[1]
    assert "data:image/png" in shown.content.decode()
    assert secret not in client.get("/firm/zto/devices/").content.decode()
    changed = client.post(f"/firm/zto/devices/{device.pk}/rotate/")
    assert changed.status_code == 200
    assert secret not in changed.content.decode()
    assert client.post(f"/firm/zto/devices/{device.pk}/revoke/", {"why": "丢了"}).status_code == 302
    device.refresh_from_db()
    assert device.revoked_why == "丢了"


def test_the_own_system_gets_credentials_of_the_enterprise(firm):
    assert firm.admin.client.post("/firm/zto/devices/issue/", {"place": "", "name": "总部系统"}).status_code == 200
    assert Device.objects.get().enterprise == firm.row.pk


def test_terminals_of_others_are_not_there(firm, scanner, world):
    """The scanner stands at a station that the enterprise runs; a rival's administrator does not find it."""
    rival = make_persona(1102, "孙对手", Role.ENTERPRISE_ADMIN, world.other_carrier)
    for firm_code in ("yto", "zto"):
        for act in ("rotate", "revoke"):
            answer = rival.client.post(f"/firm/{firm_code}/devices/{scanner.device.pk}/{act}/", {"why": "x"})
            assert answer.status_code == 404
    assert Device.objects.get(pk=scanner.device.pk).revoked_at is None


def test_officials_are_told_that_the_desk_is_the_enterprises_own(county_official, firm):
    assert "您不是企业管理员" in county_official.client.get("/firm/").content.decode()
    assert county_official.client.get("/firm/zto/").status_code == 404


def test_a_closed_enterprise_has_no_desk(firm):
    Enterprise.objects.filter(pk=firm.row.pk).update(state=State.CLOSED)
    assert firm.admin.client.get("/firm/zto/").status_code == 404


def test_a_member_removed_here_is_out_with_the_next_request(firm, villager):
    form = {"name": "王小明", "phone": villager.user.phone, "role": "keeper", "station": firm.station.code}
    firm.admin.client.post("/firm/zto/staff/invite/", form)
    token = link_of(texts(villager.user.phone)[-1]).split("/")[2]
    accept(token=token, actor=villager.actor(), now=timezone.now())
    browser = logged_in(villager)
    assert browser.get("/work/inbound/").status_code == 200
    page = f"/firm/zto/staff/{villager.user.pk}/leave/"
    assert "王小明离开中通" in text_of(firm.admin.client.get(page))
    assert firm.admin.client.post(page, {"why": ""}).status_code == 400
    assert firm.admin.client.post(page, {"why": "合同到期"}).status_code == 302
    assert browser.get("/work/inbound/").headers["Location"].startswith("/accounts/login/")
    assert firm.admin.client.get(page).status_code == 404
