// Give out: what is read names a parcel or proves who came. The shelf is shown huge; then the proof, then the parcel.
// Codes, links and PINs live in this page's memory only.
import { request } from "../request.js";
import { comeIntoView, show } from "../band.js";
import { address, config, grouped, make, newId, say } from "../words.js";

const at = (id) => document.getElementById(id);
const LINK = /~|\/l\//;
const tokenOf = (text) => /\/l\/([^/?#\s]+)/.exec(text)?.[1] ?? text.trim();
let now = null; // { number, by, code, token, id, rest: two ways while pieces are missing }
let desk = null;

function ask(answer, entry) {
  const read = entry.body.number;
  const by = answer.ask.by ?? "";
  now = { number: answer.number, facts: answer.facts, id: newId(), by, code: by === "code" ? read : "", token: by === "link" ? tokenOf(read) : "", rest: answer.ask.rest ?? [] };
  at("give").hidden = false;
  at("give-who").textContent = [answer.facts?.recipient, answer.facts?.carrier, answer.facts?.tail].filter(Boolean).join(" · ");
  methods(answer.ask.options, by);
  proxies(answer.ask.proxies ?? []);
  together(answer.ask.together ?? []);
  ways();
  at("give-code").value = "";
  at("give-pin").value = "";
  desk.wedge.focus(); // the code may be typed into the big field as well
  comeIntoView({ whole: true });
}

function methods(options, by) {
  at("give-methods").hidden = options.length < 2;
  at("give-methods-list").replaceChildren(...options.map(({ value, label }, place) =>
    make("label", { class: "chip", for: `method-${value}` },
      make("input", { type: "radio", name: "method", id: `method-${value}`, value, checked: value === by || place === 0, on: { change: choose } }), label)));
  choose();
}

/** While pieces are missing there are two ways to give out, each a button that says what it does. */
function ways() {
  const two = now.rest.length > 0;
  at("give-now").hidden = two;
  at("give-ways").hidden = !two;
  at("give-ways").replaceChildren(...now.rest.map(({ value, label }) =>
    make("button", { type: "button", class: "button", "data-rest": value, on: { click: () => give(value) } }, label)));
}

const method = () => document.querySelector("[name=method]:checked")?.value ?? "code";

function choose() {
  const proven = Boolean(now.by);
  at("give-code-field").hidden = proven || method() !== "code";
  at("give-link-field").hidden = proven || method() !== "link";
  at("give-pin-field").hidden = method() !== "identity";
}

function proxies(named) {
  at("give-proxy-field").hidden = !named.length;
  at("give-proxy").replaceChildren(make("option", { value: "" }, say("recipient_self")),
    ...named.map(({ id, name }) => make("option", { value: id }, name)));
}

/** The same person's other parcels: one visit, one proof. What is not found on the shelf is unticked and stays. */
function together(others) {
  at("give-together").hidden = !others.length;
  at("give-together-title").textContent = say("together", { n: others.length });
  at("give-also").replaceChildren(...others.map(({ number, printed, shelf, carrier, pieces }) =>
    make("li", { class: "line-ask" },
      make("label", { for: `also-${number}` }, make("input", { type: "checkbox", name: "also", id: `also-${number}`, value: number, checked: true }),
        make("strong", { class: "huge-shelf" }, shelf || "—"), " ", ...[carrier, pieces].filter(Boolean).flatMap((text) => [text, " "]), make("span", { class: "number printed" }, ...grouped(printed))),
      make("span", { class: "line-end" }, make("button", { type: "button", class: "button button-quiet", on: { click: () => desk.scan(number) } }, say("take_next"))))));
}

/** `rest` is the way that was chosen; a code that was scanned or typed does not choose one. */
async function give(rest = "") {
  const body = { rest, id: now.id, station: config.station, method: method(), code: "", token: "", pin: "", proxy: Number(at("give-proxy").value) || null, also: [] };
  if (body.method === "code") body.code = now.code || at("give-code").value.trim();
  if (body.method === "link") body.token = now.token;
  if (body.method === "identity") body.pin = at("give-pin").value;
  body.also = [...document.querySelectorAll("[name=also]:checked")].map((box) => box.value);
  const lacks = { code: !body.code && "need_code", link: !body.token && "need_link", identity: !body.pin && "need_pin" }[body.method];
  if (lacks) {
    tell({ result: "refused", code: lacks, word: say("stop"), message: say(lacks) });
    at({ need_code: "give-code", need_pin: "give-pin", need_link: "number" }[lacks]).focus();
    return;
  }
  if (now.rest.length && !rest) {
    tell({ result: "ask", code: "rest_unclear", word: say("rest_word"), message: say("need_rest") });
    document.querySelector("[data-rest]").focus();
    return;
  }
  freeze(true);
  const answer = await request(address(config.urls.give, now.number), body);
  freeze(false);
  if (!answer) return;
  tell(answer);
  desk.list.put(answer.id || body.id, { ...answer, id: answer.id || body.id });
  if (answer.result === "refused") {
    now.id = newId(); // another proof is another try
    at("give-pin").value = "";
    if (!now.by) now.code = now.token = "";
    return;
  }
  const others = [...document.querySelectorAll("[name=also]:not(:checked)")].length;
  if (others) leave({ keepTogether: true });
  else leave();
}

/** With the shelf and the person, which are needed until the parcel is handed over. */
function tell(answer) {
  show({ ...answer, facts: answer.facts && Object.keys(answer.facts).length ? answer.facts : now.facts });
}

function freeze(still) {
  for (const button of [at("give-now"), ...document.querySelectorAll("[data-rest]")]) button.disabled = still;
}

function leave({ keepTogether = false } = {}) {
  now = null;
  at("give-pin").value = at("give-code").value = "";
  at("give").hidden = true;
  at("give-rest").replaceChildren(...(keepTogether ? [...document.querySelectorAll("#give-also > li")].filter((row) => !row.querySelector(":checked")) : []));
  for (const box of document.querySelectorAll("#give-rest input")) box.remove();
  at("give-rest").hidden = !keepTogether;
  desk.wedge.focus();
}

export default {
  open(page) {
    desk = page;
    at("give-now").addEventListener("click", () => give());
    at("give-stop").addEventListener("click", () => leave());
    for (const id of ["give-code", "give-pin"]) {
      at(id).addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        give();
      });
    }
  },

  /** With a parcel on the counter, six digits are its code and a link is its proof. */
  wants(number) {
    if (!now || now.by) return false;
    if (/^\d{6}$/.test(number)) {
      at("method-code").checked = true;
      at("give-code").value = number;
    } else if (LINK.test(number)) {
      at("method-link").checked = true;
      now.token = tokenOf(number);
    } else return false;
    choose();
    give();
    return true;
  },

  answered(answer, entry) {
    at("give-rest").hidden = true;
    if (answer.ask?.kind === "proof") ask(answer, entry);
  },
};
