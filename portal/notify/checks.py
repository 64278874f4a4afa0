"""`manage.py check --deploy` says what is missing before anybody waits for a message that never comes."""

from __future__ import annotations

from django.conf import settings
from django.core import checks

from portal.notify.sms.developer import DeveloperChannel
from portal.notify.sms.tencent import NEEDED, TencentChannel


def _path(channel: type) -> str:
    return f"{channel.__module__}.{channel.__qualname__}"


@checks.register("notify", deploy=True)
def check_providers(app_configs, **kwargs):
    """Warnings, no errors: a county may begin without text messages and show everything in the account."""
    found = []
    if [_path(DeveloperChannel)] == settings.SMS_CHANNELS:
        hint = "Set SMS_CHANNELS (docs/operations.md, 'Text messages')."
        return [checks.Warning("No SMS provider: no code and no message reaches anybody.", hint=hint, id="notify.W001")]
    missing = [name for name in NEEDED if not settings.TENCENT_SMS[name]]
    if _path(TencentChannel) in settings.SMS_CHANNELS and (missing or not settings.TENCENT_SMS["templates"]):
        names = ", ".join([*missing, *([] if settings.TENCENT_SMS["templates"] else ["templates"])])
        text = f"Tencent Cloud can't send: {names} not set."
        found.append(checks.Warning(text, hint="Set TENCENT_… (docs/operations.md).", id="notify.W002"))
    if not settings.SMS_HOOK_SECRET:
        text = "Providers can't report what arrived: SMS_HOOK_SECRET is not set."
        hint = "python3 -c 'import secrets; print(secrets.token_urlsafe(24))'"
        found.append(checks.Warning(text, hint=hint, id="notify.W003"))
    return found
