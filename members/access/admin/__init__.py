"""Pages of the officials' site about people, roles, and what lies on the ground floor (audit, messages)."""

from members.access.admin import audit, bulk, guessing, messages, people, roles, workdays  # noqa: F401  register their pages
