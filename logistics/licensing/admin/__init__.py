"""The officials' pages of applications and registers."""

from logistics.licensing.admin import registers  # noqa: F401  registers its page
