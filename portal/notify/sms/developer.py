"""The channel without a provider: the outbox row itself is what a developer reads at /dev/messages/."""

from __future__ import annotations

from django.conf import settings

from portal.notify.segments import segments
from portal.notify.sms import Accepted, NotHere, Outgoing


class DeveloperChannel:
    """Sends nothing. In production it refuses, so that a forgotten provider shows as failed messages."""

    name = "developer"

    def send(self, outgoing: Outgoing) -> Accepted:
        if settings.PRODUCTION:
            raise NotHere("no SMS provider is configured: set SMS_CHANNELS")
        return Accepted(f"developer:{outgoing.message_id}", segments(outgoing.text))
