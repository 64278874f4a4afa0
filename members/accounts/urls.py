"""The account pages of allauth that a phone-first portal needs (those about e-mail are left out), and ours."""

from allauth.account import views as account
from django.urls import include, path

from members.accounts import views

urlpatterns = [
    path("", views.home, name="account_home"),
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("login/code/", account.request_login_code, name="account_request_login_code"),
    path("login/code/confirm/", account.confirm_login_code, name="account_confirm_login_code"),
    path("signup/", account.signup, name="account_signup"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("phone/verify/", account.verify_phone, name="account_verify_phone"),
    path("phone/change/", account.change_phone, name="account_change_phone"),
    path("pin/", views.work_pin, name="account_work_pin"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/<int:session_id>/end/", views.end_session, name="account_end_session"),
    path("sessions/", include("allauth.usersessions.urls")),
]
