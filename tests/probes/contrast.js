// Ink, ground and contrast of every piece of text under the elements that `selector` names.
// Under SVG text lie the filled shapes drawn before it; a picture as background counts as unknown.
(selector) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  const colours = new Map();
  const colour = (text) => {
    if (!colours.has(text)) {
      brush.clearRect(0, 0, 1, 1);
      brush.fillStyle = text;
      brush.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
      colours.set(text, [r, g, b, a / 255]);
    }
    return colours.get(text);
  };
  const sheet = (() => { // the browser's own ground, light or dark
    const e = document.documentElement.appendChild(document.createElement("i"));
    e.style.color = "Canvas";
    const found = colour(getComputedStyle(e).color);
    e.remove();
    return found;
  })();
  const over = (top, share, ground) => {
    const a = top[3] * share;
    return [0, 1, 2].map((i) => top[i] * a + ground[i] * (1 - a)).concat(1);
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) =>
      v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const contrast = (a, b) => {
    const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const opacity = (element) => {
    let share = 1;
    for (let e = element; e; e = e.parentElement) share *= Number(getComputedStyle(e).opacity);
    return share;
  };
  const ground = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (style.backgroundImage !== "none") return null;
      const layer = colour(style.backgroundColor);
      layers.push([layer, e]);
      if (layer[3] === 1) break;
    }
    return layers.reverse().reduce((below, [layer, e]) => over(layer, opacity(e), below), sheet);
  };
  const grounds = (text) => {
    const box = text.getBoundingClientRect();
    const svg = text.ownerSVGElement;
    const shapes = [...svg.querySelectorAll("path, rect, circle, ellipse, polygon")].filter(
      (shape) => shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING &&
        shape.checkVisibility() && getComputedStyle(shape).fill !== "none");
    const under = ground(svg);
    const found = [];
    for (const x of [0.1, 0.5, 0.9]) for (const y of [0.3, 0.7]) {
      const at = new DOMPoint(box.left + x * box.width, box.top + y * box.height);
      found.push(shapes.reduce((below, shape) => {
        if (!shape.isPointInFill(at.matrixTransform(shape.getScreenCTM().inverse()))) return below;
        const style = getComputedStyle(shape);
        return over(colour(style.fill), Number(style.fillOpacity) * opacity(shape), below);
      }, under));
    }
    return found;
  };
  const measured = (element, text) => {
    const style = getComputedStyle(element);
    const svg = element instanceof SVGElement;
    const below = svg ? grounds(element) : [ground(element)];
    const ink = colour(svg ? style.fill : style.color);
    const share = opacity(element) * (svg ? Number(style.fillOpacity) : 1);
    const ratios = below.map((at) => at && contrast(over(ink, share, at), at));
    return { text, ratio: ratios.includes(null) ? null : Math.min(...ratios) };
  };
  const found = [];
  for (const root of document.querySelectorAll(selector)) {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node; (node = walk.nextNode()); ) {
      const element = node.parentElement;
      if (!node.data.trim() || element.closest("title, desc")) continue;
      if (element.checkVisibility({ visibilityProperty: true })) found.push(measured(element, node.data.trim()));
    }
  }
  return found;
}
