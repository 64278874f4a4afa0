"""What proves that something was handed over: photographs, signatures, deliveries at the door."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models.bags import Handover
from logistics.parcels.models.parcel import Parcel
from logistics.parcels.states import DoorProof, PhotoKind
from portal.core.ids import new_id
from portal.core.labels import INTERNAL, PERSONAL, PUBLIC


class Photo(models.Model):
    """A picture taken as evidence: re-encoded without metadata, kept outside the web root, shown only in scope.

    Belongs to exactly one parcel or one handover.
    """

    labels = {
        "id": PUBLIC,
        "kind": INTERNAL,
        "parcel": INTERNAL,
        "handover": INTERNAL,
        "file": PERSONAL,
        "sha256": INTERNAL,
        "bytes": INTERNAL,
        "width": INTERNAL,
        "height": INTERNAL,
        "taken_at": INTERNAL,
        "taken_by": INTERNAL,
    }

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("种类"), max_length=10, choices=PhotoKind)
    parcel = models.ForeignKey(
        Parcel, models.PROTECT, null=True, blank=True, verbose_name=_("包裹"), related_name="photos"
    )
    handover = models.ForeignKey(
        Handover, models.PROTECT, null=True, blank=True, verbose_name=_("交接单"), related_name="photos"
    )
    file = models.CharField(_("文件"), max_length=120, unique=True)
    sha256 = models.CharField(_("摘要"), max_length=64)
    bytes = models.PositiveIntegerField(_("字节数"))
    width = models.PositiveIntegerField(_("宽"))
    height = models.PositiveIntegerField(_("高"))
    taken_at = models.DateTimeField(_("拍摄时间"))
    taken_by = models.CharField(_("拍摄人"), max_length=80)

    class Meta:
        verbose_name = _("照片")
        verbose_name_plural = _("照片")
        constraints = [
            models.CheckConstraint(
                condition=Q(parcel__isnull=False, handover__isnull=True)
                | Q(parcel__isnull=True, handover__isnull=False),
                name="photo_of_one_thing",
            )
        ]

    def __str__(self):
        return str(self.id)


class DoorDelivery(models.Model):
    """A parcel given to its recipient at the door, with the proof that was taken. At most one stands."""

    labels = {
        "id": PUBLIC,
        "parcel": INTERNAL,
        "proof": INTERNAL,
        "photo": INTERNAL,
        "at": INTERNAL,
        "given_by": INTERNAL,
        "undone_at": INTERNAL,
    }

    parcel = models.ForeignKey(Parcel, models.PROTECT, verbose_name=_("包裹"), related_name="door_deliveries")
    proof = models.CharField(_("凭证"), max_length=10, choices=DoorProof)
    photo = models.OneToOneField(Photo, models.PROTECT, null=True, blank=True, verbose_name=_("照片或签名"))
    at = models.DateTimeField(_("签收时间"))
    given_by = models.CharField(_("经手人"), max_length=80)
    undone_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("上门签收")
        verbose_name_plural = _("上门签收")
        constraints = [
            models.UniqueConstraint(fields=["parcel"], condition=Q(undone_at__isnull=True), name="door_delivery_once"),
            models.CheckConstraint(
                condition=Q(proof="code") | Q(photo__isnull=False), name="door_delivery_has_its_proof"
            ),
        ]

    def __str__(self):
        return f"#{self.parcel_id}"
