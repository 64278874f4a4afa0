"""Who sent a file, looked up again when a worker takes it: rights may have been withdrawn meanwhile. And who may say
what its words mean."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import ImportBatch
from logistics.parcels.selectors_imports import importable_enterprises, may_read_lines
from members.access.selectors import actor_of
from members.access.states import Permission
from members.devices.actors import actor_of_device
from members.devices.models import Device
from portal.core.actor import Actor, demand
from portal.core.errors import Forbidden, NotFound


class SenderStopped(Forbidden):
    """The right to send files was withdrawn while the file waited."""

    code = "sender_stopped"
    message = _("提交人已没有导入权限。")
    hint = _("请由有权限的人员重新上传。")


def sender_of(created_by: str) -> Actor:
    """The actor as it is now. Raises SenderStopped when it may no longer send files.

    The second factor was asked for when the file was sent; the worker has no session to ask again.
    """
    kind, _colon, key = created_by.partition(":")
    actor = None
    if kind == "user":
        user = get_user_model().objects.filter(pk=key, is_active=True).first()
        actor = actor_of(user, second_factor=True) if user else None
    elif kind == "device":
        device = Device.objects.filter(code=key, revoked_at__isnull=True).first()
        actor = actor_of_device(device) if device else None
    if actor is None or not actor.may(Permission.IMPORT_RUN):
        raise SenderStopped()
    return actor


def assert_senders_side(*, batch: ImportBatch, actor: Actor) -> None:
    """Raises Forbidden without IMPORT_RUN, NotFound for anyone but the sender's side."""
    demand(actor).require(Permission.IMPORT_RUN)
    mine = importable_enterprises(actor=actor).filter(pk=batch.enterprise_id)
    if not may_read_lines(actor=actor, batch=batch) or not mine.exists():
        raise NotFound()
