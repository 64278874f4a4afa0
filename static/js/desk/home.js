// Scans of this phone that still wait are sent from the desk's home as well; what became of them stands on their pages.
import { Outbox, leftByOthers } from "./outbox.js";
import { config, make, say } from "./words.js";

const line = document.getElementById("waiting");

if (line && config.user) {
  const outbox = new Outbox();
  const toSee = new Map(); // by task: answers that need somebody
  let sent = 0;

  const tell = () => {
    const n = outbox.waiting.length, others = leftByOthers();
    const state = { login: "state_login", other: "state_other", sending: "home_sending" }[outbox.state] ?? "home_waiting";
    const said = [n && say(state, { n }), !n && sent && say("home_sent", { n: sent }), others && say("left_by_others", { n: others })];
    const ways = [...toSee].map(([task, count]) => make("a", { class: "target", href: config.pages[task] ?? "#" }, say("home_look", { n: count })));
    line.replaceChildren(said.filter(Boolean).join(" "), ...ways.flatMap((way) => [" ", way]));
    line.hidden = !n && !sent && !others;
  };

  outbox.addEventListener("change", tell);
  outbox.addEventListener("answered", ({ detail: { entry, outcome } }) => {
    sent += 1;
    const result = outcome.kind === "answer" ? outcome.body.result : "refused";
    if (result === "ask" || result === "refused") toSee.set(entry.task, (toSee.get(entry.task) ?? 0) + 1);
    tell();
  });
  outbox.open();
  tell();
}
