"""Filters of the staff list."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from logistics.parcels.selectors_work import WorkFilter
from logistics.parcels.states import Issue, Stage

ANY = ("", _("全部"))


class WorkFilterForm(forms.Form):
    """Empty fields do not filter. `before` and `after` are ids to page from."""

    number = forms.CharField(label=_("单号"), required=False, max_length=60)
    stage = forms.ChoiceField(label=_("阶段"), required=False, choices=[ANY, *Stage.choices])
    issue = forms.ChoiceField(label=_("异常"), required=False, choices=[ANY, *Issue.choices])
    station = forms.CharField(label=_("站点代码"), required=False, max_length=24)
    before = forms.IntegerField(required=False, min_value=0, max_value=2**62, widget=forms.HiddenInput)
    after = forms.IntegerField(required=False, min_value=0, max_value=2**62, widget=forms.HiddenInput)

    SHOWN = ("number", "stage", "issue", "station")

    def wanted(self) -> WorkFilter:
        return WorkFilter(**{name: self.cleaned_data[name].strip() for name in self.SHOWN})

    def query(self) -> dict[str, str]:
        """The filters in force, for links to other pages of the same list."""
        return {name: self.cleaned_data[name] for name in self.SHOWN if self.cleaned_data[name]}

    def shown_fields(self):
        return [self[name] for name in self.SHOWN]
