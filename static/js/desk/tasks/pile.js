// Numbers gathered on the page until they go on together: a bag's contents, a handover's parcels. A reload keeps them.
import { button, config, make, numberOf, say } from "../words.js";

export class Pile {
  constructor(root, { onChange = () => {} } = {}) {
    this.root = root;
    this.items = new Map();
    this.onChange = onChange;
    this.key = "";
  }

  /** Takes up what was gathered under this name in this tab. */
  open(name) {
    this.key = `desk.pile.${config.user}.${name}`;
    this.items = new Map(JSON.parse(sessionStorage.getItem(this.key) ?? "[]"));
    this.draw();
  }

  get numbers() {
    return [...this.items.keys()];
  }

  has(number) {
    return this.items.has(number);
  }

  /** `printed`: what stands on the label of the parcel `number`. */
  add(number, { note = "", tone = "ok", printed = "" } = {}) {
    if (!number) return;
    this.items.set(number, { note, tone, printed });
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
    if (this.key && this.items.size) sessionStorage.setItem(this.key, JSON.stringify([...this.items]));
    else if (this.key) sessionStorage.removeItem(this.key);
    this.root.replaceChildren(...[...this.items].reverse().map(([number, { note, tone, printed }]) => {
      const off = button(say("take_off"), () => this.remove(number));
      off.setAttribute("aria-label", `${say("take_off")} ${printed || number}`);
      return make("li", { class: `line-${tone}` }, numberOf({ number, printed }),
        note ? make("span", { class: "hint" }, note) : null, make("span", { class: "line-end" }, off));
    }));
    this.onChange(this);
  }
}
