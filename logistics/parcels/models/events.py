from django.db import models
from django.db.models import Func
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from logistics.parcels.models.parcel import Parcel
from logistics.parcels.states import EVENT_CODES, Custodian, Refusal, SourceKind
from logistics.registry.models import Enterprise, Station
from portal.core.ids import new_id
from portal.core.labels import INTERNAL, PERSONAL, PUBLIC


class CurrentTransaction(Func):
    """Number of the writing transaction; consumers read only behind the oldest one still running."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()


class EventSource(models.Model):
    """Who sends events: a device, a person, a carrier's feed, a file, the portal itself."""

    labels = {
        "id": PUBLIC,
        "code": INTERNAL,
        "kind": INTERNAL,
        "name": INTERNAL,
        "enterprise": INTERNAL,
        "created_at": INTERNAL,
    }

    code = models.CharField(_("来源代码"), max_length=60, unique=True)
    kind = models.CharField(_("种类"), max_length=8, choices=SourceKind)
    name = models.CharField(_("名称"), max_length=80, blank=True)
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, verbose_name=_("企业"), related_name="+"
    )
    created_at = models.DateTimeField(_("建立时间"))

    class Meta:
        verbose_name = _("数据来源")
        verbose_name_plural = _("数据来源")

    def __str__(self):
        return self.code


class EventKey(models.Model):
    """The referee of idempotency: one row per (source, id at the source), whatever time a re-sent event claims.

    The partitioned event table can't carry this unique key, because its partition column would have to be in it.
    As narrow as can be: it is written at every scan. Written only by services/log.py.
    `digest` tells a plain resend from the same id with other content (`events.content_digest`); it is null where the
    id is not the sender's own, because it is derived from content or made by a service.
    """

    labels = {"source_id": INTERNAL, "source_event_id": INTERNAL, "digest": INTERNAL}

    pk = models.CompositePrimaryKey("source_id", "source_event_id")
    source_id = models.BigIntegerField()  # EventSource; no foreign key for the reason given at Event
    source_event_id = models.CharField(max_length=64)
    digest = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("事件键")
        verbose_name_plural = _("事件键")

    def __str__(self):
        return self.source_event_id


class Event(models.Model):
    """One thing that happened to a parcel. Appended, never edited: a mistake is answered by a VOID event.

    Range-partitioned by month of `occurred_at` (migrations/0002). `occurred_at` is when it happened, corrected
    by the skew of the sender's clock; `claimed_at` is what the sender wrote when that differs; `recorded_at`
    is when it reached us. Stations and sources carry no database foreign key here: each insert would lock the
    same few hot rows, and neither table can lose rows (a trigger refuses).
    """

    labels = {
        "id": PUBLIC,
        "occurred_at": PUBLIC,
        "offset_minutes": PUBLIC,
        "claimed_at": INTERNAL,
        "recorded_at": INTERNAL,
        "parcel": INTERNAL,
        "source": INTERNAL,
        "source_event_id": INTERNAL,
        "code": PUBLIC,
        "rank": PUBLIC,
        "station": PUBLIC,
        "issue": PUBLIC,
        "reason": INTERNAL,
        "variant": PUBLIC,
        "text": PERSONAL,
        "custody_kind": INTERNAL,
        "custody_ref": INTERNAL,
        "corrects_source": INTERNAL,
        "corrects_event": INTERNAL,
        "actor": INTERNAL,
        "log_txid": INTERNAL,
    }

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    occurred_at = models.DateTimeField(_("发生时间"))
    offset_minutes = models.SmallIntegerField(_("时区偏移（分）"), default=480)
    claimed_at = models.DateTimeField(_("终端所报时间"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("收到时间"))
    parcel = models.ForeignKey(Parcel, models.PROTECT, verbose_name=_("包裹"), related_name="events", db_index=False)
    source = models.ForeignKey(
        EventSource,
        models.PROTECT,
        verbose_name=_("来源"),
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    source_event_id = models.CharField(_("来源事件号"), max_length=64)
    code = models.CharField(_("事件"), max_length=20, choices=EVENT_CODES)
    rank = models.SmallIntegerField(_("阶段序"), null=True, blank=True)
    station = models.ForeignKey(
        Station,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("站点"),
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    issue = models.CharField(_("异常"), max_length=20, blank=True)
    reason = models.CharField(_("原因"), max_length=40, blank=True)
    variant = models.CharField(_("签收方式"), max_length=12, blank=True)
    text = models.CharField(_("原文（已脱敏）"), max_length=500, blank=True)
    custody_kind = models.CharField(_("交给"), max_length=10, choices=Custodian, blank=True)
    custody_ref = models.CharField(_("交给编号"), max_length=40, blank=True)
    corrects_source = models.BigIntegerField(_("被更正来源"), null=True, blank=True)
    corrects_event = models.CharField(_("被更正事件号"), max_length=64, blank=True)
    actor = models.CharField(_("操作者"), max_length=80)
    log_txid = models.BigIntegerField(_("日志位置"), db_default=CurrentTransaction())

    class Meta:
        verbose_name = _("事件")
        verbose_name_plural = pgettext_lazy("plural", "事件")

    def __str__(self):
        return f"{self.code} {self.id}"


class RefusedEvent(models.Model):
    """An event that was not taken, kept with its reason and shown to its sender."""

    labels = {
        "id": PUBLIC,
        "source": INTERNAL,
        "source_event_id": INTERNAL,
        "code": INTERNAL,
        "raw": PERSONAL,
        "first_at": INTERNAL,
        "last_at": INTERNAL,
        "times": INTERNAL,
        "batch": INTERNAL,
        "line": INTERNAL,
        "settled_at": INTERNAL,
    }

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.ForeignKey(EventSource, models.PROTECT, verbose_name=_("来源"), related_name="+")
    source_event_id = models.CharField(_("来源事件号"), max_length=64)
    code = models.CharField(_("原因"), max_length=20, choices=Refusal)
    raw = models.JSONField(_("原始内容"))
    first_at = models.DateTimeField(_("首次收到"))
    last_at = models.DateTimeField(_("最近收到"))
    times = models.PositiveIntegerField(_("次数"), default=1)
    batch = models.UUIDField(_("批次"), null=True, blank=True, db_index=True)
    line = models.PositiveIntegerField(_("行号"), null=True, blank=True)
    settled_at = models.DateTimeField(_("后来已接收"), null=True, blank=True)

    class Meta:
        verbose_name = _("被拒事件")
        verbose_name_plural = _("被拒事件")
        constraints = [models.UniqueConstraint(fields=["source", "source_event_id", "code"], name="refused_event_once")]
        indexes = [models.Index(fields=["source", "-last_at"], name="refused_event_recent")]

    def __str__(self):
        return f"{self.code} {self.id}"


class ConsumerCursor(models.Model):
    """How far a consumer has read the event log: everything up to (txid, event_id) has had its effect."""

    labels = {"name": INTERNAL, "txid": INTERNAL, "event_id": INTERNAL, "moved_at": INTERNAL}

    name = models.CharField(_("消费者"), max_length=40, primary_key=True)
    txid = models.BigIntegerField(_("日志位置"), default=0)
    event_id = models.UUIDField(_("事件号"), null=True, blank=True)
    moved_at = models.DateTimeField(_("推进时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("日志游标")
        verbose_name_plural = _("日志游标")

    def __str__(self):
        return self.name
