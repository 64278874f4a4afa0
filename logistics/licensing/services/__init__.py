"""Writing, handing in and deciding applications."""

from logistics.licensing.services.deciding import approve, refuse
from logistics.licensing.services.drafts import save_draft, start
from logistics.licensing.services.handing_in import submit, withdraw
from logistics.licensing.services.reviewing import check, claim, keep_findings, release, return_for_changes

__all__ = [
    "approve",
    "check",
    "claim",
    "keep_findings",
    "refuse",
    "release",
    "return_for_changes",
    "save_draft",
    "start",
    "submit",
    "withdraw",
]
