// Who is signed in. The credential arrives in the address's fragment, which browsers send to nobody, and leaves the
// address bar before anything else happens.
import { shelf } from "./shelf.js";

const credential = /^([A-Za-z0-9][A-Za-z0-9._-]{0,63}):([!#-;=?-[\]-~]{8,256})$/;

// {student, key}, or null. Takes a whole invite, or what follows its #, with what mail programs put around it.
export function parseInvite(text) {
  let rest = text.trim().replace(/^["'`<([{\s]+|["'`>)\]}.,;\s]+$/g, "");
  rest = rest.slice(rest.indexOf("#") + 1);
  if (!credential.test(rest)) {
    try {
      rest = decodeURIComponent(rest);
    } catch {
      return null;
    }
  }
  const found = credential.exec(rest);
  return found && { student: found[1], key: found[2] };
}

// The credential in the address bar, which it takes out of there. undefined when nothing is there, null when that is
// no credential.
export function takeFromAddress() {
  const fragment = location.hash;
  if (fragment.length < 2 || fragment.startsWith("#/")) return undefined;
  history.replaceState(null, "", location.pathname + location.search + "#/");
  return parseInvite(fragment);
}

export function storedAccount() {
  const account = shelf.read("account");
  return typeof account?.student === "string" && typeof account?.key === "string" ? account : null;
}

export function keepAccount(account) {
  shelf.write("account", account);
}

export function forgetAccount() {
  shelf.remove("account");
}
