"use strict";
// Tables that sort at a click on a head; words whose meaning shows on hover, on focus and at a touch.
(() => {
  const value = (cell) => {
    const text = cell.dataset.sort ?? cell.textContent.trim().replace(/\u2212/g, "-");
    const number = parseFloat(text.replace(/,(?=\d{3})/g, ""));
    return Number.isNaN(number) ? text.toLowerCase() : number;
  };
  const compare = (a, b) => {
    if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
    return typeof a === "number" ? -1 : 1;
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    table.querySelectorAll("thead th").forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        table.querySelectorAll("thead th").forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const body = table.tBodies[0];
        const rows = [...body.rows].map((row) => [value(row.cells[column]), row]);
        rows.sort((a, b) => (up ? 1 : -1) * compare(a[0], b[0]));
        body.append(...rows.map(([, row]) => row));
      });
    });
  }

  const tip = document.createElement("div");
  tip.id = "tip";
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;
  document.body.append(tip);
  const show = (term) => {
    tip.textContent = term.dataset.tip;
    tip.hidden = false;
    const box = term.getBoundingClientRect();
    const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
    tip.style.left = `${Math.max(8, Math.min(box.left, room)) + window.scrollX}px`;
    const above = box.top - tip.offsetHeight - 6;
    tip.style.top = `${(above > 0 ? above : box.bottom + 6) + window.scrollY}px`;
  };
  const hide = () => { tip.hidden = true; };
  for (const term of document.querySelectorAll(".term")) {
    term.addEventListener("mouseenter", () => show(term));
    term.addEventListener("focus", () => show(term));
    term.addEventListener("mouseleave", hide);
    term.addEventListener("blur", hide);
  }
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });

  // A page of a run that is not over is read again by itself, but not under the hands of its reader.
  const running = document.body.dataset.running;
  if (running) {
    const written = Number(running) * 1000;
    let touched = 0;
    for (const kind of ["pointerdown", "keydown", "change", "input"]) {
      document.addEventListener(kind, () => { touched = Date.now(); });
    }
    const stale = document.getElementById("stale");
    setInterval(() => {
      const minutes = (Date.now() - written) / 60000;
      if (minutes > 5 && stale) {
        stale.hidden = false;
        stale.textContent = `This page was last written ${Math.round(minutes)} minutes ago: the run has probably been `
          + "stopped. Start it again the same way: it goes on where it was.";
      }
      if (Date.now() - touched > 60000 && Date.now() - performance.timeOrigin > 20000) location.reload();
    }, 5000);
  }
})();
