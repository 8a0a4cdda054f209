// The server's time, and times for people. The computer's own clock only counts the seconds between two answers.
import { el } from "./dom.js";
import { language, t } from "./texts.js";

let ahead = 0; // how far the server is ahead, in milliseconds

// `instant` is what the server said between `sent` and now.
export function learnTime(instant, sent) {
  const server = Date.parse(instant);
  if (Number.isFinite(server)) ahead = server - (sent + Date.now()) / 2;
}

export function now() {
  return Date.now() + ahead;
}

function format(instant, zone) {
  const options = { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit",
    minute: "2-digit", hourCycle: "h23" };
  const locale = language() === "pl" ? "pl-PL" : "en-GB";
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }).format(instant);
}

// The time alone where the day is the same.
function inBrackets(at, there, here) {
  const clock = clockTime(at);
  return there.slice(0, -clock.length) === here.slice(0, -clock.length) ? clock : here;
}

// `Mon, 8 Apr 2019, 23:00 (Europe/Warsaw)`, and then the same in the reader's zone when that differs.
export function time(instant, zone, fallback) {
  const at = Date.parse(instant);
  if (!Number.isFinite(at)) return el("span", {}, fallback ?? "?");
  let text;
  try {
    const there = format(at, zone);
    const here = format(at, undefined);
    text = t("page.timeIn", { time: there, zone });
    if (here !== there) text += t("page.timeHere", { time: inBrackets(at, there, here) });
  } catch {
    text = t("page.timeIn", { time: fallback ?? instant, zone }); // a zone that this browser does not know
  }
  return el("time", { datetime: instant }, text);
}

export function clockTime(at) {
  return new Intl.DateTimeFormat(language() === "pl" ? "pl-PL" : "en-GB",
    { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

// `2 hours 18 minutes`; at least a minute.
export function duration(milliseconds) {
  const minutes = Math.max(1, Math.floor(milliseconds / 60000));
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const words = [];
  if (days > 0) words.push(t("shared.days", { n: days }));
  if (hours > 0 && days < 7) words.push(t("shared.hours", { n: hours }));
  if (days === 0 && (rest > 0 || words.length === 0)) words.push(t("shared.minutes", { n: rest }));
  return words.join(" ");
}

// `Time left: 2 hours 18 minutes`, or that there is none.
export function timeLeft(due) {
  const left = Date.parse(due) - now();
  if (!Number.isFinite(left)) return "";
  return left > 0 ? t("page.timeLeft", { time: duration(left) }) : t("page.timeOver", { time: duration(-left) });
}
