"""The tasks of the scan pages, each walked once as it is worked: bags, handovers, counter, shelf, camera."""

from __future__ import annotations

import io

import pytest
import segno
from PIL import Image
from playwright.sync_api import expect

from logistics.desk.models import StockTake
from logistics.desk.states import Task
from logistics.parcels.models import Bag, Handover, Parcel
from members.access.states import Role
from tests.browser.conftest import ARGUMENTS, PHONE
from tests.browser.desk import card, look, ready, rows, wedge
from tests.browser.watch import fits
from tests.custody.conftest import counter  # noqa: F401  fixture
from tests.personas import hold, make_persona

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def at(keeper, world):
    """at(station) → the keeper's browser, working at that station, of which they are keeper too."""

    def go(station):
        if station != world.village:
            hold(keeper.user, Role.KEEPER, station)
        keeper.client.post("/work/station/", {"station": station.code})
        return keeper.client

    return go


def test_sort_into_bags_and_open_them(visit, counter, world, at):  # noqa: F811
    parcels = [counter.parcel() for _each in range(3)]
    for parcel in parcels:
        counter.scan(parcel, "AT_COUNTY", hours=1, station=world.hub)
    page = ready(visit("/work/sort/", client=at(world.hub)))
    page.get_by_role("button", name="水洛镇站").click()
    expect(page.locator("#bag-destination")).to_have_text("水洛镇站")
    for parcel in parcels:
        wedge(page, parcel.waybill)
    expect(page.locator("#bag-count")).to_have_text("3")
    page.locator("[data-undo]").first.click()
    expect(page.locator("#bag-count")).to_have_text("2")
    card(page, "封签").click()
    expect(page.locator("#number-label")).to_have_text("扫封签，或输入封签号")
    look(page)
    wedge(page, "FQ-0001")
    expect(page.locator("#word")).to_have_text("已封签")
    expect(page.locator("#bag")).to_be_hidden()
    look(page)
    bag = Bag.objects.get()
    assert (bag.state, bag.seal_number) == ("sealed", "FQ-0001")

    page = ready(visit("/work/open-bag/", client=at(world.township_station)))
    wedge(page, bag.number)
    expect(page.locator("#bag-seal-number")).to_have_text("FQ-0001")
    wedge(page, parcels[0].waybill)
    expect(page.locator("#missing-now")).to_have_text("还差 1 件")
    wedge(page, parcels[2].waybill)
    expect(page.locator("#word")).to_have_text("多出")
    card(page, "封签完好，结束").click()
    expect(page.locator("#word")).to_have_text("不符")
    expect(page.locator("#differences li")).to_have_count(2)
    look(page)
    bag.refresh_from_db()
    assert bag.state == "opened"


def test_hand_over_by_two_phones(visit, counter, world, keeper, at):  # noqa: F811
    """The giver shows a code; the taker counts, one is missing, and both see it."""
    parcels = [counter.parcel() for _each in range(2)]
    for parcel in parcels:
        counter.scan(parcel, "AT_TOWN", hours=1, station=world.township_station)
    town = make_persona(1050, "镇站长", Role.KEEPER, world.township_station)
    giver = ready(visit("/work/hand-over/", client=town.client))
    for parcel in parcels:
        wedge(giver, parcel.waybill)
    expect(giver.locator("#pile-count")).to_have_text("2")
    card(giver, "交出，请对方确认").click()
    expect(giver.locator("#message")).to_contain_text("请先选择接收方")
    giver.get_by_label("何马村站").check()
    card(giver, "交出，请对方确认").dblclick()
    expect(giver.locator("#offered")).to_be_visible()
    expect(giver.locator("#offered-qr")).to_have_js_property("complete", value=True)
    assert giver.locator("#offered-qr").evaluate("image => image.naturalWidth") > 0
    look(giver)
    handover = Handover.objects.get()

    taker = ready(visit("/work/take-over/", client=at(world.village)))
    expect(taker.get_by_role("button", name="清点 水洛镇站")).to_be_visible()
    wedge(taker, f"http://localhost:8000/work/handovers/{handover.pk}/")
    expect(taker.locator("#take-missing")).to_have_text("还差 2 件")
    wedge(taker, parcels[0].waybill)
    expect(taker.locator("#take-missing")).to_have_text("还差 1 件")
    look(taker)
    taker.get_by_label("有什么不对").fill("少一件")
    taker.locator("#finish").click()
    expect(taker.locator("#word")).to_have_text("少 1 件")
    expect(taker.locator("#finish")).to_have_text("再点一次：缺 1 件，照此接收")
    taker.locator("#finish").click()
    expect(taker.locator("#word")).to_have_text("有争议")
    expect(giver.locator("#word")).to_have_text("有争议", timeout=10_000)
    handover.refresh_from_db()
    assert (handover.state, handover.scanned, handover.dispute) == ("disputed", 1, "少一件")


def test_give_out_over_the_counter(visit, counter, keeper):  # noqa: F811
    """By code alone; by parcel and then code; a wrong code; identity and PIN for what is left."""
    (first, code), (second, second_code), (third, _code) = (counter.waiting(keeper) for _each in range(3))
    page = ready(visit("/work/give-out/", client=keeper.client))
    wedge(page, code.code)
    expect(page.locator("#word")).to_have_text("3-2")
    expect(page.locator("#give-together-title")).to_have_text("同一收件人还有 2 件")
    for box in page.locator("[name=also]").all():
        box.uncheck()  # not found on the shelf
    look(page)
    card(page, "交付").dblclick()
    expect(page.locator("#band")).to_have_attribute("data-result", "ok")
    wedge(page, second.waybill)
    expect(page.locator("#give-together-title")).to_have_text("同一收件人还有 1 件")
    page.locator("[name=also]").uncheck()
    page.locator("#number").focus()
    wrong = "000000" if second_code.code != "000000" else "111111"
    expect(page.locator("#give-code")).to_be_visible()
    wedge(page, wrong)
    expect(page.locator("#word")).to_have_text("码不对")
    wedge(page, second_code.code)
    expect(page.locator("#band")).to_have_attribute("data-result", "ok")
    wedge(page, third.waybill)
    page.get_by_label("证件").check()
    card(page, "交付").click()
    expect(page.locator("#message")).to_contain_text("请输入您的工作密码")
    expect(page.locator("#give-pin")).to_be_focused()
    look(page)
    stages = {p.pk: p.stage for p in Parcel.objects.all()}
    assert [stages[p.pk] for p in (first, second, third)] == ["DELIVERED", "DELIVERED", "READY_FOR_PICKUP"]
    assert page.evaluate("Object.values(localStorage).join()") == ""


def test_count_the_shelf(visit, counter, keeper):  # noqa: F811
    (seen, _code), (missing, _other) = (counter.waiting(keeper) for _each in range(2))
    elsewhere = counter.parcel()
    page = ready(visit("/work/stock-take/", client=keeper.client))
    card(page, "开始盘点").click()
    expect(page.locator("#count-expected")).to_have_text("2")
    wedge(page, seen.waybill)
    wedge(page, elsewhere.waybill)
    expect(page.locator("#word")).to_have_text("多出")
    card(page, "点完了，看差异").click()
    expect(page.locator("#differences li")).to_have_count(2)
    look(page)
    missing.refresh_from_db()
    assert missing.issues == []
    card(page, "确认差异，结束盘点").click()
    expect(page.locator("#word")).to_have_text("盘点完成")
    missing.refresh_from_db()
    assert missing.issues == ["COUNT_MISMATCH"]
    assert StockTake.objects.get().state == "done"


def test_find_leads_to_the_parcel(visit, counter, keeper):  # noqa: F811
    parcel, _code = counter.waiting(keeper)
    page = ready(visit("/work/find/", client=keeper.client))
    wedge(page, parcel.carrier_number)
    expect(rows(page)).to_contain_text("3-2")
    page.get_by_role("link", name="看这个包裹").click()
    page.wait_for_url(f"**/work/parcels/{parcel.waybill}/")


def test_give_out_without_a_script(visit, counter, keeper):  # noqa: F811
    parcel, code = counter.waiting(keeper)
    page = visit("/work/give-out/", client=keeper.client, javascript=False)
    page.get_by_label("扫条码或输入单号").fill(parcel.waybill)
    card(page, "确定").click()
    expect(page.locator("#word")).to_have_text("3-2")
    page.get_by_label("取件码、链接或工作密码").fill(code.code)
    card(page, "交付").click()
    expect(page.locator("#band")).to_have_attribute("data-result", "ok")
    assert Parcel.objects.get().stage == "DELIVERED"


def test_the_desk_tells_what_waits(visit, counter, keeper):  # noqa: F811
    counter.waiting(keeper)
    page = visit("/work/", client=keeper.client)
    expect(page.get_by_text("在货架，待取").locator("..")).to_contain_text("1")
    page.get_by_role("link", name="到站入库").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("到站入库")
    look(page)


@pytest.fixture
def filmed(tmp_path):
    """A film of a barcode, for the browser's pretended camera."""
    picture = io.BytesIO()
    segno.make("HJ/C-9", error="m").save(picture, kind="png", scale=8, border=6)
    canvas = Image.new("RGB", (640, 480), "white")
    code = Image.open(picture).convert("RGB")
    canvas.paste(code, ((640 - code.width) // 2, (480 - code.height) // 2))
    film = tmp_path / "film.mjpeg"
    frame = io.BytesIO()
    canvas.save(frame, "JPEG", quality=90)
    film.write_bytes(frame.getvalue() * 3)
    return film


def test_the_camera_reads_what_it_sees(chromium, browser_path, filmed, keeper, live_server):
    """With our own decoder, which this browser needs and the pages' policy admits; fetched when the camera opens."""
    browser = chromium.browser_type.launch(
        executable_path=browser_path,
        args=[
            *ARGUMENTS,
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={filmed}",
        ],
    )
    try:
        context = browser.new_context(viewport=PHONE, locale="zh-CN")
        cookie = keeper.client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{live_server.url}/work/inbound/")
        ready(page)
        assert not [url for url in asked if "zxing" in url]
        page.get_by_role("button", name="用摄像头扫").click()
        expect(page.locator("#shelf")).to_have_value("C-9", timeout=15_000)
        expect(page.locator("#camera")).to_contain_text("把条码放进画面中间")
        expect(rows(page)).to_have_count(1)  # it stays in view and is one scan
        page.get_by_role("button", name="关摄像头").click()
        expect(page.locator("#camera")).to_be_hidden()
        expect(page.locator("#number")).to_be_focused()
    finally:
        browser.close()


def test_a_refused_camera_says_what_else_to_do(visit, keeper):
    page = ready(visit("/work/find/", client=keeper.client))
    page.get_by_role("button", name="用摄像头扫").click()
    expect(page.locator("#camera [role=status]")).to_contain_text("手工输入")


def test_every_page_fits_in_english(visit, at, world, live_server):
    """Its words are longer than ours, also in large type."""
    page = visit("/work/", client=at(world.township_station), language="en")
    fits(page)
    for task in Task:
        page.goto(f"{live_server.url}/work/{task.value}/")
        fits(ready(page))
