"""`manage.py load_course FILE --division CODE`: a whole course from a file."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from logistics.training.services.contents import take_course
from portal.core.actor import system_actor
from portal.core.clock import now
from portal.core.errors import DomainError
from portal.regions.selectors import public_division


class Command(BaseCommand):
    help = "Load a course with its lessons, questions and paper from a file of the form of data/courses/*.toml."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="e.g. data/courses/courier-basics.toml")
        parser.add_argument("--division", required=True, help="12-digit code of the division that keeps the course")

    def handle(self, *args, file, division, **options):
        try:
            place = public_division(division)
            course = take_course(path=file, division=place, actor=system_actor("load_course"), now=now())
        except OSError as error:
            raise CommandError(f"{file} can't be read: {error.strerror}") from None
        except DomainError as error:
            raise CommandError(f"{error.message}{error.hint}") from error
        self.stdout.write(f"{course.code} {course.title}")
