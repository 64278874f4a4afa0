// Hand over: parcels and sealed bags on a list, one taker, then a QR code the other side scans.
import { request } from "../request.js";
import { show } from "../band.js";
import { ask } from "../net.js";
import { address, config, newId, say } from "../words.js";
import { shrink } from "../photo.js";
import { Pile } from "./pile.js";

const at = (id) => document.getElementById(id);
const BADGE = /\/work\/me\//;
let pile = null;
let desk = null;
let offer = newId(); // of the list being made; the same until it is offered, so that a doubled tap offers once
let poll = 0;

const taker = () => {
  const chosen = document.querySelector("[name=taker]:checked");
  if (!chosen) return null;
  return { kind: chosen.dataset.kind, ref: chosen.dataset.ref ?? at("badge").value };
};

function draw() {
  at("pile-count").textContent = pile.numbers.length;
  at("offer").disabled = at("depart").disabled = !pile.numbers.length;
}

async function make() {
  const to = taker();
  if (desk.outbox.waiting.length) return stop("end_waiting", { n: desk.outbox.waiting.length });
  if (!to?.ref) return stop("no_taker");
  at("offer").disabled = true;
  const told = await request(config.urls.handovers, { id: offer, station: config.station, to, numbers: pile.numbers });
  at("offer").disabled = false;
  if (!told) return undefined;
  offered(told.handover);
  return addPhoto(told.handover.id);
}

function stop(key, values = {}) {
  show({ result: "refused", code: key, word: say("stop"), message: say(key, values) });
}

function offered(handover) {
  show({ result: "ok", code: "offered", word: say("offered"), message: say("offered_text", { n: handover.expected }) });
  at("offered").hidden = false;
  at("gather").hidden = true;
  at("offered-qr").src = address(config.urls.handover_qr, handover.id);
  at("offered-link").href = address(config.urls.handover_page, handover.id);
  at("offered-manifest").href = address(config.urls.manifest, handover.id);
  at("offered-count").textContent = handover.expected;
  at("offered").dataset.handover = handover.id;
  at("offered").focus();
  watch(handover.id);
}

/** Until the taker answers, both phones show the same: asked every few seconds while the page is looked at. */
function watch(id) {
  clearInterval(poll);
  poll = setInterval(async () => {
    if (document.hidden || !navigator.onLine || at("offered").dataset.handover !== id) return;
    const { kind, body: told } = await ask(address(config.urls.handover, id));
    if (kind !== "answer" || told.handover.state === "pending") return;
    clearInterval(poll);
    const agreed = told.handover.state === "confirmed";
    show({
      result: agreed ? "ok" : "ask", code: told.handover.state, word: say(`handover_${told.handover.state}`),
      message: say("handover_counts", { expected: told.handover.expected, scanned: told.handover.scanned ?? 0 }),
    });
    at("withdraw").hidden = true;
  }, config.poll ?? 4000);
}

async function withdraw() {
  const id = at("offered").dataset.handover;
  const told = await request(address(config.urls.handover, id) + "withdraw/", {});
  if (!told) return;
  clearInterval(poll);
  show({ result: "ok", code: "withdrawn", word: say("withdrawn"), message: say("withdrawn_text") });
  again({ keep: true });
}

/** A fresh list; after a withdrawal with the same parcels, so that a slip of the taker costs one tap. */
function again({ keep = false } = {}) {
  clearInterval(poll);
  offer = newId();
  at("photo-said").textContent = "";
  if (!keep) pile.clear();
  at("offered").hidden = true;
  at("offered").dataset.handover = "";
  at("withdraw").hidden = false;
  at("gather").hidden = false;
  desk.wedge.focus();
}

/** The picture belongs to the handover, so it follows when there is one. */
async function addPhoto(id) {
  const file = at("photo").files[0];
  if (!file) return;
  const form = new FormData();
  form.append("file", await shrink(file), "photo.jpg");
  form.append("kind", "handover");
  form.append("handover", id);
  if (await request(config.urls.photos, form, { file: true, method: "POST" })) at("photo-said").textContent = say("photo_added");
  at("photo").value = "";
}

/** The vehicle leaves with a load that no driver confirmed. */
async function depart() {
  if (desk.outbox.waiting.length) return stop("end_waiting", { n: desk.outbox.waiting.length });
  const told = await request(config.urls.depart, { station: config.station, numbers: pile.numbers, stage: "" });
  if (!told) return undefined;
  show({ result: "ok", code: "departed", word: say("departed"), message: say("departed_text", { n: told.departed }) });
  return again();
}

export default {
  open(page) {
    desk = page;
    pile = new Pile(at("pile"), { onChange: draw });
    pile.open(config.station);
    at("offer").addEventListener("click", make);
    at("withdraw").addEventListener("click", withdraw);
    at("again").addEventListener("click", () => again());
    at("depart").addEventListener("click", depart);
  },

  /** The badge on a driver's phone names a person, not a parcel. */
  wants(number) {
    if (!BADGE.test(number)) return false;
    at("taker-person").disabled = false;
    at("taker-person").checked = true;
    at("badge").value = number;
    at("person-said").textContent = say("person_read");
    show({ result: "ok", code: "badge", word: say("person"), message: say("person_read") });
    return true;
  },

  answered(answer) {
    if (answer.undone) pile.remove(answer.number);
    else if (answer.result === "ok" || answer.result === "repeat") pile.add(answer.number, { note: answer.facts?.destination ?? "", printed: answer.printed });
  },
};
