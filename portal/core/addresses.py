"""Addresses of callers, as text."""

from __future__ import annotations

import ipaddress
from functools import lru_cache


@lru_cache(maxsize=4096)  # parsing costs as much as a kept page, and callers come back
def parse_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address, or None when the text is none."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def is_loopback(text: str) -> bool:
    """Whether the caller is a program on this very machine."""
    address = parse_address(text)
    return address is not None and address.is_loopback
