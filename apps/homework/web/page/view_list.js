// The tests of a student: what is to be done, then what is over.
import { now, time, timeLeft } from "./clock.js";
import { desk, pathOf } from "./desk.js";
import { data, el } from "./dom.js";
import { parts, t } from "./texts.js";
import { sharedChoice } from "./view_signin.js";

// The deadline; of what is over, when it closed.
export function dueLine(test) {
  const open = test.status === "open" || test.status === "received";
  if (!open && Date.parse(test.due) <= now()) {
    return el("p", {}, parts("page.closedAt", { time: time(test.due, desk.zone, test.dueText) }));
  }
  return el("p", {}, parts("page.due", { time: time(test.due, desk.zone, test.dueText) }), " ",
    el("span", { "data-due": test.due }, timeLeft(test.due)));
}

export function scoreText(score) {
  const grade = score.grade && String(score.grade) !== String(score.score) ? t("page.grade", { grade: score.grade }) : "";
  return t("page.score", { score: score.score, scale: score.scale }) + grade;
}

export function stateOf(test) {
  const received = test.receivedAt && time(test.receivedAt, desk.zone);
  const draft = desk.countDraft(test);
  switch (test.status) {
    case "open":
      return draft > 0 ? t("page.stateDraft", { n: draft }) : t("page.stateOpen");
    case "received":
      return received ? parts("page.stateReceived", { time: received }) : t("page.stateReceivedOnly");
    case "done":
      return received ? parts("page.stateDone", { time: received }) : t("page.stateDoneOnly");
    case "scored":
      return test.score ? scoreText(test.score) : t("page.stateDoneOnly");
    default:
      return t("page.stateClosed");
  }
}

function targetOf(test) {
  if (test.status === "open" || test.status === "received") return pathOf(test);
  if (test.status === "scored") return pathOf(test, "result");
  return test.status === "done" ? pathOf(test, "receipt") : null;
}

function item(test) {
  const title = data(test.title || test.testId);
  const target = targetOf(test);
  return el("li", { class: "card" },
    el("h3", {}, target ? el("a", { href: target }, title) : title),
    el("p", { class: "hint" }, data(`${test.subject}/${test.testId}`)),
    dueLine(test),
    test.extended && el("p", {}, t("page.extended")),
    test.excused && el("p", {}, t("page.excused")),
    el("p", { class: "state" }, stateOf(test)));
}

function section(heading, tests) {
  return tests.length > 0 && [el("h2", {}, heading), el("ul", { class: "cards" }, tests.map(item))];
}

export async function listView() {
  const course = await desk.refresh();
  const tests = [...(course.tests ?? [])].sort((one, other) => Date.parse(one.due) - Date.parse(other.due));
  const open = tests.filter((test) => test.status === "open");
  const received = tests.filter((test) => test.status === "received");
  const over = tests.filter((test) => !open.includes(test) && !received.includes(test)).reverse();
  const body = [
    open.length === 0 && el("p", {}, t("page.nothingToDo")),
    section(t("page.toDo"), open),
    section(t("page.mayChange"), received),
    section(t("page.over"), over),
    el("h2", {}, t("page.thisComputer")),
    sharedChoice(),
  ];
  return { title: t("page.yourTests"), heading: t("page.yourTests"), body };
}
