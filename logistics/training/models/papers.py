"""Papers: the rules by which the questions of an attempt are drawn and judged."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from logistics.training.models.courses import Course
from logistics.training.states import PaperState, QuestionKind
from portal.core.labels import INTERNAL, PUBLIC


class Paper(models.Model):
    """`attempts` tries in `limit_days`, `wait_hours` after a failed one. A pass lasts `valid_months`; 0: for good."""

    labels = {
        "id": PUBLIC, "course": PUBLIC, "title": PUBLIC, "minutes": PUBLIC, "pass_percent": PUBLIC, "attempts": PUBLIC,
        "limit_days": PUBLIC, "wait_hours": PUBLIC, "valid_months": PUBLIC, "state": PUBLIC, "created_at": INTERNAL,
        "updated_at": INTERNAL,
    }  # fmt: skip

    course = models.ForeignKey(Course, models.PROTECT, verbose_name=_("课程"), related_name="papers")
    title = models.CharField(_("试卷名称"), max_length=60)
    minutes = models.PositiveSmallIntegerField(_("考试时间（分钟）"), default=30)
    pass_percent = models.PositiveSmallIntegerField(_("及格线（百分比）"), default=80)
    attempts = models.PositiveSmallIntegerField(_("最多考几次"), default=3)
    limit_days = models.PositiveSmallIntegerField(_("次数按多少天计算"), default=365)
    wait_hours = models.PositiveSmallIntegerField(_("没通过要等几小时"), default=24)
    valid_months = models.PositiveSmallIntegerField(_("合格有效期（月，0 为长期）"), default=12)
    state = models.CharField(_("状态"), max_length=10, choices=PaperState, default=PaperState.DRAFT)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        verbose_name = _("试卷")
        verbose_name_plural = pgettext_lazy("plural", "试卷")
        ordering = ["course", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(pass_percent__gte=1, pass_percent__lte=100),
                name="paper_pass_percent",
                violation_error_message=_("及格线在 1 到 100 之间。"),
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=300, attempts__gte=1, limit_days__gte=1),
                name="paper_limits",
                violation_error_message=_("时间在 1 到 300 分钟之间，次数和天数至少为 1。"),
            ),
            models.UniqueConstraint(
                fields=["course"],
                condition=Q(state="open"),
                name="paper_open_once",
                violation_error_message=_("这门课程已有一份开放的试卷。"),
            ),
        ]

    def __str__(self):
        return self.title


class PaperPart(models.Model):
    """Draw `count` active questions; an empty topic or kind means any."""

    labels = {
        "id": PUBLIC, "paper": PUBLIC, "order": PUBLIC, "topic": INTERNAL, "kind": INTERNAL, "count": PUBLIC,
        "points": PUBLIC,
    }  # fmt: skip

    paper = models.ForeignKey(Paper, models.CASCADE, verbose_name=_("试卷"), related_name="parts")
    order = models.PositiveSmallIntegerField(_("顺序"))
    topic = models.CharField(_("专题"), max_length=40, blank=True)
    kind = models.CharField(_("题型"), max_length=10, choices=QuestionKind, blank=True)
    count = models.PositiveSmallIntegerField(_("抽几道"))
    points = models.PositiveSmallIntegerField(_("每题几分"))

    class Meta:
        verbose_name = _("抽题规则")
        verbose_name_plural = _("抽题规则")
        ordering = ["paper", "order"]
        constraints = [
            models.UniqueConstraint(fields=["paper", "order"], name="paper_part_order_once"),
            models.CheckConstraint(condition=Q(count__gte=1, points__gte=1), name="paper_part_counts"),
        ]

    def __str__(self):
        return f"{self.paper_id} {self.order}"
