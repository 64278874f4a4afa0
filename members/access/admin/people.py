"""People with a role in the own area: what they may do and where, their sessions, their account."""

from __future__ import annotations

from django.contrib import admin
from django.db import transaction
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.access.admin_base import ScopedAdmin, admin_action, bulk_action, exported, reason_of
from members.access.bulk import BulkAction
from members.access.panels import PEOPLE, Menu
from members.access.selectors import held_by, officials_within, people_below, people_within
from members.access.services import note_help, require_below, stop_person, unstop_person
from members.access.states import Permission
from members.accounts.models import User
from members.accounts.services.pins import PIN_TRIES
from members.accounts.sessions import end_every_session, unlock_login
from portal.core.clock import now
from portal.core.errors import BadInput
from portal.core.masking import mask_name, mask_phone
from portal.core.phones import to_e164


class StopPeople(BulkAction):
    """Only officials: who works at a station or enterprise loses that role instead."""

    code, title, permission = "person.stop", _("停用账户（立即退出）"), Permission.PEOPLE_GRANT
    can_undo = True
    active = True  # what the account must be before

    def reach(self, actor):
        below = people_below(actor=actor, permission=self.permission)
        return officials_within(actor=actor, permission=self.permission).filter(pk__in=below.values("pk"))

    def name(self, row):
        return f"{mask_name(row.name)} #{row.pk}"

    def token(self, row):
        return f"{row.is_active}"

    def refuse(self, row, choice, now):
        return "" if row.is_active == self.active else gettext("账户已经是这个状态。")

    def says(self, row, choice):
        return gettext("停用账户，正在使用的会话随即失效。") if self.active else gettext("恢复账户，可以重新登录。")

    def do(self, row, *, choice, actor, now, why):
        (stop_person if self.active else unstop_person)(actor=actor, user=row, now=now, why=why)

    def undo(self, row, *, choice, actor, now, why):
        (unstop_person if self.active else stop_person)(actor=actor, user=row, now=now, why=why)


class LetPeopleIn(StopPeople):
    code, title, active = "person.restore", _("恢复账户"), False


@admin.register(User)
class UserAdmin(ScopedAdmin):
    """People with a role at a place of the own area. Members who hold none are nobody's staff and are not listed."""

    access = {"view": Permission.PEOPLE_VIEW, "add": None, "change": None, "delete": None}
    menu = Menu(PEOPLE, 10, "group")
    list_display = ("id", "name", "masked", "is_active", "joined_at", "last_login")
    list_filter = ("is_active",)
    fields = ("name", "masked", "phone_verified", "is_active", "joined_at", "last_login", "may")
    readonly_fields = ("masked", "may")
    search_fields = ("name",)
    search_help_text = _("姓名，或完整的手机号")
    ordering = ("id",)
    actions = [bulk_action(StopPeople), bulk_action(LetPeopleIn), "end_sessions", "unlock"]
    exports = ("id", "name", "phone", "is_active", "joined_at", "last_login")

    def within(self, request, permission):
        return people_within(actor=request.actor, permission=permission)

    def get_search_results(self, request, queryset, search_term):
        """By name, or by a whole phone number: whoever knows it learns nothing new."""
        found, distinct = super().get_search_results(request, queryset, search_term)
        try:
            return found | queryset.filter(phone=to_e164(search_term)), distinct
        except BadInput:
            return found, distinct

    @admin.display(description=_("手机号"))
    @exported
    def masked(self, obj):
        return mask_phone(obj.phone)

    @admin.display(description=_("可以做什么"))
    def may(self, obj) -> str:
        """Every role with its place and functions, as the portal itself decides by them."""
        lines = [(role, place, "、".join(functions)) for role, place, functions in held_by(user_id=obj.pk)]
        return format_html_join("", "<p><strong>{} · {}</strong><br>{}</p>", lines) or gettext("没有角色。")

    def _one_by_one(self, request, queryset):
        """Chosen people with a reason, when all may be acted on. Raises BadInput, OwnAccount, PersonTooHigh."""
        why = reason_of(request)
        people = list(self.within(request, Permission.PEOPLE_GRANT).filter(pk__in=queryset.values("pk")))
        for person in people:
            require_below(actor=request.actor, user=person)
        return why, people

    @admin_action(Permission.PEOPLE_GRANT, description=_("结束所有会话（需重新登录）"))
    def end_sessions(self, request, queryset):
        why, people = self._one_by_one(request, queryset)
        ended = 0
        for person in people:
            with transaction.atomic():
                note_help(actor=request.actor, user=person, action="person.sessions_ended", now=now(), why=why)
                ended += end_every_session(person)
        self.message_user(request, _("已结束 %(count)s 个会话。") % {"count": ended})

    @admin_action(Permission.PEOPLE_GRANT, description=_("解除登录和工作密码的暂停"))
    def unlock(self, request, queryset):
        why, people = self._one_by_one(request, queryset)
        for person in people:
            with transaction.atomic():
                note_help(actor=request.actor, user=person, action="person.unlocked", now=now(), why=why)
                unlock_login(person)
                PIN_TRIES.forgive(person.pk)
        self.message_user(request, _("已为 %(count)s 人解除暂停。") % {"count": len(people)})
