// Barcodes typed by a scanner that acts as a keyboard, and numbers typed by hand, in one field that is always ready.
//
// A scanner types faster than any hand and ends with Enter or Tab, or, when set so, with nothing: then a pause ends it.
// Keys that arrive while something else has the focus are led into the field, so that no character is lost.
const FAST = 35; // ms between characters: no hand types a whole number like this
const SILENCE = 80; // ms after which a scanner without a closing key is done
const LEAST = 6; // characters: shorter ones are waited for

const types = (element) => element?.matches?.("input:not([type=checkbox],[type=radio],[type=button],[type=submit]), textarea, select");

export class Wedge {
  constructor(field, onNumber) {
    this.field = field;
    this.onNumber = onNumber;
    this.paused = () => false;
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
    if (!this.paused()) this.field.focus({ preventScroll: true });
  }

  reset() {
    clearTimeout(this.timer);
    this.length = this.field.value.length;
    this.fast = 0;
    this.at = 0;
  }

  /** `now` is when the key was pressed, which a busy page does not delay. */
  typed(event) {
    clearTimeout(this.timer);
    const now = event.timeStamp;
    const added = this.field.value.length - this.length;
    const quick = added === 1 ? this.length === 0 || now - this.at <= FAST : added > 1 && event.inputType === "insertText";
    this.fast = quick ? this.fast + added : 0;
    this.length = this.field.value.length;
    this.at = now;
    if (this.length >= LEAST && this.fast === this.length) this.timer = setTimeout(() => this.end(), SILENCE);
  }

  key(event) {
    if (event.isComposing) return;
    const ends = event.key === "Enter" || (event.key === "Tab" && !event.shiftKey && this.field.value.trim());
    if (!ends) return;
    event.preventDefault();
    if (this.fast < this.length) this.byHand = true;
    this.end();
  }

  /** Takes the number out of the field at once: what comes next belongs to the next barcode. */
  end() {
    const number = this.field.value.trim();
    this.field.value = "";
    this.reset();
    if (!number) return;
    if (!this.byHand) this.quiet();
    this.byHand = false;
    this.onNumber(number);
  }

  /** A second field, such as the shelf, into which a scanner may happen to type: its barcode is led here instead. */
  share(other) {
    let before = other.value;
    let at = 0;
    let fast = 0;
    other.addEventListener("focus", () => ((before = other.value), (fast = 0)));
    other.addEventListener("keydown", (event) => {
      if ([...event.key].length === 1) {
        fast = event.timeStamp - at <= FAST ? fast + 1 : 1;
        at = event.timeStamp;
      }
      if (event.key !== "Enter" || fast < LEAST) return;
      event.preventDefault();
      const typed = other.value;
      other.value = before;
      this.focus();
      this.onNumber((typed.startsWith(before) ? typed.slice(before.length) : typed).trim());
    });
  }

  stray(event) {
    const key = event.key;
    if (event.target === this.field || types(event.target) || this.paused()) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || [...key].length !== 1 || key === " ") return;
    event.preventDefault();
    this.field.focus({ preventScroll: true });
    this.field.value += key;
    this.typed(event);
  }
}
