"""The upload form."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from logistics.parcels.states import ImportKind


class ImportForm(forms.Form):
    """`enterprises` are those the actor may send files for; with only one there is nothing to choose."""

    kind = forms.ChoiceField(
        label=_("文件里是什么"), choices=ImportKind, widget=forms.RadioSelect, initial=ImportKind.PARCELS
    )
    enterprise = forms.ChoiceField(label=_("哪家企业的"), required=False)
    file = forms.FileField(
        label=_("文件"),
        help_text=_("CSV 或 XLSX，最大 50 MB、2 万行。"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
        error_messages={"empty": _("文件是空的。"), "required": _("请选择文件。")},
    )
    dry_run = forms.BooleanField(
        label=_("先试运行：只检查，不写入"), required=False, initial=True, help_text=_("试运行后可以一键正式导入。")
    )

    def __init__(self, *args, enterprises, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(enterprise.code, enterprise.short_name) for enterprise in enterprises]
        if len(choices) == 1:
            del self.fields["enterprise"]
        else:
            self.fields["enterprise"].choices = [("", _("请选择")), *choices]
            self.fields["enterprise"].required = True
