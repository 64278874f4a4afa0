"""What every registered party has in common: it works only while its certificate lets it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from logistics.registry.states import State
from portal.core.labels import INTERNAL, PUBLIC

CERTIFIED_LABELS = {
    "state": PUBLIC,
    "certified_until": PUBLIC,
    "certify_by": INTERNAL,
    "stopped_why": INTERNAL,
}


class Certified(models.Model):
    """The columns that decide whether a party may work, kept on its own row so that a scan reads nothing more.

    `certified_until` is the last day of its certificate, None while it never had one. `certify_by` is the last day
    on which a party without certificate may work, None when the county has set it no term. Written by
    `logistics.certificates` together with the certificate; read by `logistics.registry.standing`.
    """

    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.ACTIVE)
    certified_until = models.DateField(_("证书有效期至"), null=True, blank=True)
    certify_by = models.DateField(_("须在此日前取得证书"), null=True, blank=True)
    stopped_why = models.CharField(_("停用原因"), max_length=200, blank=True)

    class Meta:
        abstract = True

    @staticmethod
    def rules(name: str) -> list[models.BaseConstraint]:
        """The constraints of these columns, for the Meta of a model called `name`."""
        return [models.CheckConstraint(condition=Q(state__in=State.values), name=f"{name}_state_known")]
