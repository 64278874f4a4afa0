"""Courses of lessons, and who has done which lesson."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from logistics.training.states import WITH_FILE, CourseState, LessonKind, Purpose
from portal.core.labels import INTERNAL, PUBLIC


class Course(models.Model):
    """Something to be learned, for one audience (logistics/training/audiences.py), kept by one division's officials.

    `required` courses must all be passed by who wants to work as its audience.
    """

    labels = {
        "id": PUBLIC, "code": PUBLIC, "title": PUBLIC, "intro": PUBLIC, "audience": PUBLIC, "purpose": PUBLIC,
        "required": PUBLIC, "state": PUBLIC, "division": PUBLIC, "demo": INTERNAL, "created_at": INTERNAL,
        "updated_at": INTERNAL,
    }  # fmt: skip

    code = models.SlugField(_("课程代码"), max_length=40, unique=True)
    title = models.CharField(_("课程名称"), max_length=60)
    intro = models.TextField(_("课程介绍"), max_length=1000, blank=True)
    audience = models.CharField(_("适用人员"), max_length=20)
    purpose = models.CharField(_("用途"), max_length=10, choices=Purpose, default=Purpose.TRAINING)
    required = models.BooleanField(_("必修"), default=False)
    state = models.CharField(_("状态"), max_length=10, choices=CourseState, default=CourseState.DRAFT)
    division = models.ForeignKey("regions.Division", models.PROTECT, verbose_name=_("主办地区"))
    demo = models.BooleanField(_("演示数据"), default=False)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        verbose_name = _("课程")
        verbose_name_plural = pgettext_lazy("plural", "课程")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CourseState.values), name="course_state_known"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="course_purpose_known"),
        ]

    def __str__(self):
        return self.title


class Lesson(models.Model):
    """One step of a course. `file` is a path in the storage, never an address; `captions` a WebVTT file of a video."""

    labels = {
        "id": PUBLIC, "course": PUBLIC, "order": PUBLIC, "kind": PUBLIC, "title": PUBLIC, "text": PUBLIC,
        "minutes": PUBLIC, "file": INTERNAL, "file_name": PUBLIC, "content_type": PUBLIC, "size": PUBLIC,
        "captions": INTERNAL,
    }  # fmt: skip

    course = models.ForeignKey(Course, models.PROTECT, verbose_name=_("课程"), related_name="lessons")
    order = models.PositiveSmallIntegerField(_("顺序"))
    kind = models.CharField(_("形式"), max_length=10, choices=LessonKind, default=LessonKind.TEXT)
    title = models.CharField(_("标题"), max_length=60)
    text = models.TextField(_("正文"), max_length=20_000, blank=True)
    minutes = models.PositiveSmallIntegerField(_("大约几分钟"), default=5)
    file = models.CharField(_("文件"), max_length=200, blank=True)
    file_name = models.CharField(_("文件名"), max_length=120, blank=True)
    content_type = models.CharField(_("文件类型"), max_length=40, blank=True)
    size = models.PositiveBigIntegerField(_("文件大小"), default=0)
    captions = models.CharField(_("字幕"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("课时")
        verbose_name_plural = pgettext_lazy("plural", "课时")
        ordering = ["course", "order"]
        constraints = [
            models.UniqueConstraint(fields=["course", "order"], name="lesson_order_once"),
            models.CheckConstraint(
                condition=Q(kind=LessonKind.TEXT) | ~Q(file=""),
                name="lesson_has_file",
                violation_error_message=_("图片、视频和附件课时要有文件。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=sorted(kind.value for kind in WITH_FILE)) | ~Q(text=""),
                name="lesson_has_text",
                violation_error_message=_("图文课时要有正文。"),
            ),
        ]

    def __str__(self):
        return self.title


class LessonDone(models.Model):
    """That a person has worked through a lesson."""

    labels = {"id": PUBLIC, "user": INTERNAL, "lesson": INTERNAL, "done_at": INTERNAL}

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("学员"), related_name="lessons_done"
    )
    lesson = models.ForeignKey(Lesson, models.CASCADE, verbose_name=_("课时"), related_name="done")
    done_at = models.DateTimeField(_("学完时间"))

    class Meta:
        verbose_name = _("学习进度")
        verbose_name_plural = _("学习进度")
        constraints = [models.UniqueConstraint(fields=["user", "lesson"], name="lesson_done_once")]

    def __str__(self):
        return f"{self.user_id} {self.lesson_id}"
