// The answers that one student has given to one test, and what the server is known to have of them.
import { shelf } from "./shelf.js";
import { normal, problemOf, sameQuestion } from "./questions.js";

// Question id -> answer, without what every object inherits: an id may be "constructor".
function copyOf(answers) {
  const clean = Object.create(null);
  for (const [id, answer] of Object.entries(answers ?? {})) if (typeof answer === "string" && answer !== "") clean[id] = answer;
  return clean;
}

export function draftName(student, test) {
  return `draft:${student}:${test.subject}/${test.testId}`;
}

// Whether a draft as it was kept has answers that the server was not known to have at that time.
export function isUnsent(kept) {
  return Object.keys(copyOf(kept?.answers)).length > 0 && kept.unsent !== false;
}

export class Draft {
  // `restored`: there were answers in this browser, kept by an earlier page.
  constructor(student, test) {
    this.name = draftName(student, test);
    const kept = shelf.read(this.name);
    this.answers = copyOf(kept?.answers);
    this.questions = Array.isArray(kept?.questions) ? kept.questions : [];
    this.questionSet = kept?.questionSet ?? "";
    this.savedAt = kept?.savedAt ?? null;
    this.kept = true; // whether the latest answers will be there after a reload
    this.restored = this.count > 0;
    // Never kept: only the server says what it has.
    this.confirmed = null;
    this.receipt = null;
  }

  get count() {
    return Object.keys(this.answers).length;
  }

  // Whether these answers are not what the server has. Restored answers are, until the server has confirmed them.
  get unsent() {
    return this.confirmed ? this.normalText(this.answers) !== this.normalText(this.confirmed) : this.count > 0;
  }

  normalText(answers) {
    return JSON.stringify(this.questions.map((question) => normal(question, answers[question.questionId] ?? "")));
  }

  // Goes on with the questions as the server has them now. Answers to questions that read the same stay. Returns
  // the positions of the others, when there were answers before.
  adopt(questions, questionSet) {
    const before = new Map(this.questions.map((question) => [question.questionId, question]));
    const changed = [];
    const stay = copyOf();
    questions.forEach((question, position) => {
      const id = question.questionId;
      const known = before.has(id) && sameQuestion(before.get(id), question);
      if (known && this.answers[id]) stay[id] = this.answers[id];
      if (!known) changed.push(position);
    });
    const replaced = this.count > 0 && this.questionSet !== questionSet;
    this.questions = questions;
    this.questionSet = questionSet;
    this.answers = stay;
    this.restored = this.count > 0;
    if (replaced) this.save();
    return replaced ? changed : [];
  }

  // What GET /v1/test says was received last; null when nothing was.
  learn(submission) {
    const same = submission && submission.questionSet === this.questionSet;
    this.receipt = submission?.receipt ?? null;
    this.confirmed = same ? copyOf(Object.fromEntries(submission.answers.map((one) => [one.questionId, one.answer]))) : null;
    if (!this.restored && this.confirmed) this.answers = copyOf(this.confirmed);
  }

  // The server has just taken `answers`, which may no longer be what is on the screen.
  sent(answers, receipt) {
    this.confirmed = copyOf(answers);
    this.receipt = receipt;
    this.save();
  }

  answer(id, value) {
    this.answers = copyOf({ ...this.answers, [id]: value });
    this.save();
  }

  startOver() {
    this.answers = copyOf(this.confirmed);
    this.restored = false;
    this.save();
  }

  save() {
    this.savedAt = Date.now();
    this.kept = shelf.write(this.name, { questionSet: this.questionSet, questions: this.questions,
      answers: this.answers, savedAt: this.savedAt, unsent: this.unsent });
  }

  open() {
    return this.questions.flatMap((question, position) => (this.answers[question.questionId] ? [] : [position]));
  }

  // [{position, problem}]: typed answers that the server would refuse.
  problems() {
    return this.questions.flatMap((question, position) => {
      const problem = problemOf(question, this.answers[question.questionId]);
      return problem ? [{ position, problem }] : [];
    });
  }

  // What is sent, in the order of the questions.
  chosen() {
    return this.questions.filter((question) => this.answers[question.questionId])
      .map((question) => ({ questionId: question.questionId, answer: this.answers[question.questionId] }));
  }
}
