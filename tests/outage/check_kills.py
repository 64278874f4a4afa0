"""Run inside a portal's environment: what the database and the provider hold, against what senders were told.

`python -m tests.outage.check_kills TOLD`, with TOLD the senders' books as JSON. Waits until the worker is through with
what was begun, then prints {"found": counts, "wrong": sentences}.
"""

import json
import os
import sys
import time
from collections import Counter
from pathlib import Path

import django

django.setup()

from django.db.models import Count  # noqa: E402

from logistics.desk.models import Scan  # noqa: E402
from logistics.parcels.consumers import CONSUMERS  # noqa: E402
from logistics.parcels.models import Event, EventKey, ImportBatch, ImportRow, Parcel, PickupCode  # noqa: E402
from logistics.parcels.pickup_text import ARRIVED  # noqa: E402
from logistics.parcels.services.consumers import lag  # noqa: E402
from logistics.parcels.services.pickup.links import subject_of  # noqa: E402
from logistics.parcels.services.rebuild import differences  # noqa: E402
from portal.notify.models import Attempt, Message, MessageLine  # noqa: E402
from tests.outage.senders import numbers_of  # noqa: E402
from tests.outage.texts import BOOK, taken  # noqa: E402

PATIENCE = 420  # seconds; a file whose worker was lost is taken up by a round two minutes later
READY, COUNTY, DAMAGED = "READY_FOR_PICKUP", "AT_COUNTY", "DAMAGED"


def settle() -> None:
    """The rounds of worker and scheduler bring everything to its end; nothing is helped along."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        running = ImportBatch.objects.filter(state="running").exists()
        waiting = Message.objects.filter(status__in=["open", "waiting"]).exists()
        if not running and not waiting and not any(lag(consumer.name) for consumer in CONSUMERS):
            return
        time.sleep(2)


def counted(name: str, wanted: Counter, found: Counter):
    """One sentence for what is missing, one for what is there more often than it should be."""
    for what, difference in (("lost", wanted - found), ("doubled or never sent", found - wanted)):
        if difference:
            yield f"{name} {what}: {difference.total()}, such as {list(difference)[:3]}"


def check_scans(told: dict):
    rows = {str(scan.pk): scan for scan in Scan.objects.all()}
    yield from counted("scans", Counter(scan["id"] for scan in told["scan"]), Counter(list(rows)))
    for scan in told["scan"]:
        row = rows.get(scan["id"])
        if row is not None and (row.result, row.answer["word"]) != ("ok", scan["word"]):
            yield f"scan {scan['id']} was answered otherwise: {row.result} {row.answer}"


def check_events(told: dict):
    wanted = Counter(
        (scan["waybill"], COUNTY if scan["task"] == "hub-inbound" else READY) for scan in told["scan"]
    ) + Counter((event["number"], event["code"]) for event in told["event"])
    yield from counted("events", wanted, Counter(Event.objects.values_list("parcel__waybill", "code")))
    keys = set(EventKey.objects.values_list("source_id", "source_event_id"))
    events = Counter(Event.objects.values_list("source_id", "source_event_id"))
    yield from counted("keys of events", Counter(keys), events)
    sent = Counter(event["id"] for event in told["event"])
    yield from counted("terminals' events", sent, Counter(k for _source, k in keys if k.endswith((READY, DAMAGED))))


def check_files(told: dict):
    wanted = Counter(number for file in told["import"] for number in numbers_of(file))
    found = Counter(Parcel.objects.filter(carrier_number__startswith="76").values_list("carrier_number", flat=True))
    yield from counted("parcels of files", wanted, found)
    numbers = Parcel.objects.exclude(carrier_number="").values("carrier", "carrier_number")
    for row in numbers.annotate(n=Count("pk")).filter(n__gt=1)[:3]:
        yield f"parcels doubled: {row}"
    if Parcel.objects.count() != told["stock"] + len(wanted):
        yield f"parcels: {Parcel.objects.count()}, wanted {told['stock'] + len(wanted)}"
    lines = dict(ImportRow.objects.values_list("batch").annotate(Count("line", distinct=True)))
    for batch in ImportBatch.objects.all():
        if batch.state != "done" or lines.get(batch.pk, 0) != batch.accepted + batch.duplicates or batch.refused:
            yield f"file {batch.file_name}: {batch.state}, {lines.get(batch.pk)} lines, {batch.refused} refused"
    missing = {file["id"] for file in told["import"]} - {str(batch) for batch in lines}
    if missing:
        yield f"files lost: {missing}"
    accepted = ImportRow.objects.filter(result="accepted").count()
    if accepted != len(wanted):
        yield f"lines accepted: {accepted}, wanted {len(wanted)}"


def check_messages():
    arrived = list(Parcel.objects.filter(stage=READY))
    codes = Counter(PickupCode.objects.filter(voided_at=None).values_list("parcel_id", flat=True))
    yield from counted("pickup codes", Counter(parcel.pk for parcel in arrived), codes)
    lines = MessageLine.objects.filter(message__template=ARRIVED.name, withdrawn_at=None)
    subjects = Counter(lines.values_list("subject", flat=True))
    yield from counted("lines of arrivals", Counter(subject_of(parcel) for parcel in arrived), subjects)
    book = Counter(text["message"] for text in taken(Path(os.environ[BOOK])) if text["template"] == ARRIVED.name)
    sent = Counter(dict.fromkeys(book, 1))
    yield from counted("arrival messages at the provider", sent, book)
    for message in Message.objects.filter(template=ARRIVED.name):
        told = message.status in ("sent", "delivered")
        if told != bool(book[str(message.pk)]) and message.status not in ("sending", "unknown"):
            yield f"message {message.pk}: {message.status} {message.error!r}, at the provider {book[str(message.pk)]}"
    twice = Attempt.objects.filter(message__template=ARRIVED.name, outcome="accepted").values("message")
    for row in twice.annotate(n=Count("pk")).filter(n__gt=1)[:3]:
        yield f"accepted twice: {row}"


def check_projections():
    for difference in list(differences())[:3]:
        yield f"fold differs: {difference}"
    for consumer in CONSUMERS:
        if lag(consumer.name):
            yield f"consumer {consumer.name} is {lag(consumer.name)} events behind"


def found() -> dict:
    codes = Counter(text["message"] for text in taken(Path(os.environ[BOOK])) if text["template"] == "login_code")
    return {
        "scans": Scan.objects.count(),
        "events": Event.objects.count(),
        "parcels": Parcel.objects.count(),
        "files": ImportBatch.objects.count(),
        "lines of files": ImportRow.objects.count(),
        "pickup codes": PickupCode.objects.count(),
        "lines of arrivals": MessageLine.objects.count(),
        "messages": dict(Message.objects.values_list("template").annotate(Count("pk"))),
        "messages by state": dict(Message.objects.values_list("status").annotate(Count("pk"))),
        "login codes sent a second time": sum(codes.values()) - len(codes),
    }


def main(told: dict) -> dict:
    settle()
    checks = (check_scans(told), check_events(told), check_files(told), check_messages(), check_projections())
    return {"found": found(), "wrong": [sentence for check in checks for sentence in check]}


print(json.dumps(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), ensure_ascii=False, default=str))
