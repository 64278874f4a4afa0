"""Enters the published years that the calendar lacks; what officials changed stays. Safe to run again."""

from django.core.management.base import BaseCommand

from portal.core.actor import system_actor
from portal.core.clock import now
from portal.workdays.services import seed_years


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        self.stdout.write(f"{seed_years(actor=system_actor('seed_workdays'), now=now())} years entered.")
