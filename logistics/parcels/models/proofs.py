"""What proves that something was handed over: photographs, signatures, codes and deliveries at the door."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models.bags import Handover
from logistics.parcels.models.parcel import Parcel
from logistics.parcels.states import DoorProof, PhotoKind
from portal.core.fields import EncryptedTextField
from portal.core.ids import new_id
from portal.core.labels import INTERNAL, PERSONAL, PUBLIC, SECRET


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


class DoorCode(models.Model):
    """The code a recipient tells the courier at the door. One row a parcel for life, apart from the pickup code.

    Apart, because a pickup code belongs to a station and opens its shelf: neither may ever stand in for the other.
    """

    labels = {
        "id": PUBLIC,
        "parcel": INTERNAL,
        "code": SECRET,
        "code_hash": SECRET,
        "issued_at": INTERNAL,
        "used_at": INTERNAL,
        "wrong_tries": INTERNAL,
        "locked_until": INTERNAL,
    }

    parcel = models.OneToOneField(Parcel, models.PROTECT, verbose_name=_("包裹"), related_name="door_code")
    code = EncryptedTextField(_("签收码"))
    code_hash = models.CharField(_("签收码摘要"), max_length=64)
    issued_at = models.DateTimeField(_("发放时间"))
    used_at = models.DateTimeField(_("使用时间"), null=True, blank=True)
    wrong_tries = models.PositiveSmallIntegerField(_("输错次数"), default=0)
    locked_until = models.DateTimeField(_("锁定至"), null=True, blank=True)

    class Meta:
        verbose_name = _("签收码")
        verbose_name_plural = _("签收码")

    def __str__(self):
        return f"#{self.parcel_id}"


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
