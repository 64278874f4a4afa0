from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models.parcel import Parcel
from logistics.parcels.states import ConsentChannel, PickupMethod
from logistics.registry.models import Station
from portal.core.fields import EncryptedTextField
from portal.core.labels import INTERNAL, PERSONAL, PUBLIC, SECRET


class Consent(models.Model):
    """The recipient agrees that a parcel may be left at a station (快递市场管理办法 第28条).

    Either for one parcel or standing for a phone number; never both.
    """

    labels = {
        "id": PUBLIC,
        "parcel": INTERNAL,
        "phone": PERSONAL,
        "channel": INTERNAL,
        "given_at": INTERNAL,
        "recorded_by": INTERNAL,
        "withdrawn_at": INTERNAL,
    }

    parcel = models.ForeignKey(
        Parcel, models.PROTECT, null=True, blank=True, verbose_name=_("包裹"), related_name="consents"
    )
    phone = models.CharField(_("手机号"), max_length=20, blank=True)
    channel = models.CharField(_("同意方式"), max_length=10, choices=ConsentChannel)
    given_at = models.DateTimeField(_("同意时间"))
    recorded_by = models.CharField(_("登记人"), max_length=80)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("投站同意")
        verbose_name_plural = _("投站同意")
        constraints = [
            models.CheckConstraint(
                condition=Q(parcel__isnull=False, phone="") | (Q(parcel__isnull=True) & ~Q(phone="")),
                name="consent_one_subject",
            ),
            models.UniqueConstraint(
                fields=["parcel"],
                condition=Q(parcel__isnull=False, withdrawn_at__isnull=True),
                name="consent_once_per_parcel",
            ),
            models.UniqueConstraint(
                fields=["phone"],
                condition=~Q(phone="") & Q(withdrawn_at__isnull=True),
                name="consent_once_per_phone",
            ),
        ]

    def __str__(self):
        return f"consent {self.pk}"


class PickupCode(models.Model):
    """The code that opens one parcel at one station. One per parcel; unique among the live ones of a station."""

    labels = {
        "id": PUBLIC,
        "parcel": INTERNAL,
        "station": INTERNAL,
        "code": SECRET,
        "code_hash": SECRET,
        "issued_at": INTERNAL,
        "used_at": INTERNAL,
        "voided_at": INTERNAL,
        "wrong_tries": INTERNAL,
        "locked_until": INTERNAL,
    }

    parcel = models.OneToOneField(Parcel, models.PROTECT, verbose_name=_("包裹"), related_name="pickup_code")
    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("站点"), related_name="+")
    code = EncryptedTextField(_("取件码"))
    code_hash = models.CharField(_("取件码摘要"), max_length=64)
    issued_at = models.DateTimeField(_("发放时间"))
    used_at = models.DateTimeField(_("使用时间"), null=True, blank=True)
    voided_at = models.DateTimeField(_("作废时间"), null=True, blank=True)
    wrong_tries = models.PositiveSmallIntegerField(_("输错次数"), default=0)
    locked_until = models.DateTimeField(_("锁定至"), null=True, blank=True)

    class Meta:
        verbose_name = _("取件码")
        verbose_name_plural = _("取件码")
        constraints = [
            models.UniqueConstraint(
                fields=["station", "code_hash"],
                condition=Q(used_at__isnull=True, voided_at__isnull=True),
                name="pickup_code_live_once",
            )
        ]

    def __str__(self):
        return f"#{self.parcel_id}"


class PickupProxy(models.Model):
    """A person the recipient named to collect one parcel."""

    labels = {
        "id": PUBLIC,
        "parcel": INTERNAL,
        "name": PERSONAL,
        "phone": PERSONAL,
        "named_at": INTERNAL,
        "named_by": INTERNAL,
        "withdrawn_at": INTERNAL,
    }

    parcel = models.ForeignKey(Parcel, models.PROTECT, verbose_name=_("包裹"), related_name="proxies")
    name = models.CharField(_("代收人姓名"), max_length=60)
    phone = models.CharField(_("代收人电话"), max_length=20)
    named_at = models.DateTimeField(_("指定时间"))
    named_by = models.CharField(_("指定人"), max_length=80)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("代收人")
        verbose_name_plural = _("代收人")
        constraints = [
            models.UniqueConstraint(fields=["parcel"], condition=Q(withdrawn_at__isnull=True), name="proxy_one_live")
        ]

    def __str__(self):
        return f"#{self.parcel_id}"


class ParcelPiece(models.Model):
    """One of several pieces under one number, at the counter where the parcel waits. A parcel of one piece has none."""

    labels = {
        "id": PUBLIC,
        "parcel": INTERNAL,
        "number": INTERNAL,
        "shelf": INTERNAL,
        "arrived_at": INTERNAL,
        "given_at": INTERNAL,
        "pickup": INTERNAL,
    }

    parcel = models.ForeignKey(Parcel, models.PROTECT, verbose_name=_("包裹"), related_name="piece_rows")
    number = models.PositiveSmallIntegerField(_("第几件"))
    shelf = models.CharField(_("货架位"), max_length=16, blank=True)
    arrived_at = models.DateTimeField(_("到站时间"))
    given_at = models.DateTimeField(_("交付时间"), null=True, blank=True)
    pickup = models.ForeignKey(
        "Pickup", models.PROTECT, null=True, blank=True, verbose_name=_("取件记录"), related_name="pieces"
    )

    class Meta:
        verbose_name = _("分件")
        verbose_name_plural = _("分件")
        constraints = [
            models.UniqueConstraint(fields=["parcel", "number"], name="piece_once"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=999), name="piece_number_in_range"),
            models.CheckConstraint(
                condition=Q(given_at__isnull=True, pickup__isnull=True)
                | Q(given_at__isnull=False, pickup__isnull=False),
                name="piece_given_by_a_pickup",
            ),
        ]

    def __str__(self):
        return f"#{self.parcel_id}-{self.number}"


class Pickup(models.Model):
    """A parcel was given out. At most one per parcel, by the database: the referee between two keepers.

    `partial`: some of its pieces were, and the rest is still to come; any number of these, each with pieces of its own.
    """

    labels = {
        "id": PUBLIC,
        "parcel": INTERNAL,
        "station": INTERNAL,
        "method": INTERNAL,
        "at": INTERNAL,
        "given_by": INTERNAL,
        "proxy": INTERNAL,
        "partial": INTERNAL,
        "undone_at": INTERNAL,
    }

    parcel = models.ForeignKey(Parcel, models.PROTECT, verbose_name=_("包裹"), related_name="pickups")
    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("站点"), related_name="+")
    method = models.CharField(_("核验方式"), max_length=10, choices=PickupMethod)
    at = models.DateTimeField(_("时间"))
    given_by = models.CharField(_("经手人"), max_length=80)
    proxy = models.ForeignKey(
        PickupProxy, models.PROTECT, null=True, blank=True, verbose_name=_("代收人"), related_name="+"
    )
    partial = models.BooleanField(_("只交出部分件"), default=False)
    undone_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)  # the delivery was corrected: did not occur

    class Meta:
        verbose_name = _("取件记录")
        verbose_name_plural = _("取件记录")
        constraints = [
            models.UniqueConstraint(
                fields=["parcel"], condition=Q(undone_at__isnull=True, partial=False), name="pickup_once"
            )
        ]

    def __str__(self):
        return f"#{self.parcel_id}"
