"""Rules that every view has to keep, measured in the browser: each returns what breaks it."""

# Text against what is behind it, after WCAG 2.2: relative luminance, with transparency laid over what is below.
CONTRAST = """
const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
function rgba(color) {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
}
const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
function behind(node) {
  const layers = [];
  for (let at = node; at; at = at.parentElement) layers.unshift(rgba(getComputedStyle(at).backgroundColor));
  const base = matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18, 1] : [255, 255, 255, 1];
  return layers.reduce((below, top) => over(top, below), base);
}
function luminance(color) {
  const [r, g, b] = color.map(value => value / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function ratio(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
const bad = [];
let seen = 0;
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const node = walk.currentNode.parentElement;
  if (!walk.currentNode.textContent.trim() || !node.checkVisibility({visibilityProperty: true}) || node.closest('script, style, noscript')) continue;
  ++seen;
  const back = behind(node);
  const got = ratio(over(rgba(getComputedStyle(node).color), back), back);
  if (got < 4.5) bad.push(`${got.toFixed(2)}: ${walk.currentNode.textContent.slice(0, 40)}`);
}
for (const node of document.querySelectorAll('input[type=text], input[type=password]')) {
  const got = ratio(rgba(getComputedStyle(node).borderTopColor), behind(node.parentElement));
  if (got < 3) bad.push(`${got.toFixed(2)}: border of ${node.id}`);
}
if (seen < 5) bad.push('there is hardly any text here');
return bad;
"""

# Nothing is wider than the window, and nothing lies outside it.
OVERFLOW = """
const width = document.documentElement.clientWidth;
const bad = [...document.querySelectorAll('body *')].filter(node => {
  const box = node.getBoundingClientRect();
  const scrolled = node.closest('pre') && !node.matches('pre');
  return box.width > 1 && box.height > 1 && !scrolled && (box.right > width + 0.5 || box.left < -0.5);
}).map(node => `${node.tagName}.${node.className} ${node.textContent.slice(0, 30)}`);
if (document.documentElement.scrollWidth > width) bad.push(`the page is ${document.documentElement.scrollWidth} wide of ${width}`);
return bad;
"""

# What can be pressed is 24 pixels high and wide, but for links within a sentence.
TARGETS = """
const inSentence = node => node.matches('a') && getComputedStyle(node).display === 'inline' && node.parentElement.textContent.trim() !== node.textContent.trim();
return [...document.querySelectorAll('a, button, input')].filter(node => node.checkVisibility() && node.id !== 'skip' && !inSentence(node)).filter(node => {
  const box = node.getBoundingClientRect();
  return box.width < 24 || box.height < 24;
}).map(node => `${node.tagName} ${node.innerText || node.id}: ${node.getBoundingClientRect().height}`);
"""

# One h1, no level left out, the language set, ids once, controls with labels.
STRUCTURE = """
const bad = [];
const levels = [...document.querySelectorAll('h1, h2, h3, h4')].filter(node => node.checkVisibility()).map(node => Number(node.tagName[1]));
if (levels[0] !== 1 || levels.filter(level => level === 1).length !== 1) bad.push(`h1: ${levels}`);
levels.forEach((level, i) => { if (i > 0 && level > levels[i - 1] + 1) bad.push(`headings: ${levels}`); });
const ids = [...document.querySelectorAll('[id]')].map(node => node.id);
if (new Set(ids).size !== ids.length) bad.push(`ids: ${ids}`);
for (const node of document.querySelectorAll('[aria-describedby], [aria-labelledby]'))
  for (const id of `${node.getAttribute('aria-describedby') ?? ''} ${node.getAttribute('aria-labelledby') ?? ''}`.split(' '))
    if (id && !document.getElementById(id)) bad.push(`no ${id}`);
for (const node of document.querySelectorAll('fieldset')) if (!node.querySelector('legend')?.textContent.trim()) bad.push('no legend');
for (const node of document.querySelectorAll('input')) if (!node.labels.length) bad.push(`no label: ${node.id}`);
if (!['en', 'pl'].includes(document.documentElement.lang)) bad.push(`lang ${document.documentElement.lang}`);
if (document.querySelectorAll('main').length !== 1 || !document.title) bad.push('main or title');
return bad;
"""


def ax_nodes(browser):
    """The accessibility tree as a screen reader gets it: [(role, name, properties)] in order, without ignored nodes."""
    browser.cdp("Accessibility.enable")
    nodes = browser.cdp("Accessibility.getFullAXTree")["nodes"]
    children = {node["nodeId"]: node for node in nodes}
    ordered = []

    def visit(node):
        if not node.get("ignored"):
            ordered.append((node["role"]["value"], node.get("name", {}).get("value", ""),
                            {entry["name"]: entry["value"].get("value") for entry in node.get("properties", [])} |
                            {"description": node.get("description", {}).get("value", "")}))
        for child in node.get("childIds", []):
            if child in children:
                visit(children[child])

    visit(nodes[0])
    return ordered


CONTROLS = {"button", "link", "radio", "checkbox", "textbox", "combobox"}


def unnamed_controls(browser):
    return [node for node in ax_nodes(browser) if node[0] in CONTROLS and not node[1].strip()]


def broken(browser):
    """What breaks a rule in this view."""
    return {name: found for name, found in (("contrast", browser.script(CONTRAST)), ("overflow", browser.script(OVERFLOW)),
                                            ("targets", browser.script(TARGETS)), ("structure", browser.script(STRUCTURE)),
                                            ("unnamed", unnamed_controls(browser))) if found}
