from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.licensing.kinds import parts
from logistics.licensing.kinds.courier import form
from logistics.licensing.kinds.spec import Duplicate, Kind, Problems, Values
from logistics.licensing.models import Application
from logistics.registry.models import Courier, Enterprise
from logistics.registry.rules import id_hash
from logistics.registry.selectors import visible_couriers
from logistics.registry.services.couriers import register_courier, update_courier
from logistics.registry.states import CourierKind
from logistics.training.selectors import passed
from members.access.states import Permission
from portal.core.actor import Actor
from portal.core.identity import age_on
from portal.core.masking import mask_name
from portal.regions.selectors import with_paths

OF_AGE = 18  # years, 民法典 17; whoever drives needs that age for a licence too
AUDIENCES = {CourierKind.COURIER.value: "courier", CourierKind.DRIVER.value: "driver"}  # of the training they need


class CourierCertification(Kind):
    code, rank = "courier", 4
    label = _("快递员认证")
    certificate = _("快递员上岗证书")
    says = _("快递员和驾驶员本人上岗前办理。")
    party = Courier
    fields, documents, checklist = form.FIELDS, form.DOCUMENTS, form.CHECKLIST
    fact_labels, example = form.FACTS, form.EXAMPLE
    valid_months, review_days = 24, 5
    writes = Permission.COURIER_EDIT
    kept = ("kind", "name", "id_number", "division", "licence_class", "licence_until")
    has_code = of_enterprise = of_user = True
    of_person = True

    def problems(self, values: Values, today: dt.date) -> Problems:
        found = {
            **parts.not_future(values, today, "working_since", "licence_from"),
            **parts.in_order(values, "licence_from", "licence_until"),
            **parts.not_past(values, today, "licence_until"),
        }
        if values.get("id_number") and age_on(values["id_number"], today) < OF_AGE:
            found["id_number"] = _("未满 %(years)d 周岁，还不能上岗。") % {"years": OF_AGE}
        return found

    def identity(self, values: Values) -> str:
        return values.get("id_number") or ""

    def title(self, values: Values) -> str:
        return values.get("name") or ""

    def automatic(self, application: Application, values: Values, today: dt.date) -> dict[str, bool]:
        number = values.get("id_number")
        need = passed(
            user_id=application.applicant_id, today=today, audience=AUDIENCES.get(values.get("kind") or "", "courier")
        )
        return {
            "person_free": bool(number) and not _same(values, application.holder).exists(),
            "of_age": bool(number) and age_on(number or "", today) >= OF_AGE,
            "trained": not need.missing,
            "licence_in_force": parts.in_force(values, today, "licence_until"),
        }

    def duplicates(self, values: Values, exclude: int | None = None) -> list[Duplicate]:
        sentence = _("身份证号相同")
        return [Duplicate(sentence, row.pk, row.code, mask_name(row.name), True) for row in _same(values, exclude)]

    def enterprises_for(self, actor: Actor) -> QuerySet[Enterprise]:
        """Where the actor works already: nobody names an employer that does not know them."""
        return parts.employers(actor)

    def holders_for(self, actor: Actor) -> QuerySet[Courier]:
        """Only themselves."""
        return Courier.objects.filter(Q(user=actor.user_id) if actor.user_id is not None else Q(pk__in=[]))

    def reach(self, actor: Actor) -> QuerySet[Courier]:
        return visible_couriers(actor=actor, permission=self.writes)

    def register(self, application: Application, values: Values, actor: Actor, now: dt.datetime) -> Courier:
        fields: dict[str, Any] = {name: values[name] for name in ("name", "id_number", "kind")}
        fields |= {"division": parts.division_of(values), "enterprise": application.enterprise}
        fields |= {
            "licence_class": values.get("licence_class") or "",
            "licence_until": parts.day_of(values, "licence_until"),
        }
        why = str(application)
        if application.holder is None:
            user = application.applicant
            return register_courier(user=user, fields=fields, actor=actor, now=now, why=why, demo=application.demo)
        held = Courier.objects.get(pk=application.holder)
        return update_courier(courier=held, fields=fields, actor=actor, now=now, why=why)

    def values_of(self, holder: Courier) -> Values:
        return {
            "kind": holder.kind,
            "name": holder.name,
            "id_number": holder.id_number,
            "division": holder.division_id,
            "licence_class": holder.licence_class or None,
            "licence_until": parts.text_of_day(holder.licence_until),
        }

    def facts(self, holder: Courier) -> dict[str, str]:
        (place,) = with_paths([holder.division])
        return {
            "code": holder.code,
            "kind": str(holder.get_kind_display()),
            "enterprise": holder.enterprise.name if holder.enterprise else "",
            "place": place.full_name,
            "licence_class": holder.licence_class,
        }

    def enterprise_of(self, holder: Courier) -> Enterprise | None:
        return holder.enterprise

    def user_of(self, holder: Courier):
        return holder.user


def _same(values: Values, exclude: int | None) -> QuerySet[Courier]:
    """Couriers with this identity number, found by its hash."""
    if not values.get("id_number"):
        return Courier.objects.none()
    return parts.without(Courier.objects.filter(id_hash=id_hash(values["id_number"])), exclude)
