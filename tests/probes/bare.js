// Drawings that need a style to be seen: without width and height, or shapes without own colour.
() => {
  const name = (e) => e.outerHTML.replace(/\s+/g, " ").slice(0, 110);
  const has = (e, attribute) => {
    for (let at = e; at instanceof SVGElement; at = at.parentNode) if (at.hasAttribute(attribute)) return true;
    return false;
  };
  const found = [];
  for (const svg of document.querySelectorAll("svg")) {
    if (svg.closest("template")) continue;
    if (!svg.hasAttribute("width") || !svg.hasAttribute("height")) found.push(name(svg));
    for (const e of svg.querySelectorAll("path, rect, circle, ellipse, polygon"))
      if (!has(e, "fill")) found.push(name(e));
    for (const e of svg.querySelectorAll("line, polyline, path[fill=none]"))
      if (!has(e, "stroke")) found.push(name(e));
  }
  return found;
}
