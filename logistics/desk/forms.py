"""Forms of the desk: few fields, big inputs, the right keyboard."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from logistics.parcels.services.returns import ReturnReason
from logistics.parcels.states import ConsentChannel, CorrectionReason, Issue, Stage

PHONE = {"type": "tel", "inputmode": "tel", "autocomplete": "off", "maxlength": 30}
QUIET = {"autocomplete": "off"}  # a counter's browser must not remember other people's names
PICTURE = {"accept": "image/jpeg,image/png,image/webp", "capture": "environment", "data-shrink": True}
NUMBER = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


def text(label, length: int, *, required: bool = True, attrs: dict | None = None, help_text="") -> forms.CharField:
    widget = forms.TextInput(attrs={**QUIET, **(attrs or {})})
    return forms.CharField(label=label, max_length=length, required=required, widget=widget, help_text=help_text)


class CollectForm(forms.Form):
    """A villager's parcel. `carriers` are those that can be chosen; their number may be known later."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    sender_name = text(_("寄件人姓名"), 60)
    sender_phone = text(_("寄件人电话"), 30, attrs=PHONE)
    sender_address = text(_("寄件人村、社"), 200, required=False)
    recipient_name = text(_("收件人姓名"), 60)
    recipient_phone = text(_("收件人电话"), 30, attrs=PHONE)
    recipient_address = forms.CharField(
        label=_("收件人地址"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2, **QUIET}),
        help_text=_("写清省、市、县和门牌。"),
    )
    pieces = forms.IntegerField(
        label=_("件数"), min_value=1, max_value=999, initial=1, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    weight = forms.DecimalField(
        label=_("重量（公斤）"),
        min_value=Decimal("0.01"),
        max_value=Decimal(9999),
        decimal_places=2,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
    )
    carrier = forms.ChoiceField(label=_("交给哪家快递"), required=False)
    carrier_number = text(
        _("快递单号"), 40, required=False, attrs=NUMBER, help_text=_("还没有快递单号的，这两项都留空，到县级中心再定。")
    )
    goods_checked = forms.BooleanField(label=_("已当面查看，没有下列物品"), required=False)
    identity_checked = forms.BooleanField(label=_("已核对寄件人证件"), required=False)

    def __init__(self, *args, carriers, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(carrier.code, carrier.short_name) for carrier in carriers]
        self.fields["carrier"].choices = [("", _("到县级中心再定")), *choices]

    def grams(self) -> int | None:
        weight = self.cleaned_data.get("weight")
        return int(weight * 1000) if weight else None


class RefuseForm(forms.Form):
    why = text(_("收件人说的原因（可不填）"), 200, required=False, help_text=_("请不要写姓名和电话。"))


class ReturnForm(forms.Form):
    reason = forms.ChoiceField(label=_("退回原因"), choices=ReturnReason, widget=forms.RadioSelect)


class ProxyForm(forms.Form):
    name = text(_("代收人姓名"), 60)
    phone = text(_("代收人电话"), 30, attrs=PHONE)


class ConsentForm(forms.Form):
    """Yes or no, and how the recipient said so."""

    answer = forms.ChoiceField(
        label=_("收件人怎么说"),
        choices=[
            ("yes", _("同意放在站点自取")),
            ("always", _("同意，以后的包裹也都放站点")),
            ("no", _("不同意，这件送上门")),
            ("ask", _("不再都放站点，以后每次先问")),
        ],
        widget=forms.RadioSelect,
    )
    channel = forms.ChoiceField(
        label=_("怎样问到的"),
        choices=[choice for choice in ConsentChannel.choices if choice[0] != ConsentChannel.ONLINE],
        widget=forms.RadioSelect,
    )


class ResolveForm(forms.Form):
    issue = forms.ChoiceField(label=_("哪项异常"), widget=forms.RadioSelect)
    how = text(_("怎样处理的"), 200, help_text=_("至少四个字。请不要写姓名和电话。"))

    def __init__(self, *args, issues: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["issue"].choices = [(code, Issue(code).label) for code in issues if code in Issue.values]


class NumberForm(forms.Form):
    carrier = forms.ChoiceField(label=_("接手的快递企业"))
    number = text(_("新的快递单号"), 60, attrs=NUMBER)

    def __init__(self, *args, carriers, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(carrier.code, carrier.short_name) for carrier in carriers]
        self.fields["carrier"].choices = [("", _("请选择")), *choices]


class PiecesForm(forms.Form):
    pieces = forms.IntegerField(
        label=_("实际共几件"), min_value=1, max_value=999, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    why = text(_("理由"), 300, help_text=_("至少四个字，会记入操作记录。请不要写姓名和电话。"))


class RestForm(forms.Form):
    why = text(_("理由"), 300, help_text=_("至少四个字，会记入操作记录。请不要写姓名和电话。"))


class DamageForm(forms.Form):
    picture = forms.FileField(label=_("破损处的照片"), widget=forms.FileInput(attrs=PICTURE))
    what = text(_("哪里破损"), 200, help_text=_("例如“外箱一角压破，内件未见损坏”。请不要写姓名和电话。"))


class NothingForm(forms.Form):
    """Only a button."""


class CorrectForm(forms.Form):
    """`events` are (id, words) of what can be corrected; the last three fields are for incorrect data."""

    event = forms.ChoiceField(label=_("哪一条记录有误"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(label=_("更正原因"), choices=CorrectionReason, widget=forms.RadioSelect)
    code = forms.ChoiceField(
        label=_("正确的环节"), required=False, choices=[("", _("不适用")), *Stage.choices, *Issue.choices]
    )
    station = forms.ChoiceField(label=_("正确的站点"), required=False)
    at = forms.DateTimeField(
        label=_("正确的时间"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("后三项只在“数据有误”时填。"),
    )
    why = text(_("理由"), 300, help_text=_("至少四个字，会记入操作记录。请不要写姓名和电话。"))

    def __init__(self, *args, events, stations, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["event"].choices = events
        self.fields["station"].choices = [("", _("不适用")), *((one.code, one.name) for one in stations)]
