"""Declared actions and the reason that the audit trail needs."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminTextInputWidget

from portal.core.access import declare, holders
from portal.core.errors import BadInput

REASON_LENGTH = 300


def reason_field(**options) -> forms.CharField:
    return forms.CharField(
        label=_("原因"), max_length=REASON_LENGTH, widget=UnfoldAdminTextInputWidget,
        help_text=_("会写入操作记录，供以后查证。"), **options,
    )  # fmt: skip


class ReasonActionForm(ActionForm):
    """List actions may ask why; `reason_of(request)` reads the answer."""

    reason = reason_field(required=False)


def admin_action(*permissions: str, description):
    """Declares who may run a list action of a ScopedAdmin, and how it is called on the page."""

    def mark(function):
        function.short_description = description
        return declare(holders(*permissions))(function)

    return mark


def reason_of(request) -> str:
    """The reason typed on the page. Raises BadInput when it is missing."""
    reason = request.POST.get("reason", "").strip()[:REASON_LENGTH]
    if not reason:
        raise BadInput(_("没有填写原因。"), code="reason_missing", hint=_("请返回填写原因后再提交，它会写入操作记录。"))
    return reason
