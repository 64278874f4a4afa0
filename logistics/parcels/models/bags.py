from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from logistics.parcels.models.parcel import Parcel
from logistics.parcels.states import BagState, Custodian, HandoverState
from logistics.registry.models import Station
from portal.core.ids import new_id
from portal.core.labels import INTERNAL, PUBLIC


class Bag(models.Model):
    """A sack or cage of parcels for one destination station, closed by a numbered seal."""

    labels = {
        "id": PUBLIC,
        "number": INTERNAL,
        "origin": INTERNAL,
        "destination": INTERNAL,
        "state": INTERNAL,
        "seal_number": INTERNAL,
        "created_at": INTERNAL,
        "created_by": INTERNAL,
        "sealed_at": INTERNAL,
        "sealed_by": INTERNAL,
        "opened_at": INTERNAL,
        "opened_by": INTERNAL,
        "seal_intact": INTERNAL,
    }

    number = models.CharField(_("袋号"), max_length=20, unique=True)
    origin = models.ForeignKey(Station, models.PROTECT, verbose_name=_("装袋站点"), related_name="+")
    destination = models.ForeignKey(Station, models.PROTECT, verbose_name=_("目的站点"), related_name="+")
    state = models.CharField(_("状态"), max_length=8, choices=BagState, default=BagState.OPEN)
    seal_number = models.CharField(_("封签号"), max_length=24, blank=True)
    created_at = models.DateTimeField(_("建立时间"))
    created_by = models.CharField(_("建立人"), max_length=80)
    sealed_at = models.DateTimeField(_("封签时间"), null=True, blank=True)
    sealed_by = models.CharField(_("封签人"), max_length=80, blank=True)
    opened_at = models.DateTimeField(_("拆封时间"), null=True, blank=True)
    opened_by = models.CharField(_("拆封人"), max_length=80, blank=True)
    seal_intact = models.BooleanField(_("封签完好"), null=True, blank=True)

    class Meta:
        verbose_name = _("邮袋")
        verbose_name_plural = pgettext_lazy("plural", "邮袋")
        constraints = [
            models.UniqueConstraint(fields=["seal_number"], condition=~Q(seal_number=""), name="seal_used_once"),
            models.CheckConstraint(
                condition=Q(state="open", sealed_at__isnull=True, seal_number="")
                | (~Q(state="open") & Q(sealed_at__isnull=False) & ~Q(seal_number="")),
                name="bag_sealed_has_seal",
            ),
            models.CheckConstraint(
                condition=Q(state="opened", opened_at__isnull=False, seal_intact__isnull=False)
                | (~Q(state="opened") & Q(opened_at__isnull=True)),
                name="bag_opened_has_time",
            ),
        ]

    def __str__(self):
        return self.number


class BagItem(models.Model):
    labels = {"id": PUBLIC, "bag": INTERNAL, "parcel": INTERNAL, "added_at": INTERNAL, "removed_at": INTERNAL}

    bag = models.ForeignKey(Bag, models.PROTECT, verbose_name=_("邮袋"), related_name="items")
    parcel = models.ForeignKey(Parcel, models.PROTECT, verbose_name=_("包裹"), related_name="bag_items")
    added_at = models.DateTimeField(_("装入时间"))
    removed_at = models.DateTimeField(_("取出时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("袋内包裹")
        verbose_name_plural = _("袋内包裹")
        constraints = [
            models.UniqueConstraint(fields=["parcel"], condition=Q(removed_at__isnull=True), name="parcel_in_one_bag")
        ]

    def __str__(self):
        return f"{self.bag_id}/{self.parcel_id}"


class Handover(models.Model):
    """Custody passes from one holder to another: offered by the giver, answered by the taker."""

    labels = {
        "id": PUBLIC,
        "from_kind": INTERNAL,
        "from_ref": INTERNAL,
        "to_kind": INTERNAL,
        "to_ref": INTERNAL,
        "station": INTERNAL,
        "state": INTERNAL,
        "expected": INTERNAL,
        "scanned": INTERNAL,
        "offered_at": INTERNAL,
        "offered_by": INTERNAL,
        "answered_at": INTERNAL,
        "answered_by": INTERNAL,
        "dispute": INTERNAL,
        "photo": INTERNAL,
    }

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    from_kind = models.CharField(_("交出方"), max_length=10, choices=Custodian)
    from_ref = models.CharField(_("交出方编号"), max_length=40)
    to_kind = models.CharField(_("接收方"), max_length=10, choices=Custodian)
    to_ref = models.CharField(_("接收方编号"), max_length=40)
    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("交接地点"), related_name="+")
    state = models.CharField(_("状态"), max_length=10, choices=HandoverState, default=HandoverState.PENDING)
    expected = models.PositiveIntegerField(_("应交件数"))
    scanned = models.PositiveIntegerField(_("实扫件数"), null=True, blank=True)
    offered_at = models.DateTimeField(_("发起时间"))
    offered_by = models.CharField(_("发起人"), max_length=80)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    answered_by = models.CharField(_("答复人"), max_length=80, blank=True)
    dispute = models.CharField(_("争议说明"), max_length=200, blank=True)
    photo = models.CharField(_("照片"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("交接单")
        verbose_name_plural = pgettext_lazy("plural", "交接单")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="pending", answered_at__isnull=True, answered_by="")
                | (~Q(state="pending") & Q(answered_at__isnull=False) & ~Q(answered_by="")),
                name="handover_answer_paired",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "disputed"]) | Q(scanned__isnull=False),
                name="handover_answer_counted",
            ),
        ]
        indexes = [
            models.Index(fields=["to_kind", "to_ref", "-offered_at"], name="handover_to"),
            models.Index(fields=["from_kind", "from_ref", "-offered_at"], name="handover_from"),
        ]

    def __str__(self):
        return str(self.id)


class HandoverItem(models.Model):
    """One parcel of a handover: expected by the giver, scanned by the taker, or both."""

    labels = {
        "id": PUBLIC,
        "handover": INTERNAL,
        "parcel": INTERNAL,
        "bag": INTERNAL,
        "expected": INTERNAL,
        "scanned": INTERNAL,
        "open": INTERNAL,
    }

    handover = models.ForeignKey(Handover, models.CASCADE, verbose_name=_("交接单"), related_name="items")
    parcel = models.ForeignKey(Parcel, models.PROTECT, verbose_name=_("包裹"), related_name="handover_items")
    bag = models.ForeignKey(Bag, models.PROTECT, null=True, blank=True, verbose_name=_("邮袋"), related_name="+")
    expected = models.BooleanField(_("应交"), default=True)
    scanned = models.BooleanField(_("实扫"), default=False)
    open = models.BooleanField(_("交接未完"), default=True)

    class Meta:
        verbose_name = _("交接明细")
        verbose_name_plural = _("交接明细")
        constraints = [
            models.UniqueConstraint(fields=["handover", "parcel"], name="handover_item_once"),
            models.UniqueConstraint(
                fields=["parcel"], condition=Q(open=True, expected=True), name="parcel_in_one_open_handover"
            ),
        ]

    def __str__(self):
        return f"{self.handover_id}/{self.parcel_id}"
