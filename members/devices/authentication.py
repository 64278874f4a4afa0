"""Devices enter the REST API with their own credentials: `Authorization: Device <code>:<secret>`."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication

from members.devices.actors import actor_of_device
from members.devices.services import DeviceRefused, identify, note_seen
from members.devices.states import ROUTES
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Forbidden

SCHEME = "Device"


@dataclass(frozen=True)
class DeviceCredentials:
    """`request.auth` of a device."""

    actor: Actor


class DeviceAuthentication(BaseAuthentication):
    """Knows the device, keeps it to the routes of its profile, and notes that it was seen."""

    def authenticate(self, request):
        scheme, _space, credentials = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        code, _colon, secret = credentials.strip().partition(":")
        moment = now()
        address = getattr(request, "client_address", "")
        device = identify(code=code[:20], secret=secret[:200], address=address, now=moment)
        match = request.resolver_match
        if match is None or match.view_name not in ROUTES[device.profile]:
            raise Forbidden(
                _("这台终端不能使用这个接口。"),
                code="route_not_allowed",
                hint=_("请使用与终端用途相符的接口，或联系管理员换发终端。"),
            )
        note_seen(device=device, now=moment)
        return AnonymousUser(), DeviceCredentials(actor_of_device(device, address=address))

    def authenticate_header(self, request):
        return SCHEME


__all__ = ["DeviceAuthentication", "DeviceCredentials", "DeviceRefused", "actor_of_device"]
