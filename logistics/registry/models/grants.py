from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from logistics.registry.models.parties import Enterprise, Station
from portal.core.labels import INTERNAL, PUBLIC


class EnterpriseUserObjectPermission(UserObjectPermissionBase):
    """A role held by a person at an enterprise (django-guardian, direct foreign key)."""

    labels = {"id": PUBLIC, "permission": INTERNAL, "user": INTERNAL, "content_object": INTERNAL}
    content_object = models.ForeignKey(Enterprise, models.CASCADE, verbose_name=_("企业"))

    class Meta(UserObjectPermissionBase.Meta):
        verbose_name = _("企业授权")
        verbose_name_plural = _("企业授权")


class EnterpriseGroupObjectPermission(GroupObjectPermissionBase):
    labels = {"id": PUBLIC, "permission": INTERNAL, "group": INTERNAL, "content_object": INTERNAL}
    content_object = models.ForeignKey(Enterprise, models.CASCADE, verbose_name=_("企业"))


class StationUserObjectPermission(UserObjectPermissionBase):
    """A role held by a person at a station (django-guardian, direct foreign key)."""

    labels = {"id": PUBLIC, "permission": INTERNAL, "user": INTERNAL, "content_object": INTERNAL}
    content_object = models.ForeignKey(Station, models.CASCADE, verbose_name=_("站点"))

    class Meta(UserObjectPermissionBase.Meta):
        verbose_name = _("站点授权")
        verbose_name_plural = _("站点授权")


class StationGroupObjectPermission(GroupObjectPermissionBase):
    labels = {"id": PUBLIC, "permission": INTERNAL, "group": INTERNAL, "content_object": INTERNAL}
    content_object = models.ForeignKey(Station, models.CASCADE, verbose_name=_("站点"))
