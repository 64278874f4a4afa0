from django.db import models
from django.utils.translation import gettext_lazy as _

from logistics.registry.models.parties import Station
from portal.core.ids import new_id
from portal.core.labels import INTERNAL, PUBLIC


class StationPhoto(models.Model):
    """How a station looks from the road: shown to everyone who looks for it. A JPEG cleaned of all metadata."""

    labels = {
        "id": PUBLIC, "station": PUBLIC, "file": PUBLIC, "caption": PUBLIC, "width": PUBLIC, "height": PUBLIC,
        "added_at": INTERNAL, "added_by": INTERNAL,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    station = models.ForeignKey(Station, models.CASCADE, verbose_name=_("站点"), related_name="photos")
    file = models.CharField(_("文件"), max_length=120, unique=True)
    caption = models.CharField(_("说明"), max_length=60, blank=True)
    width = models.PositiveIntegerField(_("宽"))
    height = models.PositiveIntegerField(_("高"))
    added_at = models.DateTimeField(_("上传时间"))
    added_by = models.CharField(_("上传人"), max_length=80)

    class Meta:
        verbose_name = _("站点照片")
        verbose_name_plural = _("站点照片")
        ordering = ["added_at"]

    def __str__(self):
        return str(self.id)
