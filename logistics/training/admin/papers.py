"""Papers and their rules."""

from __future__ import annotations

import re

from django import forms
from django.contrib import admin
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.widgets import UnfoldAdminTextareaWidget

from logistics.training.admin.menu import TRAINING
from logistics.training.draw import Rule
from logistics.training.models import Paper
from logistics.training.selectors.results import visible_papers
from logistics.training.services.catalogue import move_paper, set_rules
from logistics.training.services.sheets import KINDS
from logistics.training.states import PaperState, QuestionKind
from members.access.admin_base import ScopedAdmin, admin_action, reason_of
from members.access.panels import Menu
from members.access.states import Permission as P
from portal.core.clock import now
from portal.core.masking import normalise_digits

ANY = "*"
_ANY_WORDS = {ANY, "任意", "不限"}
_KINDS = {**KINDS, **{kind.value: kind for kind in QuestionKind}}


class PaperForm(forms.ModelForm):
    rules = forms.CharField(
        label=_("抽题规则"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
        help_text=_("每行一条：专题、题型、道数、每题分数，用逗号隔开。例如：收寄验视，单选，5，4。不限的写 *。"),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["rules"] = written(self.instance)

    def clean_rules(self) -> str:
        typed = self.cleaned_data["rules"]
        self.read = []
        for number, line in enumerate(filter(str.strip, typed.splitlines()), 1):
            rule = rule_of(line)
            if rule is None:
                raise forms.ValidationError(
                    gettext("第 %(number)s 行看不懂。请写成：专题，题型，道数，每题分数。") % {"number": number}
                )
            self.read.append(rule)
        return typed


def rule_of(line: str) -> Rule | None:
    parts = [part.strip() for part in re.split(r"[,，、|\t]", line)]
    if len(parts) != 4:
        return None
    topic, kind, *numbers = parts
    if kind not in _ANY_WORDS and kind not in _KINDS:
        return None
    digits = [normalise_digits(number) for number in numbers]
    if not all(re.fullmatch(r"[1-9]\d{0,2}", number) for number in digits):
        return None
    return Rule(
        "" if topic in _ANY_WORDS else topic,
        "" if kind in _ANY_WORDS else _KINDS[kind].value,
        int(digits[0]),
        int(digits[1]),
    )


def written(paper: Paper) -> str:
    return "\n".join(
        f"{p.topic or ANY}，{_word(p.kind) if p.kind else ANY}，{p.count}，{p.points}"
        for p in paper.parts.order_by("order")
    )


def _word(kind: str) -> str:
    """As it may be typed again: the short word of who reads Chinese, the code of others."""
    if get_language() == "en":
        return kind
    return next(word for word, code in KINDS.items() if code == kind)


@admin.register(Paper)
class PaperAdmin(ScopedAdmin):
    access = {"view": P.TRAINING_MANAGE, "add": P.TRAINING_MANAGE, "change": P.TRAINING_MANAGE, "delete": None}
    menu = Menu(TRAINING, 40, "assignment")
    form = PaperForm
    list_display = ("title", "course", "minutes", "pass_percent", "attempts", "valid_months", "state")
    list_filter = (("course", RelatedDropdownFilter), ("state", ChoicesDropdownFilter))
    list_select_related = ("course",)
    actions = ("open_papers", "close_papers")
    readonly_fields = ("state",)
    fields = (
        "course", "title", "minutes", "pass_percent", "attempts", "limit_days", "wait_hours", "valid_months", "rules",
        "state",
    )  # fmt: skip

    def within(self, request, permission):
        return visible_papers(actor=request.actor, permission=permission)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        set_rules(paper=obj, rules=form.read)

    def _move(self, request, queryset, to: PaperState):
        why = reason_of(request)
        for paper in queryset:
            move_paper(paper_id=paper.pk, to=to, actor=request.actor, now=now(), why=why)
        self.message_user(request, _("已办理。"))

    @admin_action(P.TRAINING_MANAGE, description=_("开放考试"))
    def open_papers(self, request, queryset):
        self._move(request, queryset, PaperState.OPEN)

    @admin_action(P.TRAINING_MANAGE, description=_("关闭考试"))
    def close_papers(self, request, queryset):
        self._move(request, queryset, PaperState.CLOSED)
