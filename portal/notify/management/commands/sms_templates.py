"""`manage.py sms_templates`: the texts to hand in for approval, with variables as the provider numbers them."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.notify.templates import for_approval, names


class Command(BaseCommand):
    help = "Prints every text message as the provider wants it handed in: {1}, {2} … in our order."

    def add_arguments(self, parser):
        parser.add_argument("--lines", type=int, default=3, help="templates about several parcels: up to so many")

    def handle(self, *args, lines: int, **options):
        for name in names():
            for key, text in for_approval(name, most=lines, host=settings.PUBLIC_URL):
                self.stdout.write(f"{key}\t{text}")
