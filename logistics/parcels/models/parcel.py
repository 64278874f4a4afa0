from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from logistics.parcels.states import TERMINALS, ContactRole, Custodian, Direction, NumberKind, Stage, Variant
from logistics.registry.models import Enterprise, Station
from portal.core.labels import INTERNAL, PERSONAL, PUBLIC
from portal.core.phones import is_mobile

# A mobile number, one with area code, a short or a 400 number of the mainland; anything E.164 of other countries.
WHOLE_NUMBER = r"^\+(86(1[3-9][0-9]{9}|10[0-9]{8}|[2-9][0-9]{9,10}|9[56][0-9]{3,4})|(?!86)[1-9][0-9]{6,14})$"


class Parcel(models.Model):
    """A parcel and what its events add up to.

    Everything from `stage` to `delivered_at` is a projection of the event log (fold.py): it is written only
    by `services.record_events` and can be rebuilt. Names, phones and addresses live in ParcelContact.
    """

    labels = {
        "id": PUBLIC,
        "waybill": PERSONAL,
        "direction": PUBLIC,
        "carrier": PUBLIC,
        "carrier_number": PERSONAL,
        "origin": INTERNAL,
        "destination": PERSONAL,
        "area": INTERNAL,
        "origin_station": INTERNAL,
        "destination_station": PUBLIC,
        "pieces": INTERNAL,
        "weight_grams": INTERNAL,
        "return_of": INTERNAL,
        "shelf": INTERNAL,
        "eta_from": PUBLIC,
        "eta_until": PUBLIC,
        "created_at": INTERNAL,
        "demo": INTERNAL,
        "stage": PUBLIC,
        "stage_rank": PUBLIC,
        "stage_at": PUBLIC,
        "variant": PUBLIC,
        "headline_at": PUBLIC,
        "station": INTERNAL,
        "issues": PUBLIC,
        "custody_kind": INTERNAL,
        "custody_ref": INTERNAL,
        "closed_at": PUBLIC,
        "corrected": INTERNAL,
        "first_event_at": PUBLIC,
        "last_event_at": PUBLIC,
        "county_at": INTERNAL,
        "ready_at": INTERNAL,
        "version": INTERNAL,
    }

    waybill = models.CharField(_("运单号"), max_length=20)
    direction = models.CharField(_("方向"), max_length=4, choices=Direction)
    carrier = models.ForeignKey(
        Enterprise,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("承运企业"),
        related_name="+",
        db_index=False,
    )
    carrier_number = models.CharField(_("快递单号"), max_length=40, blank=True)
    origin = models.ForeignKey(
        "regions.Division",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("寄件地"),
        related_name="+",
        db_index=False,
    )
    destination = models.ForeignKey(
        "regions.Division",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("目的地"),
        related_name="+",
        db_index=False,
    )
    # The county's end of the journey (destination when DOWN, origin when UP): what officials' scopes compare.
    area = models.CharField(_("县内所在地代码"), max_length=12)
    origin_station = models.ForeignKey(
        Station,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("收寄站点"),
        related_name="+",
        db_index=False,
    )
    destination_station = models.ForeignKey(
        Station,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("投递站点"),
        related_name="+",
        db_index=False,
    )
    pieces = models.PositiveSmallIntegerField(_("件数"), default=1)
    weight_grams = models.PositiveIntegerField(_("重量（克）"), null=True, blank=True)
    return_of = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("退回自"),
        related_name="return_shipment",
    )
    shelf = models.CharField(_("货架位"), max_length=16, blank=True)
    eta_from = models.DateTimeField(_("预计最早"), null=True, blank=True)
    eta_until = models.DateTimeField(_("预计最晚"), null=True, blank=True)
    created_at = models.DateTimeField(_("登记时间"))
    demo = models.BooleanField(_("演示数据"), default=False)

    # -- projection of the event log: written only by the fold ------------------------------------
    stage = models.CharField(_("阶段"), max_length=20, choices=Stage, default=Stage.CREATED)
    stage_rank = models.SmallIntegerField(_("阶段序"), default=0)
    stage_at = models.DateTimeField(_("进入阶段时间"), null=True, blank=True)
    variant = models.CharField(_("签收方式"), max_length=12, choices=Variant, blank=True)
    headline_at = models.DateTimeField(_("最近位置时间"), null=True, blank=True)
    # No database foreign key: every scan would lock the same few station rows (see Event).
    station = models.ForeignKey(
        Station,
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        verbose_name=_("所在站点"),
        related_name="+",
        db_index=False,
    )
    issues = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("未结异常"))
    custody_kind = models.CharField(_("保管方"), max_length=10, choices=Custodian, blank=True)
    custody_ref = models.CharField(_("保管方编号"), max_length=40, blank=True)
    closed_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    corrected = models.BooleanField(_("有更正"), default=False)
    first_event_at = models.DateTimeField(_("首个事件时间"), null=True, blank=True)
    last_event_at = models.DateTimeField(_("最近事件时间"), null=True, blank=True)
    county_at = models.DateTimeField(_("到县时间"), null=True, blank=True)
    ready_at = models.DateTimeField(_("可取件时间"), null=True, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=0)

    class Meta:
        verbose_name = _("包裹")
        verbose_name_plural = _("包裹")
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=TERMINALS, closed_at__isnull=False)
                | (~Q(stage__in=TERMINALS) & Q(closed_at__isnull=True)),
                name="parcel_terminal_has_time",
            ),
            models.CheckConstraint(condition=Q(area__regex=r"^[0-9]{12}$"), name="parcel_area_digits"),
            models.CheckConstraint(condition=Q(pieces__gt=0), name="parcel_pieces_positive"),
            # Not unique=True: that would bring a second index, for LIKE, which every scan would have to keep.
            models.UniqueConstraint(fields=["waybill"], name="parcel_waybill_once"),
        ]
        # Newest first by id: a column that every scan changes (last_event_at) would rewrite all indexes at every scan.
        indexes = [
            models.Index(fields=["destination_station", "-id"], name="parcel_destination_station"),
            models.Index(
                fields=["origin_station", "-id"],
                name="parcel_origin_station",
                condition=Q(origin_station__isnull=False),
            ),
            models.Index(fields=["carrier", "-id"], name="parcel_carrier"),
            models.Index(fields=["area", "-id"], opclasses=["varchar_pattern_ops", "int8_ops"], name="parcel_area"),
            models.Index(fields=["station", "-id"], name="parcel_at_station", condition=Q(closed_at__isnull=True)),
            # What a driver or courier carries. Only a handover changes these columns.
            models.Index(
                fields=["custody_ref"],
                name="parcel_carried",
                condition=Q(custody_kind=Custodian.PERSON, closed_at__isnull=True),
            ),
        ]

    def __str__(self):
        return f"#{self.pk}"

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def printed_number(self) -> str:
        """What stands on its label: the carrier's number, or ours where there is none."""
        return self.carrier_number or self.waybill


class ParcelNumber(models.Model):
    """Every number that finds a parcel: ours, the carrier's, and those it got when handed to another carrier.

    Carriers give a number out anew after the journey has ended: the newest parcel has it as generation 0, the ones
    before keep it as 1, 2 … (docs/decisions/numbers-given-anew.md).
    """

    labels = {
        "id": PUBLIC,
        "number": PERSONAL,
        "kind": PUBLIC,
        "carrier": PUBLIC,
        "parcel": INTERNAL,
        "added_at": INTERNAL,
        "generation": INTERNAL,
    }

    number = models.CharField(_("号码"), max_length=40)
    kind = models.CharField(_("种类"), max_length=10, choices=NumberKind)
    carrier = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, verbose_name=_("承运企业"), related_name="+"
    )
    parcel = models.ForeignKey(Parcel, models.CASCADE, verbose_name=_("包裹"), related_name="numbers")
    added_at = models.DateTimeField(_("加入时间"))
    generation = models.PositiveSmallIntegerField(_("第几次让出"), default=0)

    class Meta:
        verbose_name = _("包裹号码")
        verbose_name_plural = _("包裹号码")
        constraints = [
            models.UniqueConstraint(
                fields=["number", "carrier", "generation"], nulls_distinct=False, name="parcel_number_once"
            ),
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9A-Z-]{4,40}$"), name="parcel_number_normalised"),
        ]

    def __str__(self):
        return f"{self.kind} #{self.parcel_id}"


class ParcelContact(models.Model):
    """Sender or recipient. Apart from the parcel, so that it can be erased while the figures stay."""

    labels = {
        "id": PUBLIC,
        "parcel": INTERNAL,
        "role": INTERNAL,
        "name": PERSONAL,
        "phone": PERSONAL,
        "relay": PERSONAL,
        "extension": PERSONAL,
        "tail_hash": PERSONAL,
        "address": PERSONAL,
    }

    parcel = models.ForeignKey(Parcel, models.CASCADE, verbose_name=_("包裹"), related_name="contacts")
    role = models.CharField(_("角色"), max_length=10, choices=ContactRole)
    name = models.CharField(_("姓名"), max_length=60, blank=True)
    # E.164 of a number that is the person's own: it finds "my parcels", standing consent and text messages.
    phone = models.CharField(_("电话"), max_length=20, blank=True)
    # E.164 of a number shared by many, which rings only with the extension. It stands for nobody.
    relay = models.CharField(_("转接电话"), max_length=20, blank=True)
    extension = models.CharField(_("分机号"), max_length=6, blank=True)
    # keyed hash of the last four digits as the label shows them, so that tier 1 compares without reading the phone
    tail_hash = models.CharField(_("尾号摘要"), max_length=64, blank=True)
    address = models.CharField(_("详细地址"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("收寄件人")
        verbose_name_plural = _("收寄件人")
        constraints = [
            models.UniqueConstraint(fields=["parcel", "role"], name="parcel_contact_once"),
            models.CheckConstraint(condition=Q(phone="") | Q(phone__regex=WHOLE_NUMBER), name="contact_phone_whole"),
            models.CheckConstraint(condition=Q(phone="") | Q(relay=""), name="contact_phone_or_relay"),
            models.CheckConstraint(
                condition=Q(relay="", extension="")
                | Q(relay__regex=r"^\+[1-9][0-9]{6,14}$", extension__regex=r"^[0-9]{2,6}$"),
                name="contact_relay_with_extension",
            ),
        ]
        indexes = [models.Index(fields=["phone"], name="parcel_contact_phone", condition=~Q(phone=""))]

    def __str__(self):
        return f"{self.role} #{self.parcel_id}"

    @property
    def dialled(self) -> str:
        """What one dials to reach the person: E.164, of a relay with `-extension`; "" when there is no number."""
        return f"{self.relay}-{self.extension}" if self.relay else self.phone

    @property
    def takes_texts(self) -> bool:
        return is_mobile(self.phone)
