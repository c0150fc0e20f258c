(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("sweeps").textContent);
  var slider = document.getElementById("slider");
  var shown = document.getElementById("threshold-value");
  function percent(part, whole) {
    return whole ? (Math.round((1000 * part) / whole) / 10).toFixed(1) + "%" : "–";
  }
  function show() {
    var at = Number(slider.value);
    shown.textContent = (at / 100).toFixed(2);
    data.forEach(function (set, i) {
      var routed = set.routed[at], right = set.right[at], n = set.n;
      var cells = {
        routed: percent(routed, n),
        precision: percent(right, routed),
        wrong: String(routed - right),
        reviewed: String(n - routed - set.escalated),
        escalated: String(set.escalated)
      };
      Object.keys(cells).forEach(function (name) {
        document.getElementById("live-" + i + "-" + name).textContent = cells[name];
      });
    });
  }
  slider.addEventListener("input", show);
  document.querySelectorAll(".script-only").forEach(function (part) { part.hidden = false; });
  show();
})();
