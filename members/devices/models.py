from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.devices.states import Profile
from portal.core.labels import INTERNAL, PUBLIC, SECRET


class Device(models.Model):
    """A scanner, phone, locker or sensor with an identity of its own, bound to one place or one firm.

    The binding is kept as plain ids (`station`, `enterprise`): devices live below the registry, which
    checks them when it issues one. The secret is stored hashed and was shown once.
    """

    labels = {
        "id": PUBLIC, "code": INTERNAL, "name": INTERNAL, "profile": INTERNAL, "station": INTERNAL,
        "enterprise": INTERNAL,
        "secret_hash": SECRET, "previous_secret_hash": SECRET, "previous_valid_until": INTERNAL,
        "issued_at": INTERNAL,
        "rotated_at": INTERNAL, "revoked_at": INTERNAL, "revoked_why": INTERNAL, "last_seen_at": INTERNAL,
        "functions": INTERNAL,
        "area": INTERNAL,
    }  # fmt: skip

    code = models.CharField(_("终端编号"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    profile = models.CharField(_("用途"), max_length=16, choices=Profile)
    station = models.PositiveBigIntegerField(_("站点"), null=True, blank=True, db_index=True)
    enterprise = models.PositiveBigIntegerField(_("企业"), null=True, blank=True, db_index=True)
    area = models.CharField(_("所属区划"), max_length=12, blank=True, db_index=True)  # where the place or firm is
    functions = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("额外功能"))
    secret_hash = models.CharField(_("密钥摘要"), max_length=64)
    previous_secret_hash = models.CharField(_("旧密钥摘要"), max_length=64, blank=True)
    previous_valid_until = models.DateTimeField(_("旧密钥有效至"), null=True, blank=True)
    issued_at = models.DateTimeField(_("发放时间"))
    rotated_at = models.DateTimeField(_("换密钥时间"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("停用时间"), null=True, blank=True)
    revoked_why = models.CharField(_("停用原因"), max_length=200, blank=True)
    last_seen_at = models.DateTimeField(_("最近使用"), null=True, blank=True)

    class Meta:
        verbose_name = _("终端设备")
        verbose_name_plural = pgettext_lazy("plural", "终端设备")
        constraints = [
            models.CheckConstraint(
                condition=Q(station__isnull=False, enterprise__isnull=True)
                | Q(station__isnull=True, enterprise__isnull=False),
                name="device_bound_once",
            ),
            models.CheckConstraint(
                condition=Q(previous_secret_hash="", previous_valid_until__isnull=True)
                | (~Q(previous_secret_hash="") & Q(previous_valid_until__isnull=False)),
                name="device_previous_pair",
            ),
        ]

    def __str__(self):
        return self.code
