"""Feeds: set up, new salt or address, on and off. Secrets are shown in one answer and never again."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldBooleanSwitchWidget

from logistics.parcels.models import CarrierFeed
from logistics.parcels.selectors_imports import visible_feeds
from logistics.parcels.services.feeds import FeedSecrets, SaltNeeded, create_feed, rotate_secrets, switch_feed
from logistics.registry.selectors import visible_enterprises
from logistics.registry.states import EnterpriseKind
from members.access.admin_base import ScopedAdmin, admin_action, reason_of
from members.access.panels import DATA, Menu
from members.access.states import Permission
from portal.core.clock import now
from portal.core.errors import BadInput


class FeedForm(forms.ModelForm):
    with_salt = forms.BooleanField(
        label=_("使用签名盐"),
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_(
            "不设盐时，知道推送地址的人就能代这家企业写入轨迹，而对方的日志里有这个地址。多家企业共用的接入必须设盐。"
        ),
    )

    class Meta:
        model = CarrierFeed
        fields = ("enterprise",)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("enterprise") is None and not cleaned.get("with_salt") and not self.errors:
            self.add_error("with_salt", SaltNeeded.message)
        return cleaned


@admin.register(CarrierFeed)
class CarrierFeedAdmin(ScopedAdmin):
    access = {
        "view": Permission.FEED_MANAGE,
        "add": Permission.FEED_MANAGE,
        "change": None,
        "delete": None,
    }
    menu = Menu(DATA, 30, "sensors")
    list_display = ("source", "enterprise", "enabled", "pushes", "bad_signatures", "last_push_at", "created_at")
    list_filter = ("enabled",)
    list_select_related = ("source", "enterprise")
    fields = ("source", "enterprise", "enabled", "pushes", "bad_signatures", "last_push_at", "created_at")
    ordering = ("-id",)
    actions = ("rotate_salt", "rotate_address", "drop_salt", "switch_on", "switch_off")

    def within(self, request, permission):
        return visible_feeds(actor=request.actor)

    def get_form(self, request, obj=None, change=False, **kwargs):
        return FeedForm if obj is None else super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return [(None, {"fields": ["enterprise", "with_salt"]})]
        return super().get_fieldsets(request, obj)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "enterprise":
            reached = visible_enterprises(actor=request.actor, permission=Permission.FEED_MANAGE)
            kwargs["queryset"] = reached.filter(kind=EnterpriseKind.CARRIER)
            kwargs["empty_label"] = _("快递100（多家企业）")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        """The service checks the scope, makes the secrets and writes the audit entry."""
        request.secrets = create_feed(
            enterprise=obj.enterprise, with_salt=form.cleaned_data["with_salt"], actor=request.actor, now=now()
        )
        obj.pk = request.secrets.feed.pk

    def response_add(self, request, obj, post_url_continue=None):
        """Shows the secrets in this answer only: they go into no session message."""
        return self._show(request, request.secrets)

    def _show(self, request, secrets: FeedSecrets):
        context = {
            **self.admin_site.each_context(request),
            "secrets": secrets,
            "address": request.build_absolute_uri(reverse("api:kuaidi100", args=[secrets.key])),
            "title": _("推送地址与签名盐"),
        }
        response = TemplateResponse(request, "parcels/imports/feed_secrets.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def _rotate(self, request, queryset, **what):
        feeds = list(queryset[:2])
        if len(feeds) != 1:
            raise BadInput(_("一次只能更换一个接入。"), hint=_("请返回只勾选一个。"))
        why = reason_of(request)
        return self._show(request, rotate_secrets(feed_id=feeds[0].pk, actor=request.actor, now=now(), why=why, **what))

    def _switch(self, request, queryset, enabled: bool):
        why = reason_of(request)
        for feed in queryset:
            switch_feed(feed_id=feed.pk, enabled=enabled, actor=request.actor, now=now(), why=why)
        self.message_user(request, _("已启用。") if enabled else _("已停用。"))

    @admin_action(Permission.FEED_MANAGE, description=_("更换签名盐（一次一个）"))
    def rotate_salt(self, request, queryset):
        return self._rotate(request, queryset)

    @admin_action(Permission.FEED_MANAGE, description=_("更换推送地址和签名盐（一次一个）"))
    def rotate_address(self, request, queryset):
        return self._rotate(request, queryset, key=True)

    @admin_action(Permission.FEED_MANAGE, description=_("改为无盐签名（一次一个）"))
    def drop_salt(self, request, queryset):
        return self._rotate(request, queryset, with_salt=False)

    @admin_action(Permission.FEED_MANAGE, description=_("启用"))
    def switch_on(self, request, queryset):
        self._switch(request, queryset, True)

    @admin_action(Permission.FEED_MANAGE, description=_("停用（立即生效）"))
    def switch_off(self, request, queryset):
        self._switch(request, queryset, False)
