"""Gives the words that carriers and shops use their rows, so that officials see and extend them. Safe to run again."""

from django.core.management.base import BaseCommand

from logistics.parcels.services.vocabulary import seed_words


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        self.stdout.write(f"{seed_words()} words added.")
