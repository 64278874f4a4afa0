from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.ids import new_id
from portal.core.labels import INTERNAL, PERSONAL, PUBLIC


class AuditEntry(models.Model):
    """One administrative act: who, when, what before and after, why.

    Append-only (a database trigger refuses UPDATE and DELETE) and without foreign keys, so that history
    outlives what it tells of. Written in the transaction of the act itself.
    """

    labels = {
        "id": PUBLIC, "at": INTERNAL, "actor": INTERNAL, "actor_label": INTERNAL, "address": PERSONAL,
        "action": INTERNAL, "object_type": INTERNAL, "object_id": INTERNAL, "before": PERSONAL, "after": PERSONAL,
        "why": INTERNAL, "area": INTERNAL,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(_("时间"), db_index=True)
    actor = models.CharField(_("操作者"), max_length=80, db_index=True)
    actor_label = models.CharField(_("操作者说明"), max_length=120, blank=True)
    address = models.GenericIPAddressField(_("来源地址"), null=True, blank=True)
    action = models.CharField(_("动作"), max_length=60, db_index=True)
    object_type = models.CharField(_("对象类型"), max_length=60)
    object_id = models.CharField(_("对象编号"), max_length=80)
    before = models.JSONField(_("之前"), null=True, blank=True)
    after = models.JSONField(_("之后"), null=True, blank=True)
    why = models.CharField(_("原因"), max_length=300, blank=True)
    area = models.CharField(_("所属区划"), max_length=12, blank=True, db_index=True)

    class Meta:
        verbose_name = _("操作记录")
        verbose_name_plural = _("操作记录")
        indexes = [
            models.Index(fields=["object_type", "object_id", "-at"], name="audit_object"),
            models.Index(fields=["actor", "action", "-at"], name="audit_actor"),  # what somebody did today
        ]

    def __str__(self):
        return f"{self.action} {self.object_type} {self.object_id}"
