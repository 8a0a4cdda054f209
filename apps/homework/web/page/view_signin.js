import { parseInvite } from "./account.js";
import { Api } from "./api.js";
import { desk } from "./desk.js";
import { button, data, el, fill, linkButton } from "./dom.js";
import { clearSummary, summary } from "./errors.js";
import { shelf } from "./shelf.js";
import { parts, t } from "./texts.js";

// Whether this is a shared computer; asked where a student signs in and on the list of tests.
export function sharedChoice() {
  const status = el("div", { role: "status" });
  const choose = () => {
    const moved = shelf.setShared(box.checked);
    box.checked = shelf.shared;
    fill(status, [!moved && el("p", { class: "notice" }, t("page.sharedStays"))]);
  };
  const box = el("input", { type: "checkbox", id: "shared", "aria-describedby": "sharedHint", onchange: choose });
  box.checked = shelf.shared;
  return el("div", { class: "option" }, box, el("label", { for: "shared" }, t("page.shared")),
    el("p", { id: "sharedHint", class: "hint" }, t("page.sharedHint")), status);
}

// `refused` is the key of a sentence that says why the student has to sign in (again).
export function signInView(refused, done) {
  const errors = el("div", {});
  const field = el("input", { type: "password", id: "invite", autocomplete: "off", spellcheck: "false", required: true,
    "aria-describedby": "inviteHint" });
  const fail = (key) => {
    field.setAttribute("aria-invalid", "true");
    summary(errors, [{ text: t(key), target: field }]);
  };
  async function submit(event) {
    event.preventDefault();
    const account = parseInvite(field.value);
    if (!account) return fail("page.notAnInvite");
    desk.signIn(account);
    try {
      await desk.refresh();
    } catch (error) {
      if (desk.account !== account) return; // somebody else has signed in meanwhile
      desk.forget();
      return fail(error.passing ? "page.unreachable" : "page.keyRefused");
    }
    done();
  }
  const body = [
    errors,
    refused && el("p", { class: "notice" }, t(refused)),
    el("p", {}, t("page.signInHow")),
    el("form", { onsubmit: submit, novalidate: true },
      el("label", { for: "invite" }, t("page.invite")),
      el("p", { id: "inviteHint", class: "hint" }, t("page.inviteHint")),
      field,
      sharedChoice(),
      el("button", { type: "submit" }, t("page.signIn"))),
  ];
  return { title: t("page.signIn"), heading: t("page.signInHeading"), body };
}

// Whether the server knows the key as that of the student whom the link names. Throws what passes.
async function isGenuine(account) {
  try {
    return (await new Api(account).tests()).studentId === account.student;
  } catch (error) {
    if (error.passing) throw error;
    return false;
  }
}

function unsentNotice() {
  const left = desk.countUnsent();
  return left > 0 && el("p", { class: "notice" }, t("page.signOutUnsent", { n: left }));
}

// A link was followed that signs `other` in while somebody is signed in: nobody is replaced without being asked, nor by
// an invite that the server does not accept.
export function switchView(other, done) {
  const mine = desk.account;
  const same = other.student === mine.student;
  const names = { student: data(mine.student), other: data(other.student) };
  const errors = el("div", {});
  let asking = false;
  async function change() {
    if (asking) return;
    asking = true;
    clearSummary(errors);
    let mistake;
    try {
      if (!(await isGenuine(other))) mistake = "page.keyRefused";
    } catch {
      mistake = "page.unreachable";
    }
    asking = false;
    if (desk.account !== mine || !yes.isConnected) return; // decided otherwise meanwhile
    if (mistake) return summary(errors, [{ text: t(mistake), target: yes }]);
    if (!same) desk.signOut();
    desk.signIn(other);
    done();
  }
  const yes = button(t("page.switch"), change, same ? "" : "danger");
  const consequence = shelf.shared ? "page.switchDeletes" : "page.switchKeeps";
  const body = [
    errors,
    el("p", {}, parts(same ? "page.switchNew" : "page.switchWho", names)),
    !same && unsentNotice(),
    !same && el("p", {}, parts(consequence, { student: data(mine.student) })),
    el("p", { class: "buttons" }, yes, button(t("page.stay"), done, "second")),
  ];
  return { title: t("page.switchHeading"), heading: t("page.switchHeading"), body };
}

export function signOutView(done) {
  const consequence = shelf.shared ? "page.signOutDeletes" : "page.signOutKeeps";
  const body = [
    unsentNotice(),
    el("p", {}, t(consequence)),
    el("p", { class: "buttons" },
      button(t("page.signOut"), () => { desk.signOut(); done(); }, "danger"),
      linkButton(t("page.stay"), "#/", "second")),
  ];
  return { title: t("page.signOut"), heading: t("page.signOutHeading"), body };
}

