// Intervals as measure/statistics has them; tests hold both together.
function logGamma(x) {
  const c = [676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406,
    12.507343278686905, -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  let sum = 0.9999999999998099;
  for (let i = 0; i < 8; i++) sum += c[i] / (x + i);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}
// Upper tail of Student's t: the regularised incomplete beta function by Lentz's continued fraction.
function tailOfT(t, df) {
  const x = df / (df + t * t), a = df / 2, b = 0.5, flip = x > (a + 1) / (a + b + 2);
  const [p, q, y] = flip ? [b, a, 1 - x] : [a, b, x];
  const front = Math.exp(logGamma(p + q) - logGamma(p) - logGamma(q) + p * Math.log(y) + q * Math.log(1 - y)) / p;
  let c = 1, d = 1 / Math.max(1e-300, 1 - (p + q) * y / (p + 1)), h = d;
  for (let m = 1; m < 500; m++) {
    let n = m * (q - m) * y / ((p + 2 * m - 1) * (p + 2 * m));
    d = 1 / (1 + n * d); c = 1 + n / c; h *= d * c;
    n = -(p + m) * (p + q + m) * y / ((p + 2 * m) * (p + 2 * m + 1));
    d = 1 / (1 + n * d); c = 1 + n / c;
    const step = d * c; h *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  const beta = front * h;
  return (flip ? 1 - beta : beta) / 2;
}
const Z = 1.959963984540054;
const quantiles = new Map();
function quantileOfT(df) {
  if (df === Infinity) return Z;
  if (!quantiles.has(df)) {
    let low = 0, high = 2;
    while (tailOfT(high, df) > 0.025) high *= 2;
    for (let i = 0; i < 80; i++) {
      const middle = (low + high) / 2;
      if (tailOfT(middle, df) > 0.025) low = middle; else high = middle;
    }
    quantiles.set(df, (low + high) / 2);
  }
  return quantiles.get(df);
}
function wilson(successes, n, df) {
  const z = quantileOfT(df), p = successes / n, z2 = z * z;
  const centre = p + z2 / (2 * n), half = z * Math.sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  return [p === 0 ? 0 : Math.max(0, (centre - half) / (1 + z2 / n)),
    p === 1 ? 1 : Math.min(1, (centre + half) / (1 + z2 / n))];
}
// The share of `rows` that hit, on the effective number of tickets (Kish 1965).
function shareOf(rows, hit, groups, sizes, sums) {
  const n = rows.length;
  if (!n) return {n: 0, hits: 0, value: NaN, low: NaN, high: NaN};
  let hits = 0, squares = 0, spread = 0, count = 0;
  for (const i of rows) {
    const g = groups[i];
    sizes[g]++;
    if (hit(i)) { hits++; sums[g]++; }
  }
  const value = hits / n;
  for (const i of rows) {
    const g = groups[i];
    if (!sizes[g]) continue;
    const off = sums[g] - value * sizes[g];
    squares += sizes[g] * sizes[g]; spread += off * off; count++;
    sizes[g] = 0; sums[g] = 0;
  }
  const byGroups = n * n / squares, alone = hits * (1 - value);
  let effective = n, df = Infinity;
  if (count !== n) effective = alone <= 0 || count === 1 ? count : Math.min(n, spread ? n * alone / spread : n);
  if (byGroups < n && effective > byGroups * (1 + 1e-9)) {
    if (byGroups < 2) effective = byGroups; else df = byGroups - 1;
  }
  const [low, high] = wilson(value * effective, effective, df);
  return {n, hits, value, low, high};
}
// Largest remainder: whole numbers of a hundred whose sum is 100, ties to the earlier part.
function hundred(parts) {
  const n = parts.reduce((a, b) => a + b, 0);
  if (!n) return parts.map(() => 0);
  const whole = parts.map(p => Math.floor(100 * p / n)), rest = parts.map((p, i) => 100 * p - whole[i] * n);
  const order = parts.map((_, i) => i).sort((a, b) => rest[b] - rest[a] || a - b);
  for (let left = 100 - whole.reduce((a, b) => a + b, 0), i = 0; left > 0; left--, i++) whole[order[i]]++;
  return whole;
}
