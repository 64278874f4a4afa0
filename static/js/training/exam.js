// An exam: each answer is sent when it is given, and again until it has arrived. The page holds what has not; the server
// says how much time is left. Nothing is kept on the phone, so that the next person on it finds nothing.
import { startClock } from "./clock.js";
import { Saver } from "./saver.js";

const form = document.getElementById("exam");
const words = JSON.parse(document.getElementById("exam-words").textContent);
const at = (id) => document.getElementById(id);
const questions = [...form.querySelectorAll("[data-order]")];

const answerOf = (question) => [...question.querySelectorAll("input:checked")].map((input) => input.value).join("");

/** Seen at once; heard only when something is wrong, not after each answer. */
function say(text, bad = false) {
  at("saved").textContent = text;
  at("saved").classList.toggle("field-error", bad);
  if (bad && at("announce").textContent !== text) at("announce").textContent = text;
}

function stop(text) {
  for (const question of questions) question.disabled = true;
  form.querySelector("section").hidden = true;
  at("trouble").textContent = text;
  at("trouble").hidden = false;
  at("trouble").scrollIntoView({ block: "center" });
  clock.stop();
  say("");
}

function count() {
  let open = 0;
  for (const question of questions) {
    const given = answerOf(question) !== "";
    const chip = form.querySelector(`[data-chip="${question.dataset.order}"]`);
    chip.classList.toggle("chip-done", given);
    chip.querySelector("[data-state]").textContent = given ? words.given : words.not_given;
    if (!given) open += 1;
  }
  at("left").textContent = open ? words.left.replace("%s", open) : words.all;
}

const toResult = () => window.location.replace(form.dataset.result);

const saver = new Saver(form.dataset.answers, Number(form.dataset.sequence), {
  saving: () => say(words.saving),
  saved: (seconds) => { say(words.saved); clock.correct(seconds); },
  offline: () => say(words.offline, true),
  login: () => say(words.login, true),
  over: toResult,
  refused: (error) => stop(`${error.message}${error.hint}`),
});
const clock = startClock(at("clock"), {
  mark: (minutes) => { at("announce").textContent = minutes === 1 ? words.one : words.five; },
  over: async () => { await saver.flush(); toResult(); },
});

form.addEventListener("change", (event) => {
  const question = event.target.closest("[data-order]");
  if (!question) return;
  saver.put(question.dataset.order, answerOf(question));
  count();
});
form.addEventListener("submit", async (event) => {
  if (!saver.waiting) return; // the form holds every answer, and the line was there a moment ago
  const { submitter } = event;
  event.preventDefault();
  await saver.flush();
  if (saver.waiting) say(words.wait, true);
  else form.requestSubmit(submitter);
});
window.addEventListener("beforeunload", (event) => { if (saver.waiting) event.preventDefault(); });
window.addEventListener("online", () => saver.flush());
document.addEventListener("visibilitychange", () => { if (!document.hidden) saver.ping(); });

document.documentElement.classList.add("with-script");
say(words.saved_as_given);
count();
