// Station inbound: the shelf stays until another one is typed or its label is scanned. A shelf on which nothing lies is
// asked about once, because a slip of the finger would lead everything that follows astray.
import { show } from "../band.js";
import { button, config, make, say } from "../words.js";

const shelf = document.getElementById("shelf");
const said = document.getElementById("shelf-said");
const known = new Set(config.shelves ?? []);
const toAsk = new Set(config.to_ask ?? []); // parcels whose recipients have not said yet whether they may stay
const KEPT = "desk.shelf", REMINDED = "desk.shelf.reminded";
let before = "";

function count({ number, ask, code, result }) {
  if (ask?.kind === "consent") toAsk.add(number);
  else if (result === "ok" || result === "repeat" || code === "consent_refused") toAsk.delete(number);
  document.getElementById("to-ask").hidden = !toAsk.size;
  document.getElementById("to-ask-count").textContent = toAsk.size;
}

function use(value) {
  shelf.value = before = value;
  sessionStorage.setItem(KEPT, value);
}

function changed(desk) {
  const value = shelf.value.trim(), old = before;
  if (value === old) return;
  use(value);
  if (!value || known.has(value)) return;
  known.add(value); // asked once
  const ways = make("div", { class: "scan-ways" },
    button(say("shelf_yes"), () => {
      said.textContent = say("shelf_now", { shelf: value });
      desk.wedge.focus();
      ways.remove();
    }),
    button(old ? say("shelf_back", { shelf: old }) : say("shelf_none"), () => {
      known.delete(value);
      use(old);
      desk.wedge.focus();
      ways.remove();
    }));
  show({ result: "ask", code: "new_shelf", word: value, message: say("shelf_new") }, { ways });
}

/** Once a session: without a shelf a parcel is hard to find. */
function remind(answer) {
  if (answer.result !== "ok" || shelf.value.trim() || answer.code === "shelf" || sessionStorage.getItem(REMINDED)) return;
  sessionStorage.setItem(REMINDED, "1");
  said.textContent = say("shelf_missing");
  said.classList.add("field-error");
}

export default {
  open(desk) {
    use(sessionStorage.getItem(KEPT) ?? shelf.value);
    desk.wedge.share(shelf, () => (said.textContent = say("shelf_number")));
    shelf.addEventListener("change", () => changed(desk));
    shelf.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.defaultPrevented) return;
      event.preventDefault();
      shelf.dispatchEvent(new Event("change"));
      desk.wedge.focus();
    });
  },

  fields: () => ({ shelf: shelf.value.trim() }),

  answered(answer, _entry, desk) {
    count(answer);
    remind(answer);
    if (answer.code !== "shelf") return;
    known.add(answer.facts.shelf); // its label hangs there
    use(answer.facts.shelf);
    said.textContent = say("shelf_now", { shelf: answer.facts.shelf });
    said.classList.remove("field-error");
    desk.wedge.focus();
  },
};
