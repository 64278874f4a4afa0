"""Messages sent and waiting: whether, not what."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from members.access.admin_base import ScopedAdmin
from members.access.states import Permission, Role
from portal.core.masking import mask_phone
from portal.notify.models import Message


@admin.register(Message)
class MessageAdmin(ScopedAdmin):
    """Messages of the own area; texts and numbers stay hidden. Login codes are seen by administrators only."""

    access = {"view": Permission.MESSAGE_VIEW, "add": None, "change": None, "delete": None}
    scope_fields = {"divisions": "area"}
    list_display = ("created_at", "template", "masked", "status", "attempts", "sent_at", "error")
    list_filter = ("status", "template")
    fields = (
        "template", "masked", "status", "attempts", "created_at", "due_at", "sent_at", "expires_at", "error",
    )  # fmt: skip
    readonly_fields = ("masked",)
    ordering = ("-created_at", "-id")

    def within(self, request, permission):
        rows = super().within(request, permission)
        if Role.ADMINISTRATOR in request.actor.roles:
            rows = rows | Message.objects.filter(area="")
        return rows

    @admin.display(description=_("接收号码"))
    def masked(self, obj):
        return mask_phone(obj.recipient)
