// Check your answers, and send them.
import { time } from "./clock.js";
import { desk, pathOf } from "./desk.js";
import { button, data, el, fill, linkButton, prose } from "./dom.js";
import { summary } from "./errors.js";
import { answerTexts } from "./questions.js";
import { Sender } from "./sender.js";
import { parts, t } from "./texts.js";
import { layoutOf, rules } from "./view_test.js";
import { dueLine } from "./view_list.js";

function row(test, draft, position) {
  const question = draft.questions[position];
  const answer = draft.answers[question.questionId];
  const said = answer ? answerTexts(question, answer).map((text) => el("p", {}, data(text)))
    : el("p", {}, el("strong", {}, t("page.notAnswered")));
  const n = position + 1;
  return el("div", { class: "row" },
    el("dt", {}, t("page.questionN", { n }), ": ", prose(question.question)),
    el("dd", {}, said, el("a", { href: layoutOf(test) ?? pathOf(test, n) }, t("page.change"), " ",
      el("span", { class: "hidden" }, t("page.changeN", { n })))));
}

// Why the server did not take the answers, as a sentence, and what to do.
function refusal(error) {
  const own = { closed: "page.sendClosed", key: "page.sendKey", none: "page.noSuchTest" }[error.kind];
  return [
    el("p", {}, own ? t(own) : t("page.sendRefused")),
    !own && error.sentence && el("p", {}, el("q", { lang: "en" }, error.sentence)),
    el("p", {}, t("page.answersSafe")),
  ];
}

class Sending {
  constructor(opened, go) {
    this.opened = opened;
    this.go = go;
    this.status = el("div", { role: "status" });
    this.errors = el("div", {});
    this.confirm = null;
    this.sender = new Sender(() => this.post(), (state, seconds) => this.tell(state, seconds));
  }

  async post() {
    const { test, draft } = this.opened;
    this.given = draft.answers;
    const answer = await desk.api.submit(test, draft.questionSet, draft.chosen());
    return answer.receipt;
  }

  tell(state, seconds) {
    if (state === "sending") return fill(this.status, [el("p", {}, t("page.sending"))]);
    fill(this.status, [el("div", { class: "notice" },
      el("p", {}, t("page.sendWaiting", { n: seconds })),
      button(t("page.tryNow"), () => this.sender.hurry(), "second"))]);
  }

  mistakes() {
    const { draft } = this.opened;
    const found = draft.problems().map(({ position, problem }) => ({
      text: `${t("page.questionN", { n: position + 1 })}: ${t(problem)}`,
      target: { focus: () => this.go(pathOf(this.opened.test, position + 1)) },
    }));
    if (draft.count === 0) found.push({ text: t("page.nothingToSend"), target: { focus: () => this.go(pathOf(this.opened.test, 1)) } });
    if (this.confirm && !this.confirm.checked) found.push({ text: t("page.confirmOpen"), target: this.confirm });
    return found;
  }

  async submit(event) {
    event.preventDefault();
    const mistakes = this.mistakes();
    if (mistakes.length > 0) return summary(this.errors, mistakes);
    this.errors.replaceChildren();
    if (this.sender.running) return;
    const { test, draft } = this.opened;
    const { account } = desk;
    try {
      const receipt = await this.sender.start();
      if (desk.account !== account) return; // signed out: nothing of the student stays
      draft.sent(this.given, receipt);
      desk.noteSent(test, receipt);
      if (!this.sender.cancelled) this.go(pathOf(test, "receipt"));
    } catch (error) {
      if (this.sender.cancelled) return;
      await this.refused(error);
    }
  }

  async refused(error) {
    const { test, draft } = this.opened;
    if (error.kind === "conflict") {
      const now = await desk.api.questions(test).catch(() => null);
      if (now?.test && now.test.questionSet !== draft.questionSet) return this.go(pathOf(test));
    }
    fill(this.status, [el("div", { class: "errors", role: "alert" }, refusal(error))]);
  }

  leave() {
    this.sender.cancel();
  }
}

export function checkView(opened, go) {
  const { test, draft } = opened;
  const sending = new Sending(opened, go);
  const open = draft.open();
  if (open.length > 0 && draft.count > 0) sending.confirm = el("input", { type: "checkbox", id: "confirm" });
  const numbers = open.map((position) => position + 1).join(", ");
  const body = [
    sending.errors,
    dueLine(test),
    el("dl", { class: "answers" }, draft.questions.map((_, position) => row(test, draft, position))),
    el("p", { class: "state" }, t("page.answeredOf", { n: draft.count, count: draft.questions.length })),
    rules(test),
    el("p", {}, parts("page.changeUntil", { time: time(test.due, desk.zone, test.dueText) })),
    el("form", { onsubmit: (event) => sending.submit(event), novalidate: true },
      sending.confirm && el("div", { class: "option" }, sending.confirm,
        el("label", { for: "confirm" }, t("page.sendOpen", { n: open.length, numbers }))),
      sending.status,
      el("p", { class: "buttons" },
        el("button", { type: "submit" }, t("page.send")),
        linkButton(t("page.back"), layoutOf(test) ?? pathOf(test, draft.questions.length), "second"))),
  ];
  return { title: `${t("page.check")} – ${test.title || test.testId}`, heading: t("page.check"), body, leave: () => sending.leave() };
}
