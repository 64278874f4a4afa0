"""What a station's hours mean: the texts that people write, read as spans of days.

The texts stay the one source: people read them as they are written, and whatever cannot be read with certainty is shown
and never guessed at. `week.py` reads the ordinary week, `special.py` market days and the harvest, `calendar.py` puts
them together. Pure Python; times are county time.
"""

from logistics.registry.opening.calendar import Calendar, calendar_of, market_today, standing
from logistics.registry.opening.special import Special, read_harvest, read_market
from logistics.registry.opening.week import DAY, Span, Standing, Week, clock, read_hours, unread_part

__all__ = [
    "DAY",
    "Calendar",
    "Span",
    "Special",
    "Standing",
    "Week",
    "calendar_of",
    "clock",
    "market_today",
    "read_harvest",
    "read_hours",
    "read_market",
    "standing",
    "unread_part",
]
