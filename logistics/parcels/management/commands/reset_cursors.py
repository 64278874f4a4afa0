"""`manage.py reset_cursors`: once after restoring a backup into another database server."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from logistics.parcels.consumers import CONSUMERS
from logistics.parcels.services.cursors import reset_cursors
from portal.core.clock import now


class Command(BaseCommand):
    help = "After a restore: lets timers and messages go on where the backup left off. Harmless at other times."

    def handle(self, *args, **options):
        for name, count in reset_cursors(consumers=CONSUMERS, now=now()).items():
            self.stdout.write(f"{name}: {count} events caught up with")
        self.stdout.write("cursors: in step with this database server")
