// The error summary: what is wrong, each a link to where it can be mended.
import { el, fill } from "./dom.js";
import { t } from "./texts.js";

// `mistakes`: [{text, target}]; the summary appears in `place`, is read out, and has the focus.
export function summary(place, mistakes) {
  const items = mistakes.map(({ text, target }) =>
    el("li", {}, el("a", { href: location.hash || "#/", onclick: (event) => { event.preventDefault(); target.focus(); } }, text)));
  const box = el("div", { class: "errors", role: "alert", tabindex: "-1", "aria-labelledby": "errorsHeading" },
    el("h2", { id: "errorsHeading" }, t("page.problem")), el("ul", {}, items));
  fill(place, [box]);
  box.focus();
}

export function clearSummary(place) {
  place.replaceChildren();
}
