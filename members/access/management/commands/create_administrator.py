"""`manage.py create_administrator +8613800138000 620825`: the first administrator of a new portal."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from members.access.services import grant_division_role
from members.access.states import Role
from members.accounts.models import User
from members.accounts.phones import NotAPhone, normalise_phone
from portal.core.actor import system_actor
from portal.core.clock import now
from portal.regions.models import Division


class Command(BaseCommand):
    help = (
        "Makes the person with PHONE an administrator of the county COUNTY (6 digits). They log in with a code "
        "sent to that phone and set up the second factor first."
    )

    def add_arguments(self, parser):
        parser.add_argument("phone")
        parser.add_argument("county")

    @transaction.atomic
    def handle(self, *args, phone, county, **options):
        try:
            phone = normalise_phone(phone)
        except NotAPhone as error:
            raise CommandError(f"'{phone}' is not a mobile number. Write it as +8613800138000.") from error
        division = Division.objects.filter(prefix=county).first()
        if division is None:
            raise CommandError(f"County '{county}' is not loaded. Run: manage.py load_county {county}")
        user = User.objects.filter(phone=phone).first() or User.objects.create_user(phone)
        grant_division_role(
            actor=system_actor("create_administrator"),
            user=user,
            role=Role.ADMINISTRATOR,
            division=division,
            now=now(),
            why="created on the server",
        )
        self.stdout.write(f"Administrator of {division.name}: {phone}. Log in with a code sent to this phone.")
