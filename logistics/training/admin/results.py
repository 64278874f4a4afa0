"""Results of exams, for officials of the area. Nobody changes them."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter

from logistics.training.admin.menu import TRAINING
from logistics.training.models import Attempt
from logistics.training.selectors.results import visible_attempts
from logistics.training.states import AttemptState
from members.access.admin_base import DayRangeFilter, ScopedAdmin, exported
from members.access.panels import Menu
from members.access.states import Permission as P
from portal.core.masking import mask_name


@admin.register(Attempt)
class AttemptAdmin(ScopedAdmin):
    access = {"view": P.TRAINING_VIEW, "add": None, "change": None, "delete": None}
    menu = Menu(TRAINING, 50, "workspace_premium")
    list_display = ("started_at", "who", "code", "course", "number", "state", "score", "passed", "valid_until")
    list_filter = (
        ("paper__course", RelatedDropdownFilter), ("state", ChoicesDropdownFilter), "passed",
        ("started_at", DayRangeFilter),
    )  # fmt: skip
    list_select_related = ("paper__course", "user__courier")
    exports = (
        "started_at", "who", "code", "course", "number", "state", "score", "most", "passed", "valid_until",
        "certificate",
    )  # fmt: skip
    fields = (
        "who", "code", "paper", "number", "state", "started_at", "ends_at", "closed_at", "score", "most",
        "pass_percent", "passed", "valid_until", "certificate", "answers",
    )  # fmt: skip
    readonly_fields = ("who", "code", "answers")

    def within(self, request, permission):
        return visible_attempts(actor=request.actor, permission=permission)

    def export_rows(self, request):
        return super().export_rows(request).select_related("paper__course", "user__courier")

    @admin.display(description=_("考生"))
    @exported
    def who(self, obj) -> str:
        return mask_name(obj.user.name)

    @admin.display(description=_("工号"))
    @exported
    def code(self, obj) -> str:
        courier = getattr(obj.user, "courier", None)
        return courier.code if courier else ""

    @admin.display(description=_("课程"))
    @exported
    def course(self, obj) -> str:
        return obj.paper.course.title

    @admin.display(description=_("逐题"))
    def answers(self, obj) -> str:
        """What was asked and whether it was right; of a running exam only what was asked."""
        if obj.state == AttemptState.RUNNING:
            return "-"
        rows = [
            (q.order, q.text, _("答对") if q.right else _("答错") if q.answer else _("没有作答"))
            for q in obj.questions.order_by("order")
        ]
        return format_html_join("", "<p>{}. {} <strong>{}</strong></p>", rows)
