"""Accounts of the demo county. Password and keys are drawn at the first load and kept beside the data, mode 0600."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import time
from pathlib import Path

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from logistics.registry.models import Enterprise, Station
from logistics.registry.services.devices import issue_device
from logistics.registry.services.staff import grant_role
from members.access.selectors import actor_of
from members.access.services import grant_division_role
from members.access.states import ROLE_SCOPE, SECOND_FACTOR_ROLES, Role, ScopeKind
from members.accounts.models import User
from members.accounts.services import agree, ask
from members.accounts.services.pins import is_weak
from members.devices.states import Profile
from portal.core.actor import Actor
from portal.public.demo.cast import CAST, Persona
from portal.public.demo.places import DEMO, WHY
from portal.regions.models import Division

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
TOTP_PERIOD = 30


def secrets_file() -> Path:
    return Path(settings.VAR) / "demo_accounts.json"


def build(*, now: dt.datetime) -> int:
    """Make the accounts that do not exist. Whoever exists keeps password, name and roles as they are now."""
    missing = [p for p in CAST if not User.objects.filter(phone=p.phone).exists()]
    if not missing:
        return 0
    kept = _read()
    password = kept.setdefault("password", "-".join(_letters(4) for _n in range(3)))
    pin = kept.setdefault("pin", _pin())
    hashes = {"password": make_password(password), "pin": make_password(pin)}
    with transaction.atomic():
        for persona in missing:
            _make(persona, hashes, now)
        if {"villager", "relative"} <= {p.key for p in missing}:
            _relation(now)
        if any(p.key == "keeper" for p in missing):
            kept["device"] = _device(now)
        kept["hash"] = hashes["password"]
        _write(kept)
    return len(missing)


def _make(persona: Persona, hashes: dict[str, str], now: dt.datetime) -> None:
    officially = persona.role in SECOND_FACTOR_ROLES
    user = User(
        phone=persona.phone, name=persona.name, phone_verified=True, demo=True, is_staff=officially,
        password=hashes["password"], work_pin=hashes["pin"] if persona.role == Role.KEEPER else "",
    )  # fmt: skip
    user.save()
    if officially:
        TOTP.activate(user, generate_totp_secret())
    if persona.role is None:
        return
    kind = ROLE_SCOPE[persona.role]
    if kind == ScopeKind.DIVISION:
        division = Division.objects.get(prefix=persona.at)
        grant_division_role(actor=DEMO, user=user, role=persona.role, division=division, now=now, why=WHY)
        return
    model = Station if kind == ScopeKind.STATION else Enterprise
    grant_role(actor=DEMO, user=user, role=persona.role, at=model.objects.get(code=persona.at), now=now, why=WHY)


def _relation(now: dt.datetime) -> None:
    villager, relative = actor("villager"), actor("relative")
    ask(actor=relative, phone=persona("villager").phone, now=now)
    relation = User.objects.get(pk=villager.user_id).helpers.get(helper_id=relative.user_id)
    agree(actor=villager, relation_id=relation.pk, now=now)


def _device(now: dt.datetime) -> dict[str, str]:
    station = Station.objects.get(code=persona("keeper").at)
    issued = issue_device(actor=DEMO, at=station, profile=Profile.SCANNER, name="柜台扫描枪(演示)", now=now)
    return {"code": issued.device.code, "secret": issued.secret}


def persona(key: str) -> Persona:
    return next(p for p in CAST if p.key == key)


def actor(key: str) -> Actor:
    """The persona as if logged in, officials past their second factor."""
    return actor_of(User.objects.get(phone=persona(key).phone), second_factor=True)


def accounts() -> list[str]:
    """Lines for a terminal: phone, password as long as it is the first one, and the current code of officials."""
    kept = _read()
    users = {user.phone: user for user in User.objects.filter(phone__in=[p.phone for p in CAST])}
    keys = dict(
        Authenticator.objects.filter(user__in=users.values(), type=Authenticator.Type.TOTP).values_list(
            "user__phone", "data"
        )
    )
    lines = []
    for person in CAST:
        user = users.get(person.phone)
        if user is None:
            continue
        same = "password" in kept and user.password == kept.get("hash")
        password = kept["password"] if same else "(口令已更改 password changed)"
        line = f"  {person.phone[3:]}  {password}  {person.who} {person.name}"
        if person.phone in keys:
            secret = decrypt(keys[person.phone]["secret"])
            line += f"  TOTP {secret}  现在的验证码 code now {current_code(secret)}"
        lines.append(line)
    if "pin" in kept:
        lines.append(f"  站长工作密码 keepers' work PIN: {kept['pin']}")
    if "device" in kept:
        lines.append(
            f"  何马村站扫描终端 scanner: Authorization: Device {kept['device']['code']}:{kept['device']['secret']}"
        )
    return lines


def current_code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // TOTP_PERIOD))


def _letters(count: int) -> str:
    return "".join(secrets.choice(LETTERS) for _n in range(count))


def _pin() -> str:
    while is_weak(pin := f"{secrets.randbelow(10**6):06d}", "+861740000"):
        pass
    return pin


def _read() -> dict:
    path = secrets_file()
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _write(kept: dict) -> None:
    path = secrets_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(kept, file, ensure_ascii=False)
