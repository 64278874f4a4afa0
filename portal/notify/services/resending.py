"""Sending again what failed, at an official's word."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import Conflict
from portal.notify.models import Message
from portal.notify.selectors import message_in_scope
from portal.notify.services.blocks import block_of
from portal.notify.services.outbox import KEEPS, after_quiet
from portal.notify.states import Status, Urgency
from portal.notify.templates import template as find_template


class NotFailed(Conflict):
    code = "message_not_failed"
    message = _("这条消息没有失败，不需要重发。")
    hint = _("待发送的消息会自动发出；已发送的请等回执。")


class CodeNotResent(Conflict):
    code = "message_code_not_resent"
    message = _("验证码不能由他人重发。")
    hint = _("请本人在页面上重新获取。")


class StillBlocked(Conflict):
    code = "message_number_blocked"
    message = _("这个号码已停发短信。")
    hint = _("请先与收件人核实号码，解除停发后再重发；取件码可当面或电话告知。")


@transaction.atomic
def resend(*, message_id, actor: Actor, permission: str, now: dt.datetime, why: str = "") -> Message:
    """Puts a failed message back into the outbox as if it were new. Audited.

    `permission` (MESSAGE_RESEND) must reach the message's area. Raises NotFound outside of it, NotFailed,
    CodeNotResent, StillBlocked.
    """
    message = message_in_scope(actor=actor, permission=permission, message_id=message_id, lock=True)
    template = find_template(message.template)
    if message.status != Status.FAILED:
        raise NotFailed()
    if template.urgency == Urgency.NOW:
        raise CodeNotResent()
    if block_of(message.recipient, template.urgency, now=now) is not None:
        raise StillBlocked()
    before = {"status": message.status, "error": message.error}
    message.status, message.error = Status.WAITING, ""
    message.spared = message.attempts  # tries are counted anew; the claims go on, so that no two are the same
    message.renewed_at, message.due_at = now, after_quiet(template, now)
    message.expires_at = message.due_at + KEEPS[template.urgency]
    message.save(update_fields=["status", "error", "spared", "renewed_at", "due_at", "expires_at"])
    record(actor=actor, now=now, action="message.resent", target=message, before=before, after={"status": "waiting"},
           why=why, area=message.area)  # fmt: skip
    return message
