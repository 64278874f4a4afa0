"""`manage.py load_demo`: the demo county, for trying the portal."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.core.clock import now
from portal.core.errors import DomainError
from portal.public.demo import guide, people
from portal.public.demo.load import DAYS, PARCELS, load


class Command(BaseCommand):
    help = "Load the demo county 庄浪县: stations, carriers, accounts, two weeks of parcels. May be run again."

    def add_arguments(self, parser):
        parser.add_argument("--days", type=int, default=DAYS, help=f"days of history, up to now ({DAYS})")
        parser.add_argument("--parcels", type=int, default=PARCELS, help=f"how many parcels ({PARCELS})")

    def handle(self, *args, days, parcels, **options):
        if settings.PRODUCTION:
            raise CommandError("The demo county has printed passwords and is not for production. Use load_county.")
        self.stdout.write("Demo county 庄浪县(演示数据)")
        try:
            load(now=now(), say=self.say, days=days, count=parcels)
        except DomainError as error:
            raise CommandError(f"{error.message} {error.hint}") from None
        self.stdout.write("\nAccounts 演示账户 (phone 手机号, password 口令)")
        for line in people.accounts():
            self.say(line)
        self.stdout.write("\nWhat to try 试试看")
        for line in guide.lines():
            self.say(line)

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
