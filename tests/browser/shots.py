"""The pictures of docs/screenshots/: `.venv/bin/python -m tests.browser.shots [http://localhost:8000]`.

Taken of a running demo portal: start it with `./run`, then this beside it, with the same PORTAL_VAR if one is set.
Whole pages at a width of 1280, 768 or 360 CSS pixels, in few colours, so that all of them stay under 3 MB.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from portal.env import load_env_file

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "screenshots"
WIDE, MIDDLE, PHONE = 1280, 768, 360
PAPER = 720  # A4 between its margins
COLOURS = 64  # text on flat ground: more would not be seen
MOST_BYTES = 3_000_000
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")

VAR = Path(os.environ.get("PORTAL_VAR") or ROOT / "var")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
for _name in ("portal.env", "servers.env"):
    load_env_file(VAR / _name)
django.setup()

from allauth.mfa.models import Authenticator  # noqa: E402  the settings had to be known first
from allauth.mfa.utils import decrypt  # noqa: E402

from logistics.certificates.models import Certificate  # noqa: E402
from logistics.licensing.models import Application  # noqa: E402
from logistics.parcels.models import Parcel  # noqa: E402
from logistics.parcels.states import ContactRole, Direction, Stage  # noqa: E402
from logistics.training.models import Course  # noqa: E402
from portal.public.demo import cast, people  # noqa: E402
from tests.browser.shots_desk import desk  # noqa: E402


class Camera:
    """Opens pages as somebody and keeps what they look like."""

    def __init__(self, browser: Browser, home: str):
        self.browser, self.home, self.bytes = browser, home.rstrip("/"), 0
        self.sessions: dict[str, Any] = {}

    @contextmanager
    def page(
        self, path: str, *, width: int, who: str = "", dark: bool = False, language: str = "zh-CN"
    ) -> Iterator[Page]:
        height = 740 if width == PHONE else 800
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, locale=language, reduced_motion="reduce",
            color_scheme="dark" if dark else "light", storage_state=self.session(who),
        )  # fmt: skip
        page = context.new_page()
        page.goto(self.home + path)
        yield page
        context.close()

    def keep(self, page: Page, name: str, *, whole: bool = True) -> None:
        self.store(Image.open(io.BytesIO(page.screenshot(full_page=whole))).convert("RGB"), name)

    def store(self, raw: Image.Image, name: str) -> None:
        small = raw.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        target = PICTURES / f"{name}.png"
        small.save(target, optimize=True)
        self.bytes += target.stat().st_size
        print(f"  {name}.png {raw.width}×{raw.height}, {target.stat().st_size // 1024} KB")  # noqa: T201

    def shoot(self, name: str, path: str, *, whole: bool = True, **how: Any) -> None:
        with self.page(path, **how) as page:
            self.keep(page, name, whole=whole)

    def session(self, who: str) -> Any:
        """Logs a persona of the demo in once, officials with their second factor."""
        if not who:
            return None
        if who not in self.sessions:
            context = self.browser.new_context(locale="zh-CN")
            page = context.new_page()
            account = accounts()[who]
            page.goto(f"{self.home}/accounts/login/")
            page.locator("[name=login]").fill(account["phone"])
            page.locator("[name=password]").fill(account["password"])
            page.locator("main form button[value=password]").click()
            if account["secret"]:
                page.locator("[name=code]").fill(people.current_code(account["secret"]))
                page.locator("main form.stack button").click()
            page.wait_for_url(re.compile(r"/my/"))
            page.goto(f"{self.home}/my/")  # takes the greeting away
            self.sessions[who] = context.storage_state()
            context.close()
        return self.sessions[who]


def accounts() -> dict[str, dict[str, str]]:
    password = json.loads(people.secrets_file().read_text(encoding="utf-8"))["password"]
    keys = {a.user.phone: decrypt(a.data["secret"]) for a in Authenticator.objects.filter(type="totp")}
    return {p.key: {"phone": p.phone[3:], "password": password, "secret": keys.get(p.phone, "")} for p in cast.CAST}


def parcels() -> dict[str, Parcel]:
    """Parcels of the demo that have something to show."""
    own = Parcel.objects.filter(demo=True, contacts__phone=cast.phone(1), contacts__role=ContactRole.RECIPIENT)
    troubled = Parcel.objects.filter(demo=True, direction=Direction.DOWN, closed_at=None).exclude(issues=[])
    return {
        "waiting": own.filter(stage=Stage.READY_FOR_PICKUP).order_by("id").first(),
        "troubled": troubled.order_by("-id").first(),
        "way": Parcel.objects.filter(demo=True, stage=Stage.AT_TOWN, direction=Direction.DOWN).order_by("-id").first(),
    }


def certified() -> dict[str, str]:
    """Of applications, certificates and courses what the demo has to show."""
    rows = Application.objects.filter(demo=True)
    certificate = Certificate.objects.filter(demo=True, kind="enterprise", state="valid").first()
    draft = rows.filter(state="draft").select_related("applicant").first()
    who = next(persona.key for persona in cast.CAST if persona.phone == draft.applicant.phone)
    return {
        "draft": str(draft.pk), "applicant": who, "waits": str(rows.filter(state="submitted").first().pk),
        "certificate": certificate.number, "issued": str(certificate.pk),
        "course": Course.objects.filter(state="published").first().code,
        "firm": next(persona.at for persona in cast.CAST if persona.key == "enterprise_admin"),
    }  # fmt: skip


def public(camera: Camera, shown: dict[str, Parcel]) -> None:
    way, waiting = shown["way"].carrier_number, shown["waiting"].carrier_number
    for name, width in (("home", WIDE), ("home-768", MIDDLE), ("home-360", PHONE)):
        camera.shoot(name, "/", width=width)
    camera.shoot("home-dark-en-360", "/", width=PHONE, dark=True, language="en")
    camera.shoot("lookup-tier0-360", f"/t/{way}", width=PHONE)
    camera.shoot("lookup-tier0-en", f"/t/{way}", width=WIDE, language="en")
    camera.shoot("lookup-trouble-dark-360", f"/t/{shown['troubled'].carrier_number}", width=PHONE, dark=True)
    camera.shoot("lookup-unknown-360", "/t/YT0000000000000", width=PHONE)
    with camera.page(f"/t/{waiting}", width=PHONE) as page:
        page.locator("#digits").fill("0000")
        page.locator("main form button").click()
        camera.keep(page, "lookup-wrong-360")
        page.locator("#digits").fill(cast.phone(1)[-4:])
        page.locator("main form button").click()
        page.locator("form[action='/code/']").wait_for()
        camera.keep(page, "lookup-tier1-360")
    with camera.page("/", width=MIDDLE) as page:
        page.locator("#numbers").fill(f"{way}\n{waiting}\nYT0000000000000")
        page.locator("main form button").click()
        page.locator("article").first.wait_for()
        camera.keep(page, "lookup-several-768")
    with camera.page(f"/t/{way}", width=PHONE) as page:
        page.locator("button[name=large_type]").click()
        page.locator("html.large").wait_for()
        camera.keep(page, "lookup-large-360")
    with camera.page(f"/t/{way}", width=PAPER) as page:
        page.emulate_media(media="print")
        camera.keep(page, "lookup-print")
    camera.shoot("login-360", "/accounts/login/", width=PHONE)


def inside(camera: Camera, shown: dict[str, Parcel]) -> None:
    own, troubled = shown["waiting"].waybill, shown["troubled"].waybill
    camera.shoot("my-parcels-360", "/my/", width=PHONE, who="villager")
    camera.shoot("my-parcel-360", f"/p/{own}", width=PHONE, who="villager")
    camera.shoot("my-messages-360", "/my/messages/", width=PHONE, who="villager")
    camera.shoot("account-360", "/accounts/", width=PHONE, who="villager")
    camera.shoot("work-parcels", "/work/parcels/", width=WIDE, who="keeper", whole=False)
    camera.shoot("work-parcels-360", "/work/parcels/", width=PHONE, who="keeper", whole=False)
    camera.shoot("work-parcel-768", f"/work/parcels/{own}/", width=MIDDLE, who="keeper")
    camera.shoot("not-yours-360", f"/work/parcels/{own}/", width=PHONE, who="keeper_next_door")
    camera.shoot("why", f"/work/parcels/{troubled}/why/", width=WIDE, who="county_official")
    camera.shoot("why-dark-360", f"/work/parcels/{troubled}/why/", width=PHONE, who="county_official", dark=True)
    imports(camera)
    camera.shoot("admin", "/admin/", width=WIDE, who="administrator", whole=False)
    camera.shoot("admin-stations", "/admin/registry/station/", width=WIDE, who="county_official", whole=False)


def imports(camera: Camera) -> None:
    """A dry run, which leaves nothing behind but its own line in the list."""
    rows = (
        "快递单号,目的地区划代码,收件人,收件人电话\r\n"
        "780000000000001,620825100208,王小明,17400000001\r\n7.8E+14,620825100208,王小明,17400000001\r\n"
        "780000000000003,999999999999,王小明,17400000001\r\n"
    )
    with camera.page("/work/imports/", width=WIDE, who="enterprise_admin") as page:
        file = {"name": "中通11月22日.csv", "mimeType": "text/csv", "buffer": rows.encode("gb18030")}
        page.locator("input[type=file]").set_input_files(file)
        page.locator("main form button").click()
        page.wait_for_url(re.compile(r"/imports/[0-9a-f-]+/"))
        camera.keep(page, "import-dry-run")
    camera.shoot("imports", "/work/imports/", width=WIDE, who="enterprise_admin")
    camera.shoot("imports-360", "/work/imports/", width=PHONE, who="enterprise_admin")


def main() -> int:
    home = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000"
    PICTURES.mkdir(parents=True, exist_ok=True)
    shown = parcels()
    if not all(shown.values()):
        sys.exit("The running portal has no demo parcels: start it with ./run, without --empty.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        camera = Camera(browser, home)
        public(camera, shown)
        inside(camera, shown)
        desk(camera, shown)
        browser.close()
    print(f"{camera.bytes / 1e6:.1f} MB")  # noqa: T201
    return 1 if camera.bytes > MOST_BYTES else 0


if __name__ == "__main__":
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread
    sys.exit(main())
