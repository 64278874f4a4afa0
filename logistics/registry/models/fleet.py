"""Vehicles, and who drives them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from logistics.registry.models.certified import CERTIFIED_LABELS, Certified
from logistics.registry.models.parties import Enterprise
from logistics.registry.models.people import Courier
from logistics.registry.states import BindingSide, Ownership, PlateKind, VehicleType
from portal.core.ids import new_id
from portal.core.labels import INTERNAL, PERSONAL, PUBLIC


class Vehicle(Certified):
    """A vehicle that carries parcels inside the county: a van, a bus with a hold, a three-wheeler.

    Belongs to an enterprise or to a person (`owner`), never to both. Loads are kilograms, volumes litres.
    """

    labels = {
        **CERTIFIED_LABELS,
        "id": PUBLIC, "plate": PUBLIC, "plate_kind": PUBLIC, "vin": INTERNAL, "type": PUBLIC, "brand": PUBLIC,
        "operator": PUBLIC, "owner": PERSONAL, "division": PUBLIC, "ownership": INTERNAL, "lease_until": INTERNAL,
        "load_kg": PUBLIC, "volume_l": PUBLIC, "cold_box": PUBLIC, "insurance_until": INTERNAL,
        "inspection_until": INTERNAL, "demo": INTERNAL, "created_at": INTERNAL, "updated_at": INTERNAL,
    }  # fmt: skip

    plate = models.CharField(_("号牌号码"), max_length=10, unique=True)
    plate_kind = models.CharField(_("号牌种类"), max_length=12, choices=PlateKind)
    vin = models.CharField(_("车辆识别代号"), max_length=17, blank=True)
    type = models.CharField(_("车辆类型"), max_length=12, choices=VehicleType)
    brand = models.CharField(_("厂牌型号"), max_length=40, blank=True)
    operator = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, verbose_name=_("运营企业"), related_name="vehicles"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("个人车主"), related_name="+"
    )
    division = models.ForeignKey("regions.Division", models.PROTECT, verbose_name=_("所在地"))
    ownership = models.CharField(_("权属"), max_length=8, choices=Ownership, default=Ownership.OWNED)
    lease_until = models.DateField(_("租期至"), null=True, blank=True)
    load_kg = models.PositiveIntegerField(_("核定载质量（千克）"))
    volume_l = models.PositiveIntegerField(_("货厢容积（升）"))
    cold_box = models.BooleanField(_("冷藏设备"), default=False)
    insurance_until = models.DateField(_("交强险有效期至"))
    inspection_until = models.DateField(_("检验有效期至"))
    demo = models.BooleanField(_("演示数据"), default=False)
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        verbose_name = _("车辆")
        verbose_name_plural = pgettext_lazy("plural", "车辆")
        ordering = ["plate"]
        constraints = [
            *Certified.rules("vehicle"),
            models.CheckConstraint(
                condition=Q(operator__isnull=False, owner__isnull=True) | Q(operator__isnull=True, owner__isnull=False),
                name="vehicle_of_one_holder",
            ),
            models.UniqueConstraint(fields=["vin"], condition=~Q(vin=""), name="vehicle_vin_once"),
            models.CheckConstraint(condition=Q(load_kg__gt=0, volume_l__gt=0), name="vehicle_holds_something"),
            models.CheckConstraint(
                condition=Q(ownership="leased", lease_until__isnull=False)
                | Q(ownership="owned", lease_until__isnull=True),
                name="vehicle_lease_has_end",
            ),
        ]
        indexes = [models.Index(fields=["division", "plate"], name="vehicle_by_division")]

    def __str__(self):
        return self.plate


class DriverBinding(models.Model):
    """A driver bound to a vehicle. Counts only while both sides have agreed and neither has ended it."""

    labels = {
        "id": PUBLIC, "vehicle": INTERNAL, "driver": INTERNAL, "asked_by": INTERNAL, "asked_at": INTERNAL,
        "agreed_at": INTERNAL, "ended_at": INTERNAL, "ended_by": INTERNAL,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, verbose_name=_("车辆"), related_name="bindings")
    driver = models.ForeignKey(Courier, models.PROTECT, verbose_name=_("驾驶员"), related_name="bindings")
    asked_by = models.CharField(_("发起方"), max_length=8, choices=BindingSide)
    asked_at = models.DateTimeField(_("发起时间"))
    agreed_at = models.DateTimeField(_("对方同意时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("解除时间"), null=True, blank=True)
    ended_by = models.CharField(_("解除方"), max_length=8, choices=BindingSide, blank=True)

    class Meta:
        verbose_name = _("驾驶员绑定")
        verbose_name_plural = pgettext_lazy("plural", "驾驶员绑定")
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle", "driver"], condition=Q(ended_at__isnull=True), name="driver_bound_once"
            ),
            models.CheckConstraint(
                condition=Q(agreed_at__isnull=True) | Q(agreed_at__gte=F("asked_at")), name="binding_agreed_after_asked"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="") | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="binding_ended_by_someone",
            ),
        ]

    def __str__(self):
        return str(self.id)
