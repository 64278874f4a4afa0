"""Officials' pages of parcels. What the services write is read-only here."""

from logistics.parcels.admin import custody, feeds, log, parcels, timers

__all__ = ["custody", "feeds", "log", "parcels", "timers"]
