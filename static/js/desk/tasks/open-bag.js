// Open a bag: its number first, then what lies in it, then the seal's state. Missing and extra ones are said at the end.
import { request } from "../request.js";
import { show } from "../band.js";
import { address, config, make, numberOf, say } from "../words.js";
import { Pile } from "./pile.js";

const at = (id) => document.getElementById(id);
const COUNTED = new Set(["extra"]); // refused, and yet to be told at the end
let bag = "";
let expected = new Map();
let pile = null;
let desk = null;

async function take(number) {
  const told = await request(address(config.urls.bag, number));
  if (!told) return;
  bag = told.bag.number;
  expected = new Map(told.numbers.map((row) => [row.number, row]));
  pile.open(bag);
  at("bag").hidden = false;
  at("differences").replaceChildren();
  at("bag-number").textContent = bag;
  at("bag-seal-number").textContent = told.bag.seal ?? "";
  draw();
}

function draw() {
  const inside = pile.numbers.filter((number) => expected.has(number));
  desk.count({ expected: expected.size, scanned: inside.length });
  at("missing-now").textContent = say("still_missing", { n: expected.size - inside.length });
}

async function finish(intact) {
  if (desk.outbox.waiting.length) {
    show({ result: "refused", code: "still_waiting", word: say("stop"), message: say("end_waiting", { n: desk.outbox.waiting.length }) });
    return;
  }
  const body = { station: config.station, seal_intact: intact, found: at("all-there").checked ? null : pile.numbers };
  const told = await request(address(config.urls.bag, bag) + "open/", body);
  if (!told) return;
  const agrees = !told.missing.length && !told.extra.length;
  show({
    result: agrees && intact ? "ok" : "ask", code: agrees ? "counted" : "differs", word: say(agrees ? "counts_agree" : "counts_differ"), number: bag,
    message: say("bag_result", { present: told.present.length, missing: told.missing.length, extra: told.extra.length }),
  });
  at("differences").replaceChildren(...lines("missing", told.missing), ...lines("extra", told.extra));
  at("bag").hidden = true;
  bag = "";
  pile.clear();
  desk.wedge.focus();
}

const lines = (kind, numbers) => numbers.map((one) =>
  make("li", { class: "line-refused" }, make("strong", {}, say(`is_${kind}`)), numberOf(one)));

export default {
  open(page) {
    desk = page;
    pile = new Pile(at("pile"), { onChange: () => bag && draw() });
    at("seal-intact").addEventListener("click", () => finish(true));
    at("seal-broken").addEventListener("click", () => finish(false));
  },

  fields: () => (bag ? { bag } : {}),

  answered(answer) {
    if (answer.code === "bag" && answer.facts?.bag) take(answer.facts.bag);
    else if (bag && (answer.undone || answer.result === "ok" || answer.result === "repeat" || COUNTED.has(answer.code))) {
      if (answer.undone) pile.remove(answer.number);
      else pile.add(answer.number, { printed: answer.printed, ...(COUNTED.has(answer.code) ? { note: say("is_extra"), tone: "refused" } : {}) });
    }
  },
};
