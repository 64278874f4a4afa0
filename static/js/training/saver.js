// Sends answers one request at a time. What has not arrived waits here and is sent again; of one question only the
// newest answer waits. Each request has a number that grows, so that the server can tell an old one from a new one.
const PATIENCE = 10_000; // ms until a request on a dead line is given up
const PAUSES = [1, 2, 4, 8, 15]; // seconds between tries
const OVER = new Set(["exam_time_over", "exam_closed"]);

const cookie = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

export class Saver {
  constructor(path, sequence, on) {
    Object.assign(this, { path, sequence, on, pending: new Map(), tries: 0, timer: 0, sending: null, ended: false });
  }

  get waiting() { return this.pending.size > 0 && !this.ended; }

  put(order, answer) {
    if (this.ended) return;
    this.pending.set(order, answer);
    this.flush();
  }

  /** Tries once to send all that waits; resolves when that has come to an end, well or not. */
  async flush() {
    clearTimeout(this.timer);
    while (this.sending) await this.sending;
    if (!this.waiting) return;
    this.sending = this.send(new Map(this.pending));
    await this.sending;
    this.sending = null;
    if (this.waiting && !this.tries) await this.flush();
  }

  /** Asks how much time is left, and sends what waits. */
  async ping() {
    if (this.waiting) return this.flush();
    if (!this.ended && !this.sending) await this.send(new Map());
  }

  async send(batch) {
    if (batch.size) this.on.saving();
    this.sequence += 1;
    let response, body;
    try {
      response = await fetch(this.path, {
        method: "POST", redirect: "error", cache: "no-store", signal: AbortSignal.timeout(PATIENCE),
        headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": cookie("__Host-csrftoken") || cookie("csrftoken") },
        body: JSON.stringify({ answers: Object.fromEntries(batch), sequence: this.sequence }),
      });
      body = await response.json();
    } catch {
      return this.again(this.on.offline);
    }
    if (response.ok) return this.took(batch, body);
    const code = body?.error?.code;
    if (OVER.has(code)) { this.ended = true; return this.on.over(); }
    if (response.status === 401 || code === "form_expired" || response.status === 403) return this.again(this.on.login);
    if (response.status >= 500 || response.status === 429 || response.status === 408) return this.again(this.on.offline);
    this.ended = true;
    return this.on.refused(body.error);
  }

  took(batch, { seconds_left: seconds, sequence, stale }) {
    this.tries = 0;
    this.sequence = Math.max(this.sequence, sequence);
    if (!stale) for (const [order, answer] of batch) if (this.pending.get(order) === answer) this.pending.delete(order);
    this.on.saved(seconds);
  }

  again(tell) {
    tell();
    this.timer = setTimeout(() => this.flush(), PAUSES[Math.min(this.tries, PAUSES.length - 1)] * 1000);
    this.tries += 1;
  }
}
