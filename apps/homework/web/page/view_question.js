// Questions: one to a page, or all on one.
import { clockTime } from "./clock.js";
import { desk, pathOf } from "./desk.js";
import { byId, button, codeBlock, data, el, linkButton, prose } from "./dom.js";
import { clearSummary, summary } from "./errors.js";
import { chosenIds, isChoice, joinIds, letterOf, optionsOf, problemOf, typeOf } from "./questions.js";
import { shelf } from "./shelf.js";
import { t } from "./texts.js";
import { dueLine } from "./view_list.js";

function savedText(draft) {
  if (draft.confirmed && !draft.unsent) return t("page.savedSent");
  if (!draft.unsent || !draft.savedAt) return t("page.savedNothing");
  if (!draft.kept) return t("page.savedNowhere");
  return t(shelf.shared ? "page.savedTab" : "page.savedDevice", { time: clockTime(draft.savedAt) });
}

function showSaved(draft) {
  const line = byId("saved");
  if (line) line.textContent = savedText(draft);
}

const hints = { single: "page.chooseOne", truefalse: "page.chooseOne", multiple: "page.chooseAll", text: "page.typeText",
  number: "page.typeNumber" };

function hintOf(question, test) {
  const partial = test.partial && typeOf(question) === "multiple" ? " " + t("shared.partialRule") : "";
  return `${t(hints[typeOf(question)])} ${t("page.points", { n: question.points ?? 1 })}${partial}`;
}

// A letter chooses the option it stands before, as long as the focus is on one of the question's options.
function chooseByLetter(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || !event.target.matches("input[data-letter]")) return;
  const inputs = [...event.currentTarget.querySelectorAll("input[data-letter]")];
  const meant = inputs.find((input) => input.dataset.letter.toLowerCase() === event.key.toLowerCase());
  if (!meant) return;
  event.preventDefault();
  meant.focus();
  meant.click();
}

function choices(question, draft, group) {
  const several = typeOf(question) === "multiple";
  const id = question.questionId;
  const inputs = [];
  const changed = () => {
    const chosen = new Set(inputs.filter((input) => input.checked).map((input) => input.value));
    draft.answer(id, joinIds(question, chosen));
    showSaved(draft);
  };
  const rows = optionsOf(question).map((option, position) => {
    const letter = letterOf(option);
    const input = el("input", { type: several ? "checkbox" : "radio", name: group, id: `${group}-${position}`,
      value: option.answerId, "data-letter": typeOf(question) === "truefalse" ? null : letter, onchange: changed });
    input.checked = chosenIds(question, draft.answers[id]).includes(option.answerId);
    inputs.push(input);
    const body = data(option.answerBody);
    const shown = letter && typeOf(question) !== "truefalse" && el("span", { class: "letter" }, letter);
    return el("div", { class: "option" }, input, el("label", { for: input.id }, shown, shown && " ", body));
  });
  const clear = () => {
    for (const input of inputs) input.checked = false;
    changed();
    inputs[0]?.focus();
  };
  return [rows, !several && button(t("page.clear"), clear, "plain")];
}

function typed(question, draft, group) {
  const id = question.questionId;
  const number = typeOf(question) === "number";
  const input = el("input", { type: "text", id: group + "-0", autocomplete: "off", autocapitalize: "off",
    spellcheck: "false", inputmode: number ? "decimal" : null, maxlength: number ? "30" : "200" });
  input.value = draft.answers[id] ?? "";
  input.addEventListener("input", () => {
    draft.answer(id, input.value.trim() === "" ? "" : input.value);
    showSaved(draft);
  });
  return [el("label", { for: input.id }, t("page.yourAnswer")), el("p", { id: group + "-error", class: "error" }), input];
}

// `named` is the heading or number that stands before the question when there are several on the page.
function fieldset(question, position, test, draft, named) {
  const group = "q" + (position + 1);
  return el("fieldset", { id: group, "aria-describedby": group + "-hint", onkeydown: chooseByLetter },
    el("legend", {}, named && el("span", { class: "number" }, named, " "), prose(question.question)),
    question.code && codeBlock(question.code, t("page.code")),
    el("p", { id: group + "-hint", class: "hint" }, hintOf(question, test)),
    isChoice(question) ? choices(question, draft, group) : typed(question, draft, group));
}

// Whether the typed answers at `positions` may be sent; else says what is wrong with them.
function check(draft, positions, errors) {
  const mistakes = [];
  for (const position of positions) {
    const group = "q" + (position + 1);
    const problem = problemOf(draft.questions[position], draft.answers[draft.questions[position].questionId]);
    const input = byId(group + "-0");
    const place = byId(group + "-error");
    if (!place) continue;
    place.textContent = problem ? t(problem) : "";
    if (problem) {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", place.id);
      mistakes.push({ text: `${t("page.questionN", { n: position + 1 })}: ${t(problem)}`, target: input });
    } else {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    }
  }
  if (mistakes.length > 0) summary(errors, mistakes);
  else clearSummary(errors);
  return mistakes.length === 0;
}

function layoutSwitch(test, all, position) {
  const href = all ? pathOf(test, 1) : pathOf(test, "all");
  return el("a", { href, onclick: () => shelf.write("layout", all ? "one" : "all") }, t(all ? "page.onePerPage" : "page.allOnOne"));
}

function form(test, draft, positions, go, after, back) {
  const errors = el("div", {});
  const submit = (event) => {
    event.preventDefault();
    if (check(draft, positions, errors)) go(after.href);
  };
  const several = positions.length > 1;
  return [
    errors,
    el("form", { onsubmit: submit, novalidate: true },
      positions.map((position) => fieldset(draft.questions[position], position, test, draft,
        several && t("page.questionN", { n: position + 1 }))),
      el("p", { id: "saved", class: "state" }, savedText(draft)),
      el("p", { class: "buttons" }, el("button", { type: "submit" }, after.label),
        linkButton(t("page.back"), back, "second"))),
  ];
}

function footer(test, all) {
  return el("nav", { class: "more", "aria-label": t("page.thisTest") },
    el("ul", {},
      el("li", {}, el("a", { href: pathOf(test, "check") }, t("page.check"))),
      el("li", {}, layoutSwitch(test, all)),
      el("li", {}, el("a", { href: "#/" }, t("page.backToList")))));
}

export function questionView({ test, draft }, number, go) {
  const count = draft.questions.length;
  const position = Math.min(Math.max(number, 1), count) - 1;
  const after = position + 1 < count ? { href: pathOf(test, position + 2), label: t("page.next") }
    : { href: pathOf(test, "check"), label: t("page.check") };
  const back = position > 0 ? pathOf(test, position) : pathOf(test);
  const heading = t("page.questionOf", { n: position + 1, count });
  return {
    title: `${heading} – ${test.title || test.testId}`,
    heading,
    body: [form(test, draft, [position], go, after, back), dueLine(test), footer(test, false)],
  };
}

export function allView({ test, draft }, go) {
  const after = { href: pathOf(test, "check"), label: t("page.check") };
  const positions = draft.questions.map((_, position) => position);
  return {
    title: test.title || test.testId,
    heading: data(test.title || test.testId),
    body: [dueLine(test), form(test, draft, positions, go, after, pathOf(test)), footer(test, true)],
  };
}
