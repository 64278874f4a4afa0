"""Forms of the enterprise's desk and of the station's own page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from logistics.registry.states import Equipment, StationService
from members.access.states import Role
from members.devices.states import Profile

QUIET = {"autocomplete": "off"}
PHONE = {"type": "tel", "inputmode": "tel", "autocomplete": "off"}
# What an enterprise's administrator may offer; the services hold it.
OFFERED = (Role.KEEPER, Role.COURIER, Role.ENTERPRISE_STAFF)


class InviteForm(forms.Form):
    """Who is to work where. A role at a station needs the station."""

    name = forms.CharField(label=_("姓名"), max_length=40, widget=forms.TextInput(attrs=QUIET))
    phone = forms.CharField(
        label=_("手机号"),
        max_length=30,
        widget=forms.TextInput(attrs=PHONE),
        help_text=_("邀请链接发到这个手机号，只有它能接受。"),
    )
    role = forms.ChoiceField(label=_("角色"), choices=[(role.value, role.label) for role in OFFERED])
    station = forms.ChoiceField(
        label=_("站点"), required=False, help_text=_("站长、快递员要选站点；企业操作员不用选。")
    )

    def __init__(self, *args, stations, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["station"].choices = [("", _("不在站点")), *((s.code, s.name) for s in stations)]

    def clean(self):
        data = self.cleaned_data
        role, station = data.get("role"), data.get("station")
        if role in (Role.KEEPER, Role.COURIER) and not station:
            self.add_error("station", _("请选择在哪个站点任职。"))
        if role == Role.ENTERPRISE_STAFF and station:
            self.add_error("station", _("企业操作员在企业任职，请选“不在站点”。"))
        return data


class WhyForm(forms.Form):
    why = forms.CharField(
        label=_("原因"),
        max_length=200,
        help_text=_("会写入操作记录，请不要写姓名和电话。"),
        widget=forms.TextInput(attrs=QUIET),
    )


class DeviceForm(forms.Form):
    """A terminal for a station, or the enterprise's own system."""

    place = forms.ChoiceField(label=_("用在哪里"))
    name = forms.CharField(
        label=_("名称"), max_length=60, widget=forms.TextInput(attrs=QUIET), help_text=_("例如“柜台扫码枪”。")
    )

    def __init__(self, *args, firm, stations, **kwargs):
        super().__init__(*args, **kwargs)
        own = _("%(firm)s的信息系统（传数据用）") % {"firm": firm.short_name}
        self.fields["place"].choices = [*((s.code, s.name) for s in stations), ("", own)]
        self.fields["place"].required = False

    def profile(self) -> str:
        return Profile.SCANNER if self.cleaned_data["place"] else Profile.CARRIER


class DriverForm(forms.Form):
    code = forms.CharField(
        label=_("驾驶员工号"),
        max_length=20,
        widget=forms.TextInput(attrs={**QUIET, "autocapitalize": "characters"}),
        help_text=_("对方会收到短信，在“我的车辆”里同意后才生效。"),
    )


class PlateForm(forms.Form):
    plate = forms.CharField(
        label=_("号牌号码"), max_length=20, widget=forms.TextInput(attrs={**QUIET, "autocapitalize": "characters"})
    )


class StationForm(forms.Form):
    """What the public reads of a station."""

    hours = forms.CharField(
        label=_("营业时间"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs=QUIET),
        help_text=_("例如“周一至周六 08:30-18:30；周日休息”。"),
    )
    market_days = forms.CharField(
        label=_("赶集日"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs=QUIET),
        help_text=_("例如“逢3、8”“农历逢1、6 06:30-19:00”“每周三、周六”。写了时间，集日就按这个时间营业。"),
    )
    harvest_hours = forms.CharField(
        label=_("农忙时间"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs=QUIET),
        help_text=_("例如“5-6月 06:00-21:00；9月15日-10月10日 06:00-20:00”。"),
    )
    phone = forms.CharField(label=_("站点电话"), max_length=20, required=False, widget=forms.TextInput(attrs=PHONE))
    capacity = forms.IntegerField(
        label=_("可存件数"), min_value=1, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    services = forms.MultipleChoiceField(
        label=_("服务项目"), required=False, choices=StationService.choices, widget=forms.CheckboxSelectMultiple
    )
    equipment = forms.MultipleChoiceField(
        label=_("设备"), required=False, choices=Equipment.choices, widget=forms.CheckboxSelectMultiple
    )


class PhotoForm(forms.Form):
    caption = forms.CharField(
        label=_("说明"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs=QUIET),
        help_text=_("例如“从公路上看”。"),
    )
