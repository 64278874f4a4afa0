"""Gives every kind of time limit its row, so that officials see and edit what holds. Safe to run again."""

from django.core.management.base import BaseCommand

from logistics.parcels.services.time_limits import seed_timer_rules


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        self.stdout.write(f"{seed_timer_rules()} time limits added.")
