// Numbers into the matrix, the worst pairs and the table of labels.
const STEPS = 6, plain = v => String(v).replace(/\B(?=(\d{3})+$)/g, ",");
const of100 = share => Number.isNaN(share) ? "–" : (r => r === 0 && share > 0 ? "fewer than 1"
  : r === 100 && share < 1 ? "more than 99" : String(r))(Math.floor(100 * share + 0.5));
function matrixOf(data, model, $) {
  const {L} = model, W = L + 2, table = $("#matrix"), sentence = $("#mix-sentence");
  const cells = [...table.tBodies[0].rows].map(row => [...row.cells].slice(1));
  const columns = [...data.labels.slice(0, L), ...data.outcomes], few = L <= 12;
  if (few) cells.forEach((row, i) => row.forEach((cell, j) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = cell.firstChild.className;
    button.textContent = cell.textContent;
    button.dataset.cell = `${i},${j}`;
    button.tabIndex = i || j ? -1 : 0;
    cell.replaceChildren(button);
  }));
  // Of the worst pairs: tickets by true label and best answer, for each set when it is looked at.
  const taken = [];
  function takenBy(k) {
    if (!taken[k]) {
      taken[k] = new Int32Array((L + 1) * L);
      for (let i = 0; i < model.n; i++) {
        const t = model.sets[k].top[i];
        if (model.gold[i] >= 0 && t >= 0 && t !== model.gold[i]) taken[k][model.gold[i] * L + t]++;
      }
    }
    return taken[k];
  }
  function show(now, was, cell, escalates, k) {
    const most = {r: 0, w: 0, p: 0};
    let wrong = 0, worst = 0, at = null, change = 0;
    const kind = (i, j) => j >= L ? "p" : i === j ? "r" : "w";
    for (let i = 0; i <= L; i++) for (let j = 0; j < W; j++) {
      const m = now[i * W + j], q = kind(i, j);
      most[q] = Math.max(most[q], m);
      if (was) change = Math.max(change, Math.abs(m - was[i * W + j]));
      if (q === "w") { wrong += m; if (m > worst) { worst = m; at = [i, j]; } }
    }
    for (const row of [table.tHead.rows[0], ...table.tBodies[0].rows]) row.cells[W].hidden = !escalates;
    cells.forEach((row, i) => row.forEach((td, j) => {
      const m = now[i * W + j], d = was ? m - was[i * W + j] : m, e = td.firstChild, q = kind(i, j);
      let hue = q;
      if (was && q !== "p") hue = (q === "r") === (d > 0) ? "r" : "w";
      const size = was ? change : most[q], text = d ? (was ? (d > 0 ? "+" : "−") + plain(Math.abs(d)) : plain(d)) : "·";
      const shade = hue + (d ? Math.ceil(STEPS * Math.abs(d) / size) : 0);
      if (e.className !== shade) e.className = shade;
      if (e.textContent !== text) e.textContent = text;
      if (few) {
        e.setAttribute("aria-label", `${data.labels[i]} to ${columns[j]}: ${text === "·" ? 0 : text} tickets`);
        const on = !!cell && cell[0] === i && cell[1] === j;
        e.setAttribute("aria-pressed", on);
      }
    }));
    if (few) {
      const seen = td => !td.hidden && !td.parentNode.hidden, every = cells.flat();
      if (!every.some(td => td.firstChild.tabIndex === 0 && seen(td))) {
        every.forEach(td => { td.firstChild.tabIndex = -1; });
        const stop = every.find(seen);
        if (stop) stop.firstChild.tabIndex = 0;
      }
    }
    const [some, none] = sentence.children, b = some.querySelectorAll("b");
    some.hidden = !at; none.hidden = !!at;
    if (at) [plain(wrong), data.labels[at[0]], columns[at[1]], plain(worst)].forEach((text, i) => { b[i].textContent = text; });
    $("#key-right").textContent = was ? "better" : "went out right";
    $("#key-wrong").textContent = was ? "worse" : "went out wrong";
    const pairs = $("#worst");
    const all = pairs ? takenBy(k) : null, largest = pairs ? all.reduce((a, b) => Math.max(a, b), 1) : 1;
    if (pairs) for (const row of pairs.tBodies[0].rows) {
      const [i, j] = row.dataset.pair.split(",").map(Number), out = now[i * W + j];
      const n = all[i * L + j], bars = row.querySelectorAll("rect");
      row.querySelector("[data-part=all] a").textContent = n;
      row.querySelector("[data-part=out]").textContent = out;
      row.querySelector("[data-part=person]").textContent = n - out;
      [n, out].forEach((part, at) => bars[at].setAttribute("width", `${Math.round(1000 * part / largest) / 10}%`));
    }
  }
  // One stop of the keyboard: arrows move within.
  table.addEventListener("keydown", event => {
    const step = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]}[event.key];
    const from = event.target.dataset && event.target.dataset.cell;
    if (!step || !from) return;
    let [i, j] = from.split(",").map(Number), next;
    do {
      i += step[0]; j += step[1];
      next = cells[i] && cells[i][j];
    } while (next && (next.hidden || next.parentNode.hidden));
    if (!next) return;
    event.target.tabIndex = -1; next.firstChild.tabIndex = 0; next.firstChild.focus();
    event.preventDefault();
  });
  return {show};
}
function labelsOf(data, $$) {
  const rows = $$("#labels tr[data-label]"), place = share => `${Math.round(10000 * share) / 100}%`;
  function dot(svg, at, share) {
    const circle = svg.querySelectorAll("circle")[at], bar = svg.querySelectorAll("line.sure")[at];
    if (!circle || Number.isNaN(share.value)) return;
    circle.setAttribute("cx", place(share.value));
    if (bar) { bar.setAttribute("x1", place(share.low)); bar.setAttribute("x2", place(share.high)); }
  }
  function show(found, before, settled) {
    found.forEach((f, at) => {
      const row = rows[at], set = (part, text) => { row.querySelector(`[data-part=${part}]`).textContent = text; };
      row.querySelector("[data-part=now] b").textContent = of100(f.right.value);
      set("away", f.away); set("sent-in", f.sentIn); set("person", f.person);
      const svg = row.querySelector("svg");
      dot(svg, 1, f.right);
      if (before) { set("today", of100(before[at].right.value)); dot(svg, 0, before[at].right); row.cells[1].textContent = before[at].right.n; }
      const tag = row.querySelector(".tag");
      if (tag) tag.hidden = !settled;
    });
  }
  return {show, wanted: rows.map(row => Number(row.dataset.label))};
}
