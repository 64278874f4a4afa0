"""`manage.py sync_roles`: Django groups as the enums say."""

from django.core.management.base import BaseCommand

from members.access.services import sync_roles


class Command(BaseCommand):
    help = "Makes one group of each role and gives it exactly the role's permissions. May run at any time."

    def handle(self, *args, **options):
        for role, count in sync_roles().items():
            self.stdout.write(f"{role}: {count}")
