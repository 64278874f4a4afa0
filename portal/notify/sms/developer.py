"""The channel without a provider: the outbox row itself is what a developer reads at /dev/messages/."""

from __future__ import annotations

from django.conf import settings

from portal.notify.sms import NeverWorks


class DeveloperChannel:
    """Sends nothing. In production it refuses, so that a forgotten provider shows as failed messages."""

    def send(self, *, message_id: str, recipient: str, text: str) -> str:
        if settings.PRODUCTION:
            raise NeverWorks("no SMS provider is configured: set SMS_CHANNEL")
        return f"developer:{message_id}"
