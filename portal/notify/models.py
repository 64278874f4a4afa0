from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.fields import EncryptedTextField
from portal.core.ids import new_id
from portal.core.labels import INTERNAL, PERSONAL, PUBLIC, SECRET
from portal.notify.states import Channel, Status


class Message(models.Model):
    """The outbox: one message to one recipient, written in the transaction of the fact it tells.

    `dedupe_key` makes one message of one fact, whoever asks how often. Parameters may hold a pickup or
    login code, so they are encrypted.
    """

    labels = {
        "id": PUBLIC, "dedupe_key": INTERNAL, "channel": INTERNAL, "template": INTERNAL, "recipient": PERSONAL,
        "parameters": SECRET, "status": INTERNAL, "attempts": INTERNAL, "created_at": INTERNAL, "due_at": INTERNAL,
        "sent_at": INTERNAL, "expires_at": INTERNAL, "error": INTERNAL, "area": INTERNAL,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dedupe_key = models.CharField(_("去重键"), max_length=160, unique=True)
    channel = models.CharField(_("渠道"), max_length=12, choices=Channel, default=Channel.SMS)
    template = models.CharField(_("模板"), max_length=60)
    recipient = models.CharField(_("接收号码"), max_length=40)
    parameters = EncryptedTextField(_("参数"), blank=True)  # JSON object
    status = models.CharField(_("状态"), max_length=10, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    created_at = models.DateTimeField(_("生成时间"))
    due_at = models.DateTimeField(_("计划发送时间"))
    sent_at = models.DateTimeField(_("发送时间"), null=True, blank=True)
    expires_at = models.DateTimeField(_("失效时间"), null=True, blank=True)
    error = models.CharField(_("失败原因"), max_length=200, blank=True)
    area = models.CharField(_("所属区划"), max_length=12, blank=True, db_index=True)  # whose officials see the row

    class Meta:
        verbose_name = _("消息")
        verbose_name_plural = _("消息")
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(status__in=["waiting", "sending"]), name="message_waiting"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="sent", sent_at__isnull=False) | ~models.Q(status="sent"),
                name="message_sent_has_time",
            )
        ]

    def __str__(self):
        return f"{self.template} {self.id}"
