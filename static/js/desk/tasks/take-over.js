// Take over: the giver's QR code, then what is really there, counted against what was offered.
import { request } from "../request.js";
import { show } from "../band.js";
import { address, config, make, numberOf, say } from "../words.js";
import { shrink } from "../photo.js";

const at = (id) => document.getElementById(id);
const path = (id, more = "") => address(config.urls.handover, id) + more;
let handover = null;
let rows = [];
let found = new Set();
const printedOf = new Map(); // what stands on the labels of those that were not announced
let photo = "";
let desk = null;

async function take(id) {
  const told = await request(path(id));
  if (!told) return;
  if (told.handover.state !== "pending") {
    show({ result: "refused", code: "answered", word: say("stop"), message: say(`handover_${told.handover.state}`), hint: say("handover_over_hint") });
    return;
  }
  handover = told.handover;
  rows = told.numbers.filter((row) => row.expected);
  found = new Set(JSON.parse(sessionStorage.getItem(kept()) ?? "[]"));
  at("handover").hidden = false;
  at("take-from").textContent = config.givers?.[id] ?? "";
  at("take-expected").textContent = handover.expected;
  draw();
}

const kept = () => `desk.take.${config.user}.${handover.id}`; // a reload keeps what was counted
const isFound = (row) => found.has(row.number) || (row.bag && found.has(row.bag));

function draw() {
  sessionStorage.setItem(kept(), JSON.stringify([...found]));
  const there = rows.filter(isFound).length;
  const extra = [...found].filter((number) => !rows.some((row) => row.number === number || row.bag === number));
  desk.count({ expected: rows.length, scanned: there });
  at("expected").replaceChildren(
    ...extra.map((number) => make("li", { class: "line-refused" }, make("strong", {}, say("is_extra")), numberOf({ number, printed: printedOf.get(number) }))),
    ...[...rows].sort((a, b) => isFound(a) - isFound(b)).map((row) => make("li", { class: isFound(row) ? "line-ok" : "line-plain", "data-number": row.number },
      numberOf(row), row.bag ? make("span", { class: "hint" }, say("in_bag", { bag: row.bag })) : null,
      make("span", { class: "line-end" }, say(isFound(row) ? "is_there" : "not_there_yet")))),
  );
  at("take-missing").textContent = say("still_missing", { n: rows.length - there });
}

async function finish() {
  if (desk.outbox.waiting.length) {
    show({ result: "refused", code: "still_waiting", word: say("stop"), message: say("end_waiting", { n: desk.outbox.waiting.length }) });
    return;
  }
  const missing = rows.filter((row) => !isFound(row)).length;
  if (missing && at("finish").dataset.sure !== "yes") {
    at("finish").dataset.sure = "yes"; // the second tap says that they are really missing
    at("finish").textContent = say("finish_with_missing", { n: missing });
    show({ result: "ask", code: "missing", word: say("missing_word", { n: missing }), message: say("missing_text"), hint: say("missing_hint") });
    return;
  }
  const told = await request(path(handover.id, "take/"), { numbers: [...found], dispute: at("dispute").value, photo });
  if (!told) return;
  const agreed = !told.missing.length && !told.extra.length;
  show({
    result: agreed ? "ok" : "ask", code: agreed ? "confirmed" : "disputed", word: say(agreed ? "handover_confirmed" : "handover_disputed"),
    message: say("taken_text", { there: rows.length - told.missing.length, missing: told.missing.length, extra: told.extra.length }),
  });
  reset({ done: true });
}

function reset({ done = false } = {}) {
  if (done) sessionStorage.removeItem(kept());
  handover = null;
  rows = [];
  found = new Set();
  photo = "";
  at("dispute").value = "";
  at("photo-said").textContent = "";
  at("finish").dataset.sure = "";
  at("finish").textContent = say("finish");
  at("handover").hidden = true;
  desk.wedge.focus();
}

async function addPhoto(input) {
  const file = input.files[0];
  if (!file) return;
  const form = new FormData();
  form.append("file", await shrink(file), "photo.jpg");
  form.append("kind", "handover");
  form.append("handover", handover.id);
  const told = await request(config.urls.photos, form, { file: true, method: "POST" });
  input.value = "";
  if (!told) return;
  photo = told.photo;
  at("photo-said").textContent = say("photo_added");
}

export default {
  open(page) {
    desk = page;
    at("finish").addEventListener("click", finish);
    at("take-stop").addEventListener("click", () => reset());
    at("all-there").addEventListener("click", () => {
      for (const row of rows) found.add(row.number);
      draw();
      desk.wedge.focus();
    });
    at("photo").addEventListener("change", (event) => addPhoto(event.target));
    for (const open of document.querySelectorAll("[data-handover]")) open.addEventListener("click", () => take(open.dataset.handover));
    if (config.handover) take(config.handover);
  },

  fields: () => (handover ? { handover: handover.id } : {}),

  answered(answer) {
    if (answer.code === "handover" && answer.facts?.handover) {
      take(answer.facts.handover);
      return;
    }
    if (!handover) return;
    if (answer.undone) found.delete(answer.number);
    else if (answer.result === "ok" || answer.result === "repeat" || answer.code === "extra") {
      found.add(answer.number);
      printedOf.set(answer.number, answer.printed);
    }
    at("finish").dataset.sure = "";
    at("finish").textContent = say("finish");
    draw();
  },
};
