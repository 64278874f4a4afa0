"""Who works on a simulated day: keepers, drivers, couriers and terminals of its own, made when they are first needed.

Nobody can log in as one of them: they have no password. What they need (terminal secrets, a work PIN) lies beside the
data, mode 0600.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password

from logistics.registry.models import Enterprise, Station
from logistics.registry.services.devices import issue_device
from logistics.registry.services.staff import grant_role
from members.access.selectors import actor_of
from members.access.states import Role
from members.accounts.models import User
from members.accounts.services.pins import is_weak
from members.devices.actors import actor_of_device
from members.devices.models import Device
from members.devices.states import Profile
from portal.core.actor import Actor
from portal.public.demo import cast, people
from portal.public.demo.places import DEMO, WHY, Network

KEEPERS, DRIVERS, COURIERS = 100, 300, 400  # where their phones begin in the demo block
SKEW_HOURS = 30


@dataclass(frozen=True, slots=True)
class Worker:
    """A person at work. `place` is the code of their station."""

    place: str
    user: User
    actor: Actor


@dataclass(frozen=True, slots=True)
class Terminal:
    """`place` is a station or an enterprise; `skew` is how far its clock is off."""

    place: str
    code: str
    secret: str
    actor: Actor
    skew: dt.timedelta = dt.timedelta()


class Crew:
    def __init__(self, *, network: Network, skewed: frozenset[str], seed: int, now: dt.datetime):
        self.network, self.skewed, self.seed, self.now = network, skewed, seed, now
        self.order = [cast.HUB, *sorted(network.above)]  # a place keeps its phones
        self._kept = _read()
        self.pin = self._kept.setdefault("pin", _pin())
        self._pin_hash = make_password(self.pin)
        self._workers: dict[tuple[str, str], Worker] = {}
        self._terminals: dict[str, Terminal] = {}
        self.official = people.actor("county_official")
        _write(self._kept)

    def keeper(self, station: str) -> Worker:
        return self._worker("keeper", station, station, KEEPERS, "演示站长", Role.KEEPER)

    def driver(self, town: str) -> Worker:
        """Drives between the hub and `town`."""
        return self._worker("driver", town, cast.HUB, DRIVERS, "演示司机", Role.COURIER)

    def courier(self, town: str) -> Worker:
        """Carries to the doors around `town`."""
        return self._worker("courier", town, town, COURIERS, "演示快递员", Role.COURIER)

    def _worker(self, kind: str, key: str, place: str, first: int, name: str, role: Role) -> Worker:
        if (kind, key) not in self._workers:
            user = self._user(first + self.order.index(key), f"{name}{self.order.index(key)}", role, place)
            self._workers[kind, key] = Worker(place, user, actor_of(user))
        return self._workers[kind, key]

    def _user(self, number: int, name: str, role: Role, place: str) -> User:
        user = User.objects.filter(phone=cast.phone(number)).first()
        if user is None:
            user = User(
                phone=cast.phone(number), name=name, phone_verified=True, demo=True, password=make_password(None)
            )
            user.save()
            station = self.network.stations[place]
            grant_role(actor=DEMO, user=user, role=role, at=station, now=self.now, why=WHY)
        if role == Role.KEEPER:
            User.objects.filter(pk=user.pk).update(work_pin=self._pin_hash)
        return user

    def terminal(self, place: str) -> Terminal:
        """The scanner of a station, or the system of a carrier."""
        if place not in self._terminals:
            code, secret = self._issued(place)
            device = Device.objects.get(code=code)
            hours = random.Random(f"skew:{place}:{self.seed}").uniform(-SKEW_HOURS, SKEW_HOURS)  # noqa: S311
            skew = dt.timedelta(hours=hours) if place in self.skewed else dt.timedelta()
            self._terminals[place] = Terminal(place, code, secret, actor_of_device(device), skew)
        return self._terminals[place]

    def _issued(self, place: str) -> tuple[str, str]:
        kept = self._kept.setdefault("devices", {}).get(place)
        if kept and Device.objects.filter(code=kept[0], revoked_at=None).exists():
            return kept[0], kept[1]
        station = self.network.stations.get(place) or Station.objects.filter(code=place).first()
        at = station or Enterprise.objects.get(code=place)
        profile = Profile.SCANNER if station else Profile.CARRIER
        issued = issue_device(actor=DEMO, at=at, profile=profile, name="模拟终端(演示)", now=self.now)
        self._kept["devices"][place] = [issued.device.code, issued.secret]
        _write(self._kept)
        return issued.device.code, issued.secret


def folder() -> Path:
    return Path(settings.VAR) / "simulate"


def _pin() -> str:
    while is_weak(pin := f"{secrets.randbelow(10**6):06d}", cast.PHONE_BLOCK):
        pass
    return pin


def _read() -> dict:
    path = folder() / "crew.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _write(kept: dict) -> None:
    folder().mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder() / "crew.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(kept, file, ensure_ascii=False)
