// The answer at a glance: colour, sign, one large word, a sentence, what to do. Said aloud to screen readers as well.
// The markup is that of templates/_parts/result.html.
import { signal } from "./signals.js";
import { SIGNS, icon, make, numberOf, say } from "./words.js";

const band = document.getElementById("band");
const polite = document.getElementById("said");
const urgent = document.getElementById("said-now");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const FACTS = ["shelf", "lane", "destination", "bag", "place", "tail", "recipient", "carrier", "news"];
const LARGE = new Set(["shelf", "lane"]); // what the hand needs next

/** Facts in the order in which they are needed at a shelf. */
export function factsOf(answer) {
  const facts = answer.facts ?? {};
  const named = FACTS.filter((name) => facts[name] && facts[name] !== answer.word); // the word may be the shelf itself
  if (!named.length) return null;
  return make("dl", { class: "result-facts" }, ...named.map((name) =>
    make("div", { class: LARGE.has(name) ? "fact fact-large" : "fact", "data-fact": name },
      make("dt", {}, say(`fact_${name}`)), make("dd", {}, String(facts[name])))));
}

/** The number in front of the message, unless the message says it. */
const sentence = ({ number = "", printed = "", message = "" }) =>
  number && !message.includes(number) && !(printed && message.includes(printed)) ? [numberOf({ number, printed }), " ", message] : [message];

/** `ways`: the buttons of its question. The band comes into view, wherever the page was scrolled to. */
export function show(answer, { quiet = false, ways = null } = {}) {
  draw(answer.result, answer.code ?? "", [
    icon(SIGNS[answer.result] ?? "info"),
    make("p", { class: "result-word", id: "word" }, answer.word),
    make("p", { class: "result-text", id: "message" }, ...sentence(answer)),
    answer.hint ? make("p", { class: "result-hint", id: "hint" }, answer.hint) : null,
    factsOf(answer),
    ways,
  ]);
  if (quiet) return;
  comeIntoView();
  speak(answer);
  signal(answer.result);
}

/** Only as far as needed; `whole`: to the top of the screen, so that what stands below has room. */
export function comeIntoView({ whole = false } = {}) {
  band.scrollIntoView({ block: whole ? "start" : "nearest", behavior: calm.matches ? "auto" : "smooth" });
}

function draw(result, code, parts) {
  band.dataset.result = result;
  band.dataset.code = code;
  band.className = `result result-${result}`;
  band.replaceChildren(...parts.filter(Boolean));
}

function speak(answer) {
  const stop = answer.result === "refused" || answer.result === "ask";
  const text = [answer.word, answer.facts?.shelf, answer.message, stop ? answer.hint : ""].filter(Boolean).join(" ");
  (stop ? polite : urgent).textContent = "";
  (stop ? urgent : polite).textContent = text;
}

/** What the page itself has to say about a scan that the server has not answered. */
export function showWaiting(number) {
  draw("waiting", "", [
    icon(SIGNS.waiting),
    make("p", { class: "result-word", id: "word" }, say("waiting")),
    make("p", { class: "result-text", id: "message" }, ...(number ? [numberOf({ number }), " "] : []), say("waiting_text")),
  ]);
}
