// Find a parcel: each answer leads to the parcel's own page.
import { address, config, make, say } from "../words.js";

export default {
  answered(answer) {
    if (answer.result !== "ok" || !answer.number) return;
    const row = document.querySelector(`[data-id="${answer.id}"] .scan-text`);
    row?.append(make("p", {}, make("a", { href: address(config.urls.parcel, answer.number) }, say("open_parcel"))));
  },
};
