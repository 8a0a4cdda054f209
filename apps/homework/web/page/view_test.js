// The beginning of a test: what is asked, until when, and what there is already.
import { time } from "./clock.js";
import { desk, pathOf } from "./desk.js";
import { button, data, el, linkButton, linkLine, prose } from "./dom.js";
import { shelf } from "./shelf.js";
import { parts, t } from "./texts.js";
import { dueLine } from "./view_list.js";

export function layoutOf(test) {
  return shelf.read("layout") === "all" ? pathOf(test, "all") : null;
}

function changedNotice(draft, changed) {
  return changed.length > 0 && el("div", { class: "notice", role: "note" },
    el("p", {}, t("page.questionsChanged")),
    el("ul", {}, changed.map((position) =>
      el("li", {}, t("page.questionN", { n: position + 1 }), ": ", prose(draft.questions[position].question)))));
}

export function rules(test) {
  const left = test.attemptsLeft;
  return el("ul", {},
    el("li", {}, typeof left === "number" ? t("page.attemptsLeft", { n: left }) : t("page.attemptsFree")),
    test.late === "flag" && el("li", {}, t("page.lateFlag")),
    test.partial && el("li", {}, t("shared.partialRule")),
    test.extended && el("li", {}, t("page.extended")),
    test.excused && el("li", {}, t("page.excused")));
}

function received(test, draft) {
  const at = draft.receipt?.receivedAt ?? test.receivedAt;
  return (draft.confirmed || draft.receipt) && el("p", {},
    parts("page.receivedBefore", { time: at ? time(at, desk.zone) : "–" }), " ",
    draft.receipt && el("a", { href: pathOf(test, "receipt") }, t("page.seeReceipt")));
}

export async function testView(found, go) {
  const { test, draft, changed } = await desk.reopen(found);
  const total = draft.questions.reduce((sum, question) => sum + (question.points ?? 1), 0);
  const first = layoutOf(test) ?? pathOf(test, (draft.open()[0] ?? 0) + 1);
  const restored = draft.restored && draft.unsent;
  const startOver = () => {
    draft.startOver();
    go(layoutOf(test) ?? pathOf(test, 1));
  };
  const body = [
    el("p", { class: "hint" }, data(`${test.subject}/${test.testId}`)),
    dueLine(test),
    el("p", {}, t("shared.questions", { n: draft.questions.length }), ", ", t("page.pointsInAll", { n: total }), "."),
    rules(test),
    received(test, draft),
    changedNotice(draft, changed),
    restored && el("p", { class: "notice" }, t("page.draftFound", { n: draft.count })),
    el("p", { class: "buttons" },
      linkButton(t(draft.count > 0 ? "page.continue" : "page.start"), first),
      restored && button(t(draft.confirmed ? "page.useReceived" : "page.startOver"), startOver, "second")),
    linkLine(t("page.backToList"), "#/"),
  ];
  const title = test.title || test.testId;
  return { title, heading: data(title), body };
}
