"""The officials' page of certificates: what was issued, what holds, and what is done about it."""

from __future__ import annotations

import datetime as dt

from django.contrib import admin, messages
from django.db.models import Q
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from logistics.certificates.consequences import consequences_of
from logistics.certificates.kinds import all_kinds, kind_of
from logistics.certificates.models import Certificate
from logistics.certificates.selectors import open_proposal, to_decide, visible_certificates
from logistics.certificates.services import measures
from logistics.certificates.states import MOVES, Act, CertificateState, MeasureState, live_state
from members.access.admin_base import ScopedAdmin, exported, guarded
from members.access.panels import PLACES, Duty, Menu, add_duty
from members.access.states import Permission as P
from portal.core.access import holders
from portal.core.clock import county_day, now
from portal.core.errors import DomainError
from portal.core.masking import mask_name

SOON = dt.timedelta(days=60)
DOES = {Act.SUSPEND: measures.suspend, Act.REINSTATE: measures.reinstate, Act.CANCEL: measures.cancel}
_LEADS_TO = {
    Act.SUSPEND: CertificateState.SUSPENDED,
    Act.REINSTATE: CertificateState.VALID,
    Act.CANCEL: CertificateState.CANCELLED,
}


BACK = {
    Act.SUSPEND: _("查清以后可以恢复，恢复后马上照常。"),
    Act.REINSTATE: _("恢复以后还可以再暂停。"),
    Act.CANCEL: _("注销不能恢复：要再开业，须重新申请认证。"),
    Act.REVOKE: _("提出以后证书暂时不变，由另一位同事复核；复核同意以后不能恢复。"),
}


class AskedFilter(admin.SimpleListFilter):
    title, parameter_name = _("撤销复核"), "asked"

    def lookups(self, request, model_admin):
        return [("mine", _("等我复核")), ("all", _("等复核"))]

    def queryset(self, request, queryset):
        if self.value() == "mine":
            return queryset.filter(pk__in=to_decide(actor=request.actor).values("certificate"))
        return queryset.filter(measures__state=MeasureState.PROPOSED) if self.value() == "all" else queryset


class KindFilter(admin.SimpleListFilter):
    title, parameter_name = _("种类"), "kind"

    def lookups(self, request, model_admin):
        return [(kind.code, kind.label) for kind in all_kinds()]

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


class EndFilter(admin.SimpleListFilter):
    title, parameter_name = _("到期"), "end"

    def lookups(self, request, model_admin):
        return [("soon", _("60 天内到期")), ("passed", _("已到期"))]

    def queryset(self, request, queryset):
        today = county_day(now())
        asked = {
            "soon": Q(state=CertificateState.VALID, valid_until__range=(today, today + SOON)),
            "passed": Q(state__in=[CertificateState.VALID, CertificateState.EXPIRED], valid_until__lt=today),
        }.get(self.value() or "")
        return queryset if asked is None else queryset.filter(asked)


@admin.register(Certificate)
class CertificateAdmin(ScopedAdmin):
    access = {"view": P.CERTIFICATE_VIEW, "add": None, "change": None, "delete": None}
    personal = P.PARCEL_VIEW_PERSONAL
    menu = Menu(PLACES, 40, "workspace_premium")
    list_display = ("number", "sort", "held_by", "division", "valid_from", "valid_until", "now_is")
    list_select_related = ("division",)
    list_filter = (EndFilter, AskedFilter, ("state", ChoicesDropdownFilter), KindFilter)
    search_fields = ("number", "division__name", "enterprise__name", "enterprise__code")
    search_help_text = _("证书编号、所在地或企业")
    ordering = ("-issued_at",)
    exports = ("number", "sort", "held_by", "division", "valid_from", "valid_until", "now_is", "issued_at")
    change_form_template = "admin/certificates/certificate.html"

    def within(self, request, permission):
        return visible_certificates(actor=request.actor, permission=permission)

    @admin.display(description=_("种类"), ordering="kind")
    @exported
    def sort(self, obj) -> str:
        return str(kind_of(obj.kind).label)

    @admin.display(description=_("持证人"))
    @exported
    def held_by(self, obj) -> str:
        return mask_name(obj.holder_name) if kind_of(obj.kind).personal else obj.holder_name

    @admin.display(description=_("状态"), ordering="state")
    @exported
    def now_is(self, obj) -> str:
        return str(live_state(obj.state, obj.valid_until, county_day(now())).label)

    # -- the page of one ------------------------------------------------------------------------------------
    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        kind = kind_of(obj.kind)
        proposal = open_proposal(certificate=obj.pk)
        context |= {
            "title": f"{kind.label} · {obj.number}", "certificate": obj, "facts": kind.rows(obj.facts),
            "state": self.now_is(obj), "holder": self.held_by(obj), "proposal": proposal,
            "measures": obj.measures.order_by("-proposed_at"),
            "acts": [(act, Act(act).label) for act in _offered(request.actor, obj)],
            "may_propose": _may_propose(request.actor, obj),
            "may_withdraw": proposal is not None and proposal.proposed_by_id == request.actor.user_id
            and request.actor.may(P.CERTIFICATE_REVOKE),
            "may_decide": proposal is not None and request.actor.may(P.CERTIFICATE_REVOKE)
            and proposal.proposed_by_id != request.actor.user_id,
        }  # fmt: skip
        return super().render_change_form(request, context, add, change, form_url, obj)

    def own_urls(self):
        manage, revoke = holders(P.CERTIFICATE_MANAGE), holders(P.CERTIFICATE_REVOKE)
        doors = [
            ("measure", self.measure_view, manage), ("propose", self.propose_view, revoke),
            ("decide", self.decide_view, revoke), ("withdraw", self.withdraw_view, revoke),
        ]  # fmt: skip
        return [
            (f"<uuid:certificate_id>/{name}/", name, guarded(view, rule, self.admin_site)) for name, view, rule in doors
        ]

    def measure_view(self, request, certificate_id):
        """`act` names what is to be done: by GET what it would stop, by POST it happens."""
        act = (request.POST if request.method == "POST" else request.GET).get("act", "")
        row = self.get_object(request, str(certificate_id))
        if act not in _offered(request.actor, row):
            return redirect("admin:certificates_certificate_change", certificate_id)
        done = _("已执行，并已通知持证人。")
        return self._confirmed(request, row, Act(act), Act(act).label, DOES[Act(act)], done)

    def propose_view(self, request, certificate_id):
        row = self.get_object(request, str(certificate_id))
        if not _may_propose(request.actor, row):
            return redirect("admin:certificates_certificate_change", certificate_id)
        done = _("已提出，等另一位同事复核。复核前您可以撤回。")
        return self._confirmed(request, row, Act.REVOKE, _("提出撤销"), measures.propose_revocation, done)

    def _confirmed(self, request, row, act: Act, title, service, done):
        """The page that says what stops and asks; the act itself happens from here only. What was typed stays."""
        error = None
        if request.method == "POST":
            error = self._refusal(request, row, service, done, why=request.POST.get("why", ""))
            if error is None:
                return redirect("admin:certificates_certificate_change", row.pk)
        context = {
            **self.admin_site.each_context(request), "title": f"{title} · {row.number}", "certificate": row, "act": act,
            "button": title, "holder": self.held_by(row), "sort": self.sort(row), "error": error,
            "why": request.POST.get("why", ""), "back": BACK[act], "opts": self.model._meta,
            "stops": consequences_of(row) if act != Act.REINSTATE else [],
        }  # fmt: skip
        status = error.status if error is not None else 200
        return TemplateResponse(request, "admin/certificates/confirm.html", context, status=status)

    def decide_view(self, request, certificate_id):
        agreed = request.POST.get("agreed") == "yes"
        done = _("已撤销，并已通知持证人。") if agreed else _("未同意撤销。")
        return self._act(
            request, certificate_id, measures.decide_revocation, done, why=request.POST.get("why", ""), agreed=agreed
        )

    def withdraw_view(self, request, certificate_id):
        return self._act(request, certificate_id, measures.withdraw_revocation, _("已撤回，证书不变。"))

    def _act(self, request, certificate_id, service, done, **more):
        row = self.get_object(request, str(certificate_id))
        if request.method == "POST" and (error := self._refusal(request, row, service, done, **more)) is not None:
            self.message_user(request, f"{error.message}{error.hint}", messages.ERROR)
        return redirect("admin:certificates_certificate_change", certificate_id)

    def _refusal(self, request, row, service, done, **more) -> DomainError | None:
        """Does it and says so; a refusal by the rules is returned, what is not the actor's is raised."""
        try:
            service(certificate=row, actor=request.actor, now=now(), **more)
        except DomainError as error:
            if error.status in (401, 403, 404):
                raise
            return error
        self.message_user(request, done, messages.SUCCESS)
        return None


def _offered(actor, row: Certificate) -> list[str]:
    may = actor.may(P.CERTIFICATE_MANAGE)
    return [act.value for act in Act if act in DOES and may and _LEADS_TO[act] in MOVES[row.state]]


def _may_propose(actor, row: Certificate) -> bool:
    open_one = open_proposal(certificate=row.pk)
    return open_one is None and CertificateState.REVOKED in MOVES[row.state] and actor.may(P.CERTIFICATE_REVOKE)


def revocations_to_decide(actor, moment: dt.datetime) -> int:
    return to_decide(actor=actor).count()


add_duty(
    Duty(
        "revocations", 20, P.CERTIFICATE_REVOKE, _("撤销证书，等您复核"), revocations_to_decide,
        lambda moment: f"{reverse('admin:certificates_certificate_changelist')}?asked=mine",
    )
)  # fmt: skip
