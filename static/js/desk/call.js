// One touch calls somebody: the number is asked for, which is logged, and dialled. Without a script the link leads to the
// parcel's page, where one says what the look is for.
const cookie = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

async function call(link) {
  const headers = { Accept: "application/json", "X-CSRFToken": cookie("__Host-csrftoken") || cookie("csrftoken") };
  const response = await fetch(link.dataset.call, { method: "POST", headers, cache: "no-store" });
  const told = await response.json();
  if (!response.ok) throw new Error([told.error?.message, told.error?.hint].filter(Boolean).join(""));
  link.removeAttribute("data-call"); // from now on the link itself dials
  link.href = `tel:${told.dial}`;
  link.append(" ", Object.assign(document.createElement("span"), { className: "number", textContent: told.phone }));
  link.click();
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-call]");
  if (!link) return;
  event.preventDefault();
  if (link.getAttribute("aria-busy") === "true") return;
  link.setAttribute("aria-busy", "true");
  try {
    await call(link);
  } catch (error) {
    if (!(error instanceof TypeError) && error.message) {
      const said = Object.assign(document.createElement("p"), { className: "field-error", textContent: error.message });
      said.setAttribute("role", "alert");
      link.after(said);
    } else location.assign(link.href); // no line, or no answer of ours: the page says what is wrong
  } finally {
    link.removeAttribute("aria-busy");
  }
});
