"""What makes the tables of a set's page sortable; without it they stand there in the order that they were written."""

from __future__ import annotations

SORTING_STYLE = """
.sortable th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; margin: 0;
  cursor: pointer; text-align: inherit; }
.sortable th button:hover { text-decoration: underline; }
.sortable th button:focus-visible { outline: 2px solid #0a58b9; outline-offset: 2px; }
.sortable th button::after { content: "\\2195"; color: #8b949e; padding-left: 3px; font-weight: 400; }
.sortable th[aria-sort=ascending] button::after { content: "\\2191"; color: var(--ink); }
.sortable th[aria-sort=descending] button::after { content: "\\2193"; color: var(--ink); }
"""

# A cell's number is in `data-v`; a cell of a numbers' column without one comes last, whichever the direction.
SORTING_SCRIPT = """"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const words = new Intl.Collator("en", { numeric: true });
  const sort = column => {
    const head = heads[column], ascending = head.getAttribute("aria-sort") !== "ascending";
    const numbers = head.classList.contains("number");
    const sign = ascending ? 1 : -1;
    const keyed = [...body.rows].map(row => {
      const cell = row.cells[column];
      return [numbers ? (cell.dataset.v === undefined ? null : Number(cell.dataset.v)) : cell.textContent, row];
    });
    keyed.sort(([a], [b]) => {
      if (a === null || b === null) return (a === null) - (b === null);
      if (!numbers) return sign * words.compare(a, b);
      return a === b ? 0 : a < b ? -sign : sign;
    });
    const sorted = document.createDocumentFragment();
    for (const [, row] of keyed) sorted.append(row);
    body.append(sorted);
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    const name = [...head.childNodes];
    const dress = () => { button.append(...name); head.replaceChildren(button); };
    button.type = "button";
    button.addEventListener("click", () => sort(column));
    dress();
    // On paper a head with a button in it would not be repeated on every page.
    addEventListener("beforeprint", () => head.replaceChildren(...name));
    addEventListener("afterprint", dress);
  });
}
"""
