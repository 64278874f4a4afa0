"""Every page at 360, 768 and 1280 pixels, light above dark, one sheet a page: docs/screenshots/sheets/*.webp.

    .venv/bin/python -m tests.browser.sheets [http://localhost:8000] [part of a name …]

With `guides` for a name it takes the small pictures of the help pages instead: static/img/help/*.webp.

Taken of a running demo portal, beside it and with the same PORTAL_VAR, as shots.py. Sheets are for looking, not for
reading: pages are cut after a few screens and drawn at half their size, so that all of them stay under 6 MB.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.shots import CHROMIUM, MIDDLE, PHONE, PICTURES, WIDE, Camera, certified, parcels

SHEETS = PICTURES / "sheets"
MOST_BYTES = 6_000_000
TALLEST, SCALE, GAP, QUALITY = 1400, 0.45, 16, 50
GROUND = "#8a8f8c"

# name, address, persona of the demo. {own}, {waiting} and {troubled} are numbers of parcels that the demo has.
PAGES = (
    ("home", "/", ""), ("lookup", "/t/{waiting}", ""), ("lookup-unknown", "/t/YT0000000000000", ""),
    ("stations", "/stations/", ""), ("stations-found", "/stations/?q=李庄", ""),
    ("stations-township", "/stations/?place=620825100", ""), ("station", "/stations/zl-v100208/", ""),
    ("help", "/help/", ""), ("help-collect", "/help/collect/", ""), ("help-send", "/help/send/", ""),
    ("help-refuse", "/help/refuse/", ""), ("help-privacy", "/help/privacy/", ""),
    ("help-villager", "/help/villager/", ""), ("help-courier", "/help/courier/", ""),
    ("help-keeper", "/help/keeper/", ""), ("help-hub", "/help/hub/", ""), ("help-enterprise", "/help/enterprise/", ""),
    ("help-township", "/help/township/", ""), ("help-county", "/help/county/", ""),
    ("login", "/accounts/login/", ""), ("signup", "/accounts/signup/", ""), ("api", "/api/docs/", ""),
    ("developer-messages", "/dev/messages/", ""), ("style", "/dev/style/", ""), ("not-found", "/nowhere/", ""),
    ("my-parcels", "/my/", "villager"), ("my-parcel", "/p/{own}", "villager"),
    ("my-messages", "/my/messages/", "villager"), ("account", "/accounts/", "villager"),
    ("relatives", "/my/relatives/", "villager"), ("sessions", "/accounts/sessions/", "villager"),
    ("work", "/work/", "keeper"), ("work-inbound", "/work/inbound/", "keeper"),
    ("work-give-out", "/work/give-out/", "keeper"), ("work-hand-over", "/work/hand-over/", "keeper"),
    ("work-take-over", "/work/take-over/", "keeper"), ("work-stock-take", "/work/stock-take/", "keeper"),
    ("work-open-bag", "/work/open-bag/", "keeper"), ("work-find", "/work/find/", "keeper"),
    ("work-handovers", "/work/handovers/", "keeper"), ("work-collect", "/work/collect/", "keeper"),
    ("work-parcels", "/work/parcels/", "keeper"), ("work-parcel", "/work/parcels/{own}/", "keeper"),
    ("work-print", "/work/print/", "keeper"), ("work-pin", "/accounts/pin/", "keeper"),
    ("work-carry", "/work/carry/", "courier"), ("work-door", "/work/door/", "courier"),
    ("work-badge", "/work/me/", "courier"), ("work-away", "/work/away/", "keeper"),
    ("imports", "/work/imports/", "enterprise_admin"), ("why", "/work/parcels/{troubled}/why/", "county_official"),
    ("admin", "/admin/", "county_official"), ("admin-parcels", "/admin/parcels/parcel/", "county_official"),
    ("admin-stations", "/admin/registry/station/", "county_official"),
    ("apply", "/apply/", ""), ("apply-kind", "/apply/kinds/vehicle/", ""),
    ("apply-mine", "/apply/mine/", "{applicant}"),
    ("apply-form", "/apply/{draft}/", "{applicant}"), ("verify", "/verify/", ""),
    ("verify-certificate", "/verify/{certificate}/", ""), ("certificates", "/certificates/", "enterprise_admin"),
    ("training", "/training/", "villager"), ("training-course", "/training/courses/{course}/", "villager"),
    ("firm", "/firm/{firm}/", "enterprise_admin"), ("firm-staff", "/firm/{firm}/staff/", "enterprise_admin"),
    ("firm-vehicles", "/firm/{firm}/vehicles/", "enterprise_admin"), ("my-vehicles", "/my/vehicles/", "courier"),
    ("check-vehicle", "/check/vehicle/", ""), ("check-courier", "/check/courier/", ""), ("carriers", "/carriers/", ""),
    ("work-station", "/work/stations/", "keeper"),
    ("admin-queue", "/admin/licensing/application/", "county_official"),
    ("admin-review", "/admin/licensing/application/{waits}/change/", "county_official"),
    ("admin-times", "/admin/review-times/", "county_official"),
    ("admin-review-map", "/admin/review-map/", "county_official"),
    ("admin-certificate", "/admin/certificates/certificate/{issued}/change/", "county_official"),
    ("admin-couriers", "/admin/registry/courier/", "county_official"),
    ("admin-register", "/admin/licensing/registerimport/add/", "county_official"),
    ("admin-workdays", "/admin/workdays/publishedyear/2026/change/", "county_official"),
)  # fmt: skip


GUIDES = PICTURES.parents[1] / "static" / "img" / "help"
GUIDE_SIZE = (270, 480)  # a phone held in the hand, at three quarters
GUIDE_PAGES = (
    ("home", "/", ""), ("my", "/my/", "villager"), ("stations", "/stations/", ""), ("work", "/work/", "keeper"),
    ("inbound", "/work/inbound/", "keeper"), ("give-out", "/work/give-out/", "keeper"),
    ("carry", "/work/carry/", "courier"), ("door", "/work/door/", "courier"), ("sort", "/work/sort/", "hub_keeper"),
    ("hub-inbound", "/work/hub-inbound/", "hub_keeper"), ("imports", "/work/imports/", "enterprise_admin"),
    ("why", "/work/parcels/{troubled}/why/", "county_official"), ("admin", "/admin/", "county_official"),
)  # fmt: skip


def guides(camera: Camera, numbers: dict[str, str]) -> None:
    GUIDES.mkdir(parents=True, exist_ok=True)
    for name, path, who in GUIDE_PAGES:
        with camera.page(path.format(**numbers), width=PHONE, who=who) as page:
            page.set_viewport_size({"width": PHONE, "height": 640})
            image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        target = GUIDES / f"{name}.webp"
        image.resize(GUIDE_SIZE, Image.Resampling.LANCZOS).save(target, quality=70, method=6)
        print(f"  {target.name}, {target.stat().st_size // 1024} KB")  # noqa: T201


def picture(page: Page, width: int, scheme: Literal["light", "dark"]) -> Image.Image:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    if "/admin/" in page.url and width == PHONE and scheme == "dark":
        page.reload()  # the theme looks at the scheme once, when its page loads
    image = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    return image.crop((0, 0, image.width, min(image.height, TALLEST)))


def sheet(camera: Camera, path: str, who: str) -> Image.Image:
    """Three widths side by side, light in the first row, dark in the second; the page is loaded once."""
    with camera.page(path, width=PHONE, who=who) as page:
        rows = [[picture(page, width, scheme) for width in (PHONE, MIDDLE, WIDE)] for scheme in ("light", "dark")]
    width = sum(image.width for image in rows[0]) + 2 * GAP
    heights = [max(image.height for image in row) for row in rows]
    whole = Image.new("RGB", (width, sum(heights) + GAP), GROUND)
    for row, top in zip(rows, (0, heights[0] + GAP), strict=True):
        left = 0
        for image in row:
            whole.paste(image, (left, top))
            left += image.width + GAP
    return whole.resize((round(whole.width * SCALE), round(whole.height * SCALE)), Image.Resampling.LANCZOS)


def main() -> int:
    home = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000"
    wanted = sys.argv[2:]
    SHEETS.mkdir(parents=True, exist_ok=True)
    shown = parcels()
    numbers = {"own": shown["waiting"].waybill, "waiting": shown["waiting"].carrier_number,
               "troubled": shown["troubled"].waybill, **certified()}  # fmt: skip
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        camera = Camera(browser, home)
        if wanted == ["guides"]:
            guides(camera, numbers)
            return 0
        for name, path, who in PAGES:
            if wanted and not any(word in name for word in wanted):
                continue
            target = SHEETS / f"{name}.webp"
            sheet(camera, path.format(**numbers), who.format(**numbers)).save(target, quality=QUALITY, method=6)
            print(f"  {target.name}, {target.stat().st_size // 1024} KB")  # noqa: T201
        browser.close()
    total = sum(file.stat().st_size for file in Path(SHEETS).glob("*.webp"))
    print(f"{total / 1e6:.1f} MB")  # noqa: T201
    return 1 if total > MOST_BYTES else 0


if __name__ == "__main__":
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread
    sys.exit(main())
