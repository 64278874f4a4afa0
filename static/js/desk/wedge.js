// Barcodes typed by a scanner that acts as a keyboard, and numbers typed by hand, in one field that is always ready.
//
// A scanner types faster than any hand and ends with Enter or Tab, or, when set so, with nothing: then a pause ends it.
// Keys that arrive while something else has the focus are led into the field, so that no character is lost.
const FAST = 50; // ms between characters on average: no hand types a whole number like this
const SILENCE = 80; // ms after which a scanner without a closing key is done
const STALL = 400; // ms for which a radio link may halt in the middle of a barcode
const LEAST = 6; // characters: shorter ones are waited for

/** The barcode in a field for something else, from a scanner slower than FAST: a long run without a hyphen, mostly digits. */
function scanned(run, value) {
  const text = run.trim() || value.trim();
  const tail = /^[0-9A-Za-z]{8,}$/.test(text) ? text : (/[0-9]{7,}$/.exec(text)?.[0] ?? "");
  return (tail.match(/[0-9]/g) ?? []).length >= 5 ? tail : "";
}

const types = (element) => element?.matches?.("input:not([type=checkbox],[type=radio],[type=button],[type=submit]), textarea, select");

/** Tells a scanner's typing from a hand's by the moments at which keys were pressed. */
class Pace {
  constructor() {
    this.start();
  }

  start() {
    this.count = 0;
    this.whole = true; // false once something else than typing changed the text
  }

  /** `now` is the key's own time, which a busy page does not delay. */
  key(now, characters = 1) {
    if (!this.count) this.first = now;
    this.count += characters;
    this.last = now;
  }

  get isQuick() {
    return this.whole && this.count > 0 && (this.last - this.first) / Math.max(1, this.count - 1) <= FAST;
  }

  get isFast() {
    return this.count >= LEAST && this.isQuick;
  }
}

export class Wedge {
  constructor(field, onNumber) {
    this.field = field;
    this.onNumber = onNumber;
    this.pace = new Pace();
    this.closes = null; // whether this scanner ends with a key: unknown until it has shown it
    this.held = "";
    this.alt = []; // keys that came with Alt, and when the last of them did
    this.altAt = 0;
    this.reset();
    this.quiet();
    field.addEventListener("input", (event) => this.typed(event));
    field.addEventListener("keydown", (event) => this.key(event));
    field.addEventListener("pointerdown", () => field.setAttribute("inputmode", "text")); // a finger wants the keyboard
    document.addEventListener("keydown", (event) => this.stray(event), true);
  }

  /** No keyboard on the screen while a scanner types: it would cover the answer. */
  quiet() {
    if (matchMedia("(pointer: coarse)").matches) this.field.setAttribute("inputmode", "none");
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }

  reset() {
    clearTimeout(this.timer);
    this.length = this.field.value.length;
    this.pace.start();
  }

  typed(event) {
    clearTimeout(this.timer);
    clearTimeout(this.flush);
    const added = this.field.value.length - this.length;
    this.length = this.field.value.length;
    if (added === 1 || (added > 1 && event.inputType === "insertText")) this.pace.key(event.timeStamp, added);
    else this.pace.whole = false;
    if (this.pace.isFast) this.timer = setTimeout(() => this.fellSilent(), this.closes ? STALL : SILENCE);
  }

  key(event) {
    if (event.isComposing) return;
    const ends = event.key === "Enter" || (event.key === "Tab" && !event.shiftKey && this.field.value.trim());
    if (!ends) return;
    event.preventDefault();
    if (this.pace.isFast) this.closes = true;
    this.end();
  }

  /** A pause: the end of the barcode, or a halt in its middle. What a closing key follows soon was a halt. */
  fellSilent() {
    const number = this.takeOut();
    if (this.closes === false) return this.onNumber(number);
    this.release(false);
    this.held = number;
    this.flush = setTimeout(() => this.release(this.closes ?? false), STALL);
    return undefined;
  }

  release(closes) {
    clearTimeout(this.flush);
    const number = this.held;
    this.held = "";
    if (!number) return;
    this.closes = closes;
    this.quiet();
    this.onNumber(number);
  }

  end() {
    if (this.pace.count && !this.pace.isQuick) this.release(this.closes); // typed by hand: not the rest of a barcode
    const rest = this.takeOut();
    const number = this.held + rest;
    this.held = "";
    clearTimeout(this.flush);
    if (number) this.onNumber(number);
  }

  /** Takes the number out of the field at once: what comes next belongs to the next barcode. */
  takeOut() {
    const number = this.field.value.trim();
    if (number && this.pace.isFast) this.quiet();
    this.field.value = "";
    this.reset();
    return number;
  }

  /** A second field, such as the shelf, into which a scanner may happen to type: its barcode is led here instead. */
  share(other, onLed = () => {}) {
    const pace = new Pace();
    let before = "";
    let run = ""; // what was typed without a halt; the field itself may hold no more than a shelf
    other.addEventListener("keydown", (event) => {
      const typing = [...event.key].length === 1 && !event.ctrlKey && !event.metaKey;
      if (typing && (!run || event.timeStamp - pace.last > STALL)) {
        pace.start();
        before = other.value;
        run = "";
      }
      if (typing) {
        pace.key(event.timeStamp);
        run += event.key;
      }
      if (event.key !== "Enter") return;
      const number = pace.isFast ? run.trim() : scanned(run, other.value);
      if (!number) return;
      event.preventDefault();
      // A slow scanner's barcode may have come without a halt behind the shelf: then what is in front of it stays.
      other.value = pace.isFast || number === run.trim() ? before : other.value.slice(0, -number.length);
      other.dispatchEvent(new Event("change"));
      this.focus();
      onLed();
      this.onNumber(number);
      run = "";
    });
  }

  stray(event) {
    const key = event.key;
    if (document.querySelector("dialog[open]") || event.ctrlKey || event.metaKey || event.isComposing) return;
    const character = [...key].length === 1 && key !== " ";
    if (event.altKey && character) return this.withAlt(event);
    if (event.target === this.field || types(event.target)) return;
    if (key === "Unidentified") return this.focus(); // a phone that does not say which key: it types into what has the focus
    if (!character) return;
    event.preventDefault();
    this.focus();
    this.field.value += key;
    this.typed(event);
  }

  /** Some scanners hold Alt down. One key with Alt is somebody's shortcut; several at a scanner's pace are a barcode. */
  withAlt(event) {
    const goesOn = this.alt.length && event.timeStamp - this.altAt <= FAST;
    if (!goesOn) this.alt = [];
    this.alt.push(event.key);
    this.altAt = event.timeStamp;
    if (this.alt.length < 2) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.focus();
    this.field.value += this.alt.length === 2 ? this.alt.join("") : event.key;
    this.length = this.field.value.length;
    this.pace.key(event.timeStamp, this.alt.length === 2 ? 2 : 1);
  }
}
