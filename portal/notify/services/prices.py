"""What one segment costs at a provider, in hundredths of a fen (0.0001 yuan)."""

from __future__ import annotations

from django.conf import settings


def price_of(provider: str) -> int:
    return settings.SMS_PRICES.get(provider, 0)
