"""`manage.py load_county 620825`: a county's divisions from the national register."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from portal.core.errors import DomainError
from portal.regions.services import load_county


class Command(BaseCommand):
    help = "Load the divisions of a county (6-digit code) from the national register. May be run again at any time."

    def add_arguments(self, parser):
        parser.add_argument("code", help="6-digit county code, e.g. 620825 for 庄浪县")

    def handle(self, *args, code, **options):
        try:
            loaded = load_county(code, progress=self.stdout.write)
        except DomainError as error:
            raise CommandError(f"{error.message} {error.hint}") from None
        self.stdout.write(
            self.style.SUCCESS(
                f"{loaded.name} {code}: {loaded.townships} townships, {loaded.villages} villages, "
                f"{loaded.repeated} places share their name with another one in the county"
            )
        )
