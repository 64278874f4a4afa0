// Stock-take: scan everything on the shelf, then see what is missing or too much, and confirm it.
import { request } from "../request.js";
import { show } from "../band.js";
import { address, config, make, numberOf, say } from "../words.js";

const at = (id) => document.getElementById(id);
let take = null;
let desk = null;

const endPath = () => address(config.urls.stock_take_end, take.id);

async function begin() {
  const told = await request(config.urls.stock_takes, { station: config.station });
  if (!told) return;
  started(told.stock_take);
  desk.wedge.focus();
}

function started(stock) {
  take = stock;
  at("begin").hidden = true;
  at("running").hidden = false;
  at("review").hidden = true;
  desk.count({ expected: take.expected, scanned: take.scanned ?? 0 });
}

async function review() {
  if (desk.outbox.waiting.length) {
    show({ result: "refused", code: "still_waiting", word: say("stop"), message: say("end_waiting", { n: desk.outbox.waiting.length }) });
    return;
  }
  const told = await request(endPath(), { confirm: false, drop: false });
  if (!told) return;
  const { missing, extra } = told;
  const agrees = !missing.length && !extra.length;
  show({
    result: agrees ? "ok" : "ask", code: agrees ? "agrees" : "differs", word: say(agrees ? "counts_agree" : "counts_differ"),
    message: say("stock_result", { missing: missing.length, extra: extra.length }),
  });
  at("review").hidden = false;
  at("differences").replaceChildren(...lines("missing", missing), ...lines("extra", extra));
  at("confirm").focus();
}

const lines = (kind, rows) => rows.map((row) => make("li", { class: kind === "missing" ? "line-refused" : "line-ask" },
  make("strong", {}, say(`stock_${kind}`)), numberOf(row), row.shelf ? make("span", { class: "line-end huge-shelf" }, row.shelf) : null));

async function end(body) {
  const told = await request(endPath(), body);
  if (!told) return;
  show({ result: "ok", code: body.drop ? "dropped" : "done", word: say(body.drop ? "stock_dropped" : "stock_done"),
    message: say(body.drop ? "stock_dropped_text" : "stock_done_text", { missing: told.missing?.length ?? 0, extra: told.extra?.length ?? 0 }) });
  take = null;
  at("begin").hidden = false;
  at("running").hidden = true;
  at("review").hidden = true;
  desk.wedge.focus();
}

export default {
  open(page) {
    desk = page;
    at("start").addEventListener("click", begin);
    at("look").addEventListener("click", review);
    at("confirm").addEventListener("click", () => end({ confirm: true, drop: false }));
    at("go-on").addEventListener("click", () => {
      at("review").hidden = true;
      desk.wedge.focus();
    });
    at("drop").addEventListener("click", () => end({ confirm: false, drop: true }));
    if (!config.stock_take) return;
    started(config.stock_take);
    show({ result: "repeat", code: "running", word: say("stock_goes_on"), message: config.stock_take.begun }, { quiet: true });
  },

  fields: () => (take ? { stock_take: take.id, shelf: at("shelf").value.trim() } : {}),

  answered(answer) {
    at("review").hidden = true; // the differences shown are older than this scan
    if (answer.code === "shelf") at("shelf").value = answer.facts.shelf;
  },
};
