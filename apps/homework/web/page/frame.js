// What stands around every view: title, heading, language, the banner, the time.
import { timeLeft, now } from "./clock.js";
import { desk } from "./desk.js";
import { announce, byId, data, el, fill } from "./dom.js";
import { shelf } from "./shelf.js";
import { language, parts, speak, t } from "./texts.js";

let leave = null;

function languageButton(tag, name, rerender) {
  return el("button", { type: "button", class: "plain", lang: tag, "aria-pressed": String(language() === tag), id: "lang-" + tag,
    onclick: async () => {
      speak(tag);
      shelf.write("lang", tag);
      await rerender();
      byId("lang-" + tag)?.focus();
    } }, name);
}

function drawHeader(rerender) {
  byId("skip").textContent = t("page.skip");
  fill(byId("top"), [
    el("p", { class: "brand" }, desk.course?.course ? data(desk.course.course) : t("page.homework")),
    el("div", { class: "tools" },
      desk.account && el("span", {}, parts("page.signedInAs", { student: data(desk.account.student) })),
      desk.account && el("a", { href: "#/signout" }, t("page.signOut")),
      languageButton("en", "English", rerender),
      languageButton("pl", "Polski", rerender)),
  ]);
}

// `view`: {title, heading, body, leave?}. `still`: the focus stays where it is.
export function show(view, rerender, still) {
  leave?.();
  leave = view.leave ?? null;
  drawHeader(rerender);
  showConnection();
  const heading = el("h1", { tabindex: "-1" }, view.heading);
  fill(byId("main"), [heading, view.body]);
  document.title = `${view.title} – ${desk.course?.course ?? t("page.homework")}`;
  if (still) return;
  scrollTo(0, 0);
  heading.focus();
}

export function showConnection() {
  const line = navigator.onLine ? "" : t("page.offline");
  if (byId("banner").textContent !== line) byId("banner").textContent = line;
}

const marks = [[3600e3, "page.anHourLeft"], [600e3, "page.tenMinutesLeft"], [60e3, "page.aMinuteLeft"]];
const said = new Set();

// Tells once, politely, when an hour, ten minutes and a minute are left to the deadlines of open tests.
function remind() {
  const sentences = [];
  for (const test of desk.course?.tests ?? []) {
    if (test.status !== "open" && test.status !== "received") continue;
    const left = Date.parse(test.due) - now();
    const reached = left > 0 ? marks.filter(([mark]) => left <= mark) : [];
    const [mark, key] = reached.at(-1) ?? [];
    const nameOf = (one) => `${one} ${test.due} ${test.subject}/${test.testId}`;
    if (key && !said.has(nameOf(mark))) sentences.push(t(key, { title: test.title || test.testId }));
    for (const [one] of reached) said.add(nameOf(one));
  }
  if (sentences.length > 0) announce(sentences.join(" "));
}

export function tick() {
  for (const node of document.querySelectorAll("[data-due]")) {
    const line = timeLeft(node.dataset.due);
    if (node.textContent !== line) node.textContent = line;
  }
  remind();
}
