"""What an enterprise's pages sort by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Part(models.TextChoices):
    """Whose certificate it is."""

    ENTERPRISE = "enterprise", _("企业")
    STATION = "station", _("站点")
    VEHICLE = "vehicle", _("车辆")
    COURIER = "courier", _("快递员、驾驶员")


SOON_DAYS = 60  # from when on an end is shown as near: the first reminder goes out then
