// Session: who is signed in, and the board. Answering is in session_answer.cc, sending in session_submit.cc,
// receipts and results in session_outcome.cc, looking closer in session_doctor.cc.
#include "homework/client/student/session.h"

#include <utility>

#include "homework/client/common/text.h"
#include "homework/client/student/question_flow.h"

namespace hearth::homework::client {
namespace {

Failure interruption() { return {Exit::kInterrupted, "", ""}; }

}  // namespace

Session::Session(Terminal& terminal, UserFolders folders, Output output, std::optional<Lang> lang)
    : terminal_(terminal),
      folders_(std::move(folders)),
      output_(output),
      lang_(lang),
      drafts_(folders_.data / "drafts"),
      receipts_(folders_.data / "receipts"),
      memory_(recallCourse(folders_.data / "course.json")),
      zone_(std::make_unique<Zone>("")) {
  if (lang_) {
    terminal_.speak(*lang_);
  } else if (!memory_.lang.empty()) {
    terminal_.speak(parseLang(memory_.lang));
  }
}

Session::~Session() = default;

std::string Session::when(Instant instant) const {
  const Style& style = terminal_.style();
  const std::string told = zone_->tell(instant, clock_.now(), style.lang);
  return style.charset == Charset::kAscii ? asciiText(told) : told;
}

std::string Session::distance(Instant instant) const {
  const Style& style = terminal_.style();
  const std::string told = tellDistance(instant, clock_.now(), style.lang);
  return style.charset == Charset::kAscii ? asciiText(told) : told;
}

std::string Session::safeText(const Draft& draft) const {
  const auto path = drafts_.pathOf(draft.studentId, draft.subject, draft.testId);
  return tell(Text::kTermAnswersSafe, {{"n", static_cast<std::int64_t>(draft.answers.size())},
                                       {"file", clean(shownPath(path, folders_.home))}});
}

void Session::use(const Account& account) {
  api_ = std::make_unique<Api>(account, clock_, terminal_.style());
  api_->waitWhenBusy([this](std::chrono::milliseconds time) {
    terminal_.note(tell(Text::kTermBusyWaiting, {{"n", std::int64_t{time.count() / 1000}}}));
    return terminal_.pause(time);
  });
}

Failure Session::explained(Failure failure) const {
  if (failure.exit != Exit::kNetwork) return failure;
  if (failure.status == 429) {
    failure.what = tell(Text::kTermBusy);
    return failure;
  }
  failure.what = tell(Text::kTermUnreachable, {{"reason", failure.what}});
  failure.hint = tell(Text::kTermRunDoctor);
  return failure;
}

void Session::print(const Json& document) { terminal_.say(trimmed(writeJsonPretty(document))); }

// One zone at a time: the old one is gone before the new one is made.
void Session::useZone(const std::string& name) {
  zone_.reset();
  zone_ = std::make_unique<Zone>(name);
}

Result<StoredAccount> Session::requireAccount() {
  HOMEWORK_TRY(auto found, findAccount(folders_, terminal_.style().lang));
  if (!found) return Failure{Exit::kForbidden, tell(Text::kTermNotSignedIn), tell(Text::kTermRunLogin)};
  return *std::move(found);
}

Status Session::offerMigration(const StoredAccount& stored) {
  const std::string shown = clean(shownPath(stored.path, folders_.home));
  if (!stored.legacy) {
    if (stored.shared) {
      makePrivate(stored.path);
      terminal_.note(tell(Text::kTermMadePrivate, {{"file", shown}}));
    }
    return Done{};
  }
  if (terminal_.interactive()) {
    terminal_.sayWrapped(tell(Text::kTermFormerFound, {{"file", shown}}));
    const Reply reply = terminal_.askWrapped(tell(Text::kTermFormerUse));
    if (reply.kind != ReplyKind::kLine) return interruption();
    if (saysYes(reply, terminal_.style(), true)) {
      saveAccount(folders_, stored.account);
      makePrivate(stored.path);
      return Done{};
    }
  }
  if (stored.shared) terminal_.note(tell(Text::kTermFormerShared, {{"file", shown}}));
  return Done{};
}

Status Session::signIn() {
  if (api_) return Done{};
  HOMEWORK_TRY(const auto found, findAccount(folders_, terminal_.style().lang));
  if (!found && terminal_.interactive()) {
    terminal_.say(tell(Text::kTermNotSignedInYet));
    return login("");
  }
  HOMEWORK_TRY(const StoredAccount stored, requireAccount());
  HOMEWORK_CHECK(offerMigration(stored));
  use(stored.account);
  return Done{};
}

Result<Account> Session::inviteFrom(const std::string& file) {
  const Lang lang = terminal_.style().lang;
  if (!file.empty()) return parseInvite(readInput(file, 1 << 16), lang);
  if (!terminal_.interactive()) {
    return Failure{Exit::kUsage, tell(Text::kTermNoTerminal), tell(Text::kTermUseInviteFile)};
  }
  for (;;) {
    const std::string prompt = tell(Text::kTermPasteInvite);
    std::vector<std::string> lines = wrapped(prompt, terminal_.style().width);
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) terminal_.say(lines[i]);
    const Reply reply = terminal_.askHidden(lines.back() + " ");
    if (reply.kind != ReplyKind::kLine) return interruption();
    auto account = parseInvite(reply.text, lang);
    if (account.ok()) return account;
    terminal_.sayWrapped(account.failure().what + " " + account.failure().hint);
  }
}

Status Session::login(const std::string& inviteFile) {
  HOMEWORK_TRY(const Account account, inviteFrom(inviteFile));
  if (isUnencrypted(account.apiUrl)) terminal_.note(tell(Text::kTermCaution));
  use(account);
  auto list = fetchList();
  if (!list.ok()) {
    api_.reset();
    Failure failure = list.failure();
    if (failure.exit == Exit::kForbidden) failure.hint = tell(Text::kTermAskNewInvite);
    if (failure.exit == Exit::kNetwork && failure.status != 429) failure.hint = tell(Text::kTermTryOnline);
    return failure;
  }
  saveAccount(folders_, account);
  const std::string kept = shownPath(accountPath(folders_), folders_.home);
  if (output_ == Output::kJson) {
    print(JsonObject{{"studentId", account.studentId}, {"course", course_}, {"savedTo", kept}});
    return Done{};
  }
  std::string line = tell(Text::kTermSignedIn, {{"student", account.studentId}});
  if (!course_.empty()) line += ", " + clean(course_);
  terminal_.note(line + ". " + tell(Text::kTermInviteKept, {{"file", clean(kept)}}));
  return Done{};
}

Result<TestList> Session::fetchList() {
  auto list = api_->listTests();
  if (!list.ok()) return explained(list.failure());
  course_ = list->course;
  useZone(list->timeZone);
  CourseMemory seen{list->lang, list->receiptKeys, {}};
  for (const BoardRow& row : makeBoard(*list, {})) seen.tests.push_back(row.info.name());
  memory_ = rememberCourse(folders_.data / "course.json", seen);
  if (!lang_ && !list->lang.empty()) terminal_.speak(parseLang(list->lang));
  return list;
}

Result<std::vector<BoardRow>> Session::fetchBoard() {
  HOMEWORK_CHECK(signIn());
  HOMEWORK_TRY(const TestList list, fetchList());
  return makeBoard(list, drafts_.all(api_->account().studentId));
}

Status Session::say(const std::vector<BoardRow>& board) {
  const BoardHead head{api_->account().studentId, course_};
  if (output_ == Output::kJson) {
    print(boardJson(head, board, *zone_, clock_.now()));
    return Done{};
  }
  for (const std::string& line : boardLines(head, board, *zone_, clock_.now(), terminal_.style()))
    terminal_.say(line);
  return Done{};
}

Status Session::list() {
  HOMEWORK_TRY(const auto board, fetchBoard());
  return say(board);
}

Status Session::status(const std::string& test) {
  HOMEWORK_TRY(auto board, fetchBoard());
  if (test.empty()) return say(board);
  HOMEWORK_TRY(const BoardRow* row, findRow(board, test, terminal_.style()));
  if (output_ == Output::kJson) return say({*row});
  for (const std::string& line : testLines(*row, *zone_, clock_.now(), terminal_.style())) terminal_.say(line);
  return Done{};
}

Status Session::start() {
  HOMEWORK_TRY(const auto board, fetchBoard());
  HOMEWORK_CHECK(say(board));
  const std::size_t open = countOpen(board);
  if (output_ == Output::kJson || open == 0) return Done{};
  std::size_t urgent = 0;
  while (urgent < open && !board[urgent].isUrgent()) ++urgent;
  const bool none = urgent == open;
  if (none || terminal_.interactive()) terminal_.say("");
  if (none) terminal_.sayWrapped(tell(Text::kTermAllDone));
  if (!terminal_.interactive()) return Done{};
  terminal_.sayWrapped(tell(Text::kTermWhichHow));
  for (;;) {
    const Reply reply =
        terminal_.askWrapped(tell(Text::kTermWhich, {{"default", none ? "q" : std::to_string(urgent + 1)}}));
    if (reply.kind != ReplyKind::kLine) return interruption();
    if (reply.text == "q" || (none && reply.text.empty())) return Done{};
    if (reply.text.empty()) return answer(board[urgent].info.name(), {});
    for (std::size_t i = 0; i < open; ++i) {
      if (reply.text == std::to_string(i + 1)) return answer(board[i].info.name(), {});
    }
    const auto row = findRow(board, reply.text, terminal_.style());
    if (row.ok()) return answer((*row)->info.name(), {});
    terminal_.sayWrapped(row.failure().what);
    terminal_.sayWrapped(tell(Text::kTermWhichHow));
  }
}

}  // namespace hearth::homework::client
