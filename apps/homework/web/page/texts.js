// The sentences of apps/homework/texts, in the language that was chosen.
import catalogue from "catalogue"; // build.py puts it together: {key: [English, Polish]}

let chosen = "en";

export function language() {
  return chosen;
}

// Any BCP 47 tag; what is not Polish is English.
export function speak(tag) {
  chosen = /^pl\b/i.test(tag ?? "") ? "pl" : "en";
  document.documentElement.lang = chosen;
}

function pattern(key, args) {
  const entry = catalogue[key][chosen === "pl" ? 1 : 0];
  if (typeof entry === "string") return entry;
  const form = new Intl.PluralRules(chosen).select(args.n);
  return entry[form] ?? entry.many ?? entry.other;
}

// The text as an array of strings and of the arguments, which may be elements.
export function parts(key, args = {}) {
  return pattern(key, args)
    .split(/(\{[a-zA-Z0-9]+\})/)
    .filter((part) => part !== "")
    .map((part) => (part[0] === "{" ? args[part.slice(1, -1)] : part));
}

// The text as a string.
export function t(key, args = {}) {
  return parts(key, args).join("");
}
