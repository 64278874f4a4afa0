from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models.parcel import Parcel
from logistics.parcels.states import TimerKind
from portal.core.labels import INTERNAL, PUBLIC


class TimerRule(models.Model):
    """How long each kind of waiting may last, in hours; editable by the county."""

    labels = {"kind": INTERNAL, "hours": INTERNAL, "enabled": INTERNAL}

    kind = models.CharField(_("种类"), max_length=16, choices=TimerKind, primary_key=True)
    hours = models.PositiveIntegerField(_("小时"))
    enabled = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("时限规则")
        verbose_name_plural = _("时限规则")
        constraints = [models.CheckConstraint(condition=Q(hours__gte=1, hours__lte=24 * 60), name="timer_rule_hours")]

    def __str__(self):
        return self.get_kind_display()


class Timer(models.Model):
    """One waiting of one parcel, anchored at the moment it started. Fires once, or is cancelled by progress."""

    labels = {
        "id": PUBLIC,
        "parcel": INTERNAL,
        "kind": INTERNAL,
        "anchor_at": INTERNAL,
        "due_at": INTERNAL,
        "fired_at": INTERNAL,
        "cancelled_at": INTERNAL,
    }

    parcel = models.ForeignKey(Parcel, models.PROTECT, verbose_name=_("包裹"), related_name="timers")
    kind = models.CharField(_("种类"), max_length=16, choices=TimerKind)
    anchor_at = models.DateTimeField(_("起算时间"))
    due_at = models.DateTimeField(_("到期时间"))
    fired_at = models.DateTimeField(_("触发时间"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("取消时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("计时")
        verbose_name_plural = _("计时")
        constraints = [
            models.UniqueConstraint(
                fields=["parcel", "kind"],
                condition=Q(fired_at__isnull=True, cancelled_at__isnull=True),
                name="timer_one_running",
            ),
            models.CheckConstraint(
                condition=Q(fired_at__isnull=True) | Q(cancelled_at__isnull=True), name="timer_ends_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(fired_at__isnull=True, cancelled_at__isnull=True),
                name="timer_due",
            )
        ]

    def __str__(self):
        return f"{self.kind} #{self.parcel_id}"
