"""`manage.py create_administrator +8613800138000 620825`: the first administrator of a new portal."""

from django.core.management.base import BaseCommand, CommandError

from members.access.services import make_administrator
from members.accounts.phones import NotAPhone, normalise_phone
from portal.core.actor import system_actor
from portal.core.clock import now
from portal.core.errors import NotFound


class Command(BaseCommand):
    help = (
        "Makes the person with PHONE an administrator of the county COUNTY (6 digits). They log in with a code "
        "sent to that phone and set up the second factor first."
    )

    def add_arguments(self, parser):
        parser.add_argument("phone")
        parser.add_argument("county")

    def handle(self, *args, phone, county, **options):
        try:
            phone = normalise_phone(phone)
        except NotAPhone as error:
            raise CommandError(f"'{phone}' is not a mobile number. Write it as +8613800138000.") from error
        actor = system_actor("create_administrator")
        try:
            division = make_administrator(
                actor=actor, phone=phone, county=county, now=now(), why="created on the server"
            )
        except NotFound as error:
            raise CommandError(f"County '{county}' is not loaded. Run: manage.py load_county {county}") from error
        self.stdout.write(f"Administrator of {division.name}: {phone}. Log in with a code sent to this phone.")
