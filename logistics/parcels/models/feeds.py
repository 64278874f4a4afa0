from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThan
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models.events import EventSource
from logistics.registry.models import Enterprise
from portal.core.fields import EncryptedTextField
from portal.core.labels import INTERNAL, PUBLIC, SECRET


class CarrierFeed(models.Model):
    """Where a carrier, or kuaidi100 on its behalf, pushes tracking data: an unguessable key and a salt to sign with.

    `salt` of one carrier's feed may be empty: kuaidi100 signs then too, and the signature is still checked. Without it
    the address is the whole secret, and the sender's own logs hold it: a feed for all carriers must have a salt.
    """

    labels = {
        "id": PUBLIC,
        "enterprise": INTERNAL,
        "source": INTERNAL,
        "key": SECRET,
        "salt": SECRET,
        "enabled": INTERNAL,
        "created_at": INTERNAL,
        "last_push_at": INTERNAL,
        "pushes": INTERNAL,
        "bad_signatures": INTERNAL,
    }

    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, verbose_name=_("企业"), related_name="+"
    )
    source = models.OneToOneField(EventSource, models.PROTECT, verbose_name=_("来源"), related_name="feed")
    key = models.CharField(_("推送地址密钥"), max_length=40, unique=True)
    salt = EncryptedTextField(_("签名盐"), blank=True)
    enabled = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(_("建立时间"))
    last_push_at = models.DateTimeField(_("最近推送"), null=True, blank=True)
    pushes = models.PositiveIntegerField(_("推送次数"), default=0)
    bad_signatures = models.PositiveIntegerField(_("签名错误次数"), default=0)

    class Meta:
        verbose_name = _("企业推送接入")
        verbose_name_plural = _("企业推送接入")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(enterprise__isnull=False) | models.Q(GreaterThan(Length("salt"), 0)),
                name="feed_for_all_has_salt",
            )
        ]

    def __str__(self):
        return f"feed {self.pk}"
