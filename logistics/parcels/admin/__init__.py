"""Officials' pages of parcels. What the services write is read-only here."""

from logistics.parcels.admin import callers, custody, feeds, home, imports, log, map, parcels, timers, words

__all__ = ["callers", "custody", "feeds", "home", "imports", "log", "map", "parcels", "timers", "words"]
