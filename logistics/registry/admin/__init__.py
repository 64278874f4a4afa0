"""The officials' pages of divisions, enterprises and stations."""

from logistics.registry.admin import divisions, fleet, parties, staff

__all__ = ["divisions", "fleet", "parties", "staff"]
