from django.db import models
from django.utils.translation import gettext_lazy as _


class EnterpriseKind(models.TextChoices):
    CARRIER = "carrier", _("快递企业")
    BUS = "bus", _("客运企业")
    ECOMMERCE = "ecommerce", _("电商企业")
    MAKER = "maker", _("生产企业")
    SUPPLIER = "supplier", _("供应商")


class StationKind(models.TextChoices):
    HUB = "hub", _("县级中心")
    TOWNSHIP = "township", _("乡镇站")
    VILLAGE = "village", _("村级站")
    LOCKER = "locker", _("快递柜")


class State(models.TextChoices):
    ACTIVE = "active", _("正常")
    SUSPENDED = "suspended", _("暂停")
    CLOSED = "closed", _("关闭")
