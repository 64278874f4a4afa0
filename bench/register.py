"""The register at full size: officials' lists, an enterprise's desk, the finder; registers as files out and in.

A page is measured against the bare query of its rows, an export against XlsxWriter that writes the same cells, an
import against bare saves of the same models. All rows are made in one transaction and taken back.
"""

from __future__ import annotations

import datetime as dt
import io
import time
import tracemalloc
from collections.abc import Callable

from django.contrib import admin
from django.contrib.auth.models import Permission as AuthPermission
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import Workbook as Book
from xlsxwriter import Workbook

from bench import parties
from bench.admin import official, signed_in
from bench.data import Size
from bench.measure import line, paired, seconds
from logistics.certificates.models import Certificate
from logistics.firms.selectors.firm import certificates_of, couriers_of, stations_of, vehicles_of
from logistics.licensing.kinds import kind_of
from logistics.licensing.models import Application, RegisterImport
from logistics.licensing.services import registers
from logistics.licensing.services.registers.columns import columns_of
from logistics.licensing.states import RegisterResult
from logistics.registry.models import Courier, Enterprise, EnterpriseUserObjectPermission, Station, Vehicle
from members.access.selectors import actor_of
from members.access.states import Role, hold_codename
from members.accounts.models import User
from portal.core.actor import Actor

ROUNDS, PAGES, PAGE = 3, 4, 50
LINES, LINE_ROUNDS = 1000, 1
LISTS = {
    "enterprises": ("/admin/registry/enterprise/", Enterprise.objects.select_related("division").order_by("code")),
    "stations": ("/admin/registry/station/", Station.objects.select_related("division", "parent").order_by("code")),
    "vehicles": ("/admin/registry/vehicle/", Vehicle.objects.select_related("operator", "division").order_by("plate")),
    "couriers": ("/admin/registry/courier/", Courier.objects.select_related("enterprise", "division").order_by("code")),
    "certificates": (
        "/admin/certificates/certificate/", Certificate.objects.select_related("division").order_by("-issued_at"),
    ),
    "applications": (
        "/admin/licensing/application/",
        Application.objects.select_related("division").order_by("due_on", "submitted_at"),
    ),
}  # fmt: skip
DESK = {
    "stations": (f"/firm/{parties.FIRM}/stations/", stations_of),
    "vehicles": (f"/firm/{parties.FIRM}/vehicles/", vehicles_of),
    "couriers": (f"/firm/{parties.FIRM}/couriers/", couriers_of),
    "certificates": (f"/firm/{parties.FIRM}/certificates/", certificates_of),
}


def run(size: Size) -> list[str]:
    call_command("collectstatic", interactive=False, verbosity=0)  # pages name files by their hash
    with transaction.atomic():
        try:
            return _run()
        finally:
            transaction.set_rollback(True)
            cache.clear()


def _run() -> list[str]:
    staff, person = official()
    parties.fill(parties.SMALL)
    owner = _owner()
    pages = _pages(staff, owner)
    few = {name: _asked(client, path) for name, client, path, _bare in pages}
    parties.fill(parties.FULL, parties.SMALL)
    cache.clear()
    found = [_page(few, *page) for page in pages]
    return [*found, *_exports(staff), *_imports(actor_of(person, second_factor=True))]


# -- pages ------------------------------------------------------------------------------------------------------------
def _pages(staff: Client, owner: Client) -> list[tuple[str, Client, str, Callable[[], object]]]:
    """Name, who asks, address, and the bare query of the rows that the page shows."""
    firm = Enterprise.objects.get(code=parties.FIRM)
    stations = Station.objects.select_related("division", "operator")
    lists = [(name, staff, path, lambda rows=rows: list(rows[:PAGE])) for name, (path, rows) in LISTS.items()]
    desk = [
        (f"firm_{name}", owner, path, lambda rows=rows: list(rows(firm=firm)[: PAGE + 1]))
        for name, (path, rows) in DESK.items()
    ]
    finder = [
        ("finder", Client(HTTP_HOST="localhost"), "/stations/", lambda: list(stations.all())),
        ("finder_points", Client(HTTP_HOST="localhost"), "/stations/points.json", lambda: list(stations.all())),
    ]
    home = ("firm_home", owner, f"/firm/{parties.FIRM}/", lambda: list(couriers_of(firm=firm)[: PAGE + 1]))
    return [*lists, home, *desk, *finder]


def _page(few: dict[str, int], name: str, client: Client, path: str, bare) -> str:
    asked = _asked(client, path)
    rate, ceiling, ratio = paired(lambda: _rate(lambda: _get(client, path)), lambda: _rate(bare), ROUNDS)
    cpu = _cpu(lambda: _get(client, path))
    facts = {"ms": 1000 / rate, "cpu_ms": cpu, "bare_ms": 1000 / ceiling, "queries": asked, "queries_small": few[name]}
    return line(f"register.{name}", 1 / ratio, **facts)


def _asked(client: Client, path: str) -> int:
    """Queries of a page that was opened before: the first opening fills what is kept."""
    _get(client, path)
    with CaptureQueriesContext(connection) as queries:
        _get(client, path)
        return len(queries)


def _get(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)


def _cpu(page: Callable[[], object]) -> float:
    """Milliseconds of processor time of ours, the database's not counted; the least of a few."""
    spent = []
    for _page in range(PAGES):
        begun = time.process_time()
        page()
        spent.append(1000 * (time.process_time() - begun))
    return min(spent)


def _rate(page: Callable[[], object]) -> float:
    return PAGES / seconds(lambda: [page() for _page in range(PAGES)])


def _owner() -> Client:
    """The administrator of the firm that holds a tenth of everything."""
    user, _made = User.objects.get_or_create(
        phone="+8613900000008", defaults={"phone_verified": True, "name": "王企管"}
    )
    permission = AuthPermission.objects.get(
        codename=hold_codename(Role.ENTERPRISE_ADMIN), content_type__app_label="registry",
        content_type__model="enterprise",
    )  # fmt: skip
    firm = Enterprise.objects.get(code=parties.FIRM)
    EnterpriseUserObjectPermission.objects.create(user=user, permission=permission, content_object=firm)
    return signed_in(user)


# -- files out ----------------------------------------------------------------------------------------------------------
def _exports(staff: Client) -> list[str]:
    """Couriers: the firm of the desk has two thousand, which is one piece of reading; K00… are ten; all are twenty."""
    path = LISTS["couriers"][0]
    _export(staff, f"{path}?q={parties.FIRM}")  # the first one makes the columns
    page = admin.site._registry[Courier]
    cells = [[_plain(value) for value in row] for row in page._values(LISTS["couriers"][1])]
    rate, ceiling, ratio = paired(
        lambda: len(cells) / seconds(lambda: _export(staff, path)),
        lambda: len(cells) / seconds(lambda: _bare_book(cells)),
        ROUNDS,
    )
    facts = {"rows": len(cells), "rows_per_s": rate, "bare_rows_per_s": ceiling}
    few, half, whole = (_peak(staff, f"{path}{query}") for query in (f"?q={parties.FIRM}", "?q=K00", ""))
    return [
        line("register.export", ratio, **facts),
        line("register.export_memory", whole / half, mb_of_2000=few, mb_of_10000=half, mb_of_20000=whole),
    ]


def _export(staff: Client, path: str) -> None:
    where, _mark, query = path.partition("?")
    answer = staff.post(f"{where}export/?{query}", {"purpose": "测速"})
    assert answer.status_code == 200, answer.status_code
    for _part in answer.streaming_content:
        pass


def _plain(value):
    return value if value is None or isinstance(value, dt.date) else str(value)


def _bare_book(cells: list[list]) -> None:
    with Workbook(io.BytesIO(), {"constant_memory": True}) as book:
        day, sheet = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_worksheet()
        for number, row in enumerate(cells):
            for column, value in enumerate(row):
                if isinstance(value, dt.date):
                    sheet.write_datetime(number, column, value, day)
                elif value:
                    sheet.write_string(number, column, value)


def _peak(staff: Client, path: str) -> float:
    """Megabytes that an export takes at its highest, beyond what was taken before."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        _export(staff, path)
        return (tracemalloc.get_traced_memory()[1] - before) / 2**20
    finally:
        tracemalloc.stop()


# -- files in -----------------------------------------------------------------------------------------------------------
def _imports(actor: Actor) -> list[str]:
    """A thousand new enterprises against five thousand registered ones: each is compared with all for its name."""
    file = _workbook()
    pairs = [(_import(file, actor), _saves()) for _round in range(LINE_ROUNDS)]
    (judged, written), saved = max(pairs, key=lambda pair: pair[0][0])
    facts = {"lines": LINES, "saves_per_s": LINES / saved}
    return [
        line("register.import_judge", saved / judged, lines_per_s=LINES / judged, **facts),
        line("register.import_write", saved / written, lines_per_s=LINES / written, **facts),
    ]


def _import(file: bytes, actor: Actor) -> tuple[float, float]:
    """Seconds of judging and of writing. Taken back, so that each round finds the same register."""
    now = timezone.now()
    with transaction.atomic():
        run = registers.start_import(
            kind="enterprise", file=io.BytesIO(file), name="bench.xlsx", why="测速", actor=actor, now=now
        )
        judged = seconds(lambda: registers.judge_lines(id=str(run.pk), now=now))
        run = RegisterImport.objects.get(pk=run.pk)
        registers.confirm(run=run, actor=actor, now=now)
        written = seconds(lambda: registers.write_lines(id=str(run.pk), now=now))
        done = run.rows.filter(result=RegisterResult.ADDED).count()
        assert done == LINES, run.rows.exclude(result=RegisterResult.ADDED).values_list("result", "notes").first()
        transaction.set_rollback(True)
    return judged, written


def _saves() -> float:
    with transaction.atomic():
        spent = seconds(lambda: [_firm(n).save() for n in range(LINES)])
        transaction.set_rollback(True)
    return spent


def _firm(number: int) -> Enterprise:
    row = _cells(number)
    return Enterprise(code=f"bench-{number}", division_id=parties.COUNTY, **{n: row[n] for n in row if n != "division"})


def _cells(number: int) -> dict[str, str]:
    name = f"{parties.word(40_000 + number)}商贸"
    return {
        "name": name, "short_name": name[:4], "kind": "carrier", "division": parties.COUNTY,
        "credit_code": parties.credit_code(500_000 + number), "contact_name": "王经办",
        "contact_phone": f"139{number:08d}", "hotline": "0933-6621234",
    }  # fmt: skip


def _workbook() -> bytes:
    columns = columns_of(kind_of("enterprise"))
    book = Book(write_only=True)
    sheet = book.create_sheet()
    sheet.append([str(column.label) for column in columns])
    for number in range(LINES):
        row = _cells(number)
        sheet.append([row.get(column.name, "") for column in columns])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
