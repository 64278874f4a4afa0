"""Registers as files: send one, read what each line would do, confirm, follow the writing."""

from __future__ import annotations

from functools import partial

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from logistics.licensing.kinds import KINDS, kind_of
from logistics.licensing.models import RegisterImport
from logistics.licensing.selectors_registers import counts_of, rows_of, visible_register_imports
from logistics.licensing.services import registers
from logistics.licensing.states import RegisterResult, RegisterStage
from members.access.admin_base import ScopedAdmin, guarded, lead_with, reason_field
from members.access.panels import PLACES, Menu
from members.access.states import Permission as P
from portal.core.access import declare, holders
from portal.core.clock import now
from portal.core.errors import DomainError
from portal.core.sheets import SPREADSHEET
from portal.core.workbooks import sentences

MOST_BYTES = 20 * 1024 * 1024
LINES = 200  # of a page
WRITERS = tuple(kind.writes for kind in KINDS.values())
_GOOD = {RegisterResult.NEW, RegisterResult.CHANGED, RegisterResult.SAME, RegisterResult.ADDED, RegisterResult.UPDATED}


for _kind in KINDS.values():  # a list of parties leaves as a file that can be sent back here
    lead_with(_kind.party, partial(registers.outgoing_columns, _kind))


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label=_("登记簿"), widget=UnfoldAdminSelectWidget)
    file = forms.FileField(
        label=_("文件"), widget=UnfoldAdminFileFieldWidget, help_text=_("XLSX 工作簿，不超过 20 MB、20,000 行。")
    )
    reason = reason_field(required=True)

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(k.code, k.party._meta.verbose_name) for k in _writable(actor)]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("文件太大，不能超过 20 MB。请拆成几个文件分别上传。"))
        return file


@admin.register(RegisterImport)
class RegisterImportAdmin(ScopedAdmin):
    access = {"view": P.ENTERPRISE_EDIT, "add": P.ENTERPRISE_EDIT, "change": None, "delete": None}
    menu = Menu(PLACES, 60, "upload_file")
    list_display = ("created_at", "register", "file_name", "stage", "why", "done_at")
    list_filter = ("stage",)
    ordering = ("-created_at",)
    change_form_template = "admin/licensing/register_import.html"

    def within(self, request, permission):
        return visible_register_imports(actor=request.actor)

    @admin.display(description=_("登记簿"))
    def register(self, obj) -> str:
        return str(kind_of(obj.kind).party._meta.verbose_name)

    def own_urls(self):
        rule = holders(*WRITERS)
        return [
            ("template/<slug:kind_code>/", "template", guarded(self.template_view, rule, self.admin_site)),
            ("<uuid:register_id>/confirm/", "confirm", guarded(self.confirm_view, rule, self.admin_site)),
        ]

    @declare(holders(*WRITERS))
    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(*_sent(request), actor=request.actor)
        if request.method == "POST" and form.is_valid():
            run = self._start(request, form)
            if run is not None:
                self.message_user(request, _("已收到文件，正在核对。处理完后结果显示在本页。"), messages.SUCCESS)
                return redirect("admin:licensing_registerimport_change", run.pk)
        context = {
            **self.admin_site.each_context(request), "title": _("导入登记簿"), "opts": self.opts, "form": form,
            "kinds": [(kind.code, kind.party._meta.verbose_name) for kind in _writable(request.actor)],
        }  # fmt: skip
        status = 400 if form.errors else 200
        return TemplateResponse(request, "admin/licensing/register_upload.html", context, status=status)

    def _start(self, request, form) -> RegisterImport | None:
        sent = form.cleaned_data
        try:
            return registers.start_import(
                kind=sent["kind"], file=sent["file"], name=sent["file"].name, why=sent["reason"],
                actor=request.actor, now=now(),
            )  # fmt: skip
        except DomainError as error:
            form.add_error("file", f"{error.message}{error.hint}")
            return None

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        counts = counts_of(obj)
        page = Paginator(rows_of(obj), LINES).get_page(request.GET.get("p"))
        context |= {
            "title": f"{self.register(obj)} · {obj.file_name}", "run": obj, "page": page,
            "counts": [(label, counts[code]) for code, label in RegisterResult.choices if counts[code]],
            "rows": [(row, row.result in _GOOD) for row in page.object_list],
            "refused": counts[RegisterResult.REFUSED],
            "ready": obj.stage == RegisterStage.JUDGED and counts[RegisterResult.NEW] + counts[RegisterResult.CHANGED],
            "working": obj.stage in (RegisterStage.READING, RegisterStage.JUDGING, RegisterStage.WRITING),
            "why_failed": "".join(sentences(obj.error_code, obj.error_data)) if obj.error_code else "",
            "total": (total := sum(counts.values())), "left": (left := _left(obj, counts)), "done": total - left,
        }  # fmt: skip
        return super().render_change_form(request, context, add, change, form_url, obj)

    def confirm_view(self, request, register_id):
        run = self.get_object(request, str(register_id))
        if request.method == "POST":
            registers.confirm(run=run, actor=request.actor, now=now())
            self.message_user(request, _("已开始写入，每一行的结果见下表。"), messages.SUCCESS)
        return redirect("admin:licensing_registerimport_change", register_id)

    def template_view(self, request, kind_code):
        """A workbook to fill in, with what belongs into each column."""
        file = registers.template_workbook(kind_of(kind_code), actor=request.actor, now=now())
        return FileResponse(file, as_attachment=True, filename=f"{kind_code}.xlsx", content_type=SPREADSHEET)


def _writable(actor) -> list:
    return [kind for kind in KINDS.values() if actor.may(kind.writes)]


def _sent(request) -> tuple:
    return (request.POST, request.FILES) if request.method == "POST" else ()


def _left(run, counts) -> int:
    """Lines that the worker has still to do."""
    if run.stage == RegisterStage.JUDGING:
        return counts[RegisterResult.WAITING]
    return counts[RegisterResult.NEW] + counts[RegisterResult.CHANGED] if run.stage == RegisterStage.WRITING else 0
