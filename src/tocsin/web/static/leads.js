// Keys on the list of leads: j and k move, x ticks, Enter opens. The list is complete without it.
document.documentElement.classList.add("scripted");
const rows = () => [...document.querySelectorAll("#leads > tr")];
let here = -1;

function move(step) {
  const all = rows();
  all[here]?.classList.remove("here");
  here = Math.max(0, Math.min(all.length - 1, here + step));
  all[here]?.classList.add("here");
  all[here]?.querySelector("a")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox]), select, textarea")) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "x") {
    const box = rows()[here]?.querySelector("input[type=checkbox]");
    if (box) box.checked = !box.checked;
  }
});
