"use strict";
const all = (what, where = document) => [...where.querySelectorAll(what)];
all(".tools").forEach(tools => { tools.hidden = false; });
all("table.data").forEach(table => {
  const body = table.tBodies[0];
  all("thead th", table).forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    const value = row => {
      const cell = row.cells[column];
      return head.classList.contains("n") ? Number(cell.dataset.v ?? -Infinity) : cell.textContent;
    };
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "descending" || !head.classList.contains("n") && !head.hasAttribute("aria-sort");
      all("th", table).forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "ascending" : "descending");
      const order = (a, b) => typeof a === "number" ? a - b || 0 : a.localeCompare(b);
      body.append(...[...body.rows].sort((a, b) => (down ? 1 : -1) * order(value(a), value(b))));
    });
  });
});
all("input[data-for]").forEach(input => {
  const rows = [...document.getElementById("t-" + input.dataset.for).tBodies[0].rows];
  input.addEventListener("input", () => {
    const wanted = input.value.toLowerCase();
    rows.forEach(row => { row.hidden = !row.textContent.toLowerCase().includes(wanted); });
    input.closest("p").querySelector("[role=status]").textContent =
      wanted && `${rows.filter(row => !row.hidden).length} of ${rows.length} rows`;
  });
});
const boxes = all(".box").map(node => ({ node, left: parseFloat(node.getAttribute("x")), width: parseFloat(node.getAttribute("width")), up: Number(node.dataset.p), depth: Number(node.dataset.d) }));
let current = 0;
const show = wanted => {
  const { left, width, depth } = boxes[current = wanted];
  boxes.forEach(({ node, ...box }) => {
    const above = box.left <= left + 1e-4 && box.left + box.width >= left + width - 1e-4 && box.depth <= depth;
    const inside = box.left >= left - 1e-4 && box.left + box.width <= left + width + 1e-4 && box.depth >= depth;
    node.setAttribute("x", above ? "0%" : `${100 * (box.left - left) / width}%`);
    const now = above ? 100 : 100 * box.width / width;
    node.setAttribute("width", `${now}%`);
    node.style.display = above || inside ? "" : "none";
    if (now > 1) node.setAttribute("tabindex", "0"); else node.removeAttribute("tabindex");
  });
  document.getElementById("path").textContent = boxes[wanted].node.getAttribute("aria-label");
};
const up = () => { if (boxes[current].up >= 0) show(boxes[current].up); };
boxes.forEach(({ node }, number) => {
  const enter = () => { if (!node.classList.contains("more")) show(number); };
  node.addEventListener("click", enter);
  node.addEventListener("keydown", event => {
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); enter(); }
    if (event.key === "Escape") up();
  });
});
document.getElementById("up")?.addEventListener("click", up);
addEventListener("beforeprint", () => all("details").forEach(details => { details.open = true; }));
