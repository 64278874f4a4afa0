"""What the pages of an enterprise share."""

from __future__ import annotations

from django.utils.translation import gettext as _

from logistics.firms.selectors.firm import own_enterprise
from portal.core.clock import county_day, now
from portal.core.errors import DomainError


def page_of(request, firm: str, here: str, **more) -> dict:
    """The enterprise, and the way to its other pages. Raises EnterpriseNotFound also for somebody else's."""
    row = own_enterprise(actor=request.actor, code=firm)
    return {"firm": row, "tabs": tabs(), "here": here, "today": county_day(now()), **more}


def tabs() -> list[dict]:
    return [
        {"name": "firm", "text": _("概况")},
        {"name": "firm_stations", "text": _("站点")},
        {"name": "firm_vehicles", "text": _("车辆")},
        {"name": "firm_couriers", "text": _("快递员、驾驶员")},
        {"name": "firm_certificates", "text": _("证书")},
        {"name": "firm_staff", "text": _("员工")},
        {"name": "firm_devices", "text": _("终端")},
    ]


def show(form, error: DomainError) -> None:
    """A refusal beside its fields, or on top of the form when it is about none of them."""
    known = {name: text for name, text in error.fields.items() if name in form.fields}
    for name, text in known.items():
        form.add_error(name, text)
    if not known:
        form.add_error(None, f"{error.message}{error.hint}")


def paged(rows, request, key: str, size: int) -> tuple[list, str]:
    """One page of `rows` in the order of `key`, and the address of the next (empty at the end)."""
    after = request.GET.get("after", "")[:40]
    if after:
        rows = rows.filter(**{f"{key}__gt": after})
    listed = list(rows[: size + 1])
    more = f"?after={getattr(listed[size - 1], key)}" if len(listed) > size else ""
    return listed[:size], more
