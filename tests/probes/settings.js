// Sets each of the settings with the page's own controls, and reads every number that follows.
async (settings) => {
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const put = (id, value, event) => {
    const control = document.getElementById(id);
    control.value = value;
    control.dispatchEvent(new Event(event, { bubbles: true }));
    if (control.value !== String(value)) throw new Error(`#${id} takes no ${value}`);
  };
  const texts = (selector, key) => Object.fromEntries(
    [...document.querySelectorAll(selector)].map((e) => [key(e), e.textContent.trim()]));
  const rows = () => Object.fromEntries([...document.querySelectorAll("#labels tr[data-label]")].map((row) => [
    row.dataset.label,
    Object.fromEntries([...row.querySelectorAll("[data-part]")].map((e) => [e.dataset.part, e.textContent.trim()])),
  ]));
  const places = (selector, ...names) => [...document.querySelectorAll(selector)].map((e) =>
    Object.fromEntries(names.map((name) => [name, parseFloat(e.getAttribute(name))])));
  const found = [];
  for (const { threshold, escalation, prices } of settings) {
    for (const [id, price] of Object.entries(prices)) put(id, price, "input");
    put("escalation", escalation === null ? "" : escalation, "change");
    put("threshold", threshold, "input");
    await drawn();
    found.push({
      live: texts("[id^=live-]", (e) => e.id.slice("live-".length)),
      exact: { ...document.querySelector("#bar").dataset },
      strip: places("#strip rect", "width").map((part) => part.width),
      cells: texts("[data-cell]", (e) => e.dataset.cell),
      labels: rows(),
      dots: places("#labels tr[data-label] circle", "cx").map((dot) => dot.cx),
      rings: places("#chart-right .ring, #chart-cost .ring", "cx", "cy"),
      aria: document.querySelector("#threshold").getAttribute("aria-valuetext"),
    });
  }
  return found;
}
