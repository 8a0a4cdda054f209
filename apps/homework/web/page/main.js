// Which view belongs to an address. A route is #/, #/SUBJECT/TEST and #/SUBJECT/TEST/(NUMBER|all|check|receipt|result).
import { takeFromAddress } from "./account.js";
import { time } from "./clock.js";
import { desk, pathOf } from "./desk.js";
import { button, byId, data, el, fill, linkLine } from "./dom.js";
import { show, showConnection, tick } from "./frame.js";
import { shelf } from "./shelf.js";
import { parts, speak, t } from "./texts.js";
import { checkView } from "./view_check.js";
import { listView, stateOf } from "./view_list.js";
import { allView, questionView } from "./view_question.js";
import { receiptView, resultView } from "./view_receipt.js";
import { signInView, signOutView, switchView } from "./view_signin.js";
import { testView } from "./view_test.js";

let damaged = false; // the link that was followed has no credential that could be one
let offered = null; // the account of a link that was followed while another one is signed in
let turn = 0; // of several views that are being loaded, the last one is shown

function go(href) {
  if (location.hash === href) render();
  else location.hash = href;
}

function routeOf(hash) {
  try {
    return hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return [];
  }
}

async function storedReceipt(test) {
  if (desk.isOpen(test)) return (await desk.open(test)).draft.receipt;
  return desk.receiptOf(test) ?? (await desk.open(test)).draft.receipt;
}

async function testPage(test, page) {
  if (page === "result") return resultView(test);
  if (page === "receipt") {
    const receipt = await storedReceipt(test);
    if (receipt) return receiptView(test, receipt);
  }
  if (!desk.isOpen(test) || !/^(all|check|\d{1,3})$/.test(page ?? "")) {
    history.replaceState(null, "", pathOf(test)); // a reload in the middle comes to the beginning first
    return testView(test, go);
  }
  const opened = await desk.open(test);
  if (page === "all") return allView(opened, go);
  if (page === "check") return checkView(opened, go);
  return questionView(opened, Number(page), go);
}

function answered() {
  offered = null;
  go("#/");
}

async function viewOf(route) {
  if (!desk.account) return signInView(damaged ? "page.notAnInvite" : null, () => go("#/"));
  if (offered) return switchView(offered, answered);
  if (route[0] === "signout") return signOutView(() => go("#/"));
  if (route.length < 2) return listView();
  if (!desk.course) await desk.refresh();
  const test = desk.find(route[0], route[1]);
  if (!test) return messageView("page.noSuchTest");
  try {
    return await testPage(test, route[2]);
  } catch (error) {
    if (error.kind === "closed") return closedView(test);
    if (error.kind === "none" && route[2] === "result") return messageView("page.noResultYet", error.sentence);
    throw error;
  }
}

function toList() {
  return linkLine(t("page.backToList"), "#/");
}

function messageView(key, sentence) {
  return { title: t(key), heading: t(key), body: [sentence && el("p", { lang: "en" }, sentence), toList()] };
}

function closedView(test) {
  const kept = desk.countDraft(test) > 0;
  return {
    title: t("page.closedHeading"),
    heading: t("page.closedHeading"),
    body: [
      el("p", {}, data(test.title || test.testId)),
      el("p", {}, parts("page.closedAt", { time: time(test.due, desk.zone, test.dueText) })),
      el("p", { class: "state" }, test.status === "open" ? t("page.stateClosed") : stateOf(test)),
      kept && el("p", {}, t("page.draftKept")),
      desk.receiptOf(test) && linkLine(t("page.seeReceipt"), pathOf(test, "receipt")),
      toList(),
    ],
  };
}

function troubleView(error) {
  if (error.kind === "key") {
    desk.forget();
    return signInView("page.keyRefused", () => go("#/"));
  }
  if (!error.kind) throw error;
  return {
    title: t("page.unreachableHeading"),
    heading: t("page.unreachableHeading"),
    body: [el("p", {}, t("page.unreachable")), error.sentence && el("p", { lang: "en" }, error.sentence),
      el("p", { class: "buttons" }, button(t("page.tryNow"), () => render())), toList()],
    trouble: true,
  };
}

let waiting = false; // for the network, with nothing to show

async function render(still) {
  const mine = ++turn;
  const slow = setTimeout(() => mine === turn && fill(byId("main"), [el("p", {}, t("page.loading"))]), 400);
  let view;
  try {
    view = await viewOf(routeOf(location.hash));
  } catch (error) {
    view = troubleView(error);
  }
  clearTimeout(slow);
  if (mine !== turn) return;
  waiting = view.trouble === true;
  show(view, () => render(true), still === true);
  tick();
}

function arrive() {
  const account = takeFromAddress();
  damaged = account === null;
  offered = account && desk.account && desk.account.key !== account.key ? account : null;
  if (account && !desk.account) desk.signIn(account);
}

function start() {
  if (top !== self) return; // nobody frames this page to steal clicks
  desk.restart();
  arrive();
  speak(shelf.read("lang") ?? navigator.language);
  render(true);
}

addEventListener("hashchange", () => {
  arrive();
  render();
});
// Another tab, on one's own computer: answers that were changed there are read again here, once somebody looks.
let stale = false;
let reading = 0;

function readAgain() {
  if (document.hidden || !stale) return;
  clearTimeout(reading);
  reading = setTimeout(() => {
    stale = false;
    render(true);
  }, 300);
}

addEventListener("storage", (event) => {
  const name = shelf.nameOf(event);
  if (name === "account") {
    desk.restart();
    offered = null;
  }
  const changed = desk.opened.delete(name);
  stale = stale || changed || name === "account";
  readAgain();
});
addEventListener("online", () => {
  showConnection();
  if (waiting) render();
});
addEventListener("offline", showConnection);
addEventListener("beforeunload", (event) => {
  if (!desk.account || !desk.unsent) return;
  event.preventDefault();
  event.returnValue = true; // for browsers of before 2023
});
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.querySelector("h1").focus();
});
document.addEventListener("visibilitychange", () => {
  tick();
  readAgain();
});
setInterval(tick, 5000);
start();
