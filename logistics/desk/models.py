from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from logistics.desk.states import Difference, Result, StockTakeState, Task
from logistics.parcels.models import Parcel
from logistics.registry.models import Station
from portal.core.ids import new_id
from portal.core.labels import INTERNAL, PUBLIC


class Scan(models.Model):
    """One barcode read on a scan page, with the answer it got.

    The phone makes the id, so a scan that is sent again after a lost connection finds its first answer and changes
    nothing. `events` are the ids (at the source of the person) of the events it caused: undoing takes them back.
    """

    labels = {
        "id": PUBLIC,
        "task": INTERNAL,
        "station": INTERNAL,
        "actor": INTERNAL,
        "number": INTERNAL,
        "parcel": INTERNAL,
        "claimed_at": INTERNAL,
        "recorded_at": INTERNAL,
        "result": INTERNAL,
        "code": INTERNAL,
        "answer": INTERNAL,
        "events": INTERNAL,
        "undone_at": INTERNAL,
    }

    id = models.UUIDField(primary_key=True, editable=False)
    task = models.CharField(_("作业"), max_length=12, choices=Task)
    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("站点"), related_name="+")
    actor = models.CharField(_("操作者"), max_length=80)
    number = models.CharField(_("条码"), max_length=64, blank=True)
    parcel = models.ForeignKey(
        Parcel, models.PROTECT, null=True, blank=True, verbose_name=_("包裹"), related_name="scans"
    )
    claimed_at = models.DateTimeField(_("手机时间"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("收到时间"))
    result = models.CharField(_("结果"), max_length=8, choices=Result)
    code = models.CharField(_("原因代码"), max_length=40, blank=True)
    answer = models.JSONField(_("答复"), default=dict)
    events = models.JSONField(_("产生的事件"), default=list)
    undone_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("扫描")
        verbose_name_plural = pgettext_lazy("plural", "扫描")
        indexes = [models.Index(fields=["station", "task", "-recorded_at"], name="scan_recent")]

    def __str__(self):
        return f"{self.task} {self.id}"


class StockTake(models.Model):
    """A count of the shelf of one station: what the record says should lie there against what was scanned."""

    labels = {
        "id": PUBLIC,
        "station": INTERNAL,
        "state": INTERNAL,
        "started_at": INTERNAL,
        "started_by": INTERNAL,
        "ended_at": INTERNAL,
        "ended_by": INTERNAL,
        "expected": INTERNAL,
        "counted": INTERNAL,
    }

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("站点"), related_name="+")
    state = models.CharField(_("状态"), max_length=8, choices=StockTakeState, default=StockTakeState.OPEN)
    started_at = models.DateTimeField(_("开始时间"))
    started_by = models.CharField(_("开始人"), max_length=80)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    ended_by = models.CharField(_("结束人"), max_length=80, blank=True)
    expected = models.PositiveIntegerField(_("账面件数"), null=True, blank=True)
    counted = models.PositiveIntegerField(_("实点件数"), null=True, blank=True)

    class Meta:
        verbose_name = _("盘点")
        verbose_name_plural = pgettext_lazy("plural", "盘点")
        constraints = [
            models.UniqueConstraint(fields=["station"], condition=Q(state="open"), name="stock_take_one_open"),
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True) | (~Q(state="open") & Q(ended_at__isnull=False)),
                name="stock_take_end_has_time",
            ),
        ]

    def __str__(self):
        return str(self.id)


class StockTakeItem(models.Model):
    """A parcel that was scanned on the shelf or, at the end, one of the differences.

    `piece` is which of several pieces, 0 for a parcel of one piece.
    """

    labels = {
        "id": PUBLIC,
        "stock_take": INTERNAL,
        "parcel": INTERNAL,
        "piece": INTERNAL,
        "shelf": INTERNAL,
        "scanned_at": INTERNAL,
        "difference": INTERNAL,
    }

    stock_take = models.ForeignKey(StockTake, models.CASCADE, verbose_name=_("盘点"), related_name="items")
    parcel = models.ForeignKey(Parcel, models.PROTECT, verbose_name=_("包裹"), related_name="+")
    piece = models.PositiveSmallIntegerField(_("第几件"), default=0)
    shelf = models.CharField(_("货架位"), max_length=16, blank=True)
    scanned_at = models.DateTimeField(_("扫描时间"), null=True, blank=True)
    difference = models.CharField(_("差异"), max_length=8, choices=Difference, blank=True)

    class Meta:
        verbose_name = _("盘点明细")
        verbose_name_plural = _("盘点明细")
        constraints = [
            models.UniqueConstraint(fields=["stock_take", "parcel", "piece"], name="stock_take_item_once"),
            models.CheckConstraint(condition=Q(piece__lte=999), name="stock_take_piece_in_range"),
        ]

    def __str__(self):
        return f"{self.stock_take_id}/{self.parcel_id}"
