"""What to print: numbers or a station, and on which paper."""

from __future__ import annotations

import re
from typing import cast

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from logistics.documents.papers.sizes import LabelSize, ShelfSize
from logistics.documents.services.printing import MOST_LABELS, SHELF_LENGTH
from logistics.parcels.states import TERMINALS, Stage
from logistics.registry.selectors import visible_stations
from members.access.states import Permission
from portal.core.actor import Actor

_SEPARATORS = re.compile(r"[\s,，;；、|]+")
ANY_STAGE = [("", _("全部")), *((stage.value, stage.label) for stage in Stage if stage not in TERMINALS)]


def _stations(actor: Actor, empty) -> list[tuple[str, object]]:
    rows = visible_stations(actor=actor, permission=Permission.DOCUMENT_PRINT).order_by("code")
    return [("", empty), *rows.values_list("code", "name")]


class LabelsForm(forms.Form):
    """Labels by numbers, or all of a station. `skip` prints what was found and leaves out the rest."""

    numbers = forms.CharField(
        label=_("单号或袋号"),
        required=False,
        max_length=60 * MOST_LABELS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_("扫描或粘贴，每行一个。运单号、快递单号、袋号都可以；袋号会打印袋内全部包裹。"),
    )
    station = forms.ChoiceField(
        label=_("或者：一个站点的全部包裹"), required=False, help_text=_("行程没有结束、由这个站点投递或收寄的包裹。")
    )
    stage = forms.ChoiceField(label=_("阶段"), required=False, choices=ANY_STAGE)
    size = forms.ChoiceField(label=_("标签纸"), choices=LabelSize.choices, initial=LabelSize.LARGE)

    def __init__(self, *args, actor: Actor, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["station"]).choices = _stations(actor, _("不按站点"))

    def typed(self) -> list[str]:
        return [number for number in _SEPARATORS.split(self.cleaned_data["numbers"]) if number]


class ShelvesForm(forms.Form):
    """Places of shelves: rack 1 to `racks`, each with places 1 to `places`, and any others by name."""

    station = forms.ChoiceField(label=_("站点"))
    racks = forms.IntegerField(label=_("货架数"), required=False, min_value=1, max_value=40)
    places = forms.IntegerField(label=_("每架格数"), required=False, min_value=1, max_value=40)
    names = forms.CharField(
        label=_("其他货架位"),
        required=False,
        max_length=9000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=format_lazy(_("每行一个，如“大件区”。最长 {count} 个字。"), count=SHELF_LENGTH),
    )
    size = forms.ChoiceField(label=_("标签纸"), choices=ShelfSize.choices, initial=ShelfSize.SHEET)

    def __init__(self, *args, actor: Actor, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        stations = _stations(actor, _("请选择"))
        only_one = len(stations) == 2  # beside the empty choice
        cast(forms.ChoiceField, self.fields["station"]).choices = stations[1:] if only_one else stations

    def clean(self):
        super().clean()
        data = self.cleaned_data
        if bool(data.get("racks")) != bool(data.get("places")) and not self.errors:
            self.add_error("places" if data.get("racks") else "racks", _("货架数和每架格数要一起填写。"))
        return data

    def shelves(self) -> list[str]:
        racks, places = self.cleaned_data["racks"] or 0, self.cleaned_data["places"] or 0
        return [
            *(f"{rack}-{place}" for rack in range(1, racks + 1) for place in range(1, places + 1)),
            *self.cleaned_data["names"].splitlines(),
        ]


class OneForm(forms.Form):
    """One document by its number."""

    LABEL, BAG, PROOF = "label", "bag", "proof"

    kind = forms.ChoiceField(
        label=_("单据"),
        choices=[(LABEL, _("运单标签")), (BAG, _("邮袋标签")), (PROOF, _("签收凭证"))],
    )
    number = forms.RegexField(
        label=_("单号或袋号"),
        regex=r"^\s*[0-9A-Za-z-]{4,40}\s*$",
        max_length=60,
        error_messages={"invalid": _("这不像一个单号或袋号。请扫描条码，或照着条码下方的字输入。")},
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off"}),
    )
    size = forms.ChoiceField(label=_("标签纸"), choices=LabelSize.choices, initial=LabelSize.LARGE, required=False)
