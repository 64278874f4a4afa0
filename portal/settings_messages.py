"""Text messages: who sends them, what they cost, when they wait."""

from decimal import Decimal, InvalidOperation
from typing import Any

from portal.env import BadEnvironment, env_bool, env_int, env_list, env_optional_secret, env_str


def _pairs(name: str) -> dict[str, str]:
    """`a=1,b=2` as a dict."""
    found = dict(part.partition("=")[::2] for part in env_list(name, default=[]))
    if not all(key and value for key, value in found.items()):
        raise BadEnvironment(name, "is not a list of name=value", "Write name=value, separated by commas.")
    return found


def _prices() -> dict[str, int]:
    """Yuan of one segment by provider, kept in hundredths of a fen: 0.045 → 450."""
    try:
        return {name: int(Decimal(price) * 10_000) for name, price in _pairs("SMS_PRICES").items()}
    except (InvalidOperation, ValueError):
        problem = "holds a price that is no number"
        raise BadEnvironment("SMS_PRICES", problem, "Write yuan, such as tencent=0.045.") from None


# Classes that hand texts to a provider (portal/notify/sms), tried in this order. Without one: the developer's page.
SMS_CHANNELS = env_list("SMS_CHANNELS", default=["portal.notify.sms.developer.DeveloperChannel"])
SMS_PRICES = _prices()
SMS_TIMEOUT_SECONDS = env_int("SMS_TIMEOUT_SECONDS", 5, low=1, high=30)
SMS_QUIET_FROM = env_int("SMS_QUIET_FROM", 22, low=0, high=23)  # county time; reminders wait until the morning
SMS_QUIET_UNTIL = env_int("SMS_QUIET_UNTIL", 7, low=0, high=23)
# Arrivals of one recipient at one station within this time become one message. On a trial nobody wants to wait.
_WINDOW = 60 if env_str("PORTAL_MODE") == "development" else 15 * 60
ARRIVAL_WINDOW_SECONDS = env_int("ARRIVAL_WINDOW_SECONDS", _WINDOW, low=0, high=6 * 3600)

# Recipients are asked by text, once a parcel reaches the county, whether it may be left at the station.
CONSENT_ASKED_BY_TEXT = env_bool("CONSENT_ASKED_BY_TEXT", True)

# Tencent Cloud. The endpoint is a host, with a scheme only for a test server.
TENCENT_SMS: dict[str, Any] = {
    "secret_id": env_str("TENCENT_SECRET_ID"),
    "secret_key": env_str("TENCENT_SECRET_KEY"),
    "app_id": env_str("TENCENT_SMS_APP_ID"),
    "sign_name": env_str("TENCENT_SMS_SIGN"),
    "region": env_str("TENCENT_SMS_REGION", "ap-guangzhou"),
    "endpoint": env_str("TENCENT_SMS_ENDPOINT", "https://sms.tencentcloudapi.com"),
    "templates": _pairs("TENCENT_SMS_TEMPLATES"),
}
# The last part of the address to which the provider posts receipts: whoever knows it may report.
SMS_HOOK_SECRET = env_optional_secret("SMS_HOOK_SECRET", 16)
