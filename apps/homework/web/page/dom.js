// Elements made of tags, attributes and text. Data never becomes markup: there is no innerHTML in this page.

// el("a", {href: "#/", onclick: f}, "text", otherElement). Attributes and children that are null, undefined or
// false are left out.
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  fill(node, children);
  return node;
}

export function fill(node, children) {
  const present = children.flat(9).filter((child) => child !== null && child !== undefined && child !== false);
  node.replaceChildren(...present);
}

// Text that somebody else wrote: as it is, in its own direction.
export function data(text, tag = "span") {
  return el(tag, { class: "data", dir: "auto" }, String(text));
}

export function button(label, onclick, kind = "") {
  return el("button", { type: "button", class: kind, onclick }, label);
}

// A link that looks like a button.
export function next(label, href) {
  return el("a", { class: "button", href }, label);
}

export function byId(id) {
  return document.getElementById(id);
}

// Said once by screen readers when they are done with what they are saying. The same sentence twice is said twice.
export function announce(sentence) {
  const region = byId("announcer");
  region.textContent = "";
  setTimeout(() => (region.textContent = sentence), 50);
}
