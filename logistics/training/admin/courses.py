"""Courses and their lessons."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from logistics.training import audiences
from logistics.training.admin.menu import TRAINING
from logistics.training.models import Course, Lesson
from logistics.training.selectors.results import course_figures, visible_courses, visible_lessons
from logistics.training.services.catalogue import move_course
from logistics.training.services.media import keep_captions, keep_file
from logistics.training.states import WITH_FILE, CourseState, LessonKind
from members.access.admin_base import ScopedAdmin, admin_action, reason_of
from members.access.panels import Menu
from members.access.states import Permission as P
from portal.core.clock import now
from portal.core.errors import DomainError


class CourseForm(forms.ModelForm):
    audience = forms.ChoiceField(label=_("适用人员"), choices=audiences.choices, widget=UnfoldAdminSelectWidget)


@admin.register(Course)
class CourseAdmin(ScopedAdmin):
    access = {"view": P.TRAINING_MANAGE, "add": P.TRAINING_MANAGE, "change": P.TRAINING_MANAGE, "delete": None}
    menu = Menu(TRAINING, 10, "school")
    form = CourseForm
    list_display = ("title", "code", "for_whom", "required", "state", "taken", "share")
    list_filter = (("state", ChoicesDropdownFilter), ("purpose", ChoicesDropdownFilter))
    search_fields = ("code", "title")
    search_help_text = _("代码或名称")
    autocomplete_fields = ("division",)
    actions = ("publish", "retire")
    fields = ("code", "title", "intro", "audience", "purpose", "required", "division", "state")

    def within(self, request, permission):
        return visible_courses(actor=request.actor, permission=permission)

    def get_fields(self, request, obj=None):
        return (*self.fields, *(("more",) if obj else ()))

    def get_readonly_fields(self, request, obj=None):
        """A code is on certificates: once given it stays."""
        return ("state", *(("code", "more") if obj else ()))

    def get_changelist_instance(self, request):
        page = super().get_changelist_instance(request)
        found = course_figures(courses=[row.pk for row in page.result_list])
        for row in page.result_list:
            row.figures = found.get(row.pk)
        return page

    @admin.display(description=_("适用人员"))
    def for_whom(self, obj) -> str:
        return audiences.label_of(obj.audience)

    @admin.display(description=_("考试人次"))
    def taken(self, obj) -> int:
        return obj.figures.taken if getattr(obj, "figures", None) else 0

    @admin.display(description=_("通过率"))
    def share(self, obj) -> str:
        return f"{obj.figures.pass_share:.0%}" if getattr(obj, "figures", None) else "-"

    @admin.display(description=_("相关"))
    def more(self, obj) -> str:
        pages = (
            ("admin:training_lesson_changelist", "course__id__exact", _("课时")),
            ("admin:training_question_changelist", "course__id__exact", _("题目")),
            ("admin:training_paper_changelist", "course__id__exact", _("试卷")),
            ("admin:training_attempt_changelist", "paper__course__id__exact", _("考试记录")),
        )
        links = [(f"{reverse(name)}?{key}={obj.pk}", text) for name, key, text in pages]
        return format_html_join(" · ", '<a class="of-link" href="{}">{}</a>', links)

    def _move(self, request, queryset, to: CourseState):
        why = reason_of(request)
        for course in queryset:
            move_course(course_id=course.pk, to=to, actor=request.actor, now=now(), why=why)
        self.message_user(request, _("已办理。"))

    @admin_action(P.TRAINING_MANAGE, description=_("发布"))
    def publish(self, request, queryset):
        self._move(request, queryset, CourseState.PUBLISHED)

    @admin_action(P.TRAINING_MANAGE, description=_("停用"))
    def retire(self, request, queryset):
        self._move(request, queryset, CourseState.RETIRED)


class LessonForm(forms.ModelForm):
    """The file is told by its content; a lesson that keeps its kind may keep its file."""

    upload = forms.FileField(
        label=_("文件"), required=False, widget=UnfoldAdminFileFieldWidget,
        help_text=_("图片：JPEG、PNG；视频：MP4、WebM，不超过 300 MB；附件：PDF，不超过 20 MB。"),
    )  # fmt: skip
    captions_upload = forms.FileField(
        label=_("字幕"), required=False, widget=UnfoldAdminFileFieldWidget,
        help_text=_("视频的 WebVTT 字幕（.vtt），给听不清的人看。"),
    )  # fmt: skip

    def clean(self):
        kind, upload = self.cleaned_data.get("kind"), self.cleaned_data.get("upload")
        kept = self.instance.file and self.instance.kind == kind
        try:
            if upload and kind in WITH_FILE:
                file = keep_file(kind=kind, file=upload, name=upload.name)
                self.instance.file, self.instance.file_name = file.path, file.name
                self.instance.content_type, self.instance.size = file.content_type, file.size
            elif kind == LessonKind.TEXT:
                self.instance.file = self.instance.file_name = self.instance.content_type = ""
                self.instance.size = 0
            elif not kept and kind:
                self.add_error("upload", _("请选择文件。"))
        except DomainError as error:
            self.add_error("upload", f"{error.message}{error.hint}")
        captions = self.cleaned_data.get("captions_upload")
        if captions and kind == LessonKind.VIDEO:
            try:
                self.instance.captions = keep_captions(file=captions)
            except DomainError as error:
                self.add_error("captions_upload", f"{error.message}{error.hint}")
        return self.cleaned_data


@admin.register(Lesson)
class LessonAdmin(ScopedAdmin):
    access = {"view": P.TRAINING_MANAGE, "add": P.TRAINING_MANAGE, "change": P.TRAINING_MANAGE, "delete": None}
    menu = Menu(TRAINING, 20, "menu_book")
    form = LessonForm
    list_display = ("title", "course", "order", "kind", "minutes")
    list_filter = (("course", RelatedDropdownFilter), ("kind", ChoicesDropdownFilter))
    list_select_related = ("course",)
    fields = ("course", "order", "kind", "title", "text", "minutes", "upload", "captions_upload", "file_name")
    readonly_fields = ("file_name",)

    def within(self, request, permission):
        return visible_lessons(actor=request.actor, permission=permission)
