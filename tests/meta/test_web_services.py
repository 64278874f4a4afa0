"""The proxies in deploy/ send each request to the service that portal/web/services.py names for it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from portal.core.routes import iter_routes
from portal.web.services import ALL, READ, ROUTES, SAFE_METHODS, SIGN_IN, SIZES, WRITE, service_of

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


def paths():
    """One path for each pattern of the URL conf, with something in place of its parameters."""
    return sorted({"/" + re.sub(r"<[^>]+>|\(\?P<[^>]+>[^)]*\)", "x1", str(r.pattern)).replace("^", "").replace("$", "")
                   for r in iter_routes()})  # fmt: skip


def by_nginx(method, path):
    """What the map of nginx.conf says: expressions in their order, then the default."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    block = re.search(r'map "\$request_method \$uri" \$county_service \{(.*?)\n\}', text, re.S)[1]
    lines = re.findall(r'^ +(?:"~([^"]+)"|(default)) county_(\w+);$', block, re.M)
    default = next(service for _, is_default, service in lines if is_default)
    found = next(
        (service for expression, _, service in lines if expression and re.search(expression, f"{method} {path}")),
        default,
    )
    return found.replace("_", "-")


def by_caddy(method, path):
    """What the route of the Caddyfile says: the first matcher that fits."""
    text = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    matchers = {
        name: (kind, words.split()) for name, kind, words in re.findall(r"^\t@(\w+) (path|method) (.+)$", text, re.M)
    }
    ports = {size.port: service for service, size in SIZES.items() if service != ALL}
    for name, port in re.findall(r"^\t\timport portal (\S+) (\d+)$", text, re.M):
        kind, words = matchers.get(name.removeprefix("@"), ("all", []))
        if (
            kind == "all"
            or (kind == "method" and method in words)
            or (kind == "path" and path.startswith(tuple(word.removesuffix("*") for word in words)))
        ):
            return ports[int(port)]
    return None


@pytest.mark.parametrize("proxy", [by_nginx, by_caddy])
def test_the_proxy_sends_every_address_where_the_table_says(proxy):
    wrong = [
        (method, path, service_of(method, path), proxy(method, path))
        for path in paths()
        for method in METHODS
        if proxy(method, path) != service_of(method, path)
    ]
    assert len(paths()) > 150
    assert wrong == []


def test_each_line_of_the_table_has_an_address_and_each_service_a_unit():
    unused = [
        route for route in ROUTES
        if not any(path.startswith(route.prefix) for path in paths())
    ]  # fmt: skip
    assert unused == [], "a prefix without an address: was it renamed?"
    for service in (READ, WRITE, SIGN_IN):
        unit = (DEPLOY / f"portal-{service}.service").read_text(encoding="utf-8")
        assert f"-m portal.web {service}\n" in unit
        assert f"127.0.0.1:{SIZES[service].port};" in (DEPLOY / "nginx.conf").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("method", "path", "service"),
    [
        ("GET", "/", READ), ("GET", "/t/ZTO123", READ), ("POST", "/t/ZTO123", READ), ("GET", "/api/v1/track/1", READ),
        ("GET", "/my/", READ), ("GET", "/static/css/portal.css", READ), ("GET", "/health/ready/", READ),
        ("POST", "/api/v1/events/", WRITE), ("POST", "/work/scan/1/", WRITE), ("GET", "/work/", WRITE),
        ("POST", "/apply/", WRITE), ("POST", "/p/Z1/consent", WRITE), ("GET", "/admin/", WRITE),
        ("POST", "/accounts/login/", SIGN_IN), ("GET", "/accounts/login/", SIGN_IN), ("POST", "/admin/login/", SIGN_IN),
    ],
)  # fmt: skip
def test_what_a_service_is_for(method, path, service):
    assert service_of(method, path) == service


def test_no_path_of_the_read_service_takes_a_form_that_is_not_named_here():
    """Whatever changes rows waits for locks, and belongs to the write service."""
    forms = {path.split("/")[1] for path in paths() if service_of("POST", path) == READ}
    assert forms <= {"t", "code", "check", "verify", "i18n", "api"}
    assert all(service_of(method, "/") == READ for method in SAFE_METHODS)
