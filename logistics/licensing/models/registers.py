"""Registers that come as a file: what each line would do, and what it did."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from logistics.licensing.states import RegisterResult, RegisterStage
from portal.core.fields import EncryptedTextField
from portal.core.ids import new_id
from portal.core.kept_sums import LABELS, KeptSums
from portal.core.labels import INTERNAL, PERSONAL, PUBLIC, SECRET


class RegisterImport(KeptSums):
    """A file of enterprises, stations, vehicles or couriers: read, judged line by line, and written when confirmed.

    `kind` names a folder of licensing/kinds. `touched_at` tells a worker at work from one that was killed. `lines` are
    those that became rows; with the skipped ones they are all that the file held.
    """

    labels = {
        "id": PUBLIC, "kind": INTERNAL, "stage": INTERNAL, "file_name": INTERNAL, "sha256": INTERNAL, "why": INTERNAL,
        "area": INTERNAL, "created_at": INTERNAL, "created_by": INTERNAL, "touched_at": INTERNAL, "done_at": INTERNAL,
        "lines": INTERNAL, "error_code": INTERNAL, "error_data": INTERNAL, **LABELS,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("登记簿"), max_length=20)
    stage = models.CharField(_("进度"), max_length=8, choices=RegisterStage, default=RegisterStage.JUDGING)
    file_name = models.CharField(_("文件名"), max_length=120)
    sha256 = models.CharField(_("文件摘要"), max_length=64)
    why = models.CharField(_("原因"), max_length=200)
    area = models.CharField(_("所属区划"), max_length=12, blank=True)
    created_at = models.DateTimeField(_("提交时间"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("提交人"), related_name="+")
    touched_at = models.DateTimeField(_("最近处理"))
    done_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    lines = models.PositiveIntegerField(_("登记内容行"), default=0)
    error_code = models.CharField(_("读取错误代码"), max_length=40, blank=True)
    error_data = models.JSONField(_("读取错误数据"), default=dict, blank=True)

    class Meta:
        verbose_name = _("登记簿导入")
        verbose_name_plural = pgettext_lazy("plural", "登记簿导入")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=RegisterStage.values), name="register_stage_known"),
            models.CheckConstraint(
                condition=Q(stage__in=[RegisterStage.READING, RegisterStage.FAILED])
                | Q(held=F("titles") + F("empty") + F("footers") + F("lines")),
                name="register_sums_add_up",
            ),
        ]

    def __str__(self):
        return self.file_name


class RegisterRow(models.Model):
    """One line: what stands in it, what it would do, what became of it.

    `values` (JSON, encrypted) holds the cells by field until the line is done, then nothing. `seen` is a digest of the
    registered row as it was judged: another one at the time of writing means that somebody changed it meanwhile.
    """

    labels = {
        "id": PUBLIC, "run": INTERNAL, "line": INTERNAL, "result": INTERNAL, "name": PERSONAL, "notes": INTERNAL,
        "values": SECRET, "seen": INTERNAL,
    }  # fmt: skip

    run = models.ForeignKey(RegisterImport, models.CASCADE, verbose_name=_("导入"), related_name="rows")
    line = models.PositiveIntegerField(_("行号"))
    result = models.CharField(_("结果"), max_length=10, choices=RegisterResult, default=RegisterResult.WAITING)
    name = models.CharField(_("对象"), max_length=80, blank=True)
    notes = models.JSONField(_("说明"), default=list)  # [column, sentence], never a secret or a person's data
    values = EncryptedTextField(_("内容"), blank=True)
    seen = models.CharField(_("登记内容摘要"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("登记簿导入的行")
        verbose_name_plural = _("登记簿导入的行")
        ordering = ["line"]
        constraints = [models.UniqueConstraint(fields=["run", "line"], name="register_line_once")]
        indexes = [models.Index(fields=["run", "result", "line"], name="register_rows_left")]

    def __str__(self):
        return f"{self.run_id} {self.line}"
