"""Anybody asks whether a vehicle or a courier is certified; nobody learns who a person is."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from logistics.firms.selectors.lights import light_of
from logistics.registry.states import State
from portal.core.clock import county_day
from portal.core.limits import Rate
from portal.public.views import checks
from tests.firms.conftest import make_vehicle

pytestmark = pytest.mark.django_db
TODAY = county_day(timezone.now())


@pytest.mark.parametrize("typed", ["甘L12345", "甘l·12345", "甘Ｌ１２３４５", " 甘 L 12345 "])
def test_a_vehicle_is_found_as_people_type_its_plate(client, firm, typed):
    answer = client.post("/check/vehicle/", {"plate": typed})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "中通快递庄浪分公司" in text
    assert "已登记，尚未认证" in text
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_persons_vehicle_names_nobody(client, firm, villager, world):
    make_vehicle("甘L55555", division=world.county, owner=villager.user)
    text = client.post("/check/vehicle/", {"plate": "甘L55555"}).content.decode()
    assert "甘L55555" in text
    assert villager.user.name not in text


def test_a_courier_is_shown_by_the_badge_with_a_masked_name(client, firm):
    text = client.get("/check/courier/?code=k0001").content.decode()
    assert "马**" in text
    assert "马师傅" not in text
    assert "620825199001011234" not in text


@pytest.mark.parametrize(("path", "field"), [("vehicle", "plate"), ("courier", "code")])
def test_unknown_and_empty_say_what_to_do(client, world, path, field):
    unknown = client.post(f"/check/{path}/", {field: "甘A00000"})
    assert (unknown.status_code, "请拨打服务热线" in unknown.content.decode()) == (404, True)
    empty = client.post(f"/check/{path}/", {field: " "})
    assert (empty.status_code, "field-error" in empty.content.decode()) == (400, True)
    assert client.get(f"/check/{path}/").status_code == 200


def test_plates_are_not_walked_through(client, firm, monkeypatch):
    few = Rate(free=2, most=2, every=60)
    monkeypatch.setattr(checks, "ASKED", replace(checks.ASKED, caller=few, subject=few, address=few))
    codes = [client.post("/check/vehicle/", {"plate": "甘L12345"}).status_code for _n in range(3)]
    assert codes == [200, 200, 429]


def test_a_stopped_vehicle_is_refused_in_words(client, firm):
    type(firm.van).objects.filter(pk=firm.van.pk).update(state=State.SUSPENDED)
    text = client.post("/check/vehicle/", {"plate": "甘L12345"}).content.decode()
    assert "不能承运" in text
    assert "已暂停" in text


def test_carriers_are_listed_with_their_hotlines(client, world):
    text = client.get("/carriers/").content.decode()
    assert "圆通快递庄浪分公司" in text
    assert 'href="tel:95311"' in text


@pytest.mark.parametrize(
    ("change", "tone", "word"),
    [
        ({}, "", "尚未认证"),
        ({"certified_until": TODAY + dt.timedelta(days=100)}, "ok", "有效"),
        ({"certified_until": TODAY + dt.timedelta(days=60)}, "warn", "证书将在 60 天后到期"),
        ({"certified_until": TODAY}, "warn", "证书将在 0 天后到期"),
        ({"certified_until": TODAY - dt.timedelta(days=1)}, "error", "证书已到期"),
        ({"certify_by": TODAY}, "warn", "尚未认证，须在此日前取得证书"),
        ({"certify_by": TODAY - dt.timedelta(days=1)}, "error", "未取得证书"),
        ({"insurance_until": TODAY - dt.timedelta(days=1)}, "error", "保险、检验、租期或驾驶证已到期"),
        ({"insurance_until": TODAY, "certified_until": TODAY + dt.timedelta(days=9)}, "warn", "证件将在 0 天后到期"),
        ({"state": State.REVOKED}, "error", "证书已撤销"),
    ],
)
def test_a_light_has_a_colour_and_a_word(firm, change, tone, word):
    for name, value in change.items():
        setattr(firm.van, name, value)
    light = light_of(firm.van, today=TODAY)
    assert (light.tone, str(light.word)) == (tone, word)
