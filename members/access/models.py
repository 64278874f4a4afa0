from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.access.states import Permission, Role, ScopeKind, roles_of
from portal.core.labels import INTERNAL, PUBLIC


class Function(models.Model):
    """No table of its own: carries every Permission as a Django permission, so that groups can hold them."""

    labels = {"id": PUBLIC}

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [(p.value, str(p.name)) for p in Permission]
        verbose_name = _("功能")

    def __str__(self):
        return "function"


class DivisionGrant(models.Model):
    """A role held within a division: everything whose code starts with the division's prefix."""

    labels = {
        "id": PUBLIC,
        "user": INTERNAL,
        "role": INTERNAL,
        "division": INTERNAL,
        "granted_at": INTERNAL,
        "granted_by": INTERNAL,
    }

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("人员"), related_name="division_grants"
    )
    role = models.CharField(
        _("角色"), max_length=24, choices=[(r.value, r.label) for r in roles_of(ScopeKind.DIVISION)]
    )
    division = models.ForeignKey("regions.Division", models.PROTECT, verbose_name=_("辖区"))
    granted_at = models.DateTimeField(_("授予时间"))
    granted_by = models.CharField(_("授予人"), max_length=80)

    class Meta:
        verbose_name = _("辖区授权")
        verbose_name_plural = _("辖区授权")
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "division"], name="division_grant_once"),
            models.CheckConstraint(
                condition=Q(role__in=[r.value for r in roles_of(ScopeKind.DIVISION)]),
                name="division_grant_role",
            ),
        ]

    def __str__(self):
        return f"{Role(self.role).label} {self.division_id}"
