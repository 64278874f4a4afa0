"""Officials' pages of parcels. What the services write is read-only here."""

from logistics.parcels.admin import custody, log, parcels, timers

__all__ = ["custody", "log", "parcels", "timers"]
