// A scan page: field, camera, queue, answer, list. What one task needs beyond that is in tasks/<task>.js.
import { Camera } from "./camera.js";
import { show, showWaiting } from "./band.js";
import { ScanList } from "./list.js";
import { Outbox, leftByOthers } from "./outbox.js";
import { mute, muted } from "./signals.js";
import { Wedge } from "./wedge.js";
import { config, localTime, newId, say } from "./words.js";

const SPECIAL = new Set(["sort", "open-bag", "hand-over", "take-over", "give-out", "stock-take", "inbound", "find"]);
const SHORTCUT_WAITS = 90; // ms: a scanner that holds Alt down has sent its next key by then
const at = (id) => document.getElementById(id);
document.documentElement.dataset.desk = "loading"; // shows what only works with this script

class Desk {
  constructor(task) {
    this.task = task;
    this.field = at("number");
    this.form = at("scan-form");
    this.outbox = new Outbox();
    this.list = new ScanList(at("scans"), (kind, id, more) => this.respond(kind, id, more));
    this.wedge = new Wedge(this.field, (number) => this.take(number));
    this.camera = new Camera(at("camera"), (number) => this.take(number));
  }

  async open() {
    this.list.fill(config.recent ?? []);
    this.outbox.addEventListener("change", () => this.tellState());
    this.outbox.addEventListener("answered", (event) => this.answered(event.detail));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.wedge.end();
      this.wedge.focus();
    });
    this.buttons();
    this.keys();
    await this.task.open?.(this);
    this.outbox.open();
    for (const entry of this.outbox.waiting) if (entry.kind === "scan") this.list.wait(entry.id, entry.body.number);
    this.wedge.focus();
    document.documentElement.dataset.desk = "ready";
  }

  /** A number was read. The task may want it for itself (a seal, a person); else it is a scan. */
  take(number) {
    if (this.task.wants?.(number, this)) return;
    this.scan(number, this.task.fields?.(this) ?? {});
  }

  scan(number, fields = {}) {
    const id = newId();
    this.list.wait(id, number);
    this.outbox.add(
      {
        kind: "scan", id, key: id, path: config.urls.scan, task: config.task,
        body: { id, number, at: localTime(), station: config.station, ...fields },
      },
      { keep: !config.secret },
    );
    if (this.outbox.waiting.length > 1) this.tellState();
  }

  /** An undo or an answer to a question goes the same way, behind the scans before it. */
  respond(kind, id, more) {
    const body = { id, ...more };
    const path = kind === "undo" ? config.urls.undo : config.urls.answer;
    this.outbox.add({ kind, id, key: `${id}.${kind}`, path, task: config.task, body }, { keep: !config.secret });
    this.wedge.focus();
  }

  answered({ entry, outcome }) {
    const answer = outcome.kind === "answer" ? outcome.body : this.wrong(entry, outcome);
    this.list.put(entry.id, { ...answer, id: entry.id });
    show(answer, { ways: this.list.lend(entry.id) });
    if (answer.counts) this.count(answer.counts);
    if (entry.task === config.task) this.task.answered?.(answer, entry, this);
  }

  /** The server took neither the scan nor its form: shown like a refusal, and not sent again. */
  wrong(entry, outcome) {
    const error = outcome.body?.error;
    return {
      id: entry.id, result: "refused", code: error?.code ?? "not_taken", word: say("stop"), number: entry.body.number ?? "",
      message: error?.message ?? say("not_taken"), hint: error?.hint ?? say("not_taken_hint"),
    };
  }

  count({ expected, scanned }) {
    const box = at("counts");
    box.hidden = false;
    at("count-scanned").textContent = scanned;
    const known = expected !== null && expected !== undefined;
    at("count-of").hidden = !known;
    at("count-expected").textContent = known ? expected : "";
    box.dataset.complete = String(known && scanned >= expected);
  }

  /** What stands between a scan and its answer, said once and calmly. */
  tellState() {
    const { state, waiting } = this.outbox;
    const mine = waiting.filter((entry) => entry.kind === "scan");
    const line = at("line");
    const key = { login: "state_login", other: "state_other" }[state] ?? (state === "later" || (!navigator.onLine && mine.length) ? "state_later" : "");
    line.hidden = !key;
    line.dataset.state = key ? state : "";
    if (key) {
      const text = say(key, { n: waiting.length });
      if (at("line-text").textContent !== text) at("line-text").textContent = text;
      at("line-login").hidden = state !== "login";
      at("line-again").hidden = state === "login";
      if (mine.length) showWaiting(mine.at(-1).body.number);
    }
    at("waiting-count").textContent = waiting.length ? say("waiting_n", { n: waiting.length }) : "";
  }

  buttons() {
    const sound = at("sound");
    const tell = () => {
      sound.setAttribute("aria-pressed", String(!muted()));
      sound.querySelector("span").textContent = say(muted() ? "sound_off" : "sound_on");
    };
    tell();
    sound.hidden = false;
    sound.addEventListener("click", () => {
      mute(!muted());
      tell();
    });
    const open = at("camera-open");
    open.hidden = false;
    open.addEventListener("click", () => (this.camera.isOpen ? this.camera.close() : this.camera.open()));
    at("camera-close").addEventListener("click", () => {
      this.camera.close();
      this.wedge.focus();
    });
    at("line-again").addEventListener("click", () => this.outbox.now());
    const others = leftByOthers();
    at("left").hidden = !others;
    if (others) at("left").textContent = say("left_by_others", { n: others });
  }

  keys() {
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
        if (this.camera.isOpen) this.camera.close();
        this.field.value = "";
        this.wedge.reset();
        this.wedge.focus();
      }
      if (!event.altKey || event.ctrlKey || event.metaKey) return;
      const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
      const pressed = digit ? this.list.question()[digit - 1]
        : { KeyZ: this.list.newestUndo(), KeyK: at("camera-open"), KeyM: at("sound") }[event.code];
      if (!pressed) return;
      event.preventDefault();
      setTimeout(() => this.wedge.alt.length < 2 && pressed.click(), SHORTCUT_WAITS);
    });
  }
}

const task = SPECIAL.has(config.task) ? (await import(`./tasks/${config.task}.js`)).default : {};
await new Desk(task).open();
