"""How django-allauth meets our phone-first users."""

from __future__ import annotations

import datetime as dt

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from members.accounts.forms import PhoneField
from members.accounts.hashing import one_of_few
from members.accounts.limits import LOGIN_PASSWORDS
from members.accounts.phones import shown
from members.accounts.selectors import public_user_by_phone
from members.accounts.services.phone import confirm_phone, settle_phone
from portal.core.clock import now
from portal.core.errors import TooMany
from portal.core.fields import cipher
from portal.core.ids import new_id
from portal.core.limits import caller_of, remember_browser
from portal.notify.services import send


class PhoneAdapter(DefaultAccountAdapter):
    """The phone is the account: E.164 on the user row, proved by a code before it counts."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("该账户已停用。请联系县级中心。"),
        "phone_password_mismatch": _("手机号或密码不对。忘记密码可留空密码，用短信验证码登录。"),
        "phone_taken": _("这个手机号已有账户。请换一个，或用它登录。"),
        "enter_current_password": _("请填写现在的密码。"),
        "incorrect_code": _("验证码不对。请核对短信或应用里的 6 位数字。"),
        "incorrect_password": _("密码不对。"),
        "invalid_login": _("请填写手机号。"),
        "too_many_login_attempts": _("验证码输错太多次，请重新获取一个。"),
        "unknown_phone": _("请核对手机号。"),
        "same_as_current": _("新号码与现在的相同。"),
        "rate_limited": _("操作太频繁，请稍等一分钟再试。"),
    }

    # -- the phone -----------------------------------------------------------------------------------
    def phone_form_field(self, **options):
        return PhoneField(required=options.get("required", True))

    def get_phone(self, user):
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user, phone, verified):
        settle_phone(user=user, phone=phone, verified=verified)

    def set_phone_verified(self, user, phone):
        confirm_phone(user=user, phone=phone, address=self.get_client_ip(self.request), now=now())

    def get_user_by_phone(self, phone):
        return public_user_by_phone(phone)

    def save_user(self, request, user, form, commit=True):
        """allauth saves the row before it sets the phone; ours has none without.

        Two sign-ups of one phone at the same moment: the unique phone lets one through, the other tries again.
        """
        user.phone = form.cleaned_data["phone"]
        try:
            with transaction.atomic():
                return super().save_user(request, user, form, commit)
        except IntegrityError:
            raise TooMany(retry_after=30) from None

    # -- messages: always through the outbox, an unknown phone costs the same work -----------------------
    def send_verification_code_sms(self, user, phone, code, **kwargs):
        template = "login_code" if user.phone == phone and user.phone_verified else "phone_code"
        minutes = app_settings.LOGIN_BY_CODE_TIMEOUT // 60
        self._tell(phone, template, {"code": code, "minutes": minutes}, minutes)

    def send_unknown_account_sms(self, phone, **kwargs):
        self._tell(phone, "account_missing", {}, minutes=5)

    def send_account_already_exists_sms(self, phone):
        self._tell(phone, "account_exists", {}, minutes=5)

    def _tell(self, phone: str, template: str, parameters: dict, minutes: int) -> None:
        moment = now()
        send(
            template=template,
            recipient=phone,
            parameters=parameters,
            dedupe_key=f"{template}:{new_id()}",
            now=moment,
            expires_at=moment + dt.timedelta(minutes=minutes),
            language=get_language() or "zh-hans",
        )

    # -- limits --------------------------------------------------------------------------------------
    def get_client_ip(self, request):
        return request.client_address  # a forwarding header counts only from a named proxy (ProxyMiddleware)

    def authenticate(self, request, **credentials):
        """Counted before it is judged; a right password takes back its own try. Raises Paused, and Busy (503)."""
        counted = LOGIN_PASSWORDS.begin(credentials.get("phone", ""), caller_of(request))
        with counted.judging(), one_of_few():
            user = super().authenticate(request, **credentials)
        if user is not None:
            counted.forgive()
        else:
            request.work_ahead = counted.ahead
        return user

    def login(self, request, user):
        super().login(request, user)
        remember_browser(request, LOGIN_PASSWORDS.kind, user.phone)

    def pre_authenticate(self, request, **credentials):
        """allauth's own count of failures, by phone alone: ours stands in its place."""

    def set_password(self, user, password):
        with one_of_few():
            super().set_password(user, password)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps are encrypted at rest."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _("不能停用两步验证。"),
        "cannot_generate_recovery_codes": _("请先启用两步验证，再生成备用码。"),
        "incorrect_code": _("动态码不对。请看应用里最新的 6 位数字；手机时间不准也会出错。"),
    }

    def get_totp_label(self, user):
        return f"…{shown(user.phone)[-4:]}"

    def encrypt(self, text):
        return cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        return cipher().decrypt(encrypted_text.encode()).decode()
