// State, fragment, events. One change of a setting is one frame.
const $ = selector => document.querySelector(selector), $$ = selector => [...document.querySelectorAll(selector)];
// A half that can be written exactly goes to the even side, as in Python.
const two = x => (Number.isInteger(8 * x) && (8 * x) % 4 === 1 ? x - 0.005 : x).toFixed(2);
const digits = x => x === Math.round(x * 100) / 100 ? two(x) : String(x);
function glossary() {
  const tip = $("#tip");
  let of = null;
  const hide = () => { tip.hidden = true; of = null; };
  function show(link) {
    const entry = document.getElementById(link.hash.slice(1));
    if (!entry) return;
    of = link;
    tip.textContent = entry.textContent;
    tip.hidden = false;
    const at = link.getBoundingClientRect(), wide = document.documentElement.clientWidth;
    tip.style.left = `${Math.max(12, Math.min(at.left, wide - tip.offsetWidth - 12))}px`;
    const above = at.bottom + tip.offsetHeight + 12 > innerHeight;
    tip.style.top = `${above ? at.top - tip.offsetHeight - 8 : at.bottom + 8}px`;
  }
  for (const link of $$("a.term")) {
    link.addEventListener("mouseenter", () => show(link));
    link.addEventListener("focus", () => show(link));
    link.addEventListener("mouseleave", event => { if (event.relatedTarget !== tip) hide(); });
    link.addEventListener("blur", hide);
    link.addEventListener("click", event => { event.preventDefault(); show(link); });
  }
  tip.addEventListener("mouseleave", hide);
  document.addEventListener("keydown", event => { if (event.key === "Escape") hide(); });
  addEventListener("scroll", () => of && show(of), {passive: true});
}
function folds() {
  const open = () => {
    const at = location.hash.slice(1), target = at.startsWith("audit-") || at.startsWith("word-") ? document.getElementById(at) : null;
    const fold = target && target.closest("details");
    if (fold) { fold.open = true; target.scrollIntoView(); }
    document.documentElement.classList.toggle("print-all", at === "print=all");
    if (at === "print=all") $$("#audit details").forEach(d => { d.open = true; });
  };
  addEventListener("hashchange", open);
  open();
}
function decide() {
  const data = JSON.parse($("#data").textContent), model = modelOf(data), {sets, L} = model;
  const charts = chartsOf(data, $), matrix = matrixOf(data, model, $), labels = labelsOf(data, $$), list = listOf(data, model, $, $$);
  const first = $("#chips [aria-pressed=true]").dataset.show;
  const opened = () => ({use: data.use, other: data.other, t: data.recommended.t, e: data.recommended.e, costs: {...data.costs}, show: first,
    cell: null, pair: null, oneWay: false, view: "new", q: "", label: "", many: 5});
  const s = {...opened(), today: null}, ofState = /^#?(t|e|misroute|review|escalate|use|against|show|pair|taken|cell|view|q|label)=/;
  const pays = ["cheaper than by hand", "no clear saving", "dearer than by hand"];
  const recommended = () => s.use === data.use && s.t === data.recommended.t && s.e === data.recommended.e &&
    Object.keys(s.costs).every(name => s.costs[name] === data.costs[name]);
  let drawn = null, due = 0, later = 0, all = true, priced = true;
  function sides() {
    const pair = s.other === null ? [s.use, s.use] : [s.use, s.other].sort((a, b) => (b === data.old) - (a === data.old) || a - b);
    [s.old, s.new] = pair;
  }
  function live(outcome, share) {
    const c = model.counts(s.use, outcome), h = hundred([c.right, c.wrong, c.review, c.escalated]), settled = recommended();
    const cost = model.price(s.use, outcome, s.e, s.costs), alone = h[0] + h[1];
    $("#live-alone").textContent = alone; $("#live-wrong").textContent = h[1]; $("#live-person").textContent = h[2] + h[3];
    $("#live-cost").textContent = settled ? data.recommended.cost : two(cost.value);
    const said = settled ? {yes: 0, "cannot tell": 1, no: 2}[data.recommended.pays] : cost.savedLow > 0 ? 0 : cost.savedHigh < 0 ? 2 : 1;
    const text = $("#live-pays");
    text.textContent = pays[said] + (settled ? "" : ", on these tickets");
    text.className = ["right-text", "muted", "wrong-text"][said];
    for (const [name, value] of Object.entries({...c, ...cost, shareLow: share.low, shareHigh: share.high, share: share.value}))
      $("#bar").dataset[name] = value;
    $("#threshold-value").textContent = digits(s.t);
    $("#threshold").setAttribute("aria-valuetext", `${digits(s.t)}: ${alone} go out alone, ${h[1]} wrong`);
    let x = 0;
    $$("#strip rect").forEach((part, i) => { part.setAttribute("x", `${x}%`); part.setAttribute("width", `${h[i]}%`); x += h[i]; });
    charts.rings(s.t, share, sets[s.use].rows.length, cost);
  }
  function table() {
    const change = s.view === "change" && s.other !== null;
    s.k = change ? s.new : s.view === "old" && s.other !== null ? s.other : s.use;
    const was = change ? model.matrix(s.old, model.decide(s.old, s.t, s.e)) : null;
    s.shown = Int8Array.from(model.decide(s.k, s.t, s.e));
    matrix.show(model.matrix(s.k, s.shown), was, s.cell, s.e !== null, s.k);
    $$("#views button").forEach(b => b.setAttribute("aria-pressed", b.dataset.view === s.view));
  }
  function step() {
    const start = performance.now();
    due = 0;
    if (priced) { drawn = sets.map((_, k) => model.curve(k, s.e, s.costs)); charts.curves(drawn, s.use, s.costs); }
    s.outcome = Int8Array.from(model.decide(s.use, s.t, s.e));
    live(s.outcome, model.routedShare(s.use, s.outcome));
    table();
    if (labels.wanted.length) {
      const before = data.today.fixed || s.today === s.old + "," + s.use ? null : model.byLabel(data.old, s.use, model.decide(data.old, data.today.t, data.today.e, data.today.own), labels.wanted);
      s.today = s.old + "," + s.use;
      labels.show(model.byLabel(s.use, data.old, s.outcome, labels.wanted), before, recommended());
    }
    if (all || s.show === "wrong" || s.cell) { list.show(s); list.peek(s); } else list.ticks(s.t);
    all = priced = false;
    performance.measure("step", {start});
  }
  function soon(curves, rows) {
    priced = priced || !!curves; all = all || !!rows;
    if (!due) due = requestAnimationFrame(step);
    clearTimeout(later);
    later = setTimeout(() => { list.count(s); remember(); }, 200);
  }
  // With `keep` an address that leads somewhere stays where there is no state to hold.
  function remember(keep = false) {
    const parts = [], name = i => encodeURIComponent(data.labels[i]);
    if (s.t !== data.recommended.t) parts.push(`t=${s.t}`);
    if (s.e !== data.recommended.e) parts.push(`e=${s.e === null ? "off" : s.e}`);
    for (const p of ["misroute", "review", "escalate"]) if (s.costs[p] !== data.costs[p]) parts.push(`${p}=${s.costs[p]}`);
    if (s.use !== data.use) parts.push(`use=${encodeURIComponent(data.sets[s.use].name)}`);
    if (s.other !== data.other) parts.push(`against=${encodeURIComponent(data.sets[s.other].name)}`);
    if (s.pair && s.oneWay) parts.push(`taken=${s.pair.join(",")}`);
    else if (s.pair) parts.push(`pair=${name(s.pair[0])},${name(s.pair[1])}`);
    else if (s.cell) parts.push(`cell=${s.cell.join(",")}`);
    else if (s.show !== first) parts.push(`show=${s.show}`);
    if (s.view !== "new") parts.push(`view=${s.view}`);
    if (s.q) parts.push(`q=${encodeURIComponent(s.q)}`);
    if (s.label) parts.push(`label=${encodeURIComponent(s.label)}`);
    const hash = parts.length ? `#${parts.join("&")}` : location.pathname + location.search;
    if (!parts.length && keep) return;
    try { history.replaceState(null, "", hash); } catch { /* from disk some browsers refuse */ }
  }
  // The comma between two labels is not one that belongs to a label, unless somebody encoded both.
  function pairIn(hash) {
    const part = hash.slice(1).split("&").find(one => one.startsWith("pair=")) || "";
    try {
      const found = part.slice(5).split(",").map(decodeURIComponent);
      return found.length === 1 ? found[0].split(",") : found;
    } catch { return []; }
  }
  function recall(hash) {
    const of = new URLSearchParams(hash.slice(1).replace(/\+/g, "%2B")), number = (name, low, high) => {
      const x = parseFloat(of.get(name));
      return x >= low && x <= high ? x : null;
    };
    const at = name => data.labels.slice(0, L).indexOf(name), set = name => data.sets.findIndex(one => one.name === name);
    s.t = number("t", 0, 1.01) ?? s.t;
    if (of.has("e")) s.e = of.get("e") === "off" ? null : number("e", 0, 1) ?? s.e;
    for (const p of ["misroute", "review", "escalate"]) s.costs[p] = number(p, 0, 1e12) ?? s.costs[p];
    if (set(of.get("use")) >= 0) s.use = set(of.get("use"));
    if (s.other !== null && set(of.get("against")) >= 0) s.other = set(of.get("against"));
    if (s.use === s.other) s.other = s.use === data.use ? data.other : data.use;
    if ($(`#chips [data-show="${CSS.escape(of.get("show") || "")}"]`)) { s.show = of.get("show"); s.cell = s.pair = null; }
    const places = (key, columns) => {
      const found = (of.get(key) || "").split(",").filter(Boolean).map(Number);
      return found.length === 2 && found.every(Number.isInteger) && found[0] >= 0 && found[0] <= L && found[1] >= 0 && found[1] < columns ? found : null;
    };
    const pair = pairIn(hash).map(at), cell = places("cell", L + 2), taken = places("taken", L);
    if (pair.length === 2 && pair.every(x => x >= 0)) { s.pair = pair; s.cell = null; s.oneWay = false; }
    if (taken) { s.pair = taken; s.cell = null; s.oneWay = true; }
    if (cell) { s.cell = cell; s.pair = null; }
    if (["new", "old", "change"].includes(of.get("view"))) s.view = of.get("view");
    s.q = of.get("q") ?? s.q;
    s.label = of.get("label") ?? s.label;
    return ["show", "pair", "taken", "cell", "q", "label"].some(name => of.has(name));
  }
  function controls() {
    $("#threshold").value = s.t;
    const limit = $("#escalation");
    if (s.e !== null && ![...limit.options].some(o => o.value !== "" && Number(o.value) === s.e)) limit.add(new Option(`above ${digits(s.e)}`, s.e));
    for (const o of limit.options) o.selected = o.value === "" ? s.e === null : Number(o.value) === s.e;
    $("#escalate").parentNode.hidden = s.e === null;
    for (const p of ["misroute", "review", "escalate"]) $(`#${p}`).value = s.costs[p];
    for (const p of ["use", "other"]) { const e = $(p === "use" ? "#use" : "#against"); if (e) e.value = s[p]; }
    $("#search").value = s.q;
    if ($("#label-filter")) $("#label-filter").value = s.label;
    const name = k => data.sets[k].name;
    if (s.other !== null) $$("#views button").forEach(b => {
      b.textContent = {new: name(s.use), old: name(s.other), change: `${name(s.old)} → ${name(s.new)}`}[b.dataset.view];
    });
    $$("#labels [data-name=use]").forEach(e => { e.textContent = s.use === data.old ? "then" : name(s.use); });
    only();
  }
  function only() {
    const chip = $("#only"), names = [...data.labels.slice(0, L), ...data.outcomes];
    chip.hidden = !s.cell && !s.pair;
    if (s.pair) {
      const [a, b] = s.pair.map(i => data.labels[i]);
      chip.textContent = s.oneWay ? `${a} taken for ${b} ✕` : `${a} and ${b} mixed up ✕`;
    }
    if (s.cell) chip.textContent = `${data.labels[s.cell[0]]} → ${names[s.cell[1]]} ✕`;
  }
  function put(t, e) { s.t = t; s.e = e; controls(); soon(true, true); }
  function choose(change) { Object.assign(s, {many: 5}, change); only(); table(); list.show(s); list.peek(s); clearTimeout(later); later = setTimeout(() => { list.count(s); remember(); }, 200); }
  function toList() {
    const head = $("#tickets h2");
    head.tabIndex = -1;
    $("#tickets").scrollIntoView();
    head.focus({preventScroll: true});
  }
  $("#threshold").addEventListener("input", event => { s.t = Number(event.target.value); soon(); });
  $("#escalation").addEventListener("change", event => { s.e = event.target.value === "" ? null : Number(event.target.value); controls(); soon(true, true); });
  for (const p of ["misroute", "review", "escalate"]) {
    $(`#${p}`).addEventListener("input", event => {
      const x = parseFloat(event.target.value);
      if (x >= 0 && x <= 1e12) { s.costs[p] = x; soon(true); }
    });
    // What is no price is not in force: the one that is comes back.
    $(`#${p}`).addEventListener("change", controls);
  }
  for (const [id, key] of [["#use", "use"], ["#against", "other"]]) if ($(id)) $(id).addEventListener("change", event => {
    const chosen = Number(event.target.value), spare = key === "use" ? "other" : "use";
    if (s[spare] === chosen) s[spare] = s[key];
    s[key] = chosen;
    sides(); controls(); soon(true, true);
  });
  $("#today")?.addEventListener("click", () => put(data.today.t, data.today.e));
  $("#recommended").addEventListener("click", () => {
    s.costs = {...data.costs}; s.use = data.use; s.other = data.other; sides();
    put(data.recommended.t, data.recommended.e);
  });
  $("#costs").addEventListener("click", event => event.currentTarget.setAttribute("aria-expanded", $("#bar").classList.toggle("open")));
  $("#copy").addEventListener("click", async event => {
    const button = event.currentTarget, own = data.own ? ", label_thresholds: {}" : "";
    const text = `policy: {threshold: ${digits(s.t)}, escalate_above: ${s.e === null ? 1 : digits(s.e)}${own}}`;
    let done = "Copied";
    try { await navigator.clipboard.writeText(text); } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      if (!document.execCommand("copy")) done = text;
      area.remove();
      button.focus();
    }
    button.textContent = done;
    setTimeout(() => { button.textContent = "Copy settings"; }, 1500);
  });
  $("#matrix").addEventListener("click", event => {
    const button = event.target.closest("button");
    if (!button) return;
    const cell = button.dataset.cell.split(",").map(Number), same = s.cell && s.cell[0] === cell[0] && s.cell[1] === cell[1];
    choose({pair: null, cell: same ? null : cell});
  });
  $$("#views button").forEach(b => b.addEventListener("click", () => choose({view: b.dataset.view})));
  $("#chips").addEventListener("click", event => {
    const button = event.target.closest("button");
    if (button) choose({show: button.dataset.show, cell: null, pair: null});
  });
  $("#only").addEventListener("click", () => { choose({cell: null, pair: null}); $("#chips [aria-pressed=true]").focus(); });
  $("#search").addEventListener("input", event => choose({q: event.target.value}));
  if ($("#label-filter")) $("#label-filter").addEventListener("input", event => choose({label: event.target.value}));
  $("#more").addEventListener("click", () => {
    const before = s.many;
    s.many += 20;
    list.show(s);
    const row = $("#list").children[before];
    if (row) { row.tabIndex = -1; row.focus(); }
  });
  document.addEventListener("click", event => {
    const link = event.target.closest("a");
    if (!link || !/^#(show|pair|taken|cell)=/.test(link.getAttribute("href") || "")) return;
    event.preventDefault();
    recall(link.getAttribute("href"));
    choose({});
    toList();
  });
  // On paper stand the tickets that stand there without the script, whatever the list shows.
  addEventListener("beforeprint", () => list.show({...s, show: first, cell: null, pair: null, q: "", label: "", many: 50}));
  addEventListener("afterprint", () => list.show(s));
  addEventListener("hashchange", () => {
    const hash = location.hash;
    // A link to a part of the page leaves the state as it is, and the address must not lose it.
    if (hash && !ofState.test(hash)) { if (hash !== "#print=all") remember(true); return; }
    Object.assign(s, opened());
    const aimed = recall(hash);
    sides(); controls(); soon(true, true);
    if (aimed) toList();
  });
  const aimed = recall(location.hash);
  sides(); controls(); step(); list.count(s);
  if (aimed) toList();
}
document.documentElement.classList.add("scripted");
$$(".script").forEach(e => { e.hidden = false; });
glossary();
folds();
if ($("#data")) decide();
