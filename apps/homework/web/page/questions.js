// Questions and answers, without a screen. An answer is what the API wants: an id, ids joined by commas, or a text.
import { t } from "./texts.js";

export function typeOf(question) {
  return question.type ?? "single";
}

// [{answerId, answerBody}]; empty where an answer is typed. Plain true and false are in the reader's language.
export function optionsOf(question) {
  const offered = Array.isArray(question.answers) ? question.answers : [];
  if (typeOf(question) !== "truefalse") return offered;
  const words = new Map([["true", t("page.true")], ["false", t("page.false")]]);
  const both = offered.length > 0 ? offered : [...words.keys()].map((id) => ({ answerId: id, answerBody: id }));
  return both.map((option) => ({ ...option, answerBody: words.get(option.answerBody) ?? option.answerBody }));
}

export function isChoice(question) {
  return ["single", "multiple", "truefalse"].includes(typeOf(question));
}

export function chosenIds(question, answer) {
  if (!answer) return [];
  return typeOf(question) === "multiple" ? answer.split(",") : [answer];
}

// The answer of a multiple choice: its ids in the order of the options.
export function joinIds(question, chosen) {
  return optionsOf(question).map((option) => option.answerId).filter((id) => chosen.has(id)).join(",");
}

// The form in which the server keeps an answer: what was typed with its blanks trimmed and joined, what was chosen in
// one order.
export function normal(question, answer) {
  if (question && typeOf(question) === "multiple") return answer.split(",").sort().join(",");
  return answer.replace(/[ \t]+/g, " ").replace(/^ | $/g, "");
}

// The key of the sentence that says what is wrong with a typed answer; null when nothing is.
export function problemOf(question, answer) {
  if (!answer) return null;
  if (typeOf(question) === "text" && new TextEncoder().encode(answer).length > 200) return "page.tooLong";
  if (typeOf(question) !== "number") return null;
  const number = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,2})?$/;
  return answer.length <= 30 && number.test(normal(question, answer)) ? null : "page.notANumber";
}

// What an answer says, for people.
export function answerTexts(question, answer) {
  if (!isChoice(question)) return [answer];
  return chosenIds(question, answer).map((id) => {
    const option = optionsOf(question).find((one) => one.answerId === id);
    return option ? option.answerBody : id;
  });
}

// Short ids are shown, and can be typed to choose.
export function letterOf(option) {
  return option.answerId.length <= 3 ? option.answerId : "";
}

// Two questions are the same when a student who read one has read the other; the order of the options is not part
// of that.
export function sameQuestion(one, other) {
  return fingerprint(one) === fingerprint(other);
}

function fingerprint(question) {
  const options = (question.answers ?? []).map((option) => JSON.stringify([option.answerId, option.answerBody])).sort();
  return JSON.stringify([question.question, typeOf(question), question.code ?? "", options]);
}
