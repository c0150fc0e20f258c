// What makes the page wider than the window: elements that reach past it and are cut by no box.
() => {
  const held = (element) => {
    for (let e = element.parentElement; e && e !== document.body; e = e.parentElement) {
      if (getComputedStyle(e).overflowX !== "visible" && e.getBoundingClientRect().right <= innerWidth + 1) return true;
    }
    return false;
  };
  const name = (e) => e.tagName.toLowerCase() + (e.id ? "#" + e.id : e.classList.length ? "." + e.classList[0] : "");
  const found = [...document.body.querySelectorAll("*")].filter(
    (e) => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1 && !held(e)).map(name);
  if (document.documentElement.scrollWidth > innerWidth) found.unshift(`page ${document.documentElement.scrollWidth}`);
  return found;
}
