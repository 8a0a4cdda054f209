// The confirmation: what the server has, how to prove it, what happens next.
import { time } from "./clock.js";
import { desk, pathOf } from "./desk.js";
import { announce, button, codeBlock, data, el, linkLine, prose } from "./dom.js";
import { parts, t } from "./texts.js";
import { scoreText } from "./view_list.js";

async function copy(text, source) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection().selectAllChildren(source); // a page without TLS has no clipboard
    document.execCommand("copy");
  }
  announce(t("page.copied"));
}

function download(text, code) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  el("a", { href: url, download: `${code.replace(/[^A-Za-z0-9-]/g, "")}.txt` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

function nextSteps(test, again) {
  const left = test.attemptsLeft;
  return el("ul", {},
    again && el("li", {}, parts("page.mayResend", { time: time(test.due, desk.zone, test.dueText) })),
    again && typeof left === "number" && el("li", {}, t("page.attemptsLeft", { n: left })),
    el("li", {}, t("page.scoreByMail")),
    el("li", {}, t("page.keepReceipt")));
}

export function receiptView(test, receipt) {
  const again = test.status === "open" || test.status === "received";
  const text = codeBlock(receipt.text ?? "", t("page.receipt"));
  const body = [
    el("div", { class: "panel" }, el("p", {}, t("page.receiptCode")), el("p", { class: "code" }, data(receipt.code ?? ""))),
    el("p", {}, parts("page.receivedAt", { time: time(receipt.receivedAt, desk.zone, receipt.receivedText) }), " ",
      t(receipt.late ? "page.late" : "page.onTime")),
    typeof receipt.answered === "number" && el("p", {}, t("page.answeredOf", { n: receipt.answered, count: receipt.questions })),
    el("p", { class: "buttons noprint" },
      button(t("page.copy"), () => copy(receipt.text ?? "", text), "second"),
      button(t("page.print"), () => print(), "second"),
      button(t("page.download"), () => download(receipt.text ?? "", receipt.code ?? "receipt"), "second")),
    el("h2", {}, t("page.whatNext")),
    nextSteps(test, again),
    el("h2", {}, t("page.wholeReceipt")),
    text,
    again && linkLine(t("page.changeAnswers"), pathOf(test)),
    linkLine(t("page.backToList"), "#/"),
  ];
  return { title: `${t("page.received")} – ${test.title || test.testId}`, heading: t("page.received"), body };
}

function question(one, position) {
  const verdict = one.right ? "page.right" : one.points > 0 ? "page.partly" : one.given ? "page.wrong" : "page.notAnswered";
  const line = (key, value) => value !== undefined && value !== null && value !== "" &&
    el("div", { class: "row" }, el("dt", {}, t(key)), el("dd", {}, value instanceof Node ? value : data(value)));
  return [
    el("h3", {}, t("page.questionN", { n: position + 1 }), ": ", t(verdict)),
    el("p", {}, prose(one.question ?? one.questionId)),
    one.code && codeBlock(one.code, t("page.code")),
    el("dl", { class: "answers" },
      line("page.pointsGiven", t("shared.points", { n: one.points, max: one.maxPoints })),
      line("page.yourAnswer", one.givenText ?? one.given),
      line("page.rightAnswer", one.correctText ?? one.correct),
      line("page.feedback", one.feedback && prose(one.feedback))),
  ];
}

export async function resultView(test) {
  const { body: result } = await desk.api.result(test);
  const body = [
    el("p", { class: "hint" }, data(`${test.subject}/${test.testId}`)),
    el("div", { class: "panel" }, el("p", { class: "code" }, scoreText(result))),
    el("p", {}, t("shared.points", { n: result.points, max: result.maxPoints }), result.percent && ` (${result.percent} %)`, "."),
    result.late && el("p", {}, t("page.late")),
    result.reason && el("p", { class: "notice" }, t("page.corrected"), " ", data(result.reason)),
    result.class && el("p", {}, t("page.classMean", { mean: result.class.mean, n: result.class.n })),
    (result.released === false || result.questions?.length > 0) && el("h2", {}, t("page.byQuestion")),
    result.released === false ? el("p", {}, result.releasedAt
      ? parts("page.releasedAt", { time: time(result.releasedAt, desk.zone) }) : t("page.releasedLater"))
      : (result.questions ?? []).map(question),
    linkLine(t("page.backToList"), "#/"),
  ];
  const title = result.title || test.title || test.testId;
  return { title: `${t("page.result")} – ${title}`, heading: parts("page.resultOf", { title: data(title) }), body };
}
