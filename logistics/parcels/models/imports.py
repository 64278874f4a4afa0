from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from logistics.parcels.models.events import EventSource
from logistics.parcels.states import ImportKind, ImportState, RowResult
from logistics.registry.models import Enterprise
from portal.core.ids import new_id
from portal.core.kept_sums import LABELS, KeptSums
from portal.core.labels import INTERNAL, PERSONAL, PUBLIC

_ALL_LINES = F("titles") + F("empty") + F("footers") + F("accepted") + F("duplicates") + F("refused") + F("asked")


class ImportBatch(KeptSums):
    """A file somebody sent, what became of it, and for whom. What was skipped, taken and refused is all it held."""

    labels = {
        "id": PUBLIC,
        "kind": INTERNAL,
        "enterprise": INTERNAL,
        "source": INTERNAL,
        "file_name": INTERNAL,
        "sha256": INTERNAL,
        "size": INTERNAL,
        "dry_run": INTERNAL,
        "state": INTERNAL,
        "accepted": INTERNAL,
        "duplicates": INTERNAL,
        "refused": INTERNAL,
        "asked": INTERNAL,
        "warned": INTERNAL,
        "columns": INTERNAL,
        "error": INTERNAL,
        "error_code": INTERNAL,
        "error_data": INTERNAL,
        "language": INTERNAL,
        "created_at": INTERNAL,
        "created_by": INTERNAL,
        "finished_at": INTERNAL,
        **LABELS,
    }

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("种类"), max_length=10, choices=ImportKind)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, verbose_name=_("企业"), related_name="+")
    source = models.ForeignKey(EventSource, models.PROTECT, verbose_name=_("来源"), related_name="+")
    file_name = models.CharField(_("文件名"), max_length=120)
    sha256 = models.CharField(_("文件摘要"), max_length=64)
    size = models.PositiveIntegerField(_("字节数"))
    dry_run = models.BooleanField(_("试运行"))
    state = models.CharField(_("状态"), max_length=8, choices=ImportState, default=ImportState.RUNNING)
    accepted = models.PositiveIntegerField(_("接收"), default=0)
    duplicates = models.PositiveIntegerField(_("重复"), default=0)
    refused = models.PositiveIntegerField(_("未接收"), default=0)
    asked = models.PositiveIntegerField(_("待回答"), default=0)
    warned = models.PositiveIntegerField(_("有提醒"), default=0)  # of those that were taken, or known before
    columns = models.JSONField(_("各列读作"), default=list, blank=True)  # pairs, see columns.Header.named
    error = models.CharField(_("读取错误"), max_length=300, blank=True)
    error_code = models.CharField(_("读取错误代码"), max_length=40, blank=True)
    error_data = models.JSONField(_("读取错误数据"), default=dict, blank=True)
    language = models.CharField(_("提交人的语言"), max_length=10, blank=True)
    created_at = models.DateTimeField(_("提交时间"))
    created_by = models.CharField(_("提交人"), max_length=80)
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("文件导入")
        verbose_name_plural = pgettext_lazy("plural", "文件导入")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["enterprise", "-created_at"], name="import_enterprise"),
            models.Index(fields=["created_by"], condition=Q(state="running"), name="import_running"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=[ImportState.CHECKED, ImportState.DONE]) | Q(held=_ALL_LINES),
                name="import_sums_add_up",
            )
        ]

    def __str__(self):
        return str(self.id)

    @property
    def unread_columns(self) -> list[str]:
        """Headings of columns of which nobody knows what they mean."""
        return [heading for heading, name in self.columns if heading and not name]


class ImportRow(models.Model):
    """The result of one line of a file. The raw line is kept only where it was refused. What was taken may carry
    warnings."""

    WARNED = ~Q(warnings=[])
    questions: Sequence[Any] = ()  # of a line that is not stored yet

    labels = {
        "id": PUBLIC,
        "batch": INTERNAL,
        "line": INTERNAL,
        "result": INTERNAL,
        "code": INTERNAL,
        "message": INTERNAL,
        "warnings": INTERNAL,
        "asks": INTERNAL,
        "number": PERSONAL,
        "raw": PERSONAL,
    }

    batch = models.ForeignKey(ImportBatch, models.CASCADE, verbose_name=_("批次"), related_name="rows")
    line = models.PositiveIntegerField(_("行号"))
    result = models.CharField(_("结果"), max_length=10, choices=RowResult)
    code = models.CharField(_("原因代码"), max_length=24, blank=True)
    message = models.CharField(_("说明"), max_length=300, blank=True)
    warnings = models.JSONField(_("提醒"), default=list, blank=True)  # rows of warnings.RowWarning
    asks = ArrayField(models.BigIntegerField(), default=list, blank=True, verbose_name=_("等待的回答"))
    number = models.CharField(_("单号"), max_length=40, blank=True)
    raw = models.JSONField(_("原始行"), null=True, blank=True)

    class Meta:
        verbose_name = _("导入行")
        verbose_name_plural = _("导入行")
        indexes = [models.Index(fields=["batch"], condition=Q(raw__isnull=False), name="import_row_kept")]
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="import_row_once"),
            models.CheckConstraint(
                condition=~Q(result=RowResult.REFUSED) | Q(warnings=[]), name="import_row_refused_or_warned"
            ),
        ]

    def __str__(self):
        return f"{self.batch_id}:{self.line}"
