"""The question bank, with how each question did."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.widgets import UnfoldAdminTextareaWidget

from logistics.training.admin.menu import TRAINING
from logistics.training.models import Question
from logistics.training.selectors.results import question_figures, visible_questions
from logistics.training.services.bank import Draft, problems, set_options, true_false
from logistics.training.services.sheets import FALSE_WORDS, TRUE_WORDS
from logistics.training.states import QuestionKind
from members.access.admin_base import ScopedAdmin
from members.access.panels import Menu
from members.access.states import Permission as P

MARK = "*"


class QuestionForm(forms.ModelForm):
    """Options one a line, the right ones marked; the same rules as an imported file."""

    options = forms.CharField(
        label=_("选项"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        help_text=_("每行一个选项，正确的在行首加星号 *。判断题只写“对”或“错”。"),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["options"] = written(self.instance)

    def clean(self):
        data = super().clean()
        if {"kind", "text", "topic"} <= set(data):
            kind, typed = data["kind"], data.get("options", "")
            self.read = options_of(kind, typed)
            draft = Draft(data["topic"], kind, data["text"], self.read, data.get("explanation", ""))
            for field, sentence in problems(draft).items():
                if field not in self.errors:
                    self.add_error(field, sentence)
        return data


def options_of(kind: str, typed: str) -> tuple[tuple[str, bool], ...]:
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    if kind == QuestionKind.TRUE_FALSE and len(lines) == 1 and lines[0].upper() in TRUE_WORDS | FALSE_WORDS:
        return true_false(lines[0].upper() in TRUE_WORDS)
    return tuple((line.removeprefix(MARK).strip(), line.startswith(MARK)) for line in lines)


def written(question: Question) -> str:
    options = list(question.options.order_by("order"))
    if question.kind == QuestionKind.TRUE_FALSE:
        return next((o.text for o in options if o.correct), "")
    return "\n".join(f"{MARK if o.correct else ''}{o.text}" for o in options)


@admin.register(Question)
class QuestionAdmin(ScopedAdmin):
    access = {"view": P.TRAINING_MANAGE, "add": P.TRAINING_MANAGE, "change": P.TRAINING_MANAGE, "delete": None}
    menu = Menu(TRAINING, 30, "quiz")
    form = QuestionForm
    list_display = ("text", "topic", "kind", "state", "asked", "right_share", "discrimination")
    list_filter = (
        ("course", RelatedDropdownFilter), ("kind", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter), "topic",
    )  # fmt: skip
    search_fields = ("text", "topic")
    search_help_text = _("题目或专题")
    fields = ("course", "topic", "kind", "text", "options", "explanation", "state")

    def within(self, request, permission):
        return visible_questions(actor=request.actor, permission=permission)

    def get_changelist_instance(self, request):
        """Figures of the rows on the page, in one query."""
        page = super().get_changelist_instance(request)
        found = question_figures(questions=[row.pk for row in page.result_list])
        for row in page.result_list:
            row.figures = found.get(row.pk)
        return page

    @admin.display(description=_("考过"))
    def asked(self, obj) -> int:
        return obj.figures.asked if getattr(obj, "figures", None) else 0

    @admin.display(description=_("答对率"))
    def right_share(self, obj) -> str:
        return f"{obj.figures.right_share:.0%}" if getattr(obj, "figures", None) else "-"

    @admin.display(description=_("区分度"))
    def discrimination(self, obj) -> str:
        """Near 0 it tells nobody apart; below 0 it should be looked at."""
        figures = getattr(obj, "figures", None)
        if figures is None or figures.discrimination is None:
            return "-"
        value = f"{figures.discrimination:.2f}"
        return gettext("%(value)s，请检查") % {"value": value} if figures.discrimination < 0 else value

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        set_options(question=obj, options=form.read)
