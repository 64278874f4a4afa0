"""Variables are read strictly, and each refusal says which one, what is wrong and how to put it right."""

import base64
import os
import stat

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal.env import (
    BadEnvironment,
    database_from_url,
    env_bool,
    env_int,
    env_list,
    env_secret,
    env_str,
    load_env_file,
    make_secret,
    read_env_file,
    write_env_file,
)


@pytest.fixture
def variable(monkeypatch):
    def set_value(value, name="SOME_VARIABLE"):
        monkeypatch.setenv(name, value)
        return name

    return set_value


def test_a_missing_required_variable_is_named_with_a_remedy(monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    with pytest.raises(BadEnvironment, match=r"SECRET_KEY is not set\. Set it in the environment: python3 -c"):
        env_secret("SECRET_KEY", 50)


def test_an_empty_variable_counts_as_missing(variable):
    name = variable("   ")
    assert env_str(name, "default") == "default"
    with pytest.raises(BadEnvironment, match="is not set"):
        env_str(name, required=True)


def test_a_choice_outside_the_list_is_refused_with_the_list(variable):
    name = variable("staging")
    with pytest.raises(BadEnvironment, match=r"'staging'.*production, development"):
        env_str(name, "production", choices=("production", "development"))


@pytest.mark.parametrize(("text", "value"), [("1", True), ("TRUE", True), ("on", True), ("0", False), ("No", False)])
def test_booleans(variable, text, value):
    assert env_bool(variable(text)) is value


def test_a_boolean_that_is_neither_is_refused(variable):
    with pytest.raises(BadEnvironment, match="neither yes nor no"):
        env_bool(variable("maybe"))


@pytest.mark.parametrize("text", ["12a", "1.5", "１２x", "-"])
def test_a_number_that_is_none_is_refused(variable, text):
    with pytest.raises(BadEnvironment, match="not a whole number"):
        env_int(variable(text), 5)


def test_a_number_out_of_bounds_is_refused_with_the_bounds(variable):
    with pytest.raises(BadEnvironment, match="at least 1 at most 9"):
        env_int(variable("10"), 5, low=1, high=9)


def test_lists_drop_spaces_and_empty_parts(variable):
    assert env_list(variable(" a.example.org ,, b.example.org,")) == ["a.example.org", "b.example.org"]


def test_a_list_of_only_commas_is_refused(variable):
    with pytest.raises(BadEnvironment, match="only commas"):
        env_list(variable(", ,"))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("short", "has 5 characters and needs at least 50"),
        ("a" * 60, "only 1 different characters"),
        ("changeme" * 8, "well-known word"),
        ("django-insecure-9d8f7g6h5j4k3l2m1n0b9v8c7x6z5a4s3d2f1g0h", "well-known word"),
        ("aB3xY9kLmQ" * 6, "repeats the same characters"),
        ("qwertyuiopasdfghjklzxcvbnm1234567890qwertyuiopasdfghjkl", "keyboard or alphabet runs"),
        ("abcdefghijklmnopqrstuvwxyz0123456789zyxwvutsrqponmlkji", "keyboard or alphabet runs"),
    ],
)
def test_a_weak_secret_is_refused_and_not_repeated_in_the_error(variable, value, reason):
    name = variable(value)
    with pytest.raises(BadEnvironment, match=reason) as caught:
        env_secret(name, 50)
    assert value not in str(caught.value)


@pytest.mark.parametrize(("name", "length"), [("SECRET_KEY", 50), ("HASH_KEY", 32)])
def test_secrets_we_make_are_accepted(variable, name, length):
    value = make_secret(name)
    assert env_secret(variable(value, name), length) == value


def test_field_keys_we_make_work_as_fernet_keys_and_the_first_comes_first(variable):
    keys = [make_secret("FIELD_KEYS"), make_secret("FIELD_KEYS")]
    variable(",".join(keys), "FIELD_KEYS")
    read = env_list("FIELD_KEYS", secret=True, min_length=40)
    assert read == keys
    assert Fernet(read[0]).decrypt(Fernet(keys[0]).encrypt(b"x")) == b"x"


def test_a_field_key_that_is_no_fernet_key_is_refused_by_its_position(variable):
    variable(f"{make_secret('FIELD_KEYS')},{make_secret('SECRET_KEY')}", "FIELD_KEYS")
    with pytest.raises(BadEnvironment, match="value 2 is not a Fernet key"):
        env_list("FIELD_KEYS", secret=True, min_length=40)


def test_a_certificate_key_that_is_none_is_refused_and_a_made_one_signs(variable):
    key = make_secret("CERTIFICATE_KEYS")
    variable(key, "CERTIFICATE_KEYS")
    assert env_list("CERTIFICATE_KEYS", secret=True, min_length=40) == [key]
    assert Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(key)).sign(b"x")
    variable(make_secret("SECRET_KEY"), "CERTIFICATE_KEYS")
    with pytest.raises(BadEnvironment, match="value 1 is not an Ed25519 private key"):
        env_list("CERTIFICATE_KEYS", secret=True, min_length=40)


def test_a_database_address_with_everything():
    url = "postgresql://us%40er:p%2Fw%3A@db.example.org:6432/po%20rtal?sslmode=require&application_name=web"
    assert database_from_url(url) == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "po rtal",
        "USER": "us@er",
        "PASSWORD": "p/w:",
        "HOST": "db.example.org",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require", "application_name": "web"},
    }


@pytest.mark.parametrize("host", ["/run/postgresql", "%2Frun%2Fpostgresql"])
def test_a_database_behind_a_unix_socket(host):
    found = database_from_url(f"postgres://portal@/portal?host={host}")
    assert (found["HOST"], found["PORT"], found["OPTIONS"]) == ("/run/postgresql", "", {})


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://a@b/c", "PostgreSQL only"),
        ("sqlite:///db.sqlite3", "PostgreSQL only"),
        ("just-a-word", "PostgreSQL only"),
        ("postgres://a@b:5432", "names no database"),
        ("postgres://a@b:port/c", "a port that is no number"),
    ],
)
def test_a_database_address_we_cannot_use_is_refused(url, reason):
    with pytest.raises(BadEnvironment, match=reason):
        database_from_url(url)


def test_a_file_sets_only_what_is_missing(tmp_path, monkeypatch):
    path = tmp_path / "portal.env"
    path.write_text("# comment\n\nexport FIRST=from file\nSECOND='quoted = #1'\n", encoding="utf-8")
    monkeypatch.setenv("FIRST", "already")
    monkeypatch.setenv("SECOND", "")  # registers it, so that it is put back after the test
    monkeypatch.delenv("SECOND")
    load_env_file(path)
    assert (os.environ["FIRST"], os.environ["SECOND"]) == ("already", "quoted = #1")


def test_a_broken_line_is_pointed_out_by_number_and_without_its_text(tmp_path):
    path = tmp_path / "portal.env"
    path.write_text("GOOD=1\nthis is private\n", encoding="utf-8")
    with pytest.raises(BadEnvironment, match="line 2, is not NAME=value") as caught:
        read_env_file(path)
    assert "private" not in str(caught.value)


def test_a_missing_file_is_no_variables(tmp_path):
    assert read_env_file(tmp_path / "none.env") == {}


def test_a_written_file_is_for_its_owner_only_and_reads_back(tmp_path):
    path = tmp_path / "deep" / "portal.env"
    values = {"SECRET_KEY": make_secret("SECRET_KEY"), "PUBLIC_URL": "http://localhost:8000/?a=b"}
    write_env_file(path, values, "comment")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_env_file(path) == values
    assert list(path.parent.iterdir()) == [path]
