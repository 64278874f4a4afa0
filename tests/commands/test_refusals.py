"""Nothing starts with a missing or weak secret: the real command, in production, one variable wrong at a time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.env import make_secret
from tests.suite import TEXT_MESSAGES

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "PORTAL_MODE": "production",
    "SECRET_KEY": make_secret("SECRET_KEY"),
    "FIELD_KEYS": make_secret("FIELD_KEYS"),
    "HASH_KEY": make_secret("HASH_KEY"),
    "CERTIFICATE_KEYS": make_secret("CERTIFICATE_KEYS"),
    "DATABASE_URL": "postgres://portal:word@db.example.org/portal",
    "REDIS_URL": "redis://redis.example.org:6379/0",
    "ALLOWED_HOSTS": "portal.example.org",
    "PUBLIC_URL": "https://portal.example.org",
}


def manage(tmp_path, *arguments, without=(), **changes):
    """manage.py with nothing but the given variables: not ours, not those of ./run."""
    environment = {"PATH": os.environ["PATH"], "PORTAL_VAR": str(tmp_path)}
    environment |= {name: value for name, value in {**GOOD, **changes}.items() if name not in without}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def assert_refused(done, name, reason):
    assert done.returncode == 1
    assert done.stderr.startswith(f"The portal does not start: {name} {reason}"), done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1


# That the check is clean with everything given is a step of ./test ("django check for production").
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ["notify.W001"]),
        (
            {**TEXT_MESSAGES, "TENCENT_SECRET_KEY": "", "TENCENT_SMS_TEMPLATES": "", "SMS_HOOK_SECRET": ""},
            ["secret_key, templates not set", "notify.W003"],
        ),
    ],
)
def test_the_deployment_check_says_what_text_messages_lack(tmp_path, changes, words):
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **changes)
    assert done.returncode == 1
    assert [word for word in words if word not in done.stderr] == []
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("prices", ["tencent", "tencent=cheap"])
def test_a_price_that_is_none_stops_the_start(tmp_path, prices):
    assert manage(tmp_path, "check", SMS_PRICES=prices).stderr.startswith("The portal does not start: SMS_PRICES")


@pytest.mark.parametrize("name", [name for name in GOOD if name != "PORTAL_MODE"])
def test_a_missing_variable_stops_the_start(tmp_path, name):
    assert_refused(manage(tmp_path, "check", without=[name]), name, "is not set")


# Each secret in one weak form; all weak forms of one are in test_env.py.
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "x" * 64), ("HASH_KEY", "changeme" * 8), ("FIELD_KEYS", "short"),
        ("CERTIFICATE_KEYS", "changeme" * 8),
    ],
)  # fmt: skip
def test_a_weak_secret_stops_the_start_and_is_not_printed(tmp_path, name, value):
    done = manage(tmp_path, "check", **{name: value})
    assert_refused(done, name, "is too weak")
    assert value not in done.stderr + done.stdout


# Each switches a protection off. Asked of `check`, and of the server itself below: nobody has to run a check first.
LOOSE = [
    ("TRUSTED_PROXIES", "0.0.0.0/0", "trusts 0.0.0.0/0"),
    ("TRUSTED_PROXIES", "127.0.0.1,::/0", "trusts ::/0"),
    ("TRUSTED_PROXIES", "128.0.0.0/1", "trusts 128.0.0.0/1"),
    ("TRUSTED_PROXIES", "proxy.internal", "holds 'proxy.internal'"),
    ("PUBLIC_URL", "http://portal.example.org", "is no https address"),
    ("PUBLIC_URL", "https://portal.example.org/wuliu", "is more or less than"),
    ("PUBLIC_URL", "https://elsewhere.example.org", "names a host that is not in ALLOWED_HOSTS"),
    ("ALLOWED_HOSTS", "*", "allows every host"),
    ("ALLOWED_HOSTS", "portal.example.org,.org", "allows every host under .org"),
    ("ALLOWED_HOSTS", ".gov.cn,portal.example.org", "allows every host under .gov.cn"),
    ("REDIS_URL", "http://localhost:6379", "is no address of a Redis server"),
    ("SMS_HOOK_SECRET", "abc", "is too weak"),
]


@pytest.mark.parametrize(("name", "value", "reason"), LOOSE)
def test_a_setting_that_switches_a_protection_off_stops_the_start(tmp_path, name, value, reason):
    assert_refused(manage(tmp_path, "check", **{name: value}), name, reason)


@pytest.mark.parametrize("value", ["127.0.0.1", "10.0.0.0/8", "::1,192.168.3.0/24", "203.0.113.0/24"])
def test_a_proxy_of_ones_own_is_trusted(tmp_path, value):
    done = manage(tmp_path, "check", TRUSTED_PROXIES=value)
    assert done.returncode == 0, done.stderr


def test_production_is_what_happens_when_nobody_says_a_mode(tmp_path):
    assert_refused(manage(tmp_path, "check", without=["PORTAL_MODE", "ALLOWED_HOSTS"]), "ALLOWED_HOSTS", "is not")


def test_an_unknown_mode_is_refused(tmp_path):
    assert_refused(manage(tmp_path, "check", PORTAL_MODE="prod"), "PORTAL_MODE", "is 'prod'")


def test_a_production_machine_ignores_the_secrets_of_a_trial_run(tmp_path):
    lines = [f"{name}={GOOD[name]}" for name in ("SECRET_KEY", "FIELD_KEYS", "HASH_KEY", "CERTIFICATE_KEYS")]
    (tmp_path / "portal.env").write_text("\n".join(lines), encoding="utf-8")
    assert_refused(manage(tmp_path, "check", without=["SECRET_KEY"]), "SECRET_KEY", "is not set")


def test_after_a_trial_run_manage_works_without_variables(tmp_path):
    trial = {**GOOD, "PORTAL_MODE": "development"}
    lines = [f"{name}={value}" for name, value in trial.items() if name != "DATABASE_URL"]
    (tmp_path / "portal.env").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "servers.env").write_text(f"DATABASE_URL={GOOD['DATABASE_URL']}\n", encoding="utf-8")
    done = manage(tmp_path, "check", without=list(GOOD))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "module",
    [
        ["portal.web", "read", "--port", "1"],
        ["celery", "-A", "portal.celery", "inspect", "ping"],
    ],
    ids=["web", "worker"],
)
@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [("SECRET_KEY", "", "is not set"), *[case for case in LOOSE if case[1] in ("0.0.0.0/0", "abc")]],
)
def test_web_and_worker_do_not_start_either(tmp_path, module, name, value, reason):
    environment = {"PATH": os.environ["PATH"], "PORTAL_VAR": str(tmp_path), **GOOD, name: value}
    done = subprocess.run(
        [sys.executable, "-m", *module],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == (78 if module[0] == "portal.web" else 1)
    assert f"{name} {reason}" in done.stdout + done.stderr
