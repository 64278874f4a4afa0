"""Switches of django-allauth (phone first, SMS code or password, second factor, limits), SMS channel, devices."""

import os

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from portal.env import env_int

ACCOUNT_ADAPTER = "members.access.adapter.PortalAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone*"]  # a password may be set later: who signs up can't leave one behind
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SIGNUP_REDIRECT_URL = "account_home"

_SIX_DIGITS = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_PHONE_VERIFICATION_ENABLED = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = 1  # how often: each is a text to a phone that need not be the caller's
ACCOUNT_PHONE_VERIFICATION_CODE_FORMAT = _SIX_DIGITS
ACCOUNT_PHONE_VERIFICATION_TIMEOUT = 5 * 60
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_FORMAT = _SIX_DIGITS
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 5 * 60
# Off: allauth 65.21 fails when it resends to a phone without account, which would tell that there is none.
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = False

# What anybody may try at somebody's phone is counted by us (members/accounts/limits.py): allauth knows an address and a
# phone only, and would let strangers shut either. Left to it is what a person can do to nobody but themselves.
ACCOUNT_RATE_LIMITS = {
    **dict.fromkeys(("login", "login_failed", "request_login_code", "signup", "verify_phone"), ""),
    "change_phone": "3/m/user,10/d/user",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
_OURS = "members.accounts.forms"
ACCOUNT_FORMS = {
    "login": f"{_OURS}.LoginForm",
    "request_login_code": f"{_OURS}.RequestLoginCodeForm",
    "signup": f"{_OURS}.SignupForm",
    "confirm_login_code": f"{_OURS}.ConfirmLoginCodeForm",
    "verify_phone": f"{_OURS}.VerifyPhoneForm",
    "change_password": f"{_OURS}.ChangePasswordForm",
    "set_password": f"{_OURS}.SetPasswordForm",
    "reauthenticate": f"{_OURS}.ReauthenticateForm",
}

MFA_ADAPTER = "members.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "县域物流"
MFA_FORMS = {
    "authenticate": f"{_OURS}.AuthenticateForm",
    "reauthenticate": f"{_OURS}.MFAReauthenticateForm",
    "activate_totp": f"{_OURS}.ActivateTOTPForm",
}
USERSESSIONS_TRACK_ACTIVITY = False

# How many passwords one machine hashes at the same time; a service of its own for signing in may have more.
HASHING_AT_ONCE = env_int("HASHING_AT_ONCE", max((os.cpu_count() or 2) // 2, 1))

# Minutes for which a device's old secret still works after a rotation.
DEVICE_SECRET_OVERLAP_MINUTES = env_int("DEVICE_SECRET_OVERLAP_MINUTES", 30)

UNFOLD = {
    "SITE_TITLE": _("县域物流管理后台"),
    "SITE_HEADER": _("县域物流管理后台"),
    "SITE_SYMBOL": "local_shipping",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/mark.svg")}],
    "SITE_URL": None,  # the way back to the portal stands beside the language (templates/unfold)
    # The theme's colours too (members/access/officials.py); charts look as they do on the public pages.
    "STYLES": [lambda request: static("css/charts.css"), lambda request: static("css/officials.css")],
}
