// Lines, names and rings of the two charts; the formulas of decide/curves.py and decide/charts.py.
const TOP = 30, HEIGHT = 212, LEFT = 8, WIDTH = 86;
const whole = v => Math.floor(v + 0.5);
const tenth = v => Math.floor(v * 10 + 0.5) / 10;
function pathOf(points, x, low, high) {
  return points.length ? "M" + points.map(([a, b]) =>
    `${whole(1000 * a / x)} ${whole(1000 * (high - b) / (high - low))}`).join("L") : "";
}
function rightAgainstAlone(curve) {
  const points = [];
  let before = -1;
  for (const p of [...curve].reverse())
    if (p.routed >= Math.max(10, p.n / 50) && p.routed !== before) {
      points.push([p.routed / p.n, p.right / p.routed]);
      before = p.routed;
    }
  return points;
}
function costStep(highest) {
  const power = highest > 0 ? 10 ** Math.floor(Math.log10(highest / 5)) : 0.1;
  return [1, 2, 5, 10].map(f => f * power).find(step => step * 5 >= highest * (1 - 1e-9));
}
function apart(places, least) {
  const moved = [...places], order = places.map((_, i) => i).sort((a, b) => places[a] - places[b] || a - b);
  for (let i = 1; i < order.length; i++)
    moved[order[i]] = Math.max(moved[order[i]], moved[order[i - 1]] + least);
  return moved;
}
function chartsOf(data, $) {
  const right = $("#chart-right"), cost = $("#chart-cost");
  const yOf = (v, low, high) => TOP + HEIGHT * (high - v) / (high - low);
  // Names too long for the margin end at the edge of the chart, over their lines.
  const within = right.querySelector(".name").getAttribute("text-anchor") === "end";
  let low = 0, high = 1;
  function line(svg, k, d, y, dy) {
    svg.querySelector(`path[data-set="${k}"]`).setAttribute("d", d);
    svg.querySelector(`text[data-set="${k}"]`).setAttribute("y", tenth(y + dy));
  }
  function curves(found, use, costs) {
    const points = found.map(rightAgainstAlone);
    const shares = points.flat().map(p => p[1]);
    low = Math.min(0.8, Math.floor(Math.min(0.8, ...shares) * 5 + 1e-9) / 5);
    right.querySelectorAll(".tick text").forEach((text, i) => {
      text.textContent = Math.round(100 * (low + i * (1 - low) / 4));
      text.parentNode.querySelectorAll("line,text").forEach(e => {
        const y = yOf(low + i * (1 - low) / 4, low, 1);
        if (e.tagName === "line") { e.setAttribute("y1", y); e.setAttribute("y2", y); } else e.setAttribute("y", y + 4);
      });
    });
    apart(points.map(p => p.length ? yOf(p[p.length - 1][1], low, 1) : TOP + HEIGHT), 14)
      .forEach((y, k) => line(right, k, pathOf(points[k], 1, low, 1), y, within ? -4 : 4));
    mark(right, data.target === null || data.target < low ? null : data.target, low, 1, -5);
    const highest = Math.max(1e-9, 1.1 * costs.review, ...found.flat().filter(p => p.n).map(p => p.cost.value));
    const step = costStep(highest);
    high = step * Math.ceil(highest / step - 1e-9);
    const decimals = step >= 1 ? 0 : step >= 0.1 ? 1 : step >= 0.01 ? 2 : 4;
    cost.querySelectorAll(".tick").forEach((tick, i) => {
      const y = yOf(i * step, 0, high), [rule, text] = tick.children;
      tick.setAttribute("visibility", i * step <= high * (1 + 1e-9) ? "visible" : "hidden");
      rule.setAttribute("y1", y); rule.setAttribute("y2", y); text.setAttribute("y", y + 4);
      text.textContent = (i * step).toFixed(decimals);
    });
    const names = apart([...found.map(c => c[0].n ? yOf(c[0].cost.value, 0, high) - 8 : TOP), yOf(costs.review, 0, high) + 15], 15);
    found.forEach((c, k) => line(cost, k, pathOf(c.filter(p => p.n).map(p => [p.t, p.cost.value]), 1.01, 0, high), names[k], 0));
    const known = found[use].filter(p => !Number.isNaN(p.cost.low));
    const band = pathOf([...known.map(p => [p.t, p.cost.high]), ...known.map(p => [p.t, p.cost.low]).reverse()], 1.01, 0, high);
    cost.querySelector(".band").setAttribute("d", band ? band + "Z" : "");
    mark(cost, costs.review, 0, high, names[found.length] - yOf(costs.review, 0, high));
    cost.querySelector(".mark-name").textContent = `all to a person ${costs.review.toFixed(2)}`;
  }
  function mark(svg, value, from, to, dy) {
    const rule = svg.querySelector(".mark"), text = svg.querySelector(".mark-name");
    if (!rule) return;
    const seen = value === null ? "hidden" : "visible", y = yOf(value ?? from, from, to);
    rule.setAttribute("visibility", seen); text.setAttribute("visibility", seen);
    rule.setAttribute("y1", y); rule.setAttribute("y2", y); text.setAttribute("y", y + dy);
  }
  function ring(svg, x, of, from, to) {
    const shown = of.value >= from && of.value === of.value, bar = svg.querySelector(".ring-bar"), circle = svg.querySelector(".ring");
    const at = v => yOf(Number.isNaN(v) ? from : Math.min(to, Math.max(from, v)), from, to), place = `${LEFT + WIDTH * Math.min(1, x)}%`;
    for (const e of [bar, circle]) e.setAttribute("visibility", shown ? "visible" : "hidden");
    bar.setAttribute("x1", place); bar.setAttribute("x2", place);
    circle.setAttribute("cx", place);
    if (!shown) return;
    circle.setAttribute("cy", at(of.value));
    bar.setAttribute("y1", at(of.low)); bar.setAttribute("y2", at(of.high));
  }
  function rings(t, share, n, costs) {
    ring(right, share.n / Math.max(1, n), share, low, 1);
    ring(cost, t / 1.01, costs, 0, high);
    const alone = Math.round(100 * share.n / Math.max(1, n));
    right.setAttribute("aria-label", share.n
      ? `${alone} of 100 tickets go out alone, ${Math.round(100 * share.value)} of 100 of them right`
      : "Nothing goes out alone");
    cost.setAttribute("aria-label", `At this threshold a ticket costs ${costs.value.toFixed(2)}`);
  }
  return {curves, rings};
}
