// The students' API (contract: apps/homework/README.md), at the address that this page came from.
import { learnTime } from "./clock.js";

const base = location.origin + location.pathname.replace(/\/?(index\.html)?$/, "/");
const patience = 20000; // milliseconds that one request may take

// `kind`: "network" (nobody answered), "busy" (ask again later), "key" (not signed in), "closed", "conflict", "none"
// (no such thing), "rejected", "ended" (signed out meanwhile). `sentence` is the server's, in English.
export class ApiError extends Error {
  constructor(kind, sentence, answer) {
    super(sentence);
    this.kind = kind;
    this.sentence = sentence;
    this.answer = answer ?? {};
  }

  get passing() {
    return this.kind === "network" || this.kind === "busy";
  }
}

// Only the functions' own refusals have a `code`; the gateway's 429 means "too fast", theirs "too often".
function kindOf(status, answer) {
  if (status >= 500 || (status === 429 && !answer.code)) return "busy";
  if (status === 401 || status === 403) return "key";
  return { 404: "none", 409: "conflict", 410: "closed" }[status] ?? "rejected";
}

export class Api {
  constructor(account) {
    this.account = account;
    this.underWay = new Set(); // AbortController of each request
    this.ended = false;
  }

  // The account has left: what is under way is given up, and nothing more is sent with its key. All calls fail with
  // an ApiError "ended".
  end() {
    this.ended = true;
    for (const request of this.underWay) request.abort();
  }

  async call(method, path, body) {
    const sent = Date.now();
    let response;
    let answer;
    const request = new AbortController();
    const timer = setTimeout(() => request.abort(), patience);
    this.underWay.add(request);
    try {
      if (this.ended) request.abort();
      response = await fetch(base + path, {
        method,
        headers: { "x-api-key": this.account.key, ...(body && { "content-type": "application/json" }) },
        body: body && JSON.stringify(body),
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
        signal: request.signal,
      });
      const text = await response.text();
      try {
        answer = JSON.parse(text);
      } catch {
        answer = null;
      }
    } catch {
      throw new ApiError(this.ended ? "ended" : "network", "");
    } finally {
      clearTimeout(timer);
      this.underWay.delete(request);
    }
    if (this.ended) throw new ApiError("ended", "");
    learnTime(answer?.serverTime ?? response.headers.get("date"), sent);
    if (typeof answer !== "object" || answer === null) throw new ApiError("busy", "");
    if (response.ok) return answer;
    const sentence = [answer.body, answer.message].find((text) => typeof text === "string") ?? "";
    throw new ApiError(kindOf(response.status, answer), sentence, answer);
  }

  static query(test) {
    return "?" + new URLSearchParams({ subjectName: test.subject, testId: test.testId });
  }

  tests() {
    return this.call("POST", "v1/tests");
  }

  questions(test) {
    return this.call("GET", "v1/test" + Api.query(test));
  }

  result(test) {
    return this.call("GET", "v1/result" + Api.query(test));
  }

  // May be repeated: the same answers give the same receipt.
  submit(test, questionSet, testResult) {
    return this.call("POST", "v1/test", { subjectName: test.subject, testId: test.testId, testResult, questionSet });
  }
}
