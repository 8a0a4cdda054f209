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

// A question or an explanation: lines that begin with four blanks are code.
export function prose(text) {
  const blocks = [];
  String(text).split("\n").forEach((line, position) => {
    const code = line.startsWith("    ");
    const last = blocks.at(-1);
    if (last?.code === code) last.text += "\n" + line;
    else blocks.push({ code, text: (position > 0 ? "\n" : "") + line });
  });
  return el("span", { class: "data", dir: "auto" },
    blocks.map((block) => (block.code ? el("code", {}, block.text) : block.text)));
}

export function codeBlock(code, label) {
  return el("pre", { tabindex: "0", role: "group", "aria-label": label }, el("code", {}, code));
}

export function button(label, onclick, kind = "") {
  return el("button", { type: "button", class: kind, onclick }, label);
}

export function linkButton(label, href, kind = "") {
  return el("a", { class: `button ${kind}`, href }, label);
}

// A link on a line of its own.
export function linkLine(label, href) {
  return el("p", { class: "link" }, el("a", { href }, label));
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
