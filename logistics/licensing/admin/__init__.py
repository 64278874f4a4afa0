"""The officials' pages of applications and of registers as files."""

from logistics.licensing.admin import applications, registers, statistics

__all__ = ["applications", "registers", "statistics"]
