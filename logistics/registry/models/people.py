"""People whose work needs a certificate, and invitations to work somewhere."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from logistics.registry.models.certified import CERTIFIED_LABELS, Certified
from logistics.registry.models.parties import Enterprise, Station
from logistics.registry.states import CourierKind
from members.access.states import Role, ScopeKind, roles_of
from portal.core.fields import EncryptedTextField
from portal.core.ids import new_id
from portal.core.labels import INTERNAL, PERSONAL, PUBLIC, SECRET


class Courier(Certified):
    """A person who delivers or drives: one row a person, checked by name and identity number.

    `id_hash` finds the same number twice without showing it (keyed_hash, purpose "courier.id_number").
    """

    labels = {
        **CERTIFIED_LABELS,
        "id": PUBLIC, "user": INTERNAL, "code": PUBLIC, "name": PERSONAL, "id_number": SECRET, "id_hash": SECRET,
        "kind": PUBLIC, "enterprise": PUBLIC, "division": PUBLIC, "licence_class": INTERNAL, "licence_until": INTERNAL,
        "demo": INTERNAL, "created_at": INTERNAL, "updated_at": INTERNAL,
    }  # fmt: skip

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("人员"), related_name="courier"
    )
    code = models.CharField(_("工号"), max_length=16, unique=True)
    name = models.CharField(_("姓名"), max_length=40)
    id_number = EncryptedTextField(_("身份证号"))
    id_hash = models.CharField(_("身份证号摘要"), max_length=64, unique=True)
    kind = models.CharField(_("类型"), max_length=8, choices=CourierKind)
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, verbose_name=_("所属企业"), related_name="couriers"
    )
    division = models.ForeignKey("regions.Division", models.PROTECT, verbose_name=_("所在地"))
    licence_class = models.CharField(_("准驾车型"), max_length=8, blank=True)
    licence_until = models.DateField(_("驾驶证有效期至"), null=True, blank=True)
    demo = models.BooleanField(_("演示数据"), default=False)
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        verbose_name = _("快递员")
        verbose_name_plural = pgettext_lazy("plural", "快递员")
        ordering = ["code"]
        constraints = [
            *Certified.rules("courier"),
            models.CheckConstraint(
                condition=~Q(kind="driver") | (~Q(licence_class="") & Q(licence_until__isnull=False)),
                name="driver_has_licence",
            ),
        ]
        indexes = [models.Index(fields=["division", "code"], name="courier_by_division")]

    def __str__(self):
        return self.code


class Invitation(models.Model):
    """An offer of a role at an enterprise or a station, for one phone; taken up through a link that works once.

    The token is kept hashed, the phone only as long as the invitation is open.
    """

    labels = {
        "id": PUBLIC, "enterprise": INTERNAL, "station": INTERNAL, "role": INTERNAL, "name": PERSONAL,
        "phone": PERSONAL, "token_hash": SECRET, "invited_by": INTERNAL, "invited_at": INTERNAL,
        "expires_at": INTERNAL, "accepted_at": INTERNAL, "accepted_by": INTERNAL, "withdrawn_at": INTERNAL,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enterprise = models.ForeignKey(Enterprise, models.CASCADE, verbose_name=_("企业"), related_name="invitations")
    station = models.ForeignKey(Station, models.CASCADE, null=True, blank=True, verbose_name=_("站点"))
    role = models.CharField(
        _("角色"), max_length=24,
        choices=[(r.value, r.label) for kind in (ScopeKind.ENTERPRISE, ScopeKind.STATION) for r in roles_of(kind)],
    )  # fmt: skip
    name = models.CharField(_("姓名"), max_length=40)
    phone = models.CharField(_("手机号"), max_length=20)
    token_hash = models.CharField(_("链接摘要"), max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("邀请人"), related_name="+")
    invited_at = models.DateTimeField(_("邀请时间"))
    expires_at = models.DateTimeField(_("有效至"))
    accepted_at = models.DateTimeField(_("接受时间"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("接受人"), related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("邀请")
        verbose_name_plural = pgettext_lazy("plural", "邀请")
        ordering = ["-invited_at"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=[Role.KEEPER, Role.COURIER], station__isnull=False)
                                   | Q(role__in=[Role.ENTERPRISE_ADMIN, Role.ENTERPRISE_STAFF], station__isnull=True),
                                   name="invitation_role_fits_place"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("invited_at")), name="invitation_ends_later"),
            models.CheckConstraint(condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                                   | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                                   name="invitation_accepted_by_someone"),
            models.UniqueConstraint(fields=["enterprise", "station", "role", "phone"], nulls_distinct=False,
                                    condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                                    name="invitation_open_once"),
        ]  # fmt: skip

    def __str__(self):
        return str(self.id)
