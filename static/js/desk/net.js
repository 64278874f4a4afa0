// One way to ask the server. Every outcome is one of four kinds, so that callers never guess:
//   answer  the server judged it (body)           later  nothing was decided: send the same again (after = seconds)
//   login   the session is over, or changed hands  wrong  the server will never take this (body.error says why)
import { config } from "./words.js";

const PATIENCE = 15_000; // ms until a request on a dead line is given up; the same id may be sent again
const LATER = new Set([408, 425, 429, 500, 502, 503, 504]);

const cookie = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

/** Changes with every login in this browser, also in another tab. */
export const loginMark = () => cookie("__Host-csrftoken") || cookie("csrftoken"); // the first over https

export async function ask(path, { body, method = body ? "POST" : "GET", file = false } = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": loginMark() };
  if (body && !file) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, {
      method, headers, body: file ? body : body && JSON.stringify(body), redirect: "error", cache: "no-store",
      signal: AbortSignal.timeout(file ? PATIENCE * 4 : PATIENCE),
    });
  } catch {
    return { kind: "later", after: 0, status: 0 };
  }
  let said = null;
  try {
    said = await response.json();
  } catch {
    // A page where JSON was promised: something between us and the portal has answered, not the portal.
    if (response.status < 400) return { kind: "later", after: 0, status: response.status };
  }
  const after = Number(response.headers.get("Retry-After")) || 0;
  if (response.ok) return { kind: "answer", body: said, status: response.status };
  if (response.status === 401 || said?.error?.code === "form_expired") return { kind: "login", body: said, status: response.status };
  if (LATER.has(response.status)) return { kind: "later", after, body: said, status: response.status };
  return { kind: "wrong", body: said, status: response.status };
}

/** Who is logged in now: "same", "other", "nobody", or "unknown" while the line is dead. */
export async function whoIsThere() {
  const { kind, body } = await ask(config.urls.who);
  if (kind === "answer") return body.user === config.user ? "same" : "other";
  return kind === "login" ? "nobody" : "unknown";
}
