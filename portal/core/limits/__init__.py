"""The one place where tries are counted: for who tries themselves (Limit), and for what strangers may try (Guard)."""

from portal.core.limits.alarms import Alarm, alarms
from portal.core.limits.browsers import Caller, KnownBrowserMiddleware, caller_of, remember_browser
from portal.core.limits.guard import GUARDS, Guard, Paused, Rate, Try
from portal.core.limits.limit import LIMITS, Away, Limit, waiting, whole_seconds

__all__ = [
    "GUARDS", "LIMITS", "Alarm", "Away", "Caller", "Guard", "KnownBrowserMiddleware", "Limit", "Paused", "Rate", "Try",
    "alarms", "caller_of", "remember_browser", "waiting", "whole_seconds",
]  # fmt: skip
