"""The officials' pages of divisions, enterprises and stations."""

from logistics.registry.admin import divisions, parties, staff

__all__ = ["divisions", "parties", "staff"]
