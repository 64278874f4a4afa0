// Station inbound: the shelf stays until another one is typed or its label is scanned.
import { config, say } from "../words.js";

const shelf = document.getElementById("shelf");

const toAsk = new Set(config.to_ask ?? []); // parcels whose recipients have not said yet whether they may stay

function count({ number, ask, code, result }) {
  if (ask?.kind === "consent") toAsk.add(number);
  else if (result === "ok" || result === "repeat" || code === "consent_refused") toAsk.delete(number);
  document.getElementById("to-ask").hidden = !toAsk.size;
  document.getElementById("to-ask-count").textContent = toAsk.size;
}

export default {
  open(desk) {
    desk.wedge.share(shelf);
    shelf.value = sessionStorage.getItem("desk.shelf") ?? "";
    shelf.addEventListener("change", () => sessionStorage.setItem("desk.shelf", shelf.value.trim()));
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
    if (answer.code !== "shelf") return;
    shelf.value = answer.facts.shelf;
    shelf.dispatchEvent(new Event("change"));
    document.getElementById("shelf-said").textContent = say("shelf_now", { shelf: answer.facts.shelf });
    desk.wedge.focus();
  },
};
