// Session: what can be found out when something does not work.
#include <utility>

#include "homework/client/common/text.h"
#include "homework/client/student/session.h"

namespace hearth::homework::client {

Status Session::doctor() {
  const Style& style = terminal_.style();
  JsonObject report;
  const auto fact = [&](Text label, const char* name, const std::string& value) {
    report[name] = value;
    if (output_ == Output::kJson) return;
    std::vector<std::string> lines = wrapped(value, style.width, std::string(10, ' '));
    if (lines.empty()) return;
    lines[0].replace(0, 10, fitted(tell(label), 10));
    for (const std::string& line : lines) terminal_.say(line);
  };
  const auto finish = [&](const Status& status) -> Status {
    report["ok"] = status.ok();
    if (output_ != Output::kJson) return status;
    print(report);
    if (status.ok()) return status;
    Failure failure = status.failure();
    failure.documented = true;
    return failure;
  };

  fact(Text::kTermDoctorTerminal, "terminal",
       tell(Text::kTermColumns, {{"n", static_cast<std::int64_t>(style.screen)}}) + ", " +
           (style.charset == Charset::kUtf8 ? "UTF-8" : "ASCII") + ", " +
           tell(style.colour ? Text::kTermColours : Text::kTermNoColours) + ", " +
           std::string(langName(style.lang)));
  auto stored = requireAccount();
  if (!stored.ok()) {
    fact(Text::kTermDoctorAccount, "account", stored.failure().what);
    return finish(stored.failure());
  }
  const Account& account = stored->account;
  const std::string file = clean(shownPath(stored->path, folders_.home));
  std::string who =
      tell(Text::kTermAccountFact,
           {{"student", account.studentId}, {"key", masked(account.apiKey, style.lang)}, {"file", file}});
  if (stored->shared) who += ", " + tell(Text::kTermReadByOthers, {{"file", file}});
  fact(Text::kTermDoctorAccount, "account", who);
  fact(Text::kTermDoctorServer, "server",
       clean(account.apiUrl) + (isUnencrypted(account.apiUrl) ? ", " + tell(Text::kTermNotEncrypted) : ""));
  const std::vector<Draft> drafts = drafts_.all(account.studentId);
  std::int64_t unsent = 0;
  for (const Draft& draft : drafts) unsent += draft.isUnsent() ? 1 : 0;
  fact(Text::kTermDoctorDrafts, "drafts",
       tell(Text::kTermDraftsFact, {{"n", static_cast<std::int64_t>(drafts.size())},
                                    {"open", unsent},
                                    {"file", clean(shownPath(folders_.data / "drafts", folders_.home))}}));

  use(account);
  const auto before = std::chrono::steady_clock::now();
  auto list = fetchList();
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - before);
  if (!list.ok()) {
    fact(Text::kTermDoctorAnswer, "answer", list.failure().what);
    Failure failure = list.failure();
    failure.what.clear();  // said just now
    if (failure.exit == Exit::kNetwork && failure.status != 429) failure.hint.clear();
    return finish(failure);
  }
  fact(Text::kTermDoctorAnswer, "answer",
       tell(Text::kTermAnswerFact,
            {{"n", static_cast<std::int64_t>(list->tests.size())}, {"ms", std::int64_t{took.count()}}}));
  const auto machine = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto gap = clock_.now() > machine ? clock_.now() - machine : machine - clock_.now();
  fact(Text::kTermDoctorClock, "clock",
       gap < std::chrono::seconds(5) ? tell(Text::kTermClockAgrees)
                                     : tell(Text::kTermClockDiffers, {{"time", tellDuration(gap, style.lang)}}));
  fact(Text::kTermDoctorKeys, "keys",
       tell(Text::kTermKeysFact, {{"n", static_cast<std::int64_t>(memory_.receiptKeys.size())}}));
  return finish(Done{});
}

}  // namespace hearth::homework::client
