// What this page knows: who is signed in, the course, and the tests that were opened since it was loaded.
import { Api } from "./api.js";
import { storedAccount, keepAccount, forgetAccount } from "./account.js";
import { Draft, draftName, isUnsent } from "./draft.js";
import { shelf } from "./shelf.js";
import { speak } from "./texts.js";

class Desk {
  constructor() {
    this.account = null;
    this.api = null;
    this.course = null; // the latest answer of POST /v1/tests
    this.opened = new Map(); // draft name -> {test, draft, changed}
  }

  // As after loading the page: who is signed in is read again.
  restart() {
    this.api?.end();
    this.account = this.api = this.course = null;
    this.opened.clear();
    const account = storedAccount();
    if (account) this.use(account);
  }

  use(account) {
    this.api?.end();
    this.account = account;
    this.api = new Api(account);
    this.course = null;
    this.opened.clear();
  }

  // The server has not been asked yet whether the key is one.
  signIn(account) {
    keepAccount(account);
    this.use(account);
  }

  forget() {
    forgetAccount();
    this.restart();
  }

  // On a shared computer nothing of the student stays.
  signOut() {
    if (shelf.shared) for (const name of [...shelf.names("draft:"), ...shelf.names("receipt:")]) shelf.remove(name);
    this.forget();
  }

  async refresh() {
    this.course = await this.api.tests();
    if (this.course.studentId) this.account.student = this.course.studentId;
    if (!shelf.read("lang") && this.course.lang) speak(this.course.lang);
    return this.course;
  }

  get zone() {
    return this.course?.timeZone ?? "UTC";
  }

  find(subject, testId) {
    return (this.course?.tests ?? []).find((test) => test.subject === subject && test.testId === testId) ?? null;
  }

  isOpen(test) {
    return this.opened.has(draftName(this.account.student, test));
  }

  // The test with its questions and this student's answers; asks the server once until reopen().
  async open(test) {
    const name = draftName(this.account.student, test);
    if (!this.opened.has(name)) {
      const answer = await this.api.questions(test);
      const draft = new Draft(this.account.student, test);
      const info = { ...test, ...answer.test };
      const changed = draft.adopt(answer.body, info.questionSet);
      draft.learn(answer.submission ?? null);
      if (draft.receipt) this.keepReceipt(test, draft.receipt);
      this.opened.set(name, { test: info, draft, changed });
    }
    return this.opened.get(name);
  }

  async reopen(test) {
    this.opened.delete(draftName(this.account.student, test));
    return this.open(test);
  }

  // Answers to this test in this browser.
  countDraft(test) {
    return new Draft(this.account.student, test).count;
  }

  receiptOf(test) {
    return shelf.read(`receipt:${this.account.student}:${test.subject}/${test.testId}`);
  }

  keepReceipt(test, receipt) {
    shelf.write(`receipt:${this.account.student}:${test.subject}/${test.testId}`, receipt);
  }

  // The server has taken answers: what the list said of the test before is no longer true.
  noteSent(test, receipt) {
    const known = this.find(test.subject, test.testId);
    if (known && typeof known.attemptsLeft === "number" && this.receiptOf(test)?.code !== receipt.code) --known.attemptsLeft;
    const status = known?.attemptsLeft === 0 ? "done" : "received";
    if (known) Object.assign(known, { status, receivedAt: receipt.receivedAt });
    this.keepReceipt(test, receipt);
  }

  // Tests with answers in this browser that the server is not known to have; on a shared computer everybody's, as
  // everybody's go with signing out.
  countUnsent() {
    const names = new Set([...shelf.names(shelf.shared ? "draft:" : `draft:${this.account.student}:`), ...this.opened.keys()]);
    return [...names].filter((name) => this.opened.get(name)?.draft.unsent ?? isUnsent(shelf.read(name))).length;
  }

  // Whether leaving this page might lose something.
  get unsent() {
    return [...this.opened.values()].some(({ draft }) => draft.unsent);
  }
}

export const desk = new Desk();

export function pathOf(test, ...more) {
  return "#/" + [test.subject, test.testId, ...more].map(encodeURIComponent).join("/");
}
