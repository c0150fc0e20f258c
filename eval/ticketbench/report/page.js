(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("sweeps").textContent);
  var slider = document.getElementById("slider");
  var shown = document.getElementById("threshold-value");
  function show() {
    var at = Number(slider.value);
    shown.textContent = (at / 100).toFixed(2);
    data.forEach(function (set, i) {
      Object.keys(set).forEach(function (name) {
        document.getElementById("live-" + i + "-" + name).textContent = set[name][at];
      });
    });
  }
  slider.addEventListener("input", show);
  document.querySelectorAll(".script-only").forEach(function (part) { part.hidden = false; });
})();
