"""Zero bytes and halves of characters: refused at the gate of every door, and nowhere an error of ours."""

from __future__ import annotations

import json

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from portal.core.routes import iter_routes
from tests.meta import visits

pytestmark = pytest.mark.django_db
WHO = ("anonymous", "villager", "keeper", "county_official", "enterprise_admin")
LONE = json.loads('"\\ud800"')
TEXTS = ["a\x00b", f"a{LONE}b"]


def nested(levels: int, inmost: str = "1") -> str:
    return "[" * levels + inmost + "]" * levels


VALUES = {"zero byte": json.dumps(TEXTS[0]), "half a character": json.dumps(TEXTS[1])}  # as JSON
DEEP = {"deep": nested(450, json.dumps(TEXTS[0])), "deepest": nested(960)}


def ask(street, name, method, path, **more):
    cache.clear()
    with transaction.atomic():
        answer = street.browser(name).generic(method, path, **more)
        transaction.set_rollback(True)
    return answer.status_code


def free_text(name: str) -> tuple[str, ...]:
    return f"<str:{name}>", f"<{name}>", f"<path:{name}>", f"<anything:{name}>"


def addresses(street):
    """Each route with a zero byte in the place of each part of its address that is free text."""
    for key, route in visits.routes().items():
        for name, sample in visits.SAMPLES.items():
            if any(part in route.pattern for part in free_text(name)):
                try:
                    whole = visits.address(route, street)
                except AssertionError:
                    continue
                yield key, whole.replace(str(sample(street)), "a%00b")


def test_no_part_of_an_address_takes_a_zero_byte(street):
    found = {(key, path) for key, path in addresses(street) if "%00" in path}
    assert len(found) > 40
    wrong = [
        (name, path, status)
        for name in WHO
        for _key, path in sorted(found)
        if (status := ask(street, name, "GET", path)) != 400
    ]
    assert wrong == []


def test_a_line_break_in_a_number_is_answered_by_the_lookup(client):
    """Django's own `path` would say "no such page": it is a number as good as without the break."""
    assert client.get("/api/v1/track/YT77%0A8899").json()["error"]["code"] == "number_unknown"
    assert "还没有报到本县" in client.get("/t/YT77%0A8899").content.decode()
    ours = [route for route in iter_routes() if not route.pattern.startswith("admin/")]
    assert [route.pattern for route in ours if "<path:" in route.pattern] == []


def every_address(street):
    for route in visits.routes().values():
        yield visits.address(route, street)


def test_no_query_takes_a_zero_byte(street):
    paths = sorted(set(every_address(street)))
    assert len(paths) > 150
    wrong = [
        (name, path, status)
        for name in ("anonymous", "county_official")
        for path in paths
        if (status := ask(street, name, "GET", f"{path}?q=%00&state=%00&before=%00")) != 400
    ]
    assert wrong == []


# Refused for what it holds; before that: the login, no right, not there, not by this method, in this format, its
# state. 200: a page that reads no form.
EXPECTED = {200, 302, 400, 401, 403, 404, 405, 409, 413, 415}


@pytest.mark.parametrize("name", ["anonymous", "keeper", "county_official"])
def test_no_form_takes_unfit_text(street, name):
    """By field, by the name of a field, by the name of a file."""
    wrong = []
    for path in sorted(set(every_address(street))):
        fields = {"name": "a\x00b", "waybill": "\x00", "enterprise": "a\x00", "kind": "parcels", "reason": "\x00"}
        for data in (fields, {"a\x00b": "1"}, {"kind": "events", "file": SimpleUploadedFile("a\x00.csv", b"x")}):
            cache.clear()
            with transaction.atomic():
                status = street.browser(name).post(path, data).status_code
                transaction.set_rollback(True)
            if status not in EXPECTED:
                wrong.append((path, status))
    assert wrong == []


BODY = (
    '{"id": @, "number": @, "station": @, "digits": @, "value": @, "answers": {"1": @}, KEY: 1, "sequence": 1,'
    ' "events": [{"number": @, "code": @, "at": @, "id": @}, @],'
    ' "parcels": [{"carrier_number": @, "recipient_name": @}]}'
)


def faults_of(street, name: str, methods: tuple[str, ...], *bodies: str, under: str = "/") -> list:
    return [
        (method, path, status)
        for path in sorted({path for path in every_address(street) if path.startswith(under)})
        for method in methods
        for body in bodies
        if (status := ask(street, name, method, path, data=body, content_type="application/json")) >= 500
    ]


@pytest.mark.parametrize("name", ["anonymous", "keeper", "carrier_system", "county_official"])
@pytest.mark.parametrize("text", VALUES.values(), ids=VALUES)
def test_no_json_makes_an_error_of_ours(street, name, text):
    """A batch refuses the row alone, so 200 is right there; what else a door answers, it is no 5xx."""
    body = BODY.replace("@", text).replace("KEY", text)
    assert faults_of(street, name, ("POST", "PUT", "PATCH"), body) == []


@pytest.mark.parametrize(
    ("name", "under"), [("anonymous", "/"), ("keeper", "/work/scan/"), ("carrier_system", "/api/")]
)
@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_no_depth_of_json_makes_an_error_of_ours(street, name, under, text):
    body = BODY.replace("@", text).replace("KEY", '"more"')
    assert faults_of(street, name, ("POST",), text, body, under=under) == []


@pytest.mark.parametrize("cookie", ["sessionid", "csrftoken", "django_language", "large_type"])
def test_a_cookie_with_a_zero_byte_is_refused(client, cookie):
    """Written as \\000 inside quotes, as the standard library reads it."""
    for path in ("/", "/accounts/login/", "/work/"):
        assert client.get(path, headers={"cookie": f'{cookie}="a\\000b"'}).status_code == 400


def test_a_rest_view_reads_its_body_by_ours():
    """A parser of the framework's own would let unfit text through."""
    views = {route.callback.cls for route in iter_routes() if getattr(route.callback, "cls", None)}
    ours = {view for view in views if view.__module__.startswith(("portal.", "logistics.", "members."))}
    assert len(ours) > 5
    strange = {
        (view.__name__, parser.__module__)
        for view in ours
        for parser in view.parser_classes
        if not parser.__module__.startswith(("portal.", "logistics."))
    }
    assert strange == set()
