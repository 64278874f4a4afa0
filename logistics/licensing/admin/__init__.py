"""The officials' pages of applications and of registers as files."""

from logistics.licensing.admin import applications, map, registers, statistics

__all__ = ["applications", "map", "registers", "statistics"]
