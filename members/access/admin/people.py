"""People with a role in the own area."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from members.access.admin_base import ScopedAdmin, admin_action, reason_of, scope_filter
from members.access.models import DivisionGrant
from members.access.services import stop_person, unstop_person
from members.access.states import Permission
from members.accounts.models import User
from portal.core.clock import now
from portal.core.masking import mask_phone


@admin.register(User)
class UserAdmin(ScopedAdmin):
    """Officials of the own area. Members who hold no role are nobody's staff and are not listed."""

    access = {"view": Permission.PEOPLE_VIEW, "add": None, "change": None, "delete": None}
    list_display = ("id", "name", "masked", "is_active", "joined_at", "last_login")
    list_filter = ("is_active",)
    fields = ("name", "masked", "phone_verified", "is_active", "joined_at", "last_login", "groups")
    readonly_fields = ("masked",)
    search_fields = ("name",)
    ordering = ("id",)
    actions = ("stop", "let_in_again")

    def within(self, request, permission):
        scope = request.actor.scope(permission)
        held = DivisionGrant.objects.filter(user=OuterRef("pk"))
        if not scope.everything:
            held = held.filter(scope_filter(scope, {"divisions": "division__code"}))
        return User.objects.filter(Exists(held))

    @admin.display(description=_("手机号"))
    def masked(self, obj):
        return mask_phone(obj.phone)

    @admin_action(Permission.PEOPLE_GRANT, description=_("停用账户（立即退出）"))
    def stop(self, request, queryset):
        for user in queryset:
            stop_person(actor=request.actor, user=user, now=now(), why=reason_of(request))
        self.message_user(request, _("已停用。"))

    @admin_action(Permission.PEOPLE_GRANT, description=_("恢复账户"))
    def let_in_again(self, request, queryset):
        for user in queryset:
            unstop_person(actor=request.actor, user=user, now=now(), why=reason_of(request))
        self.message_user(request, _("已恢复。"))
