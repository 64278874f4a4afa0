"""What anybody may try at somebody's account: passwords, codes by text message, the second factor.

The rates of one caller are those of a person who mistypes; those of all strangers together bound what guessing finds
and what texts cost the county. A browser that logged in to the phone before has tries of its own.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.core.limits import Guard, Limit, Rate

KIND = "phone"  # what a browser is remembered for

_CALL = _("登录过这个号码的手机或电脑不受此限。着急的话请打服务热线 %(hotline)s，县级中心核实后可以马上解除。")
_NO_HOTLINE = _("登录过这个号码的手机或电脑不受此限。着急的话请到站点，请工作人员联系县级中心核实后解除。")
WAY_OUT = (_CALL, _NO_HOTLINE)

LOGIN_PASSWORDS = Guard(
    "login-password",
    kind=KIND,
    caller=Rate(free=5, most=20, every=180),
    subject=Rate(free=10, most=60, every=60),
    address=Rate(free=20, most=300, every=30),
    own=Rate(free=10, most=10, every=90),
    alarm=100,
    message=_("这个号码试密码的次数较多。"),
    way_out=WAY_OUT,
    retype=True,
)
# A code costs a text: strangers together get eight at once for a phone and one more each hour, whatever they work.
LOGIN_CODES = Guard(
    "login-code",
    kind=KIND,
    caller=Rate(free=2, most=5, every=1200),
    subject=Rate(free=2, most=8, every=3600),
    address=Rate(free=10, most=120, every=60),
    own=Rate(free=4, most=4, every=1200),
    alarm=60,
    message=_("刚给这个号码发过验证码。"),
    way_out=WAY_OUT,
)
# Whoever comes here has shown the password or a code of the phone already.
SECOND_FACTORS = Guard(
    "second-factor",
    kind=KIND,
    caller=Rate(free=5, most=8, every=180),
    subject=Rate(free=8, most=20, every=300),
    address=Rate(free=20, most=60, every=60),
    own=Rate(free=5, most=5, every=180),
    alarm=40,
    message=_("试动态码的次数较多。"),
    way_out=WAY_OUT,
    retype=True,
)
# Tries of a code in one browser session. allauth counts too, but in the session: tries at the same moment slip by.
CODE_TRIES = Limit("code", tries=5, every=3 * 60)
