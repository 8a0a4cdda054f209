// The students' API as the client sees it (contract: apps/homework/README.md).
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "homework/client/common/account.h"
#include "homework/client/common/http.h"
#include "homework/client/common/terminal.h"
#include "homework/client/student/course_view.h"

namespace hearth::homework::client {

// One student's view. One thread. Every answer teaches `clock` the server's time.
//
// A failure says what happened and what to do next, in the style's language; `status` is what the server meant.
// Exits: kForbidden, kNetwork (the reason alone, for a sentence of the caller's; `sent` when the server may have
// acted), kClosed, kRejected, kInterrupted.
class Api final {
 public:
  // `clock` and `style` outlive the object.
  Api(Account account, ServerClock& clock, const Style& style, HttpLimits limits = {});

  // Where the gateway asks to slow down (429), a request is sent again up to three times, after what Retry-After
  // says (at most five seconds), else a second: `pause` waits, and says false when that was interrupted. Without
  // this call nothing is waited for.
  using Pause = std::function<bool(std::chrono::milliseconds)>;
  void waitWhenBusy(Pause pause) { pause_ = std::move(pause); }

  const Account& account() const { return account_; }
  Result<TestList> listTests();
  Result<TestContent> getTest(const std::string& subject, const std::string& testId);
  // Safe to repeat: the same answers give the same receipt.
  Result<Receipt> submit(const std::string& subject, const std::string& testId, const std::string& questionSet,
                         const std::vector<ChosenAnswer>& answers);
  // `status` of the failure is 404 when there is no score yet.
  Result<ResultSheet> getResult(const std::string& subject, const std::string& testId);

 private:
  // `test` is what a refusal is about; may be empty.
  Result<Json> call(const char* method, const std::string& path, std::string body, const std::string& test);
  Result<HttpResponse> sendPatiently(const HttpRequest& request);
  Failure refusal(int status, const Json& document, const std::string& test) const;
  Failure notUnderstood() const;

  Account account_;
  ServerClock& clock_;
  const Style& style_;
  HttpClient http_;
  Pause pause_;
};

}  // namespace hearth::homework::client
