"""`manage.py simulate_day`: a county day with all that goes wrong in one, and whether the portal kept up with it."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.core.clock import now
from portal.core.errors import DomainError
from portal.public.simulate.doors import NotAnswered
from portal.public.simulate.plan import FAULTS, BadFaults, faults_of
from portal.public.simulate.run import Result, Settings, simulate

PARCELS, SEED = 300, 1


class Command(BaseCommand):
    help = "Simulate a county day with demo parcels, and compare what was done with what the portal shows."

    def add_arguments(self, parser):
        parser.add_argument("--parcels", type=int, default=PARCELS, help=f"how many parcels ({PARCELS})")
        parser.add_argument("--seed", type=int, default=SEED, help="the same seed gives the same day")
        parser.add_argument("--speed", type=float, default=0, help="how many times faster than in truth; 0: no waiting")
        parser.add_argument("--url", default="", help="a running portal; without it the services in this process")
        rates = ", ".join(f"{name}={rate}" for name, rate in FAULTS.items())
        parser.add_argument("--faults", default="", help=f"none, or some of: {rates}")

    def handle(self, *args, parcels, seed, speed, url, faults, **options):
        if settings.PRODUCTION:
            raise CommandError("Simulated days belong to the demo county and are not for production.")
        try:
            rates = faults_of(faults)
        except BadFaults as word:
            raise CommandError(f"--faults: '{word}' is none of {', '.join(FAULTS)}, as name=0 to name=1.") from None
        wanted = Settings(count=parcels, seed=seed, rates=rates, speed=max(speed, 0), url=url.rstrip("/"))
        try:
            result = simulate(settings=wanted, now=now(), say=self.say)
        except DomainError as error:
            raise CommandError(f"{error.message} {error.hint}") from None
        except NotAnswered as error:
            raise CommandError(f"The portal did not go on: {error}. Run the same command again to go on.") from None
        self.report(result)
        if not result.agrees:
            raise CommandError("The portal shows something else than what was done.")

    def report(self, result: Result) -> None:
        self.say("\nDone 所做")
        for act, count in sorted(result.ledger.acts.items()):
            self.say(f"  {count:>7}  {act}")
        self.say("\nDone and shown 所做与所见")
        for what, done, shown in result.comparison.rows:
            self.say(f"  {done:>7} {shown:>7}  {'' if done == shown else '≠ '}{what}")
        for line in [*result.ledger.surprises[:20], *result.comparison.wrong]:
            self.say(f"  ≠ {line}")
        self.say(f"\n  {result.seconds:.1f} s; {'agrees 一致' if result.agrees else 'DIFFERS 不一致'}")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
