/* The officials' map: dots lead to the list of the station's parcels, buttons of the table show a station on the map. */
import { makeGround } from "../map/ground.js";

const element = document.getElementById("county-map");
const data = document.getElementById("county-ground");
if (element && data) {
  const ground = makeGround(element, JSON.parse(data.textContent));
  if (!ground) element.hidden = true;
  for (const button of document.querySelectorAll("[data-show]")) {
    button.hidden = !ground;
    button.addEventListener("click", () => {
      ground.show(Number(button.dataset.show));
      element.focus();
    });
  }
}
