// What the page was told by the server: addresses, station, task, and every text that a script may show.
const block = document.getElementById("desk-config");
export const config = block ? JSON.parse(block.textContent) : { words: {}, urls: {} };

/** A text by its key, with %(name)s filled in. */
export function say(key, values = {}) {
  return (config.words[key] ?? key).replace(/%\((\w+)\)s/g, (_all, name) => values[name] ?? "");
}

/** An address of the page's list with the number or id that belongs into it. */
export const address = (pattern, value) => pattern.replace(/NUMBER|00000000-0000-0000-0000-000000000000/, encodeURIComponent(value));

/** An element with text, so that nothing read from a barcode can ever become markup. */
export function make(tag, attributes = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "on") for (const [event, handler] of Object.entries(value)) made.addEventListener(event, handler);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...inside.filter((part) => part !== null && part !== undefined && part !== ""));
  return made;
}

export const button = (text, onClick, { kind = "quiet", ...attributes } = {}) =>
  make("button", { type: "button", class: kind ? `button button-${kind}` : "button", on: { click: onClick }, ...attributes }, text);

/** An outline of the page's sprite; it says nothing by itself. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${config.icons}#${name}`);
  svg.append(use);
  return svg;
}

export const SIGNS = { ok: "circle-check", repeat: "repeat-2", ask: "circle-question-mark", refused: "octagon-x", waiting: "clock" };

/** A UUID also where the page came over plain http, when crypto.randomUUID is not there. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 13, 18, 23].reduce((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, hex);
}

/** A number as one reads it off a label: in fours from its end, the last four bold. Its text has no gaps. */
export function grouped(number) {
  const parts = number.match(/^.{1,4}(?=(.{4})*$)|.{4}/gs) ?? [];
  const tail = parts.pop() ?? "";
  return [...parts.flatMap((part) => [make("span", {}, part), make("wbr")]), make("b", {}, tail)];
}

/** What is printed on the parcel, before our own number, which is small and only there where it is another one. */
export function numberOf({ number = "", printed = "" }, { own = false } = {}) {
  const shown = make("span", { class: "number printed" }, ...grouped(printed || number || "—"));
  return own && printed && printed !== number ? make("span", {}, shown, " ", make("span", { class: "number own-number" }, number)) : shown;
}

/** The phone's own time with its offset from UTC, as the server keeps both. */
export function localTime(moment = new Date()) {
  const minutes = -moment.getTimezoneOffset();
  const two = (value) => String(Math.floor(Math.abs(value))).padStart(2, "0");
  const shifted = new Date(moment.getTime() + minutes * 60_000).toISOString().slice(0, -1);
  return `${shifted}${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}
