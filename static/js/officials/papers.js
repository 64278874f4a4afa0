// A picture of the evidence opens beside what was filled in, where there is room; else, and without this, as a page.
const beside = document.querySelector(".of-beside"), paper = document.querySelector(".of-paper");
const [title, picture, status, apart, larger] = ["h2", "img", "[role=status]", "a", "[data-large]"].map((part) => paper.querySelector(part));
const room = matchMedia("(min-width: 64rem)");
let opened = null;

function show(link) {
  opened?.removeAttribute("aria-current");
  opened = link;
  link.setAttribute("aria-current", "true");
  title.textContent = picture.alt = link.dataset.paper;
  status.textContent = status.dataset.loading;
  picture.removeAttribute("src");
  picture.src = apart.href = link.href;
  enlarge(false);
  paper.hidden = false;
  beside.classList.add("open");
  paper.focus();
}

function close() {
  paper.hidden = true;
  beside.classList.remove("open");
  opened?.removeAttribute("aria-current");
  opened?.focus();
}

function enlarge(on) {
  picture.classList.toggle("large", on);
  larger.setAttribute("aria-pressed", String(on));
}

beside.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-paper]");
  if (!link || !room.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link);
});
picture.addEventListener("load", () => { status.textContent = ""; });
picture.addEventListener("error", () => { status.textContent = status.dataset.failed; });
larger.addEventListener("click", () => enlarge(!picture.classList.contains("large")));
paper.querySelector("[data-close]").addEventListener("click", close);
paper.addEventListener("keydown", ({ key }) => { if (key === "Escape") close(); });
