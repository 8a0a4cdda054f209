// Session: what can be found out when something does not work.
#include "homework/client/common/text.h"
#include "homework/client/student/session.h"

namespace hearth::homework::client {

Status Session::doctor() {
  const auto fact = [&](const std::string& name, const std::string& value) {
    terminal_.sayWrapped(fitted(name, 10) + value);
  };
  const Style& style = terminal_.style();
  fact("terminal", std::to_string(style.width) + " columns, " +
                       (style.charset == Charset::kUtf8 ? "UTF-8" : "ASCII") +
                       (style.colour ? ", colours" : ", no colours"));
  auto stored = requireAccount();
  if (!stored.ok()) {
    fact("account", stored.failure().what);
    return stored.failure();
  }
  fact("account", stored->account.studentId + ", key " + masked(stored->account.apiKey) + ", in " +
                      shownPath(stored->path, folders_.home) + (stored->shared ? ", CAN BE READ BY OTHERS" : ""));
  fact("server", stored->account.apiUrl + (isUnencrypted(stored->account.apiUrl) ? ", NOT ENCRYPTED" : ""));
  const std::vector<Draft> drafts = drafts_.all(stored->account.studentId);
  std::size_t unsent = 0;
  for (const Draft& draft : drafts) unsent += draft.receipt.empty() && !draft.answers.empty() ? 1 : 0;
  fact("drafts", std::to_string(drafts.size()) + ", " + std::to_string(unsent) + " not sent, in " +
                     shownPath(folders_.data / "drafts", folders_.home));

  HOMEWORK_CHECK(connect(stored->account));
  const auto before = std::chrono::steady_clock::now();
  auto list = api_->listTests();
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - before);
  if (!list.ok()) {
    fact("answer", clean(list.failure().what));
    return list.failure();
  }
  fact("answer",
       "signed in, " + std::to_string(list->tests.size()) + " tests, in " + std::to_string(took.count()) + " ms");
  const auto machine = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto gap = clock_.now() > machine ? clock_.now() - machine : machine - clock_.now();
  fact("clock", gap < std::chrono::seconds(5)
                    ? "agrees with the server"
                    : "differs from the server's by " + tellDuration(gap) + "; deadlines are told by the server's");
  return Done{};
}

}  // namespace hearth::homework::client
