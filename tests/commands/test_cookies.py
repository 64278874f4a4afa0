"""Cookies of production belong to this very host, over https; a trial by http must do without the prefix."""

import subprocess
import sys

import pytest

from tests.commands.test_production import ROOT, production

ASK = (
    "from portal import settings as s;"
    "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.KNOWN_BROWSER_COOKIE, s.SESSION_COOKIE_SECURE)"
)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("production", "__Host-sessionid __Host-csrftoken __Host-known True"),
        ("development", "sessionid csrftoken known False"),
    ],
)
def test_names_of_cookies(tmp_path, mode, expected):
    environment = production(
        tmp_path, DATABASE_URL="postgresql://nobody@localhost/x", REDIS_URL="redis://localhost:6379/0"
    )
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env={**environment, "PORTAL_MODE": mode}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == expected


def test_scripts_know_both_names():
    for script in (ROOT / "static" / "js").rglob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert text.count('cookie("csrftoken")') == text.count('cookie("__Host-csrftoken") || cookie("csrftoken")')
