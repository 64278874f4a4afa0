from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.licensing.kinds import parts
from logistics.licensing.kinds.enterprise import form
from logistics.licensing.kinds.spec import Duplicate, Kind, Problems, Values
from logistics.licensing.models import Application
from logistics.registry.models import Enterprise
from logistics.registry.selectors import visible_enterprises
from logistics.registry.services.parties import create_enterprise, update_enterprise
from logistics.registry.services.staff import grant_role
from logistics.registry.states import State
from members.access.states import Permission, Role
from portal.core.actor import Actor
from portal.regions.selectors import with_paths

_PAPERS = ("licence_until", "permit_until")
_KEPT = ("name", "short_name", "kind", "credit_code", "hotline", "website", "contact_name", "contact_phone")


class EnterpriseCertification(Kind):
    code, rank = "enterprise", 1
    label = _("企业认证")
    certificate = _("企业认证证书")
    says = _("快递、客运、电商、生产企业和供应商在本县经营前办理。")
    party = Enterprise
    fields, documents, checklist = form.FIELDS, form.DOCUMENTS, form.CHECKLIST
    fact_labels, example = form.FACTS, form.EXAMPLE
    valid_months, review_days = 36, 10
    writes = Permission.ENTERPRISE_EDIT
    valid_months, review_days = 36, 10
    kept, has_code = (*_KEPT, "division"), True

    def problems(self, values: Values, today: dt.date) -> Problems:
        return {
            **parts.not_future(values, today, "founded_on", "permit_from"),
            **parts.in_order(values, "founded_on", "licence_until"),
            **parts.in_order(values, "permit_from", "permit_until"),
            **parts.not_past(values, today, *_PAPERS),
        }

    def identity(self, values: Values) -> str:
        return values.get("credit_code") or ""

    def title(self, values: Values) -> str:
        return values.get("name") or ""

    def automatic(self, application: Application, values: Values, today: dt.date) -> dict[str, bool]:
        same = parts.without(Enterprise.objects.filter(credit_code=self.identity(values)), application.holder)
        return {
            "code_free": bool(self.identity(values)) and not same.exists(),
            "papers_in_force": parts.in_force(values, today, *_PAPERS),
        }

    def duplicates(self, values: Values, exclude: int | None = None) -> list[Duplicate]:
        others = parts.without(Enterprise.objects.all(), exclude)
        same = [
            Duplicate(_("统一社会信用代码相同"), row.pk, row.code, row.name, True)
            for row in others.filter(credit_code=self.identity(values) or None)
        ]
        county = (
            others.exclude(state=State.CLOSED)
            .filter(division__code__startswith=self.place(values)[:6])
            .exclude(pk__in=[d.holder for d in same])
        )
        return same + parts.near_names(county, values.get("name") or "")

    def enterprises_for(self, actor: Actor) -> QuerySet[Enterprise]:
        return parts.administered(actor)

    def holders_for(self, actor: Actor) -> QuerySet[Enterprise]:
        return parts.administered(actor)

    def reach(self, actor: Actor) -> QuerySet[Enterprise]:
        return visible_enterprises(actor=actor, permission=self.writes)

    def register(self, application: Application, values: Values, actor: Actor, now: dt.datetime) -> Enterprise:
        fields = {name: values.get(name) or "" for name in _KEPT} | {"division": parts.division_of(values)}
        if application.holder is None:
            code = f"e-{values['credit_code'][8:17].lower()}"  # the organisation's own nine places in the credit code
            return create_enterprise(
                code=code, fields=fields, actor=actor, now=now, why=str(application), demo=application.demo
            )
        held = Enterprise.objects.get(pk=application.holder)
        return update_enterprise(enterprise=held, fields=fields, actor=actor, now=now, why=str(application))

    def welcome(self, application: Application, holder: Enterprise, actor: Actor, now: dt.datetime) -> None:
        """Whoever registered an enterprise administers it."""
        grant_role(
            actor=actor,
            user=application.applicant,
            role=Role.ENTERPRISE_ADMIN,
            at=holder,
            now=now,
            why=str(application),
        )

    def values_of(self, holder: Enterprise) -> Values:
        return {name: getattr(holder, name) for name in _KEPT} | {"division": holder.division_id}

    def facts(self, holder: Enterprise) -> dict[str, str]:
        (place,) = with_paths([holder.division])
        return {"credit_code": holder.credit_code, "kind": str(holder.get_kind_display()), "place": place.full_name}

    def enterprise_of(self, holder: Enterprise) -> Enterprise:
        return holder
