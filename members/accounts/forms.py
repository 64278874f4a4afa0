"""Forms of the account pages: few fields, big inputs, the right keyboard, errors that say what to do."""

from __future__ import annotations

from allauth.account import forms as account
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.utils.translation import gettext_lazy as _

from members.accounts.hashing import one_of_few
from members.accounts.limits import CODE_TRIES, LOGIN_CODES, SECOND_FACTORS
from members.accounts.phones import NotAPhone, normalise_phone
from portal.core.errors import TooMany
from portal.core.limits import Guard, Paused, Try, caller_of, remember_browser
from portal.core.masking import normalise_digits


def said(error) -> forms.ValidationError:
    """A refusal of ours as an error of a form field."""
    return forms.ValidationError(f"{error.message}{error.hint}", code=error.code)


class PhoneField(forms.CharField):
    """Any spelling of a mobile number; gives E.164."""

    def __init__(self, **options):
        attributes = {"type": "tel", "inputmode": "tel", "autocomplete": "tel", "maxlength": 40}
        options.setdefault("label", _("手机号"))
        options.setdefault("widget", forms.TextInput(attrs=attributes))
        options.setdefault("help_text", _("11 位手机号。境外号码以 + 开头。"))
        options.setdefault("error_messages", {"required": _("请填写手机号。")})
        super().__init__(**options)

    def clean(self, value):
        value = super().clean(value)
        try:
            return normalise_phone(value) if value else value
        except NotAPhone as error:
            raise said(error) from None


class CodeField(forms.CharField):
    """Six digits from a message or an app, with or without spaces, also full-width."""

    def __init__(self, **options):
        attributes = {"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 20}
        options.setdefault("label", _("验证码"))
        options.setdefault("widget", forms.TextInput(attrs=attributes))
        options.setdefault("error_messages", {"required": _("请填写验证码。")})
        super().__init__(**options)

    def to_python(self, value):
        return "".join(normalise_digits(super().to_python(value) or "").split())


def password_field(label, autocomplete: str, **options) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=200, widget=widget, **options)


PASSWORD_HELP = _("至少 10 个字符，不要只用数字，也不要用手机号。")


class Guarded:
    """A form whose tries are counted. `work` is what the page asks of the browser after a refusal, or None."""

    work = None

    def begin(self, guard: Guard, subject: object) -> Try:
        """Raises ValidationError with the way out; keeps the work for templates/_parts/work.html."""
        try:
            return guard.begin(subject, caller_of(context.request))
        except Paused as error:
            self.work = error.work
            raise said(error) from None


class LoginForm(Guarded, account.LoginForm):
    """One form for both ways, each with its button (`way`); Enter takes the password if there is one, else the code."""

    def clean_password(self):
        password, way = self.cleaned_data.get("password", ""), self.data.get("way", "")
        if way == "password" and not password:
            raise forms.ValidationError(_("请填写密码。没设过密码的，点“获取验证码”。"), code="password_missing")
        return "" if way == "code" else password  # a browser may have filled in an old one by itself

    def _clean_with_password(self, credentials):
        try:
            return super()._clean_with_password(credentials)
        except Paused as error:  # counted by the adapter, where each password is checked
            self.work = error.work
            raise said(error) from None
        except forms.ValidationError:
            self.work = getattr(context.request, "work_ahead", None)
            raise

    def _clean_without_password(self, email, phone):
        if phone:
            self.begin(LOGIN_CODES, phone)
        return super()._clean_without_password(email, phone)

    def _setup_password_field(self):
        self.fields["password"] = password_field(_("密码"), "current-password", required=False)
        self.fields["password"].help_text = _("设过密码的才填；没设过，点“获取验证码”。")


class CountedCode(account.BaseConfirmCodeForm):
    """Counts each try before it is judged, per browser session."""

    code = CodeField()

    def clean_code(self):
        session = context.request.session
        if not session.session_key:
            session.create()
        try:
            CODE_TRIES.take(session.session_key)
        except TooMany as error:
            raise said(error) from None
        code = super().clean_code()
        CODE_TRIES.forgive(session.session_key)
        return code


class RequestLoginCodeForm(Guarded, account.RequestLoginCodeForm):
    def clean_phone(self):
        self.begin(LOGIN_CODES, self.cleaned_data["phone"])
        return super().clean_phone()


class SignupForm(Guarded, account.SignupForm):
    """Its code costs a text as a login's does, and is counted with them."""

    def clean_phone(self):
        phone = self.cleaned_data["phone"]
        self.begin(LOGIN_CODES, phone)
        return phone


class ConfirmLoginCodeForm(CountedCode, account.ConfirmLoginCodeForm):
    code = CodeField()


class VerifyPhoneForm(CountedCode, account.VerifyPhoneForm):
    code = CodeField()


class ChangePasswordForm(account.ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("现在的密码")
        _name_new_passwords(self)

    def clean_oldpassword(self):
        """Raises Busy (503), as a login does."""
        with one_of_few():
            return super().clean_oldpassword()


class SetPasswordForm(account.SetPasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _name_new_passwords(self)


def _name_new_passwords(form) -> None:
    first, second = form.fields["password1"], form.fields["password2"]
    first.label, first.help_text = _("新密码"), PASSWORD_HELP
    second.label = _("再输一次新密码")
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class ReauthenticateForm(account.ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("密码")
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)


class CountedFactor(Guarded, mfa.BaseAuthenticateForm):
    """Counts each try of a second factor before it is judged."""

    def clean_code(self):
        counted = self.begin(SECOND_FACTORS, self.user.phone)
        with counted.judging():
            code = super().clean_code()
        counted.forgive()
        remember_browser(context.request, SECOND_FACTORS.kind, self.user.phone)
        return code


class AuthenticateForm(CountedFactor, mfa.AuthenticateForm):
    code = CodeField(label=_("动态码或备用码"))


class MFAReauthenticateForm(CountedFactor, mfa.ReauthenticateForm):
    code = CodeField(label=_("动态码或备用码"))


class ActivateTOTPForm(totp.ActivateTOTPForm):
    code = CodeField(label=_("应用显示的 6 位动态码"))

    def clean_code(self):
        """The right code proves the app in this session too: no need to ask for the next one at once."""
        code = super().clean_code()
        record_authentication(context.request, self.user, method="mfa", type="totp", reauthenticated=True)
        return code


def pin_field(label, **options) -> forms.CharField:
    attributes = {"inputmode": "numeric", "autocomplete": "off", "maxlength": 6}
    return forms.CharField(label=label, widget=forms.PasswordInput(attrs=attributes), **options)


class WorkPinForm(forms.Form):
    """`ask_current`: whether the old PIN must be shown."""

    current = pin_field(_("现在的工作密码"))
    pin = pin_field(_("新的工作密码"), help_text=_("6 位数字，不要用连号、重复数字或手机号中的数字。"))
    again = pin_field(_("再输一次"))

    def __init__(self, *args, ask_current: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not ask_current:
            del self.fields["current"]

    def clean(self):
        for name in self.fields:
            if name in self.cleaned_data:
                self.cleaned_data[name] = normalise_digits(self.cleaned_data[name]).strip()
        if self.cleaned_data.get("pin") != self.cleaned_data.get("again"):
            self.add_error("again", _("两次输入不一样，请重新输入。"))
        return self.cleaned_data


class AskForm(forms.Form):
    phone = PhoneField(label=_("亲属的手机号"))


class AgreeByCodeForm(forms.Form):
    code = CodeField(label=_("亲属收到的验证码"))


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("姓名"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("可不填。亲属和工作人员据此认出您。"),
    )
