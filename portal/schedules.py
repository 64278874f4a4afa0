"""What runs by the clock. `manage.py sync_schedules` writes these rows for Celery beat.

An administrator may change an interval or switch a row off; syncing again keeps their choice.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """Either `every` so many seconds, or daily `at` "HH:MM" county time."""

    name: str
    task: str
    every: int = 0
    at: str = ""


SCHEDULES = (
    Schedule("deliver messages", "portal.notify.tasks.deliver_waiting", every=2),
    Schedule("fetch missing receipts", "portal.notify.tasks.pull_receipts", every=120),
    Schedule("run event consumers", "logistics.parcels.tasks.run_consumers", every=5),
    Schedule("run timers", "logistics.parcels.tasks.run_timers", every=60),
    Schedule("tend imported files", "logistics.parcels.tasks.tend_imports", every=60),
    Schedule("add up the tally of parcels", "logistics.parcels.tasks.add_up_tally", every=60),
    Schedule("end certificates and remind of their end", "logistics.certificates.tasks.tend_certificates", at="00:10"),
    Schedule("close exams past their time", "logistics.training.tasks.close_exams", every=60),
    Schedule("forget lines of old files", "logistics.parcels.tasks.forget_import_lines", at="03:30"),
    Schedule("sweep photos", "logistics.parcels.tasks.sweep_photos", at="03:40"),
    Schedule("sweep evidence", "logistics.licensing.tasks.sweep_documents", at="03:50"),
    Schedule("forget invitations past their term", "logistics.registry.tasks.forget_invitations", at="03:20"),
    Schedule("make months of the event log", "logistics.parcels.tasks.ensure_months", at="03:10"),
    Schedule("tend applications", "logistics.licensing.tasks.tend_applications", every=300),
    Schedule("tend imported registers", "logistics.licensing.tasks.tend_registers", every=60),
)
