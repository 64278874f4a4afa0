"""Issuing, rotating, revoking and checking the credentials of devices."""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from members.access.states import Permission
from members.devices.models import Device
from members.devices.places import Place
from members.devices.states import BOUND_TO, Profile
from portal.audit.services import record
from portal.core.actor import Actor, ActorKind
from portal.core.checkdigits import random_number
from portal.core.errors import BadInput, Conflict, NotFound, SignInNeeded
from portal.core.fields import keyed_hash
from portal.core.limits import Limit

NO_DEVICE = keyed_hash("no such device", "device-secret")  # compared with when a code is unknown
# Only wrong secrets are counted, and only who shows one is slowed: stations share addresses, and a right secret (256
# random bits, so guessing is hopeless) is proof enough.
WRONG_SECRETS = Limit("device-secret", tries=10, every=30)
SEEN_EVERY = dt.timedelta(minutes=1)


class DeviceRefused(SignInNeeded):
    """Also for a code nobody knows: which codes exist does not show."""

    code = "device_refused"
    message = _("终端编号或密钥不对。")
    hint = _("请核对终端编号和密钥；密钥遗失时请管理员更换。")
    auth_header = "Device"


class DeviceRevoked(SignInNeeded):
    code = "device_revoked"
    message = _("这台终端已停用。")
    hint = _("数据请留在终端上，联系管理员重新启用后再上传。")
    auth_header = "Device"


class WrongBinding(BadInput):
    code = "wrong_binding"
    message = _("这种终端不能用在这里。")
    hint = _("扫描终端请填写站点代码，承运企业系统请填写企业代码。")


@dataclass(frozen=True)
class Issued:
    """A device with its secret in the clear. Shown once; only its hash is kept."""

    device: Device
    secret: str


def hash_secret(secret: str) -> str:
    """What is stored of a secret. Secrets are 256 random bits, so a keyed hash is enough and costs nothing."""
    return keyed_hash(secret, "device-secret")


def secret_overlap() -> dt.timedelta:
    """How long the old secret stays valid after a rotation (DEVICE_SECRET_OVERLAP_MINUTES)."""
    return dt.timedelta(minutes=settings.DEVICE_SECRET_OVERLAP_MINUTES)


@transaction.atomic
def issue_device(*, actor: Actor, place: Place, profile: str, name: str, now: dt.datetime) -> Issued:
    """A new device at `place`. Raises Forbidden, NotFound (place out of scope), WrongBinding, BadInput."""
    actor.require(Permission.DEVICE_MANAGE)
    if not place.within(actor.scope(Permission.DEVICE_MANAGE)):
        raise NotFound()
    if profile not in Profile.values or BOUND_TO[Profile(profile)] != place.kind:
        raise WrongBinding()
    if not name.strip():
        raise BadInput(fields={"name": _("请给终端起一个认得出的名称。")})
    secret = secrets.token_urlsafe(32)
    device = Device.objects.create(
        code=random_number("D", 8),
        name=name.strip()[:60],
        profile=profile,
        area=place.area,
        secret_hash=hash_secret(secret),
        issued_at=now,
        **{str(place.kind): place.pk},
    )
    after = {"profile": profile, "name": device.name, str(place.kind): place.code}
    record(actor=actor, now=now, action="device.issued", target=device, after=after)
    return Issued(device, secret)


@transaction.atomic
def rotate_device(*, actor: Actor, device_id: int, now: dt.datetime, why: str = "") -> Issued:
    """A new secret; the old one stays valid for `secret_overlap()`, so that no scan is lost on the way.

    Raises NotFound (also for a device out of scope) and Conflict for a revoked device.
    """
    device = _managed(actor, device_id)
    if device.revoked_at is not None:
        raise Conflict(code="device_revoked", hint=_("这台终端已停用，请新发一台。"))
    secret = secrets.token_urlsafe(32)
    device.previous_secret_hash, device.previous_valid_until = device.secret_hash, now + secret_overlap()
    device.secret_hash, device.rotated_at = hash_secret(secret), now
    device.save(update_fields=["previous_secret_hash", "previous_valid_until", "secret_hash", "rotated_at"])
    record(actor=actor, now=now, action="device.rotated", target=device, why=why)
    return Issued(device, secret)


@transaction.atomic
def revoke_device(*, actor: Actor, device_id: int, why: str, now: dt.datetime) -> Device:
    """Ends the device at once, with both its secrets. Waits for batches that are being written (assert_device_live).

    Raises NotFound (also for a device out of scope). Revoking twice changes nothing.
    """
    device = _managed(actor, device_id)
    if device.revoked_at is None:
        device.revoked_at, device.revoked_why = now, why[:200]
        device.previous_secret_hash, device.previous_valid_until = "", None
        device.save(update_fields=["revoked_at", "revoked_why", "previous_secret_hash", "previous_valid_until"])
        record(actor=actor, now=now, action="device.revoked", target=device, why=why)
    return device


def _managed(actor: Actor, device_id: int) -> Device:
    """The locked row, when it lies where the actor manages devices."""
    actor.require(Permission.DEVICE_MANAGE)
    device = Device.objects.select_for_update(no_key=True).filter(pk=device_id).first()
    if device is None or not within(device, actor.scope(Permission.DEVICE_MANAGE)):
        raise NotFound()
    return device


def within(device: Device, scope) -> bool:
    return (
        scope.everything
        or device.station in scope.stations
        or device.enterprise in scope.enterprises
        or bool(device.area and scope.covers_division(device.area))
    )


def identify(*, code: str, secret: str, address: str, now: dt.datetime) -> Device:
    """The device that shows `code` and `secret`. An unknown code costs the same query and comparisons.

    The right secret always passes. Raises DeviceRefused, DeviceRevoked (only to who knows the secret), and TooMany
    instead of DeviceRefused to an address that showed ten wrong ones within five minutes.
    """
    device = Device.objects.filter(code=code).first()
    given = hash_secret(secret)
    current = device.secret_hash if device else NO_DEVICE
    previous = NO_DEVICE
    if device and device.previous_valid_until is not None and device.previous_valid_until > now:
        previous = device.previous_secret_hash
    matches = [hmac.compare_digest(given, kept) for kept in (current, previous)]
    if not any(matches) or device is None:
        WRONG_SECRETS.take(address)
        raise DeviceRefused()
    if device.revoked_at is not None:
        raise DeviceRevoked()
    return device


def note_seen(*, device: Device, now: dt.datetime) -> None:
    """At most one write a minute, and none while a batch of the same device holds the row."""
    if device.last_seen_at is not None and now - device.last_seen_at < SEEN_EVERY:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE devices_device SET last_seen_at = %s WHERE id = (SELECT id FROM devices_device WHERE id = %s"
            " AND (last_seen_at IS NULL OR last_seen_at <= %s) FOR NO KEY UPDATE SKIP LOCKED)",
            [now, device.pk, now - SEEN_EVERY],
        )


def assert_device_live(*, actor: Actor, now: dt.datetime) -> None:
    """Call inside the transaction of a device's batch: raises DeviceRevoked when the device was revoked meanwhile.

    Takes a shared lock on the device's row. A revocation that came first is seen here and rolls the batch back;
    one that comes later waits until the batch has committed. People and the portal itself pass.
    """
    if actor.kind != ActorKind.DEVICE:
        return
    if not connection.in_atomic_block:
        raise RuntimeError("assert_device_live belongs inside the transaction of the batch")
    with connection.cursor() as cursor:
        cursor.execute("SELECT revoked_at FROM devices_device WHERE id = %s FOR SHARE", [actor.extra["device"]])
        row = cursor.fetchone()
    if row is None or row[0] is not None:
        raise DeviceRevoked()
