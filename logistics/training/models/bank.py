"""The question bank of a course."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from logistics.training.models.courses import Course
from logistics.training.states import QuestionKind, QuestionState
from portal.core.labels import INTERNAL, PUBLIC


class Question(models.Model):
    """A question with its explanation. The database holds, at the end of each transaction, that an active question
    has two options or more: one right one of single and true-false questions, two or more of multiple ones
    (migration 0002, training_question_whole).
    """

    labels = {
        "id": PUBLIC, "course": INTERNAL, "topic": INTERNAL, "kind": INTERNAL, "text": INTERNAL,
        "explanation": INTERNAL, "state": INTERNAL, "created_at": INTERNAL, "updated_at": INTERNAL,
    }  # fmt: skip

    course = models.ForeignKey(Course, models.PROTECT, verbose_name=_("课程"), related_name="questions")
    topic = models.CharField(_("专题"), max_length=40)
    kind = models.CharField(_("题型"), max_length=10, choices=QuestionKind)
    text = models.TextField(_("题目"), max_length=500)
    explanation = models.TextField(_("解析"), max_length=1000, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=QuestionState, default=QuestionState.ACTIVE)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        verbose_name = _("题目")
        verbose_name_plural = pgettext_lazy("plural", "题目")
        ordering = ["course", "topic", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=QuestionKind.values), name="question_kind_known"),
            models.UniqueConstraint(
                fields=["course", "kind", "text"],
                name="question_once",
                violation_error_message=_("这门课程里已有同样的题目。"),
            ),
        ]
        indexes = [models.Index(fields=["course", "state", "topic", "kind"], name="question_for_draw")]

    def __str__(self):
        return self.text[:40]


class Option(models.Model):
    labels = {"id": PUBLIC, "question": INTERNAL, "order": INTERNAL, "text": INTERNAL, "correct": INTERNAL}

    question = models.ForeignKey(Question, models.CASCADE, verbose_name=_("题目"), related_name="options")
    order = models.PositiveSmallIntegerField(_("顺序"))
    text = models.CharField(_("选项"), max_length=200)
    correct = models.BooleanField(_("正确"), default=False)

    class Meta:
        verbose_name = _("选项")
        verbose_name_plural = _("选项")
        ordering = ["question", "order"]
        constraints = [models.UniqueConstraint(fields=["question", "order"], name="option_order_once")]

    def __str__(self):
        return f"{self.question_id} {self.order}"
