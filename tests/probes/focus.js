// Where the focus is: a name, whether it is to be seen there, and what lies over it.
() => {
  const e = document.activeElement;
  if (!e || e === document.body || e === document.documentElement) return { name: "body", seen: true, covered: null };
  const tag = e.tagName.toLowerCase();
  const data = Object.entries(e.dataset)[0];
  const name = e.id ? "#" + e.id : tag + (data ? `[${data[0]}=${data[1]}]` : e.hash ? `[${e.hash}]` : "");
  const style = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  const bar = document.querySelector("#bar");
  const under = bar && !bar.contains(e) && getComputedStyle(bar).position === "sticky" &&
    bar.checkVisibility() ? bar.getBoundingClientRect() : { bottom: 0, top: 0 };
  return {
    name,
    seen: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none",
    covered: under.top <= 0 && box.top < under.bottom - 1 ? "#bar" : box.bottom > innerHeight + 1 && box.height < innerHeight ? "the edge" : null,
  };
}
