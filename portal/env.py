"""What the portal reads from its environment. Knows no Django, so that every command may use it.

A missing or unfit variable raises `BadEnvironment`: which variable, what is wrong with it, how to put it
right. Nothing secret has a default in any mode: `./run` and the tests make secrets, production must be given
them.
"""

import base64
import binascii
import ipaddress
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

WEAK_WORDS = (
    "changeme",
    "change-me",
    "change_me",
    "secret",
    "password",
    "insecure",
    "example",
    "default",
    "dummy",
)
KEYBOARD_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "abcdefghijklmnopqrstuvwxyz")
MIN_DISTINCT = 8  # 32 random hexadecimal digits, the poorest good secret, practically never have fewer

KEY_LISTS = {"FIELD_KEYS": "a Fernet key", "CERTIFICATE_KEYS": "an Ed25519 private key"}

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})


class BadEnvironment(Exception):
    """A variable that stops the start. Its text is a whole sentence for the person who sets the variable."""

    def __init__(self, name: str, problem: str, remedy: str) -> None:
        self.name = name
        super().__init__(f"{name} {problem}. {remedy}")


def env_str(name: str, default: str = "", *, required: bool = False, choices: Iterable[str] | None = None) -> str:
    """The variable without surrounding spaces. Empty counts as not set."""
    value = os.environ.get(name, "").strip()
    if not value:
        if required:
            raise BadEnvironment(name, "is not set", f"Set it in the environment: {_hint(name)}.")
        value = default
    if choices is not None and value not in (allowed := tuple(choices)):
        raise BadEnvironment(name, f"is '{value}'", f"Use one of: {', '.join(allowed)}.")
    return value


def env_bool(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in TRUE or value in FALSE:
        return value in TRUE
    raise BadEnvironment(name, f"is '{value}', which is neither yes nor no", "Use 1 or 0.")


def env_int(name: str, default: int | None = None, *, low: int | None = None, high: int | None = None) -> int:
    """A whole number within [low, high]. Without a default the variable is required."""
    value = env_str(name, required=default is None)
    if not value and default is not None:
        return default
    try:
        number = int(value)
    except ValueError:
        raise BadEnvironment(name, f"is '{value}', which is not a whole number", "Write digits only.") from None
    if (low is not None and number < low) or (high is not None and number > high):
        bounds = f"{'' if low is None else f'at least {low}'}{'' if high is None else f' at most {high}'}".strip()
        raise BadEnvironment(name, f"is {number}", f"It must be {bounds}.")
    return number


def env_list(name: str, default: list[str] | None = None, *, secret: bool = False, min_length: int = 1) -> list[str]:
    """Comma separated values, required when there is no default. With `secret` each must be a strong one."""
    values = [part.strip() for part in env_str(name, required=default is None).split(",") if part.strip()]
    if not values:
        if default is None:
            raise BadEnvironment(name, "holds only commas", f"Set it in the environment: {_hint(name)}.")
        return list(default)
    if secret:
        for position, value in enumerate(values, start=1):
            _refuse_weak(name, value, min_length, which=f"value {position} of {name}")
            if name in KEY_LISTS:
                _refuse_bad_key(name, value, position)
    return values


def env_secret(name: str, min_length: int) -> str:
    """A secret of at least `min_length` characters made by a machine. Errors never show the value."""
    value = env_str(name, required=True)
    _refuse_weak(name, value, min_length)
    return value


def env_optional_secret(name: str, min_length: int) -> str:
    """As `env_secret`; empty when the variable is not set."""
    return env_secret(name, min_length) if env_str(name) else ""


def _refuse_weak(name: str, value: str, min_length: int, which: str = "") -> None:
    problem = weakness(value, min_length)
    if problem:
        prefix = f"is too weak: {which} {problem}" if which else f"is too weak: it {problem}"
        raise BadEnvironment(name, prefix, f"Make a new one: {_hint(name)}.")


def weakness(value: str, min_length: int) -> str:
    """Why a secret is unfit, as the end of a sentence; empty when it is strong enough."""
    if len(value) < min_length:
        return f"has {len(value)} characters and needs at least {min_length}"
    lower = value.lower()
    for word in WEAK_WORDS:
        # A random string may hold a short word by chance; a third of the length in known words is no chance.
        if lower.count(word) * len(word) * 3 >= len(value) or lower.startswith(word) or "django-insecure" in lower:
            return "is made of a well-known word"
    if len(set(value)) < MIN_DISTINCT:
        return f"has only {len(set(value))} different characters"
    if _repeats(value):
        return "repeats the same characters"
    if _keyboard_share(lower) > 0.5:
        return "is made of keyboard or alphabet runs"
    return ""


def _repeats(value: str) -> bool:
    """True when the value is one piece, up to half its length, written again and again."""
    return any(value == (value[:size] * len(value))[: len(value)] for size in range(1, len(value) // 2 + 1))


def _keyboard_share(lower: str) -> float:
    """Share of neighbouring pairs which also are neighbours on the keyboard or in the alphabet."""
    runs = [row + row[0] for row in KEYBOARD_ROWS] + [row[::-1] for row in KEYBOARD_ROWS]
    pairs = [lower[i : i + 2] for i in range(len(lower) - 1)]
    return sum(any(pair in run for run in runs) for pair in pairs) / max(len(pairs), 1)


def _refuse_bad_key(name: str, value: str, position: int) -> None:
    try:
        size = len(base64.urlsafe_b64decode(value.encode()))
    except (binascii.Error, ValueError):
        size = 0
    if size != 32:
        raise BadEnvironment(
            name,
            f"is unusable: value {position} is not {KEY_LISTS[name]} (32 bytes in URL-safe base64)",
            f"Make a new one: {_hint(name)}.",
        )


# -- Making secrets --------------------------------------------------------------------------------------


def make_secret(name: str) -> str:
    """A fresh value for one of the secret variables."""
    if name in KEY_LISTS:
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(64)


def _hint(name: str) -> str:
    """How to make or what to write for a variable."""
    if name in KEY_LISTS:
        return "python3 -c 'import base64,secrets; print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())'"
    return {
        "DATABASE_URL": "postgres://user:password@host:5432/database (./run brings its own server)",
        "REDIS_URL": "redis://host:6379/0 (./run brings its own server)",
        "ALLOWED_HOSTS": "the host names of the portal, separated by commas, such as wuliu.example.gov.cn",
        "PUBLIC_URL": "the address people type, such as https://wuliu.example.gov.cn",
    }.get(name, "python3 -c 'import secrets; print(secrets.token_urlsafe(64))'")


# -- Database ------------------------------------------------------------------------------------------------


def database_from_url(url: str) -> dict[str, Any]:
    """Django's DATABASES entry for postgres://user:password@host:port/name?option=value.

    A Unix socket is written as ?host=/directory. Every other query value becomes a libpq option (sslmode, …).
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise BadEnvironment(
            "DATABASE_URL",
            f"starts with '{parts.scheme or url.partition(':')[0]}:', and the portal runs on PostgreSQL only",
            f"Write it as {_hint('DATABASE_URL')}.",
        )
    name = unquote(parts.path.lstrip("/"))
    if not name or "/" in name:
        raise BadEnvironment("DATABASE_URL", "names no database", f"Write it as {_hint('DATABASE_URL')}.")
    try:
        port = parts.port
    except ValueError:
        raise BadEnvironment("DATABASE_URL", "has a port that is no number", "Write digits only.") from None
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": options.pop("port", "") or (str(port) if port else ""),
        "OPTIONS": options,
    }


# -- Files of variables --------------------------------------------------------------------------------------


def tile_host(url: str) -> str:
    """The origin that a Content-Security-Policy must allow for map tiles; `{s}` stands for any sub-domain."""
    parts = urlsplit(url)
    host = parts.netloc.replace("{s}", "*")
    if parts.scheme != "https" or not host or not all(f"{{{name}}}" in parts.path for name in "xyz"):
        raise BadEnvironment(
            "MAP_TILES_URL", "is no address of map tiles", "Give an https address with {z}, {x} and {y} in its path."
        )
    return f"https://{host}"


def public_url(url: str, hosts: list[str]) -> str:
    """The address that stands in messages and on papers: https, one of our host names, nothing behind it."""
    parts = urlsplit(url)
    remedy = f"Write it as {_hint('PUBLIC_URL')}."
    if parts.scheme != "https":
        raise BadEnvironment("PUBLIC_URL", "is no https address, and links to parcels would travel readable", remedy)
    if not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        raise BadEnvironment("PUBLIC_URL", "is more or less than an address of a host", remedy)
    if not any(parts.hostname == host or (host[:1] == "." and parts.hostname.endswith(host)) for host in hosts):
        raise BadEnvironment("PUBLIC_URL", "names a host that is not in ALLOWED_HOSTS", "Add the host there.")
    return url.rstrip("/")


# A top-level domain, or what a country keeps below it for everybody: .cn, .gov.cn, .gs.cn, .co.uk
_SUFFIX = re.compile(r"\.[a-z0-9-]+|\.(?:com|net|org|gov|edu|ac|mil|co|[a-z]{2})\.[a-z]{2}")


def allowed_hosts(hosts: list[str]) -> list[str]:
    """Host names; a star would let any caller choose the host that stands in our links."""
    if "*" in hosts:
        raise BadEnvironment("ALLOWED_HOSTS", "allows every host", f"Write {_hint('ALLOWED_HOSTS')}.")
    for host in hosts:
        if host.startswith(".") and _SUFFIX.fullmatch(host):
            problem = f"allows every host under {host}: anybody can have one there"
            raise BadEnvironment("ALLOWED_HOSTS", problem, f"Write {_hint('ALLOWED_HOSTS')}.")
    return hosts


def redis_url(url: str) -> str:
    """The address of a Redis server."""
    if urlsplit(url).scheme not in ("redis", "rediss", "unix"):
        raise BadEnvironment("REDIS_URL", "is no address of a Redis server", f"Write {_hint('REDIS_URL')}.")
    return url


MOST_PROXIES = 256  # addresses of one public range; private ranges may be larger


def trusted_proxies(values: list[str]) -> list[str]:
    """Addresses and networks whose word on the caller's address is believed. Never a part of the open internet."""
    for value in values:
        try:
            network = ipaddress.ip_network(value, strict=False)
        except ValueError:
            remedy = "Write addresses or networks, separated by commas."
            raise BadEnvironment("TRUSTED_PROXIES", f"holds '{value}', which is no address", remedy) from None
        if network.num_addresses > MOST_PROXIES and not network.is_private:
            problem = f"trusts {value}: anybody there could claim to be somebody else"
            raise BadEnvironment("TRUSTED_PROXIES", problem, "Name the TLS proxy alone, such as 127.0.0.1.")
    return values


def clamd_address(text: str) -> tuple[str, str, int] | None:
    """Where clamd listens: ("tcp", host, port) or ("unix", path, 0); None when CLAMD is empty."""
    if not text:
        return None
    parts = urlsplit(text)
    remedy = "Write tcp://host:3310 or unix:///run/clamav/clamd.ctl."
    try:
        port = parts.port or 3310
    except ValueError:
        raise BadEnvironment("CLAMD", "has a port that is no number", remedy) from None
    if parts.scheme == "tcp" and parts.hostname and parts.path in ("", "/"):
        return "tcp", parts.hostname, port
    if parts.scheme == "unix" and not parts.netloc and len(parts.path) > 1:
        return "unix", unquote(parts.path), 0
    raise BadEnvironment("CLAMD", "is no address of a virus scanner", remedy)


def read_env_file(path: Path) -> dict[str, str]:
    """NAME=value lines; `#` starts a comment, quotes around a value are dropped. No file: no variables."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise BadEnvironment(str(path), f"cannot be read ({error})", "Repair or remove the file.") from error
    found: dict[str, str] = {}
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip().removeprefix("export ").strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip().isidentifier():
            raise BadEnvironment(f"{path}, line {number},", "is not NAME=value", "Repair or remove the line.")
        found[name.strip()] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value


def load_env_file(path: Path) -> None:
    """Put the file's variables into the environment. What is set there already wins."""
    for name, value in read_env_file(path).items():
        os.environ.setdefault(name, value)


def write_env_file(path: Path, values: Mapping[str, str], comment: str) -> None:
    """Write the variables so that only the owner can read them, and never half a file (power cut)."""
    lines = [f"# {comment}", *(f"{name}={value}" for name, value in values.items()), ""]
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write("\n".join(lines))
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(scratch, path)
