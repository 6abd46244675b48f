// Tables sort by a click on the head of a column. Without a script they are read as they are.
for (const table of document.querySelectorAll("table")) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  if (body.rows.length < 2) continue;
  heads.forEach((head, column) => {
    if (!head.textContent.trim()) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const order = (a, b) => compare(a.cells[column], b.cells[column], down ? -1 : 1);
      body.append(...[...body.rows].sort(order));
    });
  });
}

function compare(a, b, sign) {
  const [one, other] = [a.dataset.amount, b.dataset.amount];
  if (one === undefined && other === undefined) {
    return sign * a.textContent.localeCompare(b.textContent, undefined, { numeric: true });
  }
  // What is not known comes last, whichever way.
  if (one === undefined) return 1;
  if (other === undefined) return -1;
  return sign * (Number(one) - Number(other));
}

addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details")) part.open = true;
});
