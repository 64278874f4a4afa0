"""The page on which anybody checks a certificate: its status now, whether the paper was altered, nothing personal."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.test import Client

from logistics.certificates import signing
from logistics.certificates.models import Certificate
from logistics.certificates.rules import statement_of
from logistics.certificates.services import measures
from logistics.certificates.services.printing import link_of
from portal.core.checkdigits import random_number
from portal.core.limits import Limit
from portal.env import make_secret
from portal.public import limits
from tests.certificates.conftest import NOON, TODAY, YEAR, certify, make_courier, some_facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return Client()


@pytest.fixture
def certificate(world, county_official):
    return certify(world.village, county_official, facts=some_facts("station"), until=TODAY + 3 * YEAR)


def path_of(row, **changed) -> str:
    parts = urlsplit(link_of(row))
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changed
    return f"{parts.path}?" + "&".join(f"{name}={value}" for name, value in query.items())


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def asked(client, path) -> dict:
    return json.loads(client.get(f"/api/v1{path}").content)


def test_the_address_of_the_code_shows_what_was_issued(client, certificate):
    answer = client.get(path_of(certificate))
    shown = text(answer)
    assert answer.status_code == 200
    for words in ("证书有效", "二维码的签名是真的", certificate.number, "何马村站", f"{TODAY:%Y-%m-%d}", "内容0"):
        assert words in shown
    assert answer["Cache-Control"] == "no-store"
    assert "noindex" in answer["X-Robots-Tag"]


def test_a_changed_date_kind_number_or_signature_is_found_out(client, certificate, world, county_official):
    payload, signature = signing.sign(statement_of(certificate))
    other = certify(world.far_village, county_official)
    forged = (
        path_of(certificate, p=payload.replace(f".{certificate.valid_until:%Y%m%d}.", ".20991231.")),
        path_of(certificate, p=payload.replace(".station.", ".vehicle.")),
        path_of(certificate, s=("A" if signature[0] != "A" else "B") + signature[1:]),
        path_of(certificate, s=signature[:-4]),
        path_of(certificate, s=""),
        path_of(certificate, p=""),
        path_of(certificate, p="x" * 5000),
        path_of(certificate, s="长城"),
        path_of(certificate).replace(certificate.number, other.number),
    )
    for path in forged:
        answer = client.get(path)
        assert answer.status_code == 200
        assert "被改动过" in text(answer), path
        assert asked(client, path)["paper"] == "altered"
        assert asked(client, path)["good"] is False


def test_a_row_changed_behind_the_portals_back_does_not_match_its_paper(client, certificate):
    path = path_of(certificate)
    Certificate.objects.filter(pk=certificate.pk).update(holder_name="别的站")
    assert asked(client, path)["paper"] == "altered"


def test_without_the_code_it_says_so_and_still_shows_the_status(client, certificate):
    answer = client.get(f"/verify/{certificate.number}/")
    assert "只按编号查到" in text(answer)
    assert asked(client, f"/verify/{certificate.number}/")["paper"] == "unsigned"


def test_every_status_is_told_with_its_day(client, certificate, county_official, second_official, world):
    path, actor = path_of(certificate), county_official.actor()
    measures.suspend(certificate=certificate, actor=actor, now=NOON, why="张三举报的")
    found = asked(client, path)
    assert (found["state"], found["since"], found["paper"]) == ("suspended", f"{TODAY}", "genuine")
    assert "张三" not in text(client.get(path))
    measures.reinstate(certificate=certificate, actor=actor, now=NOON, why="x")
    renewed = certify(world.village, county_official)
    found = asked(client, path)
    assert (found["state"], found["replaced_by"]) == ("replaced", renewed.number)
    assert renewed.number in text(client.get(path))
    measures.propose_revocation(certificate=renewed, actor=actor, now=NOON, why="x")
    measures.decide_revocation(certificate=renewed, actor=second_official.actor(), now=NOON, why="x")
    assert asked(client, path_of(renewed))["state"] == "revoked"
    assert "证书已撤销" in text(client.get(path_of(renewed)))
    gone = certify(world.far_village, county_official)
    measures.cancel(certificate=gone, actor=actor, now=NOON, why="x")
    assert asked(client, path_of(gone))["state"] == "cancelled"


def test_an_ended_one_is_expired_although_no_task_has_marked_it(client, world, county_official):
    then = NOON - 3 * YEAR
    row = certify(world.village, county_official, now=then, until=then.date() + YEAR)
    found = asked(client, path_of(row))
    assert (found["state"], row.state) == ("expired", "valid")
    assert found["since"] > found["valid_until"]


def test_a_person_is_masked_everywhere_also_in_the_address(client, world, courier, county_official):
    row = certify(make_courier(courier, world), county_official)
    path = path_of(row)
    assert "赵" not in path
    assert "%" not in path
    for body in (client.get(path).content.decode(), client.get(f"/api/v1{path}").content.decode()):
        assert "赵快送" not in body
        assert courier.user.phone[-4:] not in body
    assert asked(client, path)["holder"] == "赵**"


def test_a_typed_number_is_read_kindly(client, certificate):
    spaced = " ".join((certificate.number[:5].lower(), certificate.number[5:]))
    answer = client.get("/verify/", {"number": spaced})
    assert (answer.status_code, answer["Location"]) == (302, f"/verify/{certificate.number}/")
    wide = "".join(chr(ord(c) + 0xFEE0) for c in certificate.number)
    assert client.get("/verify/", {"number": wide})["Location"] == f"/verify/{certificate.number}/"


def test_wrong_numbers_are_told_apart_from_unknown_ones_by_the_check_digit_alone(client, certificate):
    last = "0" if certificate.number[-1] != "0" else "1"
    mistyped = client.get(f"/verify/{certificate.number[:-1]}{last}/")
    assert mistyped.status_code == 400
    assert "编号输错了" in text(mistyped)
    unknown = client.get(f"/verify/{random_number('C', 11)}/")
    assert unknown.status_code == 404
    assert "没有这个编号的证书" in text(unknown)
    assert client.get("/verify/", {"number": ""}).status_code == 200
    assert client.get("/verify/", {"number": "<script>"}).status_code == 400


def test_guessing_is_stopped(client, certificate, monkeypatch):
    monkeypatch.setattr(limits, "MISSES", Limit("lookup-miss", tries=3, every=200))
    statuses = [client.get(f"/api/v1/verify/{random_number('C', 11)}/").status_code for _n in range(5)]
    assert statuses == [404, 404, 404, 429, 429]
    refused = client.get(f"/verify/{certificate.number}/")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    limits._walkers.clear()


def test_keys_are_published_rotated_and_retired(client, certificate, settings):
    path = path_of(certificate)
    old, new = settings.CERTIFICATE_KEYS[0], make_secret("CERTIFICATE_KEYS")
    settings.CERTIFICATE_KEYS = [new, old]
    assert asked(client, path)["paper"] == "genuine"
    assert path_of(certificate) != path
    assert asked(client, path_of(certificate))["paper"] == "genuine"
    assert len(client.get("/.well-known/certificate-keys.json").json()["keys"]) == 2
    settings.CERTIFICATE_KEYS = [new]
    assert asked(client, path)["paper"] == "altered"


def test_anybody_can_check_a_signature_with_the_published_key(client, certificate):
    query = parse_qs(urlsplit(link_of(certificate)).query)
    payload, signature = query["p"][0], query["s"][0]
    answer = client.get("/.well-known/certificate-keys.json")
    assert "max-age=3600" in answer["Cache-Control"]
    key = next(key for key in answer.json()["keys"] if key["kid"] == payload.split(".")[1])
    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "="))
    signed = f"county-certificate\n{certificate.number}\n{payload}".encode()
    public.verify(base64.urlsafe_b64decode(signature + "=="), signed)


def test_reading_costs_a_constant_few_statements(client, certificate, django_assert_max_num_queries):
    path = path_of(certificate)
    with django_assert_max_num_queries(3):
        client.get(path)
