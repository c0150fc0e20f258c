// The list of tickets: which ones, in which order, and a row of each.
function listOf(data, model, $, $$) {
  const {gold, sets, L, n} = model, list = $("#list"), template = $("#row").content.firstElementChild;
  const near = new Set(data.near), suspects = new Map(data.suspects), texts = data.texts;
  $$("#list > li").forEach(item => {
    const text = item.querySelector(".whole, p.text");
    if (text && text.textContent) texts[item.dataset.ticket] = text.textContent;
  });
  const right = (k, i) => sets[k].top[i] === gold[i], answered = i => sets.every(s => s.top[i] >= 0);
  const known = (i, s) => gold[i] >= 0 && gold[i] < L && sets[s.old].top[i] >= 0 && sets[s.new].top[i] >= 0;
  const noAnswer = (k, i) => sets[k].failed[i] ? `no answer: ${sets[k].failed[i]}` : "no answer";
  const hundredths = (k, i) => ((sets[k].printed[i] ?? Math.floor((sets[k].score[i] + 500) / 1000)) / 100).toFixed(2);
  const kinds = {
    broken: (i, s) => known(i, s) && right(s.old, i) && !right(s.new, i),
    fixed: (i, s) => known(i, s) && !right(s.old, i) && right(s.new, i),
    still: (i, s) => known(i, s) && !right(s.old, i) && !right(s.new, i),
    wrong: (i, s) => s.outcome[i] === 0 && !right(s.use, i),
    near: i => near.has(i),
    suspect: i => suspects.has(i),
    none: i => gold[i] === L,
    failed: i => !answered(i),
    all: () => true,
  };
  const column = (i, s) => s.shown[i] === 0 ? sets[s.k].top[i] : s.shown[i] === 2 ? L + 1 : L;
  function chosen(s) {
    const find = s.q.toLowerCase(), only = s.label.toLowerCase();
    return Array.from(sets[s.show === "broken" && !s.cell && !s.pair ? s.new : s.use].order).filter(i => {
      if (s.pair) {
        // The cards tell of the recommended set, the worst pairs of the one in view.
        const [a, b] = s.pair, t = sets[s.oneWay ? s.k : data.use].top[i];
        if (!(gold[i] === a && t === b) && (s.oneWay || !(gold[i] === b && t === a))) return false;
      } else if (s.cell) {
        if (gold[i] !== s.cell[0] || column(i, s) !== s.cell[1]) return false;
      } else if (!kinds[s.show](i, s)) return false;
      if (only && !data.labels[gold[i]]?.toLowerCase().includes(only)) return false;
      return !find || `${data.ids[i]} ${texts[i] || ""}`.toLowerCase().includes(find);
    });
  }
  const flat = text => {
    const at = text.trim().indexOf("\n"), head = (at < 0 ? text.trim() : text.trim().slice(0, at)).replace(/^Subject: /, "");
    const rest = at < 0 ? "" : text.trim().slice(at + 1);
    return (rest.trim() ? `${head} · ${rest}` : head).replace(/\s+/g, " ").trim();
  };
  const excerpt = text => {
    const line = flat(text);
    // By characters, not by the halves that a rare one is made of.
    const signs = line.length <= 130 ? [] : [...line];
    if (signs.length <= 130) return line;
    const kept = signs.slice(0, 129).join(""), at = kept.lastIndexOf(" ");
    return `${at > 0 ? kept.slice(0, at) : kept} …`;
  };
  function row(i, s) {
    const item = template.cloneNode(true), id = item.querySelector(".id"), tag = id.querySelector(".tag");
    item.dataset.ticket = i;
    id.querySelector("b").textContent = gold[i] < 0 ? "?" : data.labels[gold[i]];
    id.querySelector(".muted").textContent = data.ids[i];
    if (suspects.has(i)) tag.textContent = `maybe ${data.labels[suspects.get(i)]}?`; else tag.remove();
    item.querySelectorAll(".score").forEach((bar, at) => {
      const k = data.shown[at], t = sets[k].top[i], ok = t >= 0 && right(k, i), [, fill, tick] = bar.querySelector("svg").children;
      const [, score, label] = bar.querySelectorAll("span"), tone = ok ? "right" : "wrong";
      score.textContent = t < 0 ? "–" : hundredths(k, i);
      label.textContent = t < 0 ? noAnswer(k, i) : data.labels[t];
      label.className = `${tone}-text`;
      fill.setAttribute("class", tone);
      fill.setAttribute("width", `${Math.max(0, sets[k].score[i]) / 1000}%`);
      tick.setAttribute("x1", `${100 * s.t}%`); tick.setAttribute("x2", `${100 * s.t}%`);
    });
    const short = item.querySelector("p.text"), long = item.querySelector("details");
    const text = texts[i] === undefined ? (Object.keys(texts).length ? "text not kept in this page" : "") : texts[i], line = excerpt(text);
    if (line.endsWith("…")) {
      short.remove();
      long.querySelector("summary").textContent = line;
      long.querySelector(".whole").textContent = text;
    } else { long.remove(); short.textContent = line; }
    return item;
  }
  function show(s) {
    const found = chosen(s);
    list.replaceChildren(...found.slice(0, s.many).map(i => row(i, s)));
    const said = `${plain(found.length)} ${found.length === 1 ? "ticket" : "tickets"}`;
    const counter = $("#count");
    if (counter.textContent !== said) counter.textContent = said;
    const more = $("#more");
    more.hidden = found.length <= s.many;
    more.textContent = `Show ${Math.min(20, found.length - s.many)} more`;
    $$("#chips button").forEach(b => b.setAttribute("aria-pressed", !s.cell && !s.pair && b.dataset.show === s.show));
  }
  function ticks(t) { list.querySelectorAll(".tick").forEach(e => { e.setAttribute("x1", `${100 * t}%`); e.setAttribute("x2", `${100 * t}%`); }); }
  function count(s) {
    $$("#chips button").forEach(b => {
      let found = 0;
      for (let i = 0; i < n; i++) if (kinds[b.dataset.show](i, s)) found++;
      b.querySelector("i").textContent = plain(found);
    });
  }
  function peek(s) {
    const place = $("#mix-tickets");
    place.replaceChildren();
    if (!s.cell) return;
    const found = chosen(s), items = document.createElement("ul"), link = document.createElement("a");
    for (const i of found.slice(0, 3)) {
      const item = document.createElement("li");
      item.textContent = `${excerpt(texts[i] || data.ids[i])} ${sets[s.k].top[i] < 0 ? noAnswer(s.k, i) : hundredths(s.k, i)}`;
      items.append(item);
    }
    link.href = "#tickets";
    link.textContent = found.length === 1 ? "This ticket" : `All ${plain(found.length)}`;
    place.append(items, link);
  }
  return {show, ticks, count, peek, kinds};
}
