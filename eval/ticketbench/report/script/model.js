// The tickets, and what a setting does with them: no word of the page is read or written here.
const SCALE = 100000, ROUTE = 0, REVIEW = 1, ESCALATE = 2;
function unpacked(text, digits) {
  const value = {}, found = new Int32Array(text.length / digits);
  [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].forEach((c, i) => { value[c] = i; });
  for (let i = 0; i < found.length; i++) {
    let n = 0;
    for (let j = 0; j < digits; j++) n = n * 64 + value[text[i * digits + j]];
    found[i] = n;
  }
  return found;
}
function modelOf(data) {
  const n = data.ids.length, L = data.labels.length - 1;
  const gold = unpacked(data.gold, 2).map(g => g - 1);
  const groups = data.groups ? unpacked(data.groups, 3) : Int32Array.from({length: n}, (_, i) => i);
  const G = groups.reduce((a, b) => Math.max(a, b), -1) + 1;
  const sizes = new Float64Array(G), sums = new Float64Array(G), spent = new Float64Array(G);
  const outcomes = new Int8Array(n);
  const everyLabel = Array.from({length: L}, () => []);
  gold.forEach((g, i) => { if (g >= 0 && g < L) everyLabel[g].push(i); });

  const sets = data.sets.map(packed => {
    const top = unpacked(packed.top, 2).map(l => l - 1), score = unpacked(packed.score, 3);
    const second = unpacked(packed.second, 3), own = packed.gold ? unpacked(packed.gold, 3) : null;
    const rows = [];
    for (let i = 0; i < n; i++) if (top[i] >= 0) rows.push(i);
    const order = Array.from({length: n}, (_, i) => i)
      .sort((a, b) => (top[b] >= 0) - (top[a] >= 0) || score[b] - score[a] || a - b);
    const perGroup = new Float64Array(G);
    rows.forEach(i => { perGroup[groups[i]]++; });
    return {...packed, top, score, second, own, rows, order, perGroup, used: perGroup.filter(Boolean).length};
  });
  // Scores beside a threshold of more than five decimals have been moved apart by the same rule.
  const code = x => {
    const near = Math.floor(x * SCALE + 1e-6);
    return x === null ? Infinity : x * SCALE - near > 1e-6 && near % 1000 === 0 ? near + 1 : near;
  };

  // Every ticket: ROUTE, REVIEW or ESCALATE; one without an answer is reviewed.
  function decide(k, t, e, own) {
    const s = sets[k], limit = code(e), needed = new Float64Array(L).fill(code(t));
    for (const [label, threshold] of own || []) needed[label] = code(threshold);
    for (let i = 0; i < n; i++)
      outcomes[i] = s.top[i] < 0 ? REVIEW : s.second[i] > limit ? ESCALATE : s.score[i] >= needed[s.top[i]] ? ROUTE : REVIEW;
    return outcomes;
  }
  function counts(k, outcome) {
    const {top} = sets[k], found = {right: 0, wrong: 0, review: 0, escalated: 0};
    for (let i = 0; i < n; i++) {
      if (outcome[i] === ROUTE) found[top[i] === gold[i] ? "right" : "wrong"]++;
      else found[outcome[i] === REVIEW ? "review" : "escalated"]++;
    }
    return found;
  }
  // Review price minus cost of one ticket.
  function savedBy(s, i, outcome, limit, costs) {
    if (outcome === REVIEW) return 0;
    if (outcome === ROUTE) return s.top[i] === gold[i] ? costs.review : costs.review - costs.misroute;
    return costs.review - costs.escalate - (s.own && !(s.own[i] > limit) ? costs.missed : 0);
  }
  // The mean cost with the interval of measure/thresholds/saving.py, from sums over tickets and groups.
  function interval(s, {sum, spread, wrong, moved}, costs) {
    const N = s.rows.length;
    if (!N) return {value: NaN, low: NaN, high: NaN, wrong: 0};
    const mean = sum / N, se = s.used > 1 ? Math.sqrt(Math.max(0, spread) * s.used / (s.used - 1)) / N : NaN;
    let low = NaN, high = NaN;
    if (s.t !== null && se > 1e-9) { low = mean - s.t * se; high = mean + s.t * se; }
    else if (s.t !== null) { low = mean; high = mean; }
    if (moved && wrong < s.unseen.length) low = Math.min(low, mean - costs.misroute * s.unseen[wrong]);
    high = Math.min(high, costs.review);
    return {value: Math.max(0, costs.review - mean), low: costs.review - high, high: costs.review - low,
      saved: mean, savedLow: low, savedHigh: high, wrong};
  }
  function price(k, outcome, e, costs) {
    const s = sets[k], limit = code(e);
    let sum = 0, wrong = 0, moved = false, spread = 0;
    spent.fill(0);
    for (const i of s.rows) {
      const saved = savedBy(s, i, outcome[i], limit, costs);
      if (outcome[i] === ROUTE && s.top[i] !== gold[i]) wrong++;
      if (saved) moved = true;
      sum += saved;
      spent[groups[i]] += saved;
    }
    const mean = sum / s.rows.length;
    for (let g = 0; g < G; g++) if (s.perGroup[g]) spread += (spent[g] - mean * s.perGroup[g]) ** 2;
    return interval(s, {sum, spread, wrong, moved}, costs);
  }
  // From the highest threshold down: each ticket changes once, and the sums over groups with it.
  function curve(k, e, costs) {
    const s = sets[k], limit = code(e), found = [], N = s.rows.length;
    let sum = 0, squares = 0, mixed = 0, sizes2 = 0, wrong = 0, moved = 0, routed = 0, right = 0, next = 0;
    spent.fill(0);
    const add = (i, saved) => {
      const g = groups[i];
      sum += saved; squares += saved * (2 * spent[g] + saved); mixed += saved * s.perGroup[g];
      spent[g] += saved;
      if (saved) moved++;
    };
    for (let g = 0; g < G; g++) sizes2 += s.perGroup[g] ** 2;
    for (const i of s.rows) if (s.second[i] > limit) add(i, savedBy(s, i, ESCALATE, limit, costs));
    for (let j = 101; j >= 0; j--) {
      for (const t = code(j / 100); next < N && s.score[s.order[next]] >= t; next++) {
        const i = s.order[next];
        if (s.second[i] > limit) continue;
        routed++;
        if (s.top[i] === gold[i]) right++; else wrong++;
        add(i, savedBy(s, i, ROUTE, limit, costs));
      }
      const mean = sum / N, spread = squares - 2 * mean * mixed + mean * mean * sizes2;
      found[j] = {t: j / 100, n: N, routed, right, cost: interval(s, {sum, spread, wrong, moved: moved > 0}, costs)};
    }
    return found;
  }
  function routedShare(k, outcome) {
    const {rows, top} = sets[k];
    return shareOf(rows.filter(i => outcome[i] === ROUTE), i => top[i] === gold[i], groups, sizes, sums);
  }
  function matrix(k, outcome) {
    const {top} = sets[k], W = L + 2, found = new Int32Array((L + 1) * W);
    for (let i = 0; i < n; i++)
      if (gold[i] >= 0) found[gold[i] * W + (outcome[i] === ROUTE ? top[i] : outcome[i] === ESCALATE ? L + 1 : L)]++;
    return found;
  }
  // Of tickets that both sets answered, as measure/pairs/label_outcomes.py has it.
  function byLabel(k, b, outcome, wanted) {
    const s = sets[k], o = sets[b];
    const sent = new Int32Array(L);
    for (let i = 0; i < n; i++)
      if (outcome[i] === ROUTE && s.top[i] !== gold[i] && s.top[i] >= 0 && o.top[i] >= 0) sent[s.top[i]]++;
    return wanted.map(label => {
      const rows = everyLabel[label].filter(i => s.top[i] >= 0 && o.top[i] >= 0);
      const right = shareOf(rows, i => outcome[i] === ROUTE && s.top[i] === label, groups, sizes, sums);
      let away = 0;
      for (const i of rows) if (outcome[i] === ROUTE && s.top[i] !== label) away++;
      return {label, right, away, person: rows.length - right.hits - away, sentIn: sent[label]};
    });
  }
  return {n, L, gold, sets, decide, counts, price, curve, routedShare, matrix, byLabel};
}
