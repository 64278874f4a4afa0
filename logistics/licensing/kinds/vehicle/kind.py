from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from logistics.licensing.kinds import parts
from logistics.licensing.kinds.spec import Duplicate, Kind, Problems, Values
from logistics.licensing.kinds.vehicle import form
from logistics.licensing.models import Application
from logistics.registry.models import Enterprise, Vehicle
from logistics.registry.selectors import visible_vehicles
from logistics.registry.services.vehicles import register_vehicle, update_vehicle
from logistics.registry.states import PlateKind, VehicleType
from members.access.states import Permission
from portal.core.actor import Actor
from portal.core.identity import plate_kinds
from portal.regions.selectors import with_paths

_PLAIN = ("plate", "plate_kind", "vin", "type", "brand", "ownership", "load_kg", "volume_l", "cold_box")
_DAYS = ("lease_until", "insurance_until", "inspection_until")


class VehicleCertification(Kind):
    code, rank = "vehicle", 3
    label = _("车辆认证")
    certificate = _("车辆认证证书")
    says = _("在县内运送包裹的车辆上路前办理。")
    party = Vehicle
    fields, documents, checklist = form.FIELDS, form.DOCUMENTS, form.CHECKLIST
    fact_labels, example = form.FACTS, form.EXAMPLE
    valid_months, review_days = 12, 5
    writes = Permission.VEHICLE_EDIT
    kept, of_enterprise, of_user = (*_PLAIN, *_DAYS, "division"), True, True
    named_by = "plate"

    def problems(self, values: Values, today: dt.date) -> Problems:
        found = {
            **parts.not_future(values, today, "registered_on"),
            **parts.in_order(values, "insurance_from", "insurance_until"),
            **parts.in_order(values, "lease_from", "lease_until"),
            **parts.in_order(values, "registered_on", "inspection_until"),
            **parts.not_past(values, today, *_DAYS),
        }
        kind, plate = values.get("plate_kind"), values.get("plate")
        if kind and plate and kind not in plate_kinds(plate):
            found["plate"] = _("号牌号码与所选的号牌种类不符。")
        if kind and values.get("type") and (kind == PlateKind.TRAILER) != (values["type"] == VehicleType.TRAILER):
            found["plate_kind"] = _("挂车要用挂车号牌，其他车辆不能用挂车号牌。")
        return found

    def identity(self, values: Values) -> str:
        return values.get("plate") or ""

    def title(self, values: Values) -> str:
        return values.get("plate") or ""

    def automatic(self, application: Application, values: Values, today: dt.date) -> dict[str, bool]:
        return {
            "plate_free": bool(values.get("plate")) and not _same(values, application.holder),
            "papers_in_force": parts.in_force(values, today, *_DAYS),
        }

    def duplicates(self, values: Values, exclude: int | None = None) -> list[Duplicate]:
        return [
            Duplicate(
                _("号牌号码相同") if row.plate == values.get("plate") else _("车辆识别代号相同"),
                row.pk, row.plate, row.brand, True,
            )
            for row in _same(values, exclude)
        ]  # fmt: skip

    def enterprises_for(self, actor: Actor) -> QuerySet[Enterprise]:
        return parts.administered(actor)

    def holders_for(self, actor: Actor) -> QuerySet[Vehicle]:
        """Of enterprises that the actor administers, and their own."""
        own = Q(owner=actor.user_id) if actor.user_id is not None else Q(pk__in=[])
        return Vehicle.objects.filter(own | Q(operator__in=actor.scope(parts.ADMINISTERS).enterprises))

    def reach(self, actor: Actor) -> QuerySet[Vehicle]:
        return visible_vehicles(actor=actor, permission=self.writes)

    def register(self, application: Application, values: Values, actor: Actor, now: dt.datetime) -> Vehicle:
        fields = {name: values.get(name) or "" for name in _PLAIN} | {"cold_box": bool(values.get("cold_box"))}
        fields |= {name: parts.day_of(values, name) for name in _DAYS} | {"division": parts.division_of(values)}
        why = str(application)
        if application.holder is None:
            firm = application.enterprise
            fields |= {"operator": firm, "owner": None if firm else application.applicant}
            return register_vehicle(fields=fields, actor=actor, now=now, why=why, demo=application.demo)
        held = Vehicle.objects.get(pk=application.holder)
        return update_vehicle(vehicle=held, fields=fields, actor=actor, now=now, why=why)

    def values_of(self, holder: Vehicle) -> Values:
        values = {name: getattr(holder, name) for name in _PLAIN} | {"division": holder.division_id}
        return values | {name: parts.text_of_day(getattr(holder, name)) for name in _DAYS}

    def name_of(self, holder: Vehicle) -> str:
        return holder.plate

    def facts(self, holder: Vehicle) -> dict[str, str]:
        (place,) = with_paths([holder.division])
        return {
            "plate": holder.plate,
            "type": str(holder.get_type_display()),
            "load": translated("%(load)d 千克") % {"load": holder.load_kg},
            "volume": translated("%(volume)d 升") % {"volume": holder.volume_l},
            "cold_box": translated("有") if holder.cold_box else "",
            "operator": holder.operator.name if holder.operator else "",
            "place": place.full_name,
        }

    def enterprise_of(self, holder: Vehicle) -> Enterprise | None:
        return holder.operator

    def user_of(self, holder: Vehicle):
        return holder.owner


def _same(values: Values, exclude: int | None) -> list[Vehicle]:
    same = Q(plate=values.get("plate") or None)
    if values.get("vin"):
        same |= Q(vin=values["vin"])
    return list(parts.without(Vehicle.objects.filter(same), exclude))
