"""Levels and code bands of the 12-digit statistical division code (国家统计局统计用区划代码)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.IntegerChoices):
    PROVINCE = 2, _("省级")
    CITY = 4, _("地级")
    COUNTY = 6, _("县级")
    TOWNSHIP = 9, _("乡级")
    VILLAGE = 12, _("村级")


class Kind(models.TextChoices):
    """What a code's band says the place is."""

    PROVINCE = "province", _("省、自治区、直辖市")
    CITY = "city", _("地级市、州、盟")
    COUNTY = "county", _("县、区、旗")
    STREET = "street", _("街道")
    TOWN = "town", _("镇")
    TOWNSHIP = "township", _("乡")
    OTHER = "other", _("其他乡级单位")
    RESIDENTS = "residents", _("居民委员会")
    VILLAGERS = "villagers", _("村民委员会")
    OTHER_VILLAGE = "other_village", _("其他村级单位")


TOWNSHIP_BANDS = (
    (1, 99, Kind.STREET),
    (100, 199, Kind.TOWN),
    (200, 399, Kind.TOWNSHIP),
    (400, 599, Kind.OTHER),
)
VILLAGE_BANDS = ((1, 199, Kind.RESIDENTS), (200, 399, Kind.VILLAGERS), (400, 999, Kind.OTHER_VILLAGE))
