"""The queue of applications and the page on which one is reviewed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q
from django.http import JsonResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from logistics.licensing import selectors, services
from logistics.licensing.admin.review import REMARK, review_context
from logistics.licensing.kinds import KINDS, kind_of
from logistics.licensing.models import Application
from logistics.licensing.services.clean import approve_clean, why_not_clean
from logistics.licensing.states import ApplicationState
from members.access.admin_base import ScopedAdmin, bulk_action, exported, guarded
from members.access.bulk import BulkAction
from members.access.panels import PLACES, Menu
from members.access.states import Permission as P
from portal.core.access import holders
from portal.core.clock import COUNTY_TIME, county_day, now
from portal.core.errors import DomainError

SOON = dt.timedelta(days=3)
EVERYTHING = "all"


class KindFilter(admin.SimpleListFilter):
    title, parameter_name = _("种类"), "kind"

    def lookups(self, request, model_admin):
        return [(kind.code, kind.label) for kind in KINDS.values()]

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


class DueFilter(admin.SimpleListFilter):
    """What has to be decided when; what waits unless asked otherwise. Deadlines are working days already, so the days
    left are compared as dates."""

    title, parameter_name = _("期限"), "due"

    def lookups(self, request, model_admin):
        return [
            ("waiting", _("全部待审")), ("late", _("已超期")), ("soon", _("三天内到期")), ("mine", _("我在审核")),
            (EVERYTHING, _("全部")),
        ]  # fmt: skip

    def choices(self, changelist):
        for value, title in self.lookup_choices:
            chosen = (self.value() or "waiting") == value
            query = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": chosen, "query_string": query, "display": title}

    def queryset(self, request, queryset):
        today = county_day(now())
        waiting = Q(state=ApplicationState.SUBMITTED)
        asked = {
            "waiting": waiting,
            "late": waiting & Q(due_on__lt=today),
            "soon": waiting & Q(due_on__range=(today, today + SOON)),
            "mine": waiting & Q(reviewer=request.user, claimed_until__gt=now()),
        }.get(self.value() or "waiting")
        return queryset if asked is None or changing(request) else queryset.filter(asked)


def changing(request) -> bool:
    """A search, or another filter, looks through everything."""
    return bool(set(request.GET) - {"p", "o", "all", DueFilter.parameter_name}) and "due" not in request.GET


class ApproveClean(BulkAction):
    """Approves what leaves nothing to weigh; the rest is left with its reason."""

    code, title, permission = "application.approve_clean", _("通过审核要点齐全的申请"), P.APPLICATION_REVIEW
    warning = _("只通过没有重复、审核要点全部符合的申请；通过后立即发证，不能撤销。")

    def reach(self, actor):
        return selectors.visible_applications(actor=actor, permission=self.permission)

    def name(self, row):
        return f"{row.number} {selectors.title_of(row)}"

    def token(self, row):
        return f"{row.state}:{row.revision}"

    def refuse(self, row, choice, now):
        return why_not_clean(application=row, now=now)

    def says(self, row, choice):
        return gettext("通过并发证。")

    def do(self, row, *, choice, actor, now, why):
        approve_clean(application=row, revision=row.revision, actor=actor, now=now)


@admin.register(Application)
class ApplicationAdmin(ScopedAdmin):
    """The values stand on a page of their own making: who has claimed the review reads them in full."""

    access = {"view": P.APPLICATION_VIEW, "add": None, "change": None, "delete": None}
    menu = Menu(PLACES, 5, "inbox")
    list_display = ("number", "sort", "purpose", "title", "division", "submitted_at", "deadline", "state", "reviewing")
    list_select_related = ("division",)
    list_filter = (DueFilter, KindFilter, ("state", ChoicesDropdownFilter), ("purpose", ChoicesDropdownFilter))
    search_fields = ("number", "division__name", "division__code")
    search_help_text = _("受理编号、所在乡镇或村")
    ordering = ("due_on", "submitted_at")
    actions = [bulk_action(ApproveClean)]
    exports = (
        "number", "sort", "purpose", "division", "state", "submitted_at", "due_on", "decided_at", "revision",
    )  # fmt: skip
    change_form_template = "admin/licensing/review.html"

    def within(self, request, permission):
        return selectors.visible_applications(actor=request.actor, permission=permission)

    @admin.display(description=_("种类"), ordering="kind")
    @exported
    def sort(self, obj) -> str:
        return str(kind_of(obj.kind).label)

    @admin.display(description=_("对象"))
    def title(self, obj) -> str:
        return selectors.title_of(obj)

    @admin.display(description=_("办结期限"), ordering="due_on")
    def deadline(self, obj) -> str:
        if obj.due_on is None or obj.state != ApplicationState.SUBMITTED:
            return ""
        tone, says = due_in_words(obj, county_day(now()))
        return format_html('<span class="of-mark {}">{} {}</span>', tone, f"{obj.due_on:%Y-%m-%d}", says)

    @admin.display(description=_("审核中"))
    def reviewing(self, obj) -> str:
        claimed = obj.claimed_until is not None and obj.claimed_until > now()
        return str(_("有人正在审核")) if claimed else ""

    # -- the page of one ------------------------------------------------------------------------------------
    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context |= review_context(application=obj, actor=request.actor, now=now())
        return super().render_change_form(request, context, add, change, form_url, obj)

    def own_urls(self):
        rule = holders(P.APPLICATION_REVIEW)
        doors = {
            "claim": self.claim_view, "release": self.release_view, "check": self.check_view,
            "return": self.return_view, "approve": self.approve_view, "refuse": self.refuse_view,
        }  # fmt: skip
        return [
            (f"<uuid:application_id>/{name}/", name, guarded(view, rule, self.admin_site))
            for name, view in doors.items()
        ]

    def claim_view(self, request, application_id):
        return self._act(request, application_id, services.claim, _("由您审核，半小时内有效。"))

    def release_view(self, request, application_id):
        return self._act(request, application_id, services.release, _("已放回队列。"))

    def check_view(self, request, application_id):
        """Keeps what was found and written. Items left open stay open. The page's script calls it while one works."""
        if request.headers.get("X-Autosave") != "1":
            return self._act(request, application_id, None, _("已保存。"), keep=True)
        row = self.get_object(request, str(application_id))
        try:
            services.keep_findings(application=row, actor=request.actor, now=now(), **_findings(request, row))
        except DomainError as error:
            return JsonResponse(error.as_dict(), status=error.status)
        return JsonResponse({"saved": f"{now().astimezone(COUNTY_TIME):%H:%M:%S}"})

    def return_view(self, request, application_id):
        remarks = _remarks(request)
        return self._act(
            request, application_id, services.return_for_changes, _("已退回申请人修改。"), keep=True, remarks=remarks,
            revision=_revision(request),
        )  # fmt: skip

    def approve_view(self, request, application_id):
        return self._act(
            request, application_id, services.approve, _("已通过并发证。"), keep=True, revision=_revision(request)
        )  # fmt: skip

    def refuse_view(self, request, application_id):
        return self._act(
            request,
            application_id,
            services.refuse,
            _("已作出不通过的决定。"),
            keep=True,
            why=request.POST.get("why", ""),
            revision=_revision(request),
        )

    def _act(self, request, application_id, act, done, *, keep=False, **more):
        """`keep`: what was found and written is kept, whichever button was pressed. Then one service call.

        A refusal by the rules is said on the page, which then shows how things stand now.
        """
        row = self.get_object(request, str(application_id))
        if request.method == "POST":
            try:
                if keep:
                    services.keep_findings(application=row, actor=request.actor, now=now(), **_findings(request, row))
                if act is not None:
                    act(application=row, actor=request.actor, now=now(), **more)
            except DomainError as error:
                if error.status in (401, 403, 404):
                    raise
                self.message_user(request, f"{error.message}{error.hint}", messages.ERROR)
            else:
                self.message_user(request, done, messages.SUCCESS)
        return redirect("admin:licensing_application_change", application_id)


def due_in_words(application: Application, today: dt.date) -> tuple[str, str]:
    """How urgent it is: a tone and words that don't need the colour."""
    left = (application.due_on - today).days
    words = {True: gettext("今天到期")}.get(left == 0) or (
        gettext("已超期 %(days)d 天") % {"days": -left} if left < 0 else gettext("还有 %(days)d 天") % {"days": left}
    )
    unsure = "" if application.due_certain else gettext("（待定）")
    return "bad" if left < 0 else "warn" if left <= SOON.days else "good", words + unsure


def _revision(request) -> int:
    """The submission that the official saw; none is never the present one."""
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() else -1


def _remarks(request) -> dict[str, str]:
    return {name[len(REMARK) :]: text for name, text in request.POST.items() if name.startswith(REMARK)}


def _findings(request, row: Application) -> dict[str, Any]:
    """What the review page holds: its submission, the items that were answered, the remarks."""
    answers = {
        item.code: (request.POST[f"item-{item.code}"] == "yes", request.POST.get(f"note-{item.code}", ""))
        for item in kind_of(row.kind).checklist
        if request.POST.get(f"item-{item.code}") in ("yes", "no")
    }
    return {"revision": _revision(request), "checks": answers, "remarks": _remarks(request) or None}
