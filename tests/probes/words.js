// The words a person can see, in reading order: on the screen now (`inView`), or on the whole page.
// What is clipped, transparent or in a closed fold is not seen; `without` names elements to skip.
({ inView = false, within = "body", without = null } = {}) => {
  const FEW = 2; // px: what assistive text is shrunk to is smaller
  const page = { left: 0, top: 0, right: innerWidth, bottom: inView ? innerHeight : Infinity };
  const origin = inView ? { x: 0, y: 0 } : { x: scrollX, y: scrollY };
  const meet = (a, b) => ({
    left: Math.max(a.left, b.left), top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom),
  });
  const moved = (box) => ({
    left: box.left + origin.x, top: box.top + origin.y,
    right: box.right + origin.x, bottom: box.bottom + origin.y,
  });
  const clips = new Map();
  const clip = (element) => {
    if (!element) return page;
    if (!clips.has(element)) {
      const outer = clip(element.parentElement);
      const hides = element !== document.body && element !== document.documentElement &&
        getComputedStyle(element).overflow !== "visible" &&
        !(element instanceof SVGElement && element.ownerSVGElement === null);
      clips.set(element, hides ? meet(outer, moved(element.getBoundingClientRect())) : outer);
    }
    return clips.get(element);
  };
  const seen = (boxes, element) => [...boxes].some((box) => {
    const part = meet(clip(element), moved(box));
    return part.right - part.left >= FEW && part.bottom - part.top >= FEW;
  });
  const shown = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    !(without && element.closest(without));
  const words = [];
  const add = (text) => words.push(...text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)));
  const read = (node) => {
    if (node.nodeType === Node.ELEMENT_NODE) {
      if (node.matches("script, style, template, noscript, title, desc")) return;
      if (node.matches("select, input:not([type=range]), textarea")) {
        const text = node.matches("select") ? node.selectedOptions[0]?.text : node.value || node.placeholder;
        if (shown(node) && seen(node.getClientRects(), node)) add(text || "");
        return;
      }
      node.childNodes.forEach(read);
    } else if (node.nodeType === Node.TEXT_NODE && node.data.trim() && shown(node.parentElement)) {
      for (const found of node.data.matchAll(/\S+/g)) {
        const range = document.createRange();
        range.setStart(node, found.index);
        range.setEnd(node, found.index + found[0].length);
        if (seen(range.getClientRects(), node.parentElement)) add(found[0]);
      }
    }
  };
  document.querySelectorAll(within).forEach(read);
  return words;
}
