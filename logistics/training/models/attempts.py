"""Attempts at a paper: what was asked, what was answered, what came of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from logistics.training.models.bank import Question
from logistics.training.models.papers import Paper
from logistics.training.states import AttemptState, QuestionKind
from portal.core.ids import new_id
from portal.core.labels import INTERNAL, PERSONAL, PUBLIC, SECRET


class Attempt(models.Model):
    """One person at one paper. Its questions are drawn from the bank with `seed` and kept as they were shown.

    The server's clock alone counts: answers are taken until `ends_at`. `seat` names the browser that answers now.
    A closed attempt never changes (migration 0002, training_attempt_closed).
    """

    labels = {
        "id": PUBLIC, "paper": INTERNAL, "user": INTERNAL, "number": INTERNAL, "seed": SECRET, "seat": SECRET,
        "state": INTERNAL, "started_at": INTERNAL, "ends_at": INTERNAL, "closed_at": INTERNAL, "score": INTERNAL,
        "most": INTERNAL, "pass_percent": INTERNAL, "passed": INTERNAL, "valid_until": INTERNAL,
        "certificate": INTERNAL, "demo": INTERNAL,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    paper = models.ForeignKey(Paper, models.PROTECT, verbose_name=_("试卷"), related_name="taken")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("考生"), related_name="exam_attempts"
    )
    number = models.PositiveSmallIntegerField(_("第几次"))
    seed = models.BigIntegerField(_("抽题种子"))
    seat = models.CharField(_("答题浏览器"), max_length=32)
    state = models.CharField(_("状态"), max_length=10, choices=AttemptState, default=AttemptState.RUNNING)
    started_at = models.DateTimeField(_("开始时间"))
    ends_at = models.DateTimeField(_("截止时间"))
    closed_at = models.DateTimeField(_("收卷时间"), null=True, blank=True)
    score = models.PositiveSmallIntegerField(_("得分"), null=True, blank=True)
    most = models.PositiveSmallIntegerField(_("满分"))
    pass_percent = models.PositiveSmallIntegerField(_("及格线（百分比）"))
    passed = models.BooleanField(_("合格"), null=True, blank=True)
    valid_until = models.DateField(_("合格有效期至"), null=True, blank=True)
    certificate = models.CharField(_("证书编号"), max_length=20, blank=True)
    demo = models.BooleanField(_("演示数据"), default=False)

    class Meta:
        verbose_name = _("考试记录")
        verbose_name_plural = pgettext_lazy("plural", "考试记录")
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("started_at")), name="attempt_ends_after_start"),
            models.CheckConstraint(condition=Q(state__in=AttemptState.values), name="attempt_state_known"),
            models.CheckConstraint(
                condition=Q(state="running", closed_at=None, score=None, passed=None, valid_until=None, certificate="")
                | (~Q(state="running") & Q(closed_at__isnull=False, score__isnull=False, passed__isnull=False)),
                name="attempt_closed_has_result",
            ),
            models.CheckConstraint(condition=Q(score=None) | Q(score__lte=F("most")), name="attempt_score_within"),
            models.UniqueConstraint(
                fields=["paper", "user"], condition=Q(state="running"), name="attempt_running_once"
            ),
            models.UniqueConstraint(fields=["paper", "user", "number"], name="attempt_number_once"),
        ]
        indexes = [
            models.Index(fields=["ends_at"], condition=Q(state="running"), name="attempt_running"),
            models.Index(fields=["user", "-started_at"], name="attempt_of_user"),
        ]

    def __str__(self):
        return str(self.id)


class AttemptQuestion(models.Model):
    """A question as it was shown: text, options in their order (`[[id of the option, text], …]`), letters of the right
    ones. `answer` holds letters; `sequence` orders saves, so that a late one never undoes a newer one.
    """

    labels = {
        "id": PUBLIC, "attempt": INTERNAL, "order": INTERNAL, "question": INTERNAL, "kind": INTERNAL, "text": INTERNAL,
        "options": INTERNAL, "key": SECRET, "explanation": INTERNAL, "points": INTERNAL, "answer": PERSONAL,
        "sequence": INTERNAL, "answered_at": INTERNAL, "right": INTERNAL,
    }  # fmt: skip

    attempt = models.ForeignKey(Attempt, models.CASCADE, verbose_name=_("考试"), related_name="questions")
    order = models.PositiveSmallIntegerField(_("题号"))
    question = models.ForeignKey(Question, models.PROTECT, verbose_name=_("题目"), related_name="asked")
    kind = models.CharField(_("题型"), max_length=10, choices=QuestionKind)
    text = models.TextField(_("题目"))
    options = models.JSONField(_("选项"))
    key = models.CharField(_("正确答案"), max_length=8)
    explanation = models.TextField(_("解析"), blank=True)
    points = models.PositiveSmallIntegerField(_("分值"))
    answer = models.CharField(_("作答"), max_length=8, blank=True)
    sequence = models.PositiveIntegerField(_("保存序号"), default=0)
    answered_at = models.DateTimeField(_("作答时间"), null=True, blank=True)
    right = models.BooleanField(_("答对"), null=True, blank=True)

    class Meta:
        verbose_name = _("考试题目")
        verbose_name_plural = _("考试题目")
        ordering = ["attempt", "order"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "order"], name="attempt_question_order_once"),
            models.UniqueConstraint(fields=["attempt", "question"], name="attempt_question_once"),
            models.CheckConstraint(condition=Q(points__gte=1), name="attempt_question_points"),
            models.CheckConstraint(
                condition=Q(answer__regex=r"^[A-H]*$") & Q(key__regex=r"^[A-H]+$"), name="attempt_question_letters"
            ),
        ]

    def __str__(self):
        return f"{self.attempt_id} {self.order}"
