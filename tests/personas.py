"""The people and the device that tests act as: who owns, who is next door, who must see nothing.

Each persona has `.user`, `.client` (logged in; officials passed the second factor) and `.actor()`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.test import Client
from django.utils import timezone

from logistics.registry.models import (
    Enterprise,
    EnterpriseUserObjectPermission,
    Station,
    StationUserObjectPermission,
)
from members.access.models import DivisionGrant
from members.access.selectors import actor_of
from members.access.states import SECOND_FACTOR_ROLES, Role, hold_codename
from members.accounts.models import User
from members.devices.actors import actor_of_device
from members.devices.models import Device
from members.devices.services import hash_secret
from members.devices.states import Profile
from portal.core.actor import ANONYMOUS

PASSWORD = "correct-horse-battery"
ADDRESS = "127.0.0.1"


@dataclass
class Persona:
    """A person. `officially` says that their role works only after a second factor."""

    user: User | AnonymousUser
    officially: bool = False
    made: dict = field(default_factory=dict)

    @cached_property
    def client(self) -> Client:
        return self.new_client()

    def new_client(self, *, second_factor: bool | None = None) -> Client:
        """Another browser of the same person, by default past the second factor when the role needs one."""
        client = Client(REMOTE_ADDR=ADDRESS)
        if self.user.is_authenticated:
            client.force_login(self.user, backend="allauth.account.auth_backends.AuthenticationBackend")
            if self.officially if second_factor is None else second_factor:
                pass_second_factor(client, self.user)
        return client

    def actor(self, *, second_factor: bool | None = None):
        if not self.user.is_authenticated:
            return ANONYMOUS
        passed = self.officially if second_factor is None else second_factor
        user = User.objects.get(pk=self.user.pk)  # grants and flags as they are now
        return actor_of(user, address=ADDRESS, second_factor=passed)


def pass_second_factor(client: Client, user: User) -> None:
    """Marks the browser's session as allauth does after a correct one-time code."""
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": timezone.now().timestamp()},
        {"method": "mfa", "type": "totp", "id": 1, "at": timezone.now().timestamp()},
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


@dataclass
class DevicePersona:
    """A terminal. Its client sends the credentials with every request."""

    device: Device
    secret: str
    user: None = None

    @cached_property
    def client(self) -> Client:
        return Client(REMOTE_ADDR=ADDRESS, headers={"Authorization": self.authorization})

    @property
    def authorization(self) -> str:
        return f"Device {self.device.code}:{self.secret}"

    def actor(self):
        return actor_of_device(Device.objects.get(pk=self.device.pk), address=ADDRESS)


def make_user(number: int, name: str, **extra) -> User:
    """A member with phone +861380933NNNN, whose phone was verified by a code."""
    return User.objects.create_user(f"+861380933{number:04d}", PASSWORD, name=name, phone_verified=True, **extra)


def make_persona(number: int, name: str, role: Role | None = None, at=None, **extra) -> Persona:
    persona = Persona(make_user(number, name, **extra), officially=role in SECOND_FACTOR_ROLES)
    if role is not None:
        hold(persona.user, role, at)
    return persona


def hold(user: User, role: Role, at) -> None:
    """Grants `role` at a Station, an Enterprise or a Division, as rows."""
    if isinstance(at, Station):
        StationUserObjectPermission.objects.create(user=user, content_object=at, permission=_held(role, Station))
    elif isinstance(at, Enterprise):
        EnterpriseUserObjectPermission.objects.create(user=user, content_object=at, permission=_held(role, Enterprise))
    else:
        DivisionGrant.objects.create(
            user=user, role=role, division=at, granted_at=timezone.now(), granted_by="system:tests"
        )


def _held(role: Role, model) -> Permission:
    return Permission.objects.get(
        codename=hold_codename(role),
        content_type__app_label=model._meta.app_label,
        content_type__model=model._meta.model_name,
    )


def make_device(code: str, *, profile: str, station=None, enterprise=None, **extra) -> DevicePersona:
    secret = f"secret-of-{code}-0123456789abcdef"
    device = Device.objects.create(
        code=code,
        name=f"终端 {code}",
        profile=profile,
        station=station.pk if station else None,
        enterprise=enterprise.pk if enterprise else None,
        area=(station or enterprise).division_id,
        secret_hash=hash_secret(secret),
        issued_at=timezone.now(),
        **extra,
    )
    return DevicePersona(device, secret)


# Who plays, made on first call in a world. The matrices of tests/meta let all of them play at once.
CAST = {
    "anonymous": lambda world: Persona(AnonymousUser()),
    "villager": lambda world: make_persona(1001, "王小明"),
    "keeper": lambda world: make_persona(1002, "何守站", Role.KEEPER, world.village),
    "keeper_next_door": lambda world: make_persona(1003, "李邻站", Role.KEEPER, world.village_next_door),
    "courier": lambda world: make_persona(1004, "赵快送", Role.COURIER, world.township_station),
    "enterprise_admin": lambda world: make_persona(1005, "钱经理", Role.ENTERPRISE_ADMIN, world.carrier),
    "township_official": lambda world: make_persona(1006, "孙镇干", Role.TOWNSHIP_OFFICIAL, world.township),
    "county_official": lambda world: make_persona(1007, "周县干", Role.COUNTY_OFFICIAL, world.county),
    "neighbour_official": lambda world: make_persona(1008, "吴邻县", Role.COUNTY_OFFICIAL, world.neighbour_county),
    "support": lambda world: make_persona(1009, "郑客服", Role.SUPPORT, world.county),
    "administrator": lambda world: make_persona(1010, "冯系管", Role.ADMINISTRATOR, world.county),
    "scanner": lambda world: make_device("SCAN-HEMA-1", profile=Profile.SCANNER, station=world.village),
    "carrier_system": lambda world: make_device("SYS-ZTO-1", profile=Profile.CARRIER, enterprise=world.carrier),
}


@pytest.fixture
def anonymous(db) -> Persona:
    return CAST["anonymous"](None)


@pytest.fixture
def villager(db) -> Persona:
    return CAST["villager"](None)


@pytest.fixture
def keeper(world) -> Persona:
    return CAST["keeper"](world)


@pytest.fixture
def keeper_next_door(world) -> Persona:
    return CAST["keeper_next_door"](world)


@pytest.fixture
def courier(world) -> Persona:
    return CAST["courier"](world)


@pytest.fixture
def enterprise_admin(world) -> Persona:
    return CAST["enterprise_admin"](world)


@pytest.fixture
def township_official(world) -> Persona:
    return CAST["township_official"](world)


@pytest.fixture
def county_official(world) -> Persona:
    return CAST["county_official"](world)


@pytest.fixture
def neighbour_official(world) -> Persona:
    return CAST["neighbour_official"](world)


@pytest.fixture
def support(world) -> Persona:
    return CAST["support"](world)


@pytest.fixture
def administrator(world) -> Persona:
    return CAST["administrator"](world)


@pytest.fixture
def scanner(world) -> DevicePersona:
    return CAST["scanner"](world)


@pytest.fixture
def carrier_system(world) -> DevicePersona:
    return CAST["carrier_system"](world)
