// Hand over: parcels and sealed bags on a list, one taker, then a QR code the other side scans.
import { request } from "../request.js";
import { show } from "../band.js";
import { config, newId, say } from "../words.js";
import { shrink } from "../photo.js";
import { Pile } from "./pile.js";

const at = (id) => document.getElementById(id);
let pile = null;
let desk = null;
let offer = newId(); // of the list being made; the same until it is offered, so that a doubled tap offers once
let photo = "";
let poll = 0;

const taker = () => {
  const chosen = document.querySelector("[name=taker]:checked");
  if (!chosen) return null;
  return { kind: chosen.dataset.kind, ref: chosen.dataset.ref ?? at("person-ref").value };
};

function draw() {
  at("pile-count").textContent = pile.numbers.length;
  at("offer").disabled = !pile.numbers.length;
}

async function make() {
  const to = taker();
  if (desk.outbox.waiting.length) return stop("end_waiting", { n: desk.outbox.waiting.length });
  if (!to?.ref) return stop("no_taker");
  at("offer").disabled = true;
  const told = await request(config.urls.handovers, { id: offer, station: config.station, to, numbers: pile.numbers, photo });
  at("offer").disabled = false;
  if (!told) return undefined;
  return offered(told.handover);
}

function stop(key, values = {}) {
  show({ result: "refused", code: key, word: say("stop"), message: say(key, values) });
}

function offered(handover) {
  show({ result: "ok", code: "offered", word: say("offered"), message: say("offered_text", { n: handover.expected }) });
  at("offered").hidden = false;
  at("gather").hidden = true;
  at("offered-qr").src = config.urls.handover_qr.replace("00000000-0000-0000-0000-000000000000", handover.id);
  at("offered-link").href = config.urls.handover_page.replace("00000000-0000-0000-0000-000000000000", handover.id);
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
    const told = await request(config.urls.handover.replace("00000000-0000-0000-0000-000000000000", id));
    if (!told || told.handover.state === "pending") return;
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
  const told = await request(config.urls.handover.replace("00000000-0000-0000-0000-000000000000", id) + "withdraw/", {});
  if (!told) return;
  clearInterval(poll);
  show({ result: "ok", code: "withdrawn", word: say("withdrawn"), message: say("withdrawn_text") });
  again({ keep: true });
}

/** A fresh list; after a withdrawal with the same parcels, so that a slip of the taker costs one tap. */
function again({ keep = false } = {}) {
  clearInterval(poll);
  offer = newId();
  photo = "";
  at("photo-said").textContent = "";
  if (!keep) pile.clear();
  at("offered").hidden = true;
  at("offered").dataset.handover = "";
  at("withdraw").hidden = false;
  at("gather").hidden = false;
  desk.wedge.focus();
}

async function addPhoto(input) {
  const file = input.files[0];
  if (!file) return;
  const form = new FormData();
  form.append("file", await shrink(file), "photo.jpg");
  form.append("kind", "handover");
  form.append("station", config.station);
  for (const number of pile.numbers.slice(0, 1)) form.append("parcel", number);
  const told = await request(config.urls.photos, form, { file: true, method: "POST" });
  input.value = "";
  if (!told) return;
  photo = told.photo;
  at("photo-said").textContent = say("photo_added");
}

export default {
  open(page) {
    desk = page;
    pile = new Pile(at("pile"), { onChange: draw });
    at("offer").addEventListener("click", make);
    at("withdraw").addEventListener("click", withdraw);
    at("again").addEventListener("click", () => again());
    at("photo")?.addEventListener("change", (event) => addPhoto(event.target));
  },

  /** The driver's own QR code names a person, not a parcel. */
  wants(number) {
    const person = /(?:^|\/)(user:\d+|me\/[^\s?#]+)/.exec(number)?.[1];
    if (!person) return false;
    at("taker-person").checked = true;
    at("taker-person").disabled = false;
    at("person-ref").value = person.replace(/^me\//, "");
    at("person-said").textContent = say("person_read");
    show({ result: "ok", code: "person", word: say("person"), message: say("person_read") });
    return true;
  },

  answered(answer) {
    if (answer.undone) pile.remove(answer.number);
    else if (answer.result === "ok" || answer.result === "repeat") pile.add(answer.number, { note: answer.facts?.destination ?? "" });
  },
};
