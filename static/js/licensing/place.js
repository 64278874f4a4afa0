// A long list of villages becomes two short ones: first the township, then the place in it.
for (const places of document.querySelectorAll("select[data-place]")) {
  const groups = [...places.querySelectorAll("optgroup")];
  if (groups.length < 2) continue;
  const townships = document.createElement("select");
  townships.className = "apply-township";
  townships.setAttribute("aria-label", places.dataset.township);
  townships.append(new Option(places.options[0].text, ""));
  for (const [at, group] of groups.entries()) townships.append(new Option(group.label, String(at)));
  const first = places.options[0];
  const chosen = groups.findIndex((group) => group.contains(places.selectedOptions[0]));
  townships.value = chosen < 0 ? "" : String(chosen);

  const narrow = () => {
    const kept = places.value;
    const group = groups[Number(townships.value)];
    places.replaceChildren(first, ...(townships.value === "" ? [] : [group]));
    places.disabled = townships.value === "";
    places.value = [...places.options].some((option) => option.value === kept) ? kept : "";
  };
  townships.addEventListener("change", () => {
    narrow();
    if (townships.value !== "" && places.options.length === 2) places.selectedIndex = 1;
    places.dispatchEvent(new Event("change", { bubbles: true }));
  });
  places.before(townships);
  narrow();
}
