from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from logistics.parcels.states import Direction
from portal.core.labels import INTERNAL, PUBLIC


class OpenTally(models.Model):
    """Parcels on their way by where and how they stand: the sum of `parcels` over rows of the same kind.

    Triggers of the parcel table (migrations/0007) append what each statement changed, in its transaction: a row is a
    change, not a total, so that scans at one station never wait for each other. services/tally.py adds rows up.
    """

    labels = {
        "id": PUBLIC,
        "area": INTERNAL,
        "station_id": INTERNAL,
        "direction": INTERNAL,
        "stage": INTERNAL,
        "issues": INTERNAL,
        "parcels": INTERNAL,
    }

    area = models.CharField(_("目的地区划"), max_length=12)
    station_id = models.BigIntegerField(_("所在站点"), null=True, blank=True)  # no foreign key, as at Parcel
    direction = models.CharField(_("方向"), max_length=4, choices=Direction)
    stage = models.CharField(_("阶段"), max_length=20)
    issues = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("未结异常"))
    parcels = models.IntegerField(_("件数变化"))

    class Meta:
        verbose_name = _("在途件数")
        verbose_name_plural = _("在途件数")

    def __str__(self):
        return f"{self.stage} {self.parcels:+}"
