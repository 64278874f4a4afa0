// The last scans, newest first, each with its question and with its way back.
import { SIGNS, button, icon, make, numberOf, say } from "./words.js";

const MOST = 50;
const ARMED = 6000; // ms in which the second tap counts
const KEEPS_ASKING = new Set(["bad_answer", "destination_missing"]);
const CAREFUL = new Set(["consent"]); // questions whose answer speaks for somebody else: two taps

export class ScanList {
  /** `act(kind, id, more)` sends an undo or an answer. */
  constructor(root, act) {
    this.root = root;
    this.act = act;
    this.rows = new Map();
    this.asked = new Map();
    this.lent = null; // { id, ways }: the question that stands in the band
    this.empty = document.getElementById("no-scans");
    root.replaceChildren();
  }

  fill(answers) {
    for (const answer of [...answers].reverse()) this.put(answer.id, answer);
  }

  /** A scan that has no answer yet. */
  wait(id, number) {
    this.put(id, { id, number, result: "waiting", word: say("waiting") });
  }

  /** Some refusals leave the question open: its buttons come back. */
  put(id, answer) {
    this.takeBack();
    if (KEEPS_ASKING.has(answer.code) && this.asked.has(id)) return this.put(id, this.asked.get(id));
    if (answer.ask) this.asked.set(id, answer);
    else this.asked.delete(id);
    this.settle(id, answer.number);
    const row = this.row(id, answer);
    const known = this.rows.get(id);
    if (known) known.replaceWith(row);
    else this.root.prepend(row);
    this.rows.set(id, row);
    if (this.empty) this.empty.hidden = true;
    while (this.root.children.length > MOST) this.forget(this.root.lastElementChild);
    return row;
  }

  /** The buttons of a question, to stand where the eye is; they come home with the next scan. Null without a question. */
  lend(id) {
    const row = this.rows.get(id);
    const ways = row?.dataset.result === "ask" ? row.querySelector(".scan-ways") : null;
    this.lent = ways && { id, ways };
    return ways;
  }

  takeBack() {
    const { id, ways } = this.lent ?? {};
    this.lent = null;
    if (ways) this.rows.get(id)?.append(ways);
  }

  /** A number that was scanned again has its question in the newer line. */
  settle(id, number) {
    for (const [other, row] of this.rows) {
      if (other === id || !number || row.dataset.result !== "ask" || row.dataset.number !== number) continue;
      row.querySelector(".scan-ways")?.remove();
      this.asked.delete(other);
    }
  }

  forget(row) {
    this.rows.delete(row.dataset.id);
    this.asked.delete(row.dataset.id);
    row.remove();
  }

  row(id, answer) {
    const facts = [answer.facts?.shelf, answer.facts?.lane || answer.facts?.destination].filter((fact) => fact && fact !== answer.word).join(" · ");
    const line = `line-${answer.result === "waiting" ? "plain" : answer.result}`;
    return make("li", { class: `scan ${line}`, "data-id": id, "data-result": answer.result, "data-code": answer.code ?? "", "data-number": answer.number ?? "" },
      icon(answer.undone ? "undo-2" : SIGNS[answer.result]),
      make("div", { class: "scan-text" },
        make("p", {}, make("strong", {}, answer.word ?? ""), " ", numberOf(answer, { own: true })),
        answer.message ? make("p", { class: "hint" }, answer.message) : null,
        facts ? make("p", { class: "hint" }, facts) : null),
      this.ways(id, answer));
  }

  ways(id, answer) {
    const ways = make("div", { class: "scan-ways line-end" });
    const asked = answer.ask?.kind === "proof" ? null : answer.ask; // a proof is given beside the list, not here
    if (asked?.destinations) ways.append(this.destinations(id, asked.destinations));
    for (const option of asked?.options ?? []) ways.append(this.option(id, answer, option));
    if (answer.undo) {
      const back = button(say("undo"), () => this.send(back, "undo", id), { kind: "quiet", "data-undo": id });
      back.setAttribute("aria-label", `${say("undo")} ${answer.printed || answer.number || ""}`);
      ways.append(back);
    }
    return ways.children.length ? ways : null;
  }

  destinations(id, stations) {
    return make("select", { "aria-label": say("choose_destination"), "data-destination": id },
      make("option", { value: "" }, say("choose_destination")),
      ...stations.map(({ value, label }) => make("option", { value }, label)));
  }

  option(id, answer, option) {
    const careful = CAREFUL.has(answer.ask.kind);
    let armed = 0;
    const choice = button(option.label, () => {
      if (careful && !armed) {
        choice.textContent = say("tap_again", { what: option.label });
        choice.classList.add("armed");
        armed = setTimeout(() => {
          armed = 0;
          choice.textContent = option.label;
          choice.classList.remove("armed");
        }, ARMED);
        return;
      }
      clearTimeout(armed);
      this.send(choice, "answer", id, option.value);
    }, { kind: "quiet", "data-value": option.value });
    return choice;
  }

  /** The first tap sends; further ones find the buttons asleep until the answer redraws the row. */
  send(pressed, kind, id, value) {
    const ways = pressed.parentElement;
    for (const other of ways.querySelectorAll("button")) other.disabled = true;
    pressed.textContent = say("sending");
    const destination = ways.querySelector("[data-destination]")?.value;
    this.act(kind, id, { ...(value === undefined ? {} : { value }), ...(destination ? { destination } : {}) });
  }

  /** The buttons of the newest question, for the keyboard. */
  question() {
    const ways = this.lent?.ways ?? this.root.querySelector('[data-result="ask"] .scan-ways');
    return [...(ways?.querySelectorAll("button:not([disabled])") ?? [])];
  }

  newestUndo() {
    return this.root.querySelector("[data-undo]:not([disabled])");
  }
}
