// Without a script everything can be read as it is.

// A chart says the numbers of the mark that is pointed at or touched; its keys make a series pale.
for (const drawing of document.querySelectorAll(".drawing")) {
  const tip = document.createElement("p");
  tip.className = "note tip";
  tip.setAttribute("aria-hidden", "true");
  drawing.after(tip);
  for (const kind of ["pointerover", "click"]) {
    drawing.addEventListener(kind, (event) => {
      const said = event.target.querySelector(":scope > title");
      if (said) tip.textContent = said.textContent;
    });
  }
  const svg = drawing.querySelector("svg");
  const keys = [...svg.querySelectorAll(".role-legend .role-scope > g")];
  if (keys.length < 2) continue;
  const marks = [...svg.querySelectorAll("path")].filter((mark) => !mark.closest(".role-legend"));
  const whole = svg.getBoundingClientRect();
  for (const key of keys) {
    const colour = paint(key.querySelector(".role-legend-symbol path"));
    const place = key.getBoundingClientRect();
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-label", key.textContent);
    button.setAttribute("aria-pressed", "true");
    button.style.left = `${(100 * (place.left - whole.left)) / whole.width}%`;
    button.style.top = `${(100 * (place.top - whole.top)) / whole.height}%`;
    button.style.width = `${(100 * place.width) / whole.width}%`;
    button.style.height = `${(100 * place.height) / whole.height}%`;
    button.addEventListener("click", () => {
      const pale = button.getAttribute("aria-pressed") === "true";
      button.setAttribute("aria-pressed", String(!pale));
      key.classList.toggle("pale", pale);
      for (const mark of marks) if (paint(mark) === colour) mark.classList.toggle("pale", pale);
    });
    drawing.append(button);
  }
}

function paint(mark) {
  const fill = mark.getAttribute("fill");
  return fill && fill !== "transparent" && fill !== "none" ? fill : mark.getAttribute("stroke");
}

// Tables sort by a click on the head of a column.
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
