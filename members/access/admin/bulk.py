"""Bulk actions: the dry run, the confirmation, what became of each row, and taking it back."""

from __future__ import annotations

from django.contrib import admin, messages
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from members.access import bulk
from members.access.admin.deeds import NamesActors
from members.access.admin_base import REASON_KEY, ScopedAdmin, exported, guarded
from members.access.models import BulkRun
from members.access.panels import RECORDS, Menu
from members.access.states import BulkState, RowResult
from portal.core.access import Rule, holders
from portal.core.clock import now

# Who may do any bulk action sees this page; the runs on it are their own or of the area they audit.
SHOWN_ROWS = bulk.MAX_ROWS


class ActionFilter(admin.SimpleListFilter):
    title, parameter_name = _("批量操作"), "action"

    def lookups(self, request, model_admin):
        return bulk.titles()

    def queryset(self, request, queryset):
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(BulkRun)
class BulkRunAdmin(NamesActors, ScopedAdmin):
    """Rows are written by the service alone; the buttons stand on the page of the run."""

    access = {"view": None, "add": None, "change": None, "delete": None}
    menu = Menu(RECORDS, 30, "playlist_add_check")
    list_display = ("created_at", "title", "state", "by_whom", "confirmed_at", "why", "undone_at")
    list_filter = ("state", ActionFilter)
    ordering = ("-created_at", "-id")
    change_form_template = "access/bulk_run.html"

    def rule(self) -> Rule:
        return holders(*bulk.permissions())

    def within(self, request, permission=None):
        return bulk.visible_runs(actor=request.actor)

    def visible(self, request):
        return self.within(request)

    def has_view_permission(self, request, obj=None):
        allowed = self.rule().allows(request.actor)
        return allowed and (obj is None or self.within(request).filter(pk=obj.pk).exists())

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    @admin.display(description=_("批量操作"))
    @exported
    def title(self, obj) -> str:
        return str(dict(bulk.titles()).get(obj.action, obj.action))

    # -- the page of a run ----------------------------------------------------------------------------
    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        action = bulk.action_of(obj)
        rows = list(obj.rows.order_by("pk")[:SHOWN_ROWS])
        context |= {
            "title": action.title,
            "run": obj,
            "action": action,
            "rows": rows,
            "able": sum(row.able for row in rows),
            "own": obj.created_by == request.actor.id,
            "choosing": obj.state in (BulkState.CHOOSING, BulkState.PLANNED) and bool(action.choices),
            "planned": obj.state == BulkState.PLANNED,
            "chosen": str(dict(action.choices).get(obj.choice, "")),
            "may_undo": bulk.undoable(obj, now()) and request.actor.may(action.permission),
            "counts": _counts(rows),
            "reason": request.session.get(REASON_KEY, ""),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def own_urls(self):
        doors = (("plan", self.plan_view), ("confirm", self.confirm_view), ("undo", self.undo_view))
        return [(f"<uuid:run_id>/{name}/", name, guarded(view, self.rule(), self.admin_site)) for name, view in doors]

    def _run(self, request, run_id) -> BulkRun:
        return self.get_object(request, str(run_id))

    def plan_view(self, request, run_id):
        run = self._run(request, run_id)
        if request.method == "POST":
            bulk.plan(run=run, choice=request.POST.get("choice", ""), actor=request.actor, now=now())
        return redirect("admin:access_bulkrun_change", run_id)

    def confirm_view(self, request, run_id):
        run = self._run(request, run_id)
        if request.method == "POST":
            bulk.confirm(run=run, why=request.POST.get("reason", ""), actor=request.actor, now=now())
            request.session.pop(REASON_KEY, None)
            self.message_user(request, _("已办理，每一项的结果见下表。"), messages.SUCCESS)
        return redirect("admin:access_bulkrun_change", run_id)

    def undo_view(self, request, run_id):
        run = self._run(request, run_id)
        if request.method == "POST":
            bulk.undo(run=run, why=request.POST.get("reason", ""), actor=request.actor, now=now())
            self.message_user(request, _("已撤销，每一项的结果见下表。"), messages.SUCCESS)
        return redirect("admin:access_bulkrun_change", run_id)


def _counts(rows) -> list[tuple[str, int]]:
    """How many rows ended in each result; of an undone run, in each result of the undoing."""
    undone = [row.undo_result for row in rows if row.undo_result]
    ended = undone or [row.result for row in rows if row.result]
    return [(str(label), ended.count(code)) for code, label in RowResult.choices if code in ended]
