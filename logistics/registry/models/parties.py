from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from logistics.registry.models.certified import CERTIFIED_LABELS, Certified
from logistics.registry.states import EnterpriseKind, Equipment, StationKind, StationService
from members.access.states import ScopeKind, hold_codename, roles_of
from portal.core.labels import INTERNAL, PERSONAL, PUBLIC


def _holds(kind: ScopeKind) -> list[tuple[str, Any]]:
    return [(hold_codename(role), role.name) for role in roles_of(kind)]


class Enterprise(Certified):
    """A firm in the county's network: carrier, bus operator, e-commerce seller, maker, supplier."""

    labels = {
        **CERTIFIED_LABELS,
        "id": PUBLIC,
        "code": PUBLIC,
        "name": PUBLIC,
        "short_name": PUBLIC,
        "kind": PUBLIC,
        "credit_code": PUBLIC,
        "division": PUBLIC,
        "kuaidi100_code": PUBLIC,
        "hotline": PUBLIC,
        "website": PUBLIC,
        "contact_name": PERSONAL,
        "contact_phone": PERSONAL,
        "demo": INTERNAL,
        "created_at": INTERNAL,
        "updated_at": INTERNAL,
    }

    code = models.SlugField(_("企业代码"), max_length=24, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    short_name = models.CharField(_("简称"), max_length=20)
    kind = models.CharField(_("类型"), max_length=12, choices=EnterpriseKind)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    division = models.ForeignKey("regions.Division", models.PROTECT, verbose_name=_("所在地"))
    kuaidi100_code = models.CharField(_("快递100代码"), max_length=30, blank=True)
    hotline = models.CharField(_("客服热线"), max_length=20, blank=True)
    website = models.URLField(_("网址"), blank=True)
    contact_name = models.CharField(_("联系人"), max_length=40, blank=True)
    contact_phone = models.CharField(_("联系电话"), max_length=20, blank=True)
    demo = models.BooleanField(_("演示数据"), default=False)
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        verbose_name = _("企业")
        verbose_name_plural = pgettext_lazy("plural", "企业")
        ordering = ["code"]
        permissions = _holds(ScopeKind.ENTERPRISE)
        constraints = [
            *Certified.rules("enterprise"),
            models.UniqueConstraint(
                fields=["credit_code"], condition=~Q(credit_code=""), name="enterprise_credit_code_once"
            ),
            models.UniqueConstraint(
                fields=["kuaidi100_code"], condition=~Q(kuaidi100_code=""), name="enterprise_kuaidi100_once"
            ),
        ]

    def __str__(self):
        return self.short_name


class Station(Certified):
    """A place where parcels are handled: the county hub, a township or village station, a locker."""

    labels = {
        **CERTIFIED_LABELS,
        "id": PUBLIC,
        "code": PUBLIC,
        "name": PUBLIC,
        "kind": PUBLIC,
        "division": PUBLIC,
        "parent": PUBLIC,
        "operator": PUBLIC,
        "address": PUBLIC,
        "longitude": PUBLIC,
        "latitude": PUBLIC,
        "illustrative": PUBLIC,
        "hours": PUBLIC,
        "services": PUBLIC,
        "equipment": INTERNAL,
        "market_days": PUBLIC,
        "harvest_hours": PUBLIC,
        "capacity": INTERNAL,
        "phone": PUBLIC,
        "contact_name": PERSONAL,
        "contact_phone": PERSONAL,
        "demo": INTERNAL,
        "created_at": INTERNAL,
        "updated_at": INTERNAL,
    }

    code = models.SlugField(_("站点代码"), max_length=24, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    kind = models.CharField(_("类型"), max_length=10, choices=StationKind)
    division = models.ForeignKey("regions.Division", models.PROTECT, verbose_name=_("所在地"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("上级站点"), related_name="children"
    )
    operator = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, verbose_name=_("运营企业"), related_name="stations"
    )
    address = models.CharField(_("地址"), max_length=160, blank=True)
    longitude = models.DecimalField(_("经度"), max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField(_("纬度"), max_digits=8, decimal_places=6, null=True, blank=True)
    illustrative = models.BooleanField(_("示意位置"), default=False)
    hours = models.CharField(_("营业时间"), max_length=80, blank=True)
    services = ArrayField(
        models.CharField(max_length=16, choices=StationService), default=list, blank=True, verbose_name=_("服务项目")
    )
    equipment = ArrayField(
        models.CharField(max_length=16, choices=Equipment), default=list, blank=True, verbose_name=_("设备")
    )
    market_days = models.CharField(_("赶集日"), max_length=80, blank=True)
    harvest_hours = models.CharField(_("农忙时间"), max_length=80, blank=True)
    capacity = models.PositiveIntegerField(_("可存件数"), default=100)
    phone = models.CharField(_("站点电话"), max_length=20, blank=True)
    contact_name = models.CharField(_("负责人"), max_length=40, blank=True)
    contact_phone = models.CharField(_("负责人电话"), max_length=20, blank=True)
    demo = models.BooleanField(_("演示数据"), default=False)
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        verbose_name = _("站点")
        verbose_name_plural = pgettext_lazy("plural", "站点")
        ordering = ["code"]
        permissions = _holds(ScopeKind.STATION)
        constraints = [
            *Certified.rules("station"),
            models.CheckConstraint(condition=Q(capacity__gt=0), name="station_capacity_positive"),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__gte=73, longitude__lte=136, latitude__gte=3, latitude__lte=54),
                name="station_point_in_china",
            ),
            models.CheckConstraint(
                condition=Q(kind="hub") | Q(parent__isnull=False), name="station_below_hub_has_parent"
            ),
        ]

    def __str__(self):
        return self.name
