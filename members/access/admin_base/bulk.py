"""List actions that first say what they would do (members/access/bulk.py has the rules)."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from members.access import bulk
from members.access.admin_base.reasons import REASON_LENGTH
from portal.core.access import declare, holders
from portal.core.clock import now
from portal.core.errors import TooLarge

_LEFT_OUT = _("有 %(count)s 项您不能办理（不在辖区内，或角色高于您），没有列入。")
REASON_KEY = "bulk_reason"  # typed in the list already: offered again where it is needed


def bulk_action(kind: type[bulk.BulkAction]):
    """A list action for `actions`: leads to the page of a dry run, where it is confirmed with a reason."""
    action = bulk.register(kind)

    def start(page, request, queryset):
        ids = list(queryset.order_by().values_list("pk", flat=True)[: bulk.MAX_ROWS + 1])
        if len(ids) > bulk.MAX_ROWS:
            raise TooLarge(
                _("一次最多办理 %(count)s 项。") % {"count": bulk.MAX_ROWS}, hint=_("请用筛选缩小范围，分几次办理。")
            )
        run = bulk.start(action=action, ids=ids, actor=request.actor, now=now())
        left_out = len(ids) - run.rows.count()
        if left_out:
            page.message_user(request, _LEFT_OUT % {"count": left_out}, messages.WARNING)
        request.session[REASON_KEY] = request.POST.get("reason", "").strip()[:REASON_LENGTH]
        return redirect("admin:access_bulkrun_change", run.pk)

    start.__name__ = f"bulk_{action.code}".replace(".", "_")
    start.short_description = action.title  # type: ignore[attr-defined]
    return declare(holders(action.permission))(start)
