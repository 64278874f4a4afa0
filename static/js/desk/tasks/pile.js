// Numbers gathered on the page until they go on together: a bag's contents, a handover's parcels.
import { button, make, say } from "../words.js";

export class Pile {
  constructor(root, { onChange = () => {} } = {}) {
    this.root = root;
    this.items = new Map();
    this.onChange = onChange;
  }

  get numbers() {
    return [...this.items.keys()];
  }

  has(number) {
    return this.items.has(number);
  }

  add(number, { note = "", tone = "ok" } = {}) {
    if (!number) return;
    this.items.set(number, { note, tone });
    this.draw();
  }

  remove(number) {
    this.items.delete(number);
    this.draw();
  }

  clear() {
    this.items.clear();
    this.draw();
  }

  draw() {
    this.root.replaceChildren(...[...this.items].reverse().map(([number, { note, tone }]) => {
      const off = button(say("take_off"), () => this.remove(number));
      off.setAttribute("aria-label", `${say("take_off")} ${number}`);
      return make("li", { class: `line-${tone}` }, make("span", { class: "number" }, number),
        note ? make("span", { class: "hint" }, note) : null, make("span", { class: "line-end" }, off));
    }));
    this.onChange(this);
  }
}
