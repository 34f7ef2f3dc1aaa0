// Keys for pages with a comparison: n and p go to the next and the previous change, v switches the view.
// Everything works without this file: it only presses what a mouse or a finger would.
(() => {
  "use strict";
  const units = [...document.querySelectorAll("section.unit")];
  if (!units.length) return;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const here = () => units.findIndex((unit) => unit.getBoundingClientRect().bottom > 80);
  const go = (index) => {
    const unit = units[Math.max(0, Math.min(units.length - 1, index))];
    unit.tabIndex = -1;
    unit.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
    unit.focus({ preventScroll: true });
  };
  const current = () => {
    const focused = units.indexOf(document.activeElement);
    return focused >= 0 ? focused : here() - 1;
  };
  const nextView = () => {
    const views = [...document.querySelectorAll('input[name="view"]')];
    const at = views.findIndex((view) => view.checked);
    if (views.length) views[(at + 1) % views.length].click();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=radio]), select, textarea")) return;
    if (event.key === "n" || event.key === "т") go(current() + 1);
    else if (event.key === "p" || event.key === "з") go(current() - 1);
    else if (event.key === "v" || event.key === "м") nextView();
  });
})();
