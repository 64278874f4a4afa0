// What a task asks of the server besides its scans. These requests need the line: they are not kept and sent later.
import { show } from "./band.js";
import { ask } from "./net.js";
import { say } from "./words.js";

const at = (id) => document.getElementById(id);

/** Says what went wrong in the band; resolves to the body, or null. */
export async function request(path, body, { file = false, method } = {}) {
  const outcome = await ask(path, { body, file, method });
  if (outcome.kind === "answer") return outcome.body;
  const error = outcome.body?.error;
  const own = { later: "no_line", login: "state_login", wrong: "not_taken" }[outcome.kind];
  show({
    result: "refused", code: error?.code ?? outcome.kind, word: say("stop"),
    message: outcome.kind === "wrong" && error ? error.message : say(own, { n: 0 }),
    hint: outcome.kind === "wrong" && error ? error.hint : say(`${own}_hint`),
  });
  at("line").hidden = outcome.kind !== "login";
  at("line-login").hidden = outcome.kind !== "login";
  if (outcome.kind === "login") at("line-text").textContent = say("state_login", { n: 0 });
  return null;
}

