"""Certificates on paper: read as a reader and a phone would, and given only to whom they belong."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils.translation import override

from logistics.certificates.services import measures
from portal.audit.models import AuditEntry
from tests.certificates.conftest import NOON, certify, make_courier, some_facts
from tests.documents.conftest import look

pytestmark = pytest.mark.django_db
LONG = "庄浪县水洛镇昌马乡𡌶𡐓𣒍村一二三四五六七八九十甲乙丙丁戊己庚辛壬癸"  # 33 characters, three rare


@pytest.fixture
def certificate(world, county_official):
    world.village.operator = world.carrier
    world.village.save()
    return certify(world.village, county_official, facts=some_facts("station"))


def pdf(persona, certificate, size="a4"):
    return persona.client.get(f"/certificates/{certificate.number}/pdf/", {"size": size})


@pytest.mark.parametrize(("size", "millimetres"), [("a4", (297, 210)), ("card", (86, 54))])
def test_a_phone_reads_the_code_and_reaches_the_page(certificate, enterprise_admin, size, millimetres):
    answer = pdf(enterprise_admin, certificate, size)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    seen = look(answer.content, dpi=300)
    assert seen.sizes == [millimetres]
    (link,) = seen.codes[0].values()
    parts = urlsplit(link)
    found = json.loads(Client().get(f"/api/v1{parts.path}?{parts.query}").content)
    assert (found["number"], found["paper"], found["state"]) == (certificate.number, "genuine", "valid")
    assert "何马村站" in seen.flat
    assert certificate.number in seen.flat
    assert f"{certificate.valid_until:%Y-%m-%d}" in seen.flat


@pytest.mark.parametrize("size", ["a4", "card"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_long_rare_name_is_whole(world, county_official, size, language):
    row = certify(world.village, county_official, holder_name=LONG, facts=some_facts("station"))
    with override(language):
        seen = look(pdf(county_official, row, size).content, dpi=300)
    assert LONG in seen.flat
    assert seen.codes[0]


def test_one_that_does_not_hold_says_so_across_the_paper(certificate, county_official):
    measures.suspend(certificate=certificate, actor=county_official.actor(), now=NOON, why="x")
    for size in ("a4", "card"):
        assert "这张证书暂停" in look(pdf(county_official, certificate, size).content, decode=False).flat


def test_to_whom_it_is_given(
    world,
    certificate,
    courier,
    county_official,
    township_official,
    neighbour_official,
    enterprise_admin,
    villager,
    keeper,
):
    own = certify(make_courier(courier, world, enterprise=world.carrier), county_official)
    given = {
        certificate: (county_official, township_official, enterprise_admin, keeper),
        own: (county_official, enterprise_admin, courier),
    }
    everyone = (county_official, township_official, neighbour_official, enterprise_admin, villager, keeper, courier)
    for row, readers in given.items():
        for persona in everyone:
            expected = 200 if persona in readers else 404
            assert pdf(persona, row).status_code == expected, (row.kind, persona.user.name)
    assert AuditEntry.objects.filter(action="certificate.printed").count() == 7
    assert pdf(county_official, certificate, "a0").status_code == 400


def test_the_reader_finds_their_certificates_on_a_page(world, courier, county_official, enterprise_admin, villager):
    row = certify(make_courier(courier, world, enterprise=world.carrier), county_official)
    for persona, there in ((courier, True), (enterprise_admin, True), (villager, False), (county_official, False)):
        assert (row.number in persona.client.get("/certificates/").content.decode()) is there


def test_the_page_costs_the_same_for_many(world, county_official, enterprise_admin, django_assert_max_num_queries):
    def statements():
        with django_assert_max_num_queries(25) as asked:
            enterprise_admin.client.get("/certificates/")
        return len(asked)

    certify(world.carrier, county_official)
    statements()
    few = statements()
    for station in (world.village, world.far_village, world.hub):
        station.operator = world.carrier
        station.save()
        certify(station, county_official)
    assert statements() == few
