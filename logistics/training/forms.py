"""Form of the import of questions."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class BankForm(forms.Form):
    """`courses` are those that the actor keeps."""

    file = forms.FileField(
        label=_("文件"),
        help_text=_("XLSX，最大 5 MB、2000 行。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={"empty": _("文件是空的。"), "required": _("请选择文件。")},
    )
    dry_run = forms.BooleanField(
        label=_("先试运行：只检查，不写入"), required=False, initial=True,
        help_text=_("没有问题后，取消勾选，再选一次文件正式导入。"),
    )  # fmt: skip

    def __init__(self, *args, courses, **kwargs):
        super().__init__(*args, **kwargs)
        course = forms.ModelChoiceField(
            courses, label=_("课程"), empty_label=_("请选择"), error_messages={"required": _("请选择课程。")}
        )
        self.fields = {"course": course, **self.fields}
