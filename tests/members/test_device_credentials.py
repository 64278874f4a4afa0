"""Terminals enter with a secret of their own, and only where their kind belongs."""

import datetime as dt
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from members.devices import services
from members.devices.models import Device
from members.devices.places import PlaceKind, find_place
from members.devices.services import WRONG_SECRETS, issue_device, revoke_device, rotate_device
from members.devices.states import Profile
from portal.audit.models import AuditEntry
from portal.core.errors import Conflict, Forbidden, NotFound

pytestmark = pytest.mark.django_db
URL = "/api/v1/device/"
NOW = dt.datetime(2026, 3, 1, 8, 0, tzinfo=dt.UTC)


def ask(code, secret, **extra):
    return Client(**extra).get(URL, headers={"Authorization": f"Device {code}:{secret}"})


def issue(persona, world, **extra):
    place = find_place(PlaceKind.STATION, world.village.code)
    values = {"place": place, "profile": Profile.SCANNER, "name": "前台", "now": timezone.now()}
    return issue_device(actor=persona.actor(), **{**values, **extra})


def test_device_learns_about_itself(scanner):
    answer = scanner.client.get(URL)
    assert answer.status_code == 200
    assert answer.json()["code"] == scanner.device.code
    assert "event.record" in answer.json()["functions"]


def test_people_are_no_device(keeper, anonymous):
    assert keeper.client.get(URL).status_code == 404
    assert anonymous.client.get(URL).status_code == 401


def test_issued_secret_works_and_is_not_stored(county_official, world):
    issued = issue(county_official, world)
    assert ask(issued.device.code, issued.secret).status_code == 200
    kept = Device.objects.values().get(pk=issued.device.pk)
    assert issued.secret not in str(kept)
    assert issued.secret not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize("header", ["Device", "Device x", "Device :", "Device nobody:secret", "device a:b:c"])
def test_malformed_and_unknown_credentials_get_one_answer(scanner, header):
    wrong = ask(scanner.device.code, "wrong")
    answer = Client().get(URL, headers={"Authorization": header})
    told = [response.json()["error"] for response in (answer, wrong)]
    for error in told:
        assert error.pop("request_id")  # names the request, not what was wrong with it
    assert told[0] == told[1]
    assert answer.status_code == wrong.status_code == 401
    assert answer["WWW-Authenticate"] == "Device"


def test_unknown_code_costs_the_same_queries(scanner, django_assert_num_queries):
    for code in (scanner.device.code, "NOBODY"):
        with django_assert_num_queries(1):
            ask(code, "wrong")


def test_wrong_secrets_slow_who_shows_them_and_no_right_one_at_the_same_address(scanner):
    for _try in range(WRONG_SECRETS.tries):
        assert ask(scanner.device.code, "wrong", REMOTE_ADDR="10.9.9.9").status_code == 401
    paused = ask(scanner.device.code, "wrong", REMOTE_ADDR="10.9.9.9")
    assert paused.status_code == 429
    assert int(paused["Retry-After"]) > 0
    assert ask(scanner.device.code, scanner.secret, REMOTE_ADDR="10.9.9.9").status_code == 200
    assert scanner.client.get(URL).status_code == 200


def test_forged_forwarding_header_does_not_help(scanner):
    for number in range(WRONG_SECRETS.tries + 1):
        answer = Client(REMOTE_ADDR="10.9.9.8").get(
            URL,
            headers={"Authorization": f"Device {scanner.device.code}:x", "X-Forwarded-For": f"10.0.0.{number}"},
        )
    assert answer.status_code == 429


def test_rotation_keeps_the_old_secret_for_a_short_time(county_official, scanner):
    now = timezone.now()
    issued = rotate_device(actor=county_official.actor(), device_id=scanner.device.pk, now=now)
    assert ask(scanner.device.code, issued.secret).status_code == 200
    assert ask(scanner.device.code, scanner.secret).status_code == 200
    later = now + services.secret_overlap() + dt.timedelta(seconds=1)
    with patch("members.devices.authentication.now", return_value=later):
        assert ask(scanner.device.code, scanner.secret).status_code == 401
        assert ask(scanner.device.code, issued.secret).status_code == 200


def test_revoked_device_is_out_at_once_with_both_secrets(county_official, scanner):
    actor = county_official.actor()
    issued = rotate_device(actor=actor, device_id=scanner.device.pk, now=timezone.now())
    revoke_device(actor=actor, device_id=scanner.device.pk, why="遗失", now=timezone.now())
    answer = ask(scanner.device.code, issued.secret)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "device_revoked")
    assert ask(scanner.device.code, scanner.secret).status_code == 401
    with pytest.raises(Conflict):
        rotate_device(actor=actor, device_id=scanner.device.pk, now=timezone.now())


def test_device_uses_only_the_routes_of_its_profile(scanner):
    with patch.dict("members.devices.authentication.ROUTES", {Profile.SCANNER: frozenset()}):
        answer = scanner.client.get(URL)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "route_not_allowed")


def test_device_credentials_open_no_page(scanner):
    assert scanner.client.get("/accounts/pin/").status_code == 302  # to the login


def test_last_seen_is_written_once_a_minute(scanner):
    scanner.client.get(URL)
    first = Device.objects.get(pk=scanner.device.pk).last_seen_at
    scanner.client.get(URL)
    assert first is not None
    assert Device.objects.get(pk=scanner.device.pk).last_seen_at == first
    Device.objects.update(last_seen_at=first - dt.timedelta(minutes=2))
    scanner.client.get(URL)
    assert Device.objects.get(pk=scanner.device.pk).last_seen_at > first - dt.timedelta(minutes=1)


def test_nobody_issues_outside_their_own_area(neighbour_official, keeper, enterprise_admin, world):
    with pytest.raises(NotFound):
        issue(neighbour_official, world)
    with pytest.raises(Forbidden):
        issue(keeper, world)
    with pytest.raises(NotFound):
        issue(enterprise_admin, world)  # a carrier's manager equips the carrier, not a station


def test_nobody_touches_devices_outside_their_own_area(neighbour_official, scanner):
    actor = neighbour_official.actor()
    with pytest.raises(NotFound):
        rotate_device(actor=actor, device_id=scanner.device.pk, now=NOW)
    with pytest.raises(NotFound):
        revoke_device(actor=actor, device_id=scanner.device.pk, why="x", now=NOW)


def test_carrier_manager_equips_the_own_firm(enterprise_admin, world):
    place = find_place(PlaceKind.ENTERPRISE, "zto")
    issued = issue(enterprise_admin, world, place=place, profile=Profile.CARRIER)
    assert ask(issued.device.code, issued.secret).status_code == 200
    entry = AuditEntry.objects.get(action="device.issued")
    assert (entry.area, entry.after["enterprise"]) == (world.carrier.division_id, "zto")


def test_scanner_belongs_to_a_station_not_to_a_firm(county_official, world):
    with pytest.raises(services.WrongBinding):
        issue(county_official, world, place=find_place(PlaceKind.ENTERPRISE, "zto"))


def test_api_description_names_the_credentials():
    schemes = SchemaGenerator().get_schema(request=None, public=True)["components"]["securitySchemes"]
    assert schemes["device"]["name"] == "Authorization"
