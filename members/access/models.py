from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.access.states import BulkState, Permission, Role, RowResult, ScopeKind, roles_of
from portal.core.ids import new_id
from portal.core.labels import INTERNAL, PERSONAL, PUBLIC


class Function(models.Model):
    """No table of its own: carries every Permission as a Django permission, so that groups can hold them."""

    labels = {"id": PUBLIC}

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [(p.value, str(p.name)) for p in Permission]
        verbose_name = _("功能")

    def __str__(self):
        return "function"


class DivisionGrant(models.Model):
    """A role held within a division: everything whose code starts with the division's prefix."""

    labels = {
        "id": PUBLIC,
        "user": INTERNAL,
        "role": INTERNAL,
        "division": INTERNAL,
        "granted_at": INTERNAL,
        "granted_by": INTERNAL,
    }

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("人员"), related_name="division_grants"
    )
    role = models.CharField(
        _("角色"), max_length=24, choices=[(r.value, r.label) for r in roles_of(ScopeKind.DIVISION)]
    )
    division = models.ForeignKey("regions.Division", models.PROTECT, verbose_name=_("辖区"))
    granted_at = models.DateTimeField(_("授予时间"))
    granted_by = models.CharField(_("授予人"), max_length=80)

    class Meta:
        verbose_name = _("辖区授权")
        verbose_name_plural = _("辖区授权")
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "division"], name="division_grant_once"),
            models.CheckConstraint(
                condition=Q(role__in=[r.value for r in roles_of(ScopeKind.DIVISION)]),
                name="division_grant_role",
            ),
        ]

    def __str__(self):
        return f"{Role(self.role).label} {self.division_id}"


class BulkRun(models.Model):
    """One action on many records: what it would do, who confirmed it and why, what became of each row.

    Kept after it is done, so that every row can be answered for. `members/access/bulk.py` writes it.
    """

    labels = {
        "id": PUBLIC, "action": INTERNAL, "choice": INTERNAL, "state": INTERNAL, "area": INTERNAL,
        "created_at": INTERNAL, "created_by": INTERNAL, "confirmed_at": INTERNAL, "why": INTERNAL,
        "undone_at": INTERNAL, "undone_by": INTERNAL, "undo_why": INTERNAL,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    action = models.CharField(_("批量操作"), max_length=40)
    choice = models.CharField(_("选项"), max_length=40, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=BulkState, default=BulkState.CHOOSING)
    area = models.CharField(_("所属区划"), max_length=12, blank=True, db_index=True)
    created_at = models.DateTimeField(_("试算时间"))
    created_by = models.CharField(_("经办人"), max_length=80)
    confirmed_at = models.DateTimeField(_("办理时间"), null=True, blank=True)
    why = models.CharField(_("原因"), max_length=300, blank=True)
    undone_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    undone_by = models.CharField(_("撤销人"), max_length=80, blank=True)
    undo_why = models.CharField(_("撤销原因"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("批量办理")
        verbose_name_plural = _("批量办理")
        indexes = [models.Index(fields=["created_by", "-created_at"], name="bulk_run_own")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["choosing", "planned"], confirmed_at__isnull=True)
                | Q(state__in=["done", "undone"], confirmed_at__isnull=False),
                name="bulk_run_confirmed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state="undone", undone_at__isnull=False) | (~Q(state="undone") & Q(undone_at__isnull=True)),
                name="bulk_run_undone_has_time",
            ),
        ]

    def __str__(self):
        return f"{timezone.localtime(self.created_at):%Y-%m-%d %H:%M}"


class BulkRow(models.Model):
    """One record of a bulk action. `token` is what the record looked like at the dry run, `after` when it was done."""

    labels = {
        "id": PUBLIC, "run": INTERNAL, "object_id": INTERNAL, "name": PERSONAL, "token": INTERNAL, "able": INTERNAL,
        "plan": INTERNAL, "result": INTERNAL, "message": INTERNAL, "after": INTERNAL, "undo_result": INTERNAL,
        "undo_message": INTERNAL,
    }  # fmt: skip

    run = models.ForeignKey(BulkRun, models.CASCADE, verbose_name=_("批量办理"), related_name="rows")
    object_id = models.CharField(_("对象编号"), max_length=40)
    name = models.CharField(_("对象"), max_length=80, blank=True)
    token = models.CharField(_("试算时的版本"), max_length=120, blank=True)
    able = models.BooleanField(_("可以办理"), default=False)
    plan = models.CharField(_("试算结果"), max_length=300, blank=True)
    result = models.CharField(_("办理结果"), max_length=8, choices=RowResult, blank=True)
    message = models.CharField(_("办理说明"), max_length=300, blank=True)
    after = models.CharField(_("办理后的版本"), max_length=120, blank=True)
    undo_result = models.CharField(_("撤销结果"), max_length=8, choices=RowResult, blank=True)
    undo_message = models.CharField(_("撤销说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("批量办理明细")
        verbose_name_plural = _("批量办理明细")
        constraints = [models.UniqueConstraint(fields=["run", "object_id"], name="bulk_row_once")]

    def __str__(self):
        return f"{self.run_id}/{self.object_id}"
