"""`manage.py demo_accounts`: the demo accounts again, with the one-time codes of this moment."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from portal.public.demo import guide, people


class Command(BaseCommand):
    help = "Print the demo accounts with the current one-time codes of officials, and what to try."

    def handle(self, *args, **options):
        lines = people.accounts()
        if not lines:
            self.stdout.write("No demo accounts. Load them with: manage.py load_demo")
            return
        for line in [*lines, "", *guide.lines()]:
            self.stdout.write(line)
