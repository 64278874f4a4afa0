// Sort: one bag lies open before the keeper. A lane's button opens or fetches its bag; the seal's barcode closes it.
import { request } from "../request.js";
import { show } from "../band.js";
import { address, config, make, say } from "../words.js";

const at = (id) => document.getElementById(id);
let bag = null; // the bag on top
let bags = [];
let lanes = [];
let sealing = false;
let desk = null;

async function refresh() {
  const told = await request(config.urls.bags_here);
  if (!told) return;
  ({ bags, lanes } = told);
  if (bag) bag = bags.find((one) => one.number === bag.number) ?? null;
  draw();
}

function draw() {
  at("bag").hidden = !bag;
  if (bag) {
    at("bag-destination").textContent = bag.destination.name;
    at("bag-number").textContent = bag.number;
    at("bag-count").textContent = bag.count;
    at("bag-seal").disabled = !bag.count;
  }
  at("seal-mode").hidden = !sealing;
  at("number-label").textContent = say(sealing ? "seal_label" : "number_label");
  at("lanes").replaceChildren(...lanes.map(lane));
}

function lane({ code, name }) {
  const open = bags.find((one) => one.destination.code === code);
  const chosen = bag?.destination.code === code;
  return make("li", {}, make("button", {
    type: "button", class: "tile lane", "data-lane": code, "aria-pressed": String(chosen), on: { click: () => choose(code, open) },
  }, make("strong", {}, name), make("span", { class: "hint" }, open ? say("lane_open", { n: open.count }) : say("lane_new"))));
}

async function choose(code, open) {
  sealing = false;
  if (open) bag = open;
  else {
    const told = await request(config.urls.bags, { station: config.station, destination: code });
    if (told) {
      bag = told.bag;
      bags.push(bag);
    }
  }
  draw();
  desk.wedge.focus();
}

async function seal(number) {
  const told = await request(address(config.urls.bag, bag.number) + "seal/", { seal: number });
  if (!told) return; // the bag stays open, the next scan is taken as the seal again
  sealing = false;
  show({ result: "ok", code: "sealed", word: say("sealed"), number: bag.number, message: say("sealed_text", { seal: number, n: bag.count }) });
  at("bag-tag").hidden = false;
  at("bag-tag").href = address(config.urls.bag_tag, bag.number);
  bag = null;
  await refresh();
}

export default {
  async open(page) {
    desk = page;
    at("bag-seal").addEventListener("click", () => {
      sealing = true;
      draw();
      desk.wedge.focus();
    });
    at("seal-stop").addEventListener("click", () => {
      sealing = false;
      draw();
      desk.wedge.focus();
    });
    await refresh();
  },

  fields: () => (bag ? { bag: bag.number } : {}),

  /** While sealing, what is read is the seal; scans that still wait go first, so that they lie in the bag. */
  wants(number) {
    if (!sealing) return false;
    if (desk.outbox.waiting.length) {
      show({ result: "refused", code: "still_waiting", word: say("stop"), message: say("seal_waiting", { n: desk.outbox.waiting.length }) });
      return true;
    }
    seal(number);
    return true;
  },

  answered(answer, entry) {
    if (answer.code === "bag" && answer.facts?.bag) {
      bag = bags.find((one) => one.number === answer.facts.bag) ?? bag;
      refresh();
    } else if (answer.result === "ok" || answer.undone) refreshSoon();
    if (entry.body?.bag && bag && answer.counts) at("bag-count").textContent = answer.counts.scanned;
  },
};

let soon = 0;
function refreshSoon() {
  clearTimeout(soon);
  soon = setTimeout(refresh, 400); // one look after a burst of scans, not one for each
}

