from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.core.fields import EncryptedTextField
from portal.core.ids import new_id
from portal.core.labels import INTERNAL, PERSONAL, PUBLIC, SECRET
from portal.notify.states import DUE, BlockReason, Channel, Outcome, ReceiptKind, Status


class Message(models.Model):
    """The outbox: one message to one recipient, written in the transaction of the fact it tells.

    `dedupe_key` makes one message of one fact, whoever asks how often. Parameters may hold a pickup or login code, so
    they are encrypted. A message with a `merge_key` takes further lines while it is open: one open message of a
    key and recipient, by the database.
    """

    labels = {
        "id": PUBLIC, "dedupe_key": INTERNAL, "channel": INTERNAL, "template": INTERNAL, "recipient": PERSONAL,
        "parameters": SECRET, "status": INTERNAL, "attempts": INTERNAL, "spared": INTERNAL, "created_at": INTERNAL,
        "due_at": INTERNAL, "sent_at": INTERNAL, "delivered_at": INTERNAL, "expires_at": INTERNAL, "error": INTERNAL,
        "area": INTERNAL, "merge_key": INTERNAL, "in_app": INTERNAL, "read_at": INTERNAL, "provider": INTERNAL,
        "renewed_at": INTERNAL,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dedupe_key = models.CharField(_("去重键"), max_length=160, unique=True)
    channel = models.CharField(_("渠道"), max_length=12, choices=Channel, default=Channel.SMS)
    template = models.CharField(_("模板"), max_length=60)
    recipient = models.CharField(_("接收号码"), max_length=40)
    parameters = EncryptedTextField(_("参数"), blank=True)  # JSON object
    status = models.CharField(_("状态"), max_length=10, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(_("领取次数"), default=0)
    spared = models.PositiveSmallIntegerField(_("未计入的领取"), default=0)  # claims at which no provider was asked
    created_at = models.DateTimeField(_("生成时间"))
    due_at = models.DateTimeField(_("计划发送时间"))
    sent_at = models.DateTimeField(_("发送时间"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("送达时间"), null=True, blank=True)
    expires_at = models.DateTimeField(_("失效时间"), null=True, blank=True)
    renewed_at = models.DateTimeField(_("重发时间"), null=True, blank=True)  # tries before it count no more
    error = models.CharField(_("失败原因"), max_length=200, blank=True)
    provider = models.CharField(_("服务商"), max_length=30, blank=True)  # who took it last
    area = models.CharField(_("所属区划"), max_length=12, blank=True, db_index=True)  # whose officials see the row
    merge_key = models.CharField(_("合并键"), max_length=80, blank=True)
    in_app = models.BooleanField(_("站内显示"), default=False)  # also shown to the account with this phone
    read_at = models.DateTimeField(_("阅读时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("消息")
        verbose_name_plural = pgettext_lazy("plural", "消息")
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status__in=[s.value for s in DUE]), name="message_due"),
            models.Index(fields=["recipient", "id"], condition=Q(in_app=True), name="message_in_app"),
            models.Index(fields=["recipient"], condition=Q(in_app=True, read_at=None), name="message_unread"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["sent", "delivered"], sent_at__isnull=False)
                | ~Q(status__in=["sent", "delivered"]),
                name="message_sent_has_time",
            ),
            models.UniqueConstraint(
                fields=["recipient", "merge_key"], condition=Q(status="open"), name="message_one_open"
            ),
            models.CheckConstraint(condition=~Q(status="open") | ~Q(merge_key=""), name="message_open_has_key"),
        ]

    def __str__(self):
        return f"{self.template} {self.id}"


class MessageLine(models.Model):
    """What one message tells of one thing (a parcel). Told once: the key is unique among all messages."""

    labels = {
        "id": PUBLIC, "message": INTERNAL, "dedupe_key": INTERNAL, "subject": INTERNAL, "parameters": SECRET,
        "added_at": INTERNAL, "withdrawn_at": INTERNAL,
    }  # fmt: skip

    message = models.ForeignKey(Message, models.CASCADE, verbose_name=_("消息"), related_name="lines")
    dedupe_key = models.CharField(_("去重键"), max_length=160, unique=True)
    subject = models.CharField(_("关于"), max_length=60, db_index=True)  # such as parcel:17
    parameters = EncryptedTextField(_("参数"))  # JSON object
    added_at = models.DateTimeField(_("加入时间"))
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("消息内容")
        verbose_name_plural = _("消息内容")

    def __str__(self):
        return self.subject


class Attempt(models.Model):
    """One message handed to one provider once: the ledger of what was tried, what it cost and what arrived.

    Written before the provider is asked: a row that stayed `started` tells that the message may be on its way.
    `cost` is in hundredths of a fen (0.0001 yuan), because a message costs less than ten fen.
    """

    labels = {
        "id": PUBLIC, "message": INTERNAL, "provider": INTERNAL, "at": INTERNAL, "outcome": INTERNAL,
        "error": INTERNAL, "reference": INTERNAL, "segments": INTERNAL, "cost": INTERNAL, "receipt": INTERNAL,
        "receipt_at": INTERNAL, "receipt_code": INTERNAL,
    }  # fmt: skip

    message = models.ForeignKey(Message, models.CASCADE, verbose_name=_("消息"), related_name="tries")
    provider = models.CharField(_("服务商"), max_length=30)
    at = models.DateTimeField(_("时间"), db_index=True)
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome, default=Outcome.STARTED)
    error = models.CharField(_("原因"), max_length=200, blank=True)
    reference = models.CharField(_("服务商流水号"), max_length=100, blank=True)
    segments = models.PositiveSmallIntegerField(_("计费条数"), default=0)
    cost = models.PositiveIntegerField(_("费用（0.01 分）"), default=0)
    receipt = models.CharField(_("回执"), max_length=10, choices=ReceiptKind, default=ReceiptKind.NONE, blank=True)
    receipt_at = models.DateTimeField(_("回执时间"), null=True, blank=True)
    receipt_code = models.CharField(_("回执代码"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("发送记录")
        verbose_name_plural = _("发送记录")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "reference"], condition=~Q(reference=""), name="attempt_reference_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["provider", "at"],
                condition=Q(receipt="", outcome__in=["started", "unknown", "accepted"]),
                name="attempt_awaits_receipt",
            )
        ]

    def __str__(self):
        return f"{self.provider} {self.pk}"


class ProviderHealth(models.Model):
    """How a provider has been lately, shared by all workers. One that fails again and again rests for a while."""

    labels = {
        "name": INTERNAL, "failures": INTERNAL, "resting_until": INTERNAL, "failed_at": INTERNAL, "error": INTERNAL,
        "worked_at": INTERNAL, "stray_receipts": INTERNAL,
    }  # fmt: skip

    name = models.CharField(_("服务商"), max_length=30, primary_key=True)
    failures = models.PositiveIntegerField(_("连续失败"), default=0)
    resting_until = models.DateTimeField(_("暂停至"), null=True, blank=True)
    failed_at = models.DateTimeField(_("最近失败"), null=True, blank=True)
    error = models.CharField(_("最近原因"), max_length=200, blank=True)
    worked_at = models.DateTimeField(_("恢复时间"), null=True, blank=True)
    stray_receipts = models.PositiveIntegerField(_("无主回执"), default=0)  # receipts of messages that are not ours

    class Meta:
        verbose_name = _("短信服务商")
        verbose_name_plural = pgettext_lazy("plural", "短信服务商")

    def __str__(self):
        return self.name


class BlockedNumber(models.Model):
    """A number no text message is sent to until `until`: it does not exist, or its owner wants none."""

    labels = {
        "phone": PERSONAL, "reason": INTERNAL, "provider": INTERNAL, "code": INTERNAL, "since": INTERNAL,
        "until": INTERNAL,
    }  # fmt: skip

    phone = models.CharField(_("号码"), max_length=40, primary_key=True)
    reason = models.CharField(_("原因"), max_length=12, choices=BlockReason)
    provider = models.CharField(_("服务商"), max_length=30, blank=True)
    code = models.CharField(_("代码"), max_length=60, blank=True)
    since = models.DateTimeField(_("自"))
    until = models.DateTimeField(_("至"))

    class Meta:
        verbose_name = _("停发号码")
        verbose_name_plural = _("停发号码")

    def __str__(self):
        return self.reason  # never the phone: this text reaches logs and page titles
