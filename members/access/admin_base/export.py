"""Lists as XLSX: the same rows as on the page, masked by label, with who took them and for what.

A page names what may leave in `exports`: fields of its model, paths to fields of related models (`parcel__waybill`),
or its own columns that it marks with `@exported` because they show nothing personal. Fields labelled PERSONAL are
masked for everybody; a SECRET one stops the start.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import FieldDoesNotExist
from django.db import transaction
from django.http import FileResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from members.access.admin_base.doors import guarded
from members.access.admin_base.lists import told_filters
from members.access.states import Permission
from portal.audit.services import record
from portal.core.access import holders
from portal.core.clock import COUNTY_TIME, now
from portal.core.errors import BadInput, TooLarge
from portal.core.labels import PERSONAL, SECRET
from portal.core.masking import mask_address, mask_name, mask_number, mask_phone
from portal.core.sheets import SPREADSHEET, write_workbook

MAX_ROWS = 50_000
CHUNK = 2000
_MASKS: dict[str, Callable[[str], str]] = {
    "name": mask_name, "contact_name": mask_name, "phone": mask_phone, "contact_phone": mask_phone,
    "recipient": mask_phone, "address": mask_address, "destination": mask_address, "waybill": mask_number,
    "carrier_number": mask_number, "number": mask_number,
}  # fmt: skip


def exported(function):
    """Marks a column of a page as fit to leave: it shows nothing personal, or masks it itself."""
    function.exported = True
    return function


_leading: dict[type, Callable[[], list]] = {}


def lead_with(model: type, columns: Callable[[], list]) -> None:
    """A floor above gives the first columns of this model's file, each with `title`, `mask` and `value(row)`: those of
    a register that it can read back. The page's own `exports` follow."""
    _leading[model] = columns


class ExportForm(forms.Form):
    purpose = forms.CharField(
        label=_("用途"), min_length=2, max_length=200, widget=UnfoldAdminTextInputWidget,
        help_text=_("例如：月度通报。用途、筛选条件和行数会写入操作记录。"),
    )  # fmt: skip


class Column:
    """One column of an export: its title, and its value in a row, masked when its label says so."""

    def __init__(self, page, path: str) -> None:
        model, *between, name = page.model, *path.split("__")
        self.steps, self.name, self.mask = between, name, None
        for step in between:
            model = model._meta.get_field(step).related_model
        try:
            self.field = model._meta.get_field(name)
        except FieldDoesNotExist:
            self.field = None
            self.own = getattr(page, name)
            if not getattr(self.own, "exported", False):
                raise TypeError(f"{page}: column '{name}' is not marked @exported") from None
            self.title = getattr(self.own, "short_description", name)
            return
        label = getattr(model, "labels", {}).get(name, SECRET)
        if label is SECRET:
            raise TypeError(f"{page}: '{path}' is secret and never leaves")
        if label is PERSONAL:
            self.mask = _MASKS.get(name, lambda text: "***")
        self.title = self.field.verbose_name

    def value(self, row: Any) -> Any:
        for step in self.steps:
            row = getattr(row, step, None)
            if row is None:
                return None
        if self.field is None:
            return self.own(row)
        if self.mask is not None:
            text = getattr(row, self.name)
            return self.mask(str(text)) if text else ""
        if self.field.choices:
            return str(getattr(row, f"get_{self.name}_display")())
        found = getattr(row, self.name)
        return gettext("是" if found else "否") if isinstance(found, bool) else found


class Exports:
    """What ScopedAdmin adds for a page with `exports`: a form that asks for the purpose, then the file."""

    exports: tuple[str, ...] = ()
    # what the page itself brings (django.contrib.admin)
    model: Any
    opts: Any
    admin_site: Any
    has_view_permission: Callable[..., bool]
    require_view: Callable[..., None]
    within: Callable[..., Any]
    get_changelist_instance: Callable[..., Any]

    def export_urls(self) -> list[tuple[str, str, Any]]:
        if not self.exports:
            return []
        first = _leading[self.model]() if self.model in _leading else []
        self.export_columns = [*first, *(Column(self, path) for path in self.exports)]  # a secret one stops the start
        view = guarded(self.export_view, holders(Permission.DATA_EXPORT), self.admin_site)
        return [("export/", "export", view)]

    def may_export(self, request) -> bool:
        return bool(self.exports) and request.actor.may(Permission.DATA_EXPORT) and self.has_view_permission(request)

    def export_rows(self, request):
        """The list as it stands, filters and all, within what the actor reaches both to see and to export."""
        try:
            found = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            raise BadInput(_("筛选条件有误。"), hint=_("请回到列表重新选择筛选条件。")) from None
        return found.filter(pk__in=self.within(request, Permission.DATA_EXPORT).values("pk"))

    def export_view(self, request):
        self.require_view(request)
        rows = self.export_rows(request)
        count = rows.order_by()[: MAX_ROWS + 1].count()
        form = ExportForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            if count > MAX_ROWS:
                raise TooLarge(
                    _("超过 %(limit)s 行，不能导出。") % {"limit": f"{MAX_ROWS:,}"},
                    hint=_("请用筛选缩小范围，分几次导出。"),
                )
            return self._export(request, rows, form.cleaned_data["purpose"])
        context = {
            **self.admin_site.each_context(request),
            "title": _("导出 XLSX"), "opts": self.opts, "form": form, "count": min(count, MAX_ROWS), "limit": MAX_ROWS,
            "too_many": count > MAX_ROWS, "columns": [c.title for c in self.export_columns],
            "masked": [c.title for c in self.export_columns if c.mask],
        }  # fmt: skip
        return TemplateResponse(request, "access/export.html", context, status=400 if form.errors else 200)

    def _export(self, request, rows, purpose: str) -> FileResponse:
        moment = now()
        local = moment.astimezone(COUNTY_TIME)
        filters = told_filters(self, request)
        file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
        with transaction.atomic():
            count = write_workbook(
                file,
                cover_title=gettext("说明"), cover=self._cover(request, filters, purpose, local),
                title=str(self.opts.verbose_name_plural), header=[str(c.title) for c in self.export_columns],
                rows=self._values(rows),
            )  # fmt: skip
            record(
                actor=request.actor, now=moment, action="data.exported", target=(self.model._meta.label_lower, ""),
                after={"rows": count, "filters": filters}, why=purpose,
            )  # fmt: skip
        file.seek(0)
        name = f"{self.opts.model_name}-{local:%Y%m%d-%H%M%S}.xlsx"
        response = FileResponse(file, as_attachment=True, filename=name, content_type=SPREADSHEET)
        response["Cache-Control"] = "no-store"
        return response

    def _values(self, rows) -> Iterator[list]:
        for row in rows.iterator(chunk_size=CHUNK):
            yield [column.value(row) for column in self.export_columns]

    def _cover(self, request, filters: dict, purpose: str, local) -> list[tuple[str, str]]:
        chosen = "；".join(f"{name} = {'、'.join(values)}" for name, values in filters.items())
        return [
            (gettext("内容"), str(self.opts.verbose_name_plural)),
            (gettext("导出人"), f"{request.user.get_full_name()}（{request.actor.id}）"),
            (gettext("导出时间"), f"{local:%Y-%m-%d %H:%M:%S}"),
            (gettext("用途"), purpose),
            (gettext("筛选条件"), chosen or gettext("无")),
            (
                gettext("提示"),
                gettext("姓名、电话、地址和单号已遮盖。仅限上述用途使用，不得转发；本次导出已记入操作记录。"),
            ),
        ]
