"""Third-party views and why each may stand without a declaration of ours. A new one fails `manage.py check`."""

_LOGIN = "logging in must be open to people who are not logged in yet; rate limits and lock-out by allauth"
_OWN = "guards itself with login_required and touches only the account of the person logged in"

ACCESS_EXCEPTIONS: dict[str, str] = {
    "allauth.account.views.AccountInactiveView": _LOGIN,
    "allauth.account.views.ConfirmLoginCodeView": _LOGIN,
    "allauth.account.views.LoginView": _LOGIN,
    "allauth.account.views.LogoutView": _LOGIN,
    "allauth.account.views.RequestLoginCodeView": _LOGIN,
    "allauth.account.views.SignupView": _LOGIN,
    "allauth.account.views.verify_phone": _LOGIN,
    "allauth.mfa.base.views.AuthenticateView": _LOGIN,
    "allauth.account.views.ChangePhoneView": _OWN,
    "allauth.account.views.PasswordChangeView": _OWN,
    "allauth.account.views.PasswordSetView": _OWN,
    "allauth.account.views.ReauthenticateView": _OWN,
    "allauth.mfa.base.views.IndexView": _OWN,
    "allauth.mfa.base.views.ReauthenticateView": _OWN,
    "allauth.mfa.recovery_codes.views.DownloadRecoveryCodesView": _OWN,
    "allauth.mfa.recovery_codes.views.GenerateRecoveryCodesView": _OWN,
    "allauth.mfa.recovery_codes.views.ViewRecoveryCodesView": _OWN,
    "allauth.mfa.totp.views.ActivateTOTPView": _OWN,
    "allauth.mfa.totp.views.DeactivateTOTPView": _OWN,
    "allauth.usersessions.views.ListUserSessionsView": _OWN,
}

# The views behind every page of the admin site; what a page may show and do is declared on it (`access`).
ADMIN_MACHINERY: tuple[str, ...] = (
    "django.contrib.admin.",
    "django.views.generic.base.RedirectView",
    "unfold.",
    "members.access.admin_base.scoped.ScopedAdmin.",
    "members.access.officials.OfficialsSite.",
)
