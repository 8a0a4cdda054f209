// Session: who is signed in, and the board. Answering is in session_answer.cc, looking closer in session_doctor.cc.
#include "homework/client/student/session.h"

#include <utility>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

constexpr const char* kInviteHint = "Run  homework login  with the invite that your trainer gave you.";

bool isYes(const Reply& reply) {
  const std::string typed = lowered(reply.text);
  return reply.kind == ReplyKind::kLine && (typed.empty() || typed == "y" || typed == "yes");
}

Failure interruption() { return {Exit::kInterrupted, "", ""}; }

// Says of a failure of the network that it is one.
Failure explained(Failure failure) {
  if (failure.exit == Exit::kNetwork) {
    failure.what = "Could not reach the server: " + failure.what;
    if (failure.hint.empty()) failure.hint = "Run  homework doctor  to look closer.";
  }
  return failure;
}

}  // namespace

Session::Session(Terminal& terminal, UserFolders folders, Output output)
    : terminal_(terminal),
      folders_(std::move(folders)),
      output_(output),
      drafts_(folders_.data / "drafts"),
      zone_(std::make_unique<Zone>("")) {}

Session::~Session() = default;

Result<StoredAccount> Session::requireAccount() {
  HOMEWORK_TRY(auto found, findAccount(folders_));
  if (!found) return Failure{Exit::kForbidden, "You are not signed in.", kInviteHint};
  return *std::move(found);
}

Status Session::offerMigration(const StoredAccount& stored) {
  const std::string shown = shownPath(stored.path, folders_.home);
  if (!stored.legacy) {
    if (stored.shared) {
      makePrivate(stored.path);
      terminal_.note(shown + " was readable by others; that is mended.");
    }
    return Done{};
  }
  if (terminal_.interactive()) {
    terminal_.say("The settings of the former client were found in " + shown + ".");
    const Reply reply = terminal_.ask("Use them from now on, and keep the file from being read by others? [Y/n] ");
    if (reply.kind != ReplyKind::kLine) return interruption();
    if (isYes(reply)) {
      saveAccount(folders_, stored.account);
      makePrivate(stored.path);
      return Done{};
    }
  }
  if (stored.shared) terminal_.note(shown + " holds your key and can be read by others. Run  chmod 600 " + shown);
  return Done{};
}

Status Session::signIn() {
  if (api_) return Done{};
  HOMEWORK_TRY(const auto found, findAccount(folders_));
  if (!found && terminal_.interactive()) {
    terminal_.say("You are not signed in on this computer yet.");
    return login("");
  }
  HOMEWORK_TRY(const StoredAccount stored, requireAccount());
  HOMEWORK_CHECK(offerMigration(stored));
  return connect(stored.account);
}

Status Session::connect(const Account& account) {
  api_ = std::make_unique<Api>(account, clock_);
  return Done{};
}

Result<Account> Session::inviteFrom(const std::string& file) {
  if (!file.empty()) return parseInvite(readInput(file, 1 << 16));
  if (!terminal_.interactive()) {
    return Failure{Exit::kUsage, "There is no terminal to ask for the invite.",
                   "Use  homework login --invite-file FILE  (- for standard input)."};
  }
  for (;;) {
    const Reply reply = terminal_.askHidden("Paste your invite (it is not shown): ");
    if (reply.kind != ReplyKind::kLine) return interruption();
    auto account = parseInvite(reply.text);
    if (account.ok()) return account;
    terminal_.say(account.failure().what + " " + account.failure().hint);
  }
}

Status Session::login(const std::string& inviteFile) {
  HOMEWORK_TRY(const Account account, inviteFrom(inviteFile));
  if (isUnencrypted(account.apiUrl)) {
    terminal_.note(
        "Caution: this course's address is not encrypted (http). Others on the network can read your key.");
  }
  HOMEWORK_CHECK(connect(account));
  auto list = api_->listTests();
  if (!list.ok()) {
    api_.reset();
    Failure failure = explained(list.failure());
    if (failure.exit == Exit::kForbidden) failure.hint = "Ask your trainer for a new invite.";
    if (failure.exit == Exit::kNetwork) failure.hint = "You are not signed in yet. Try again when you are online.";
    return failure;
  }
  saveAccount(folders_, account);
  std::string line = "Signed in as " + account.studentId;
  if (!list->course.empty()) line += ", " + clean(list->course);
  terminal_.note(line + ". The invite is kept in " + shownPath(accountPath(folders_), folders_.home) + ".");
  return Done{};
}

Result<std::vector<BoardRow>> Session::fetchBoard() {
  HOMEWORK_CHECK(signIn());
  auto list = api_->listTests();
  if (!list.ok()) return explained(list.failure());
  course_ = list->course;
  zone_.reset();
  zone_ = std::make_unique<Zone>(list->timeZone);
  return makeBoard(*list, drafts_.all(api_->account().studentId));
}

Status Session::say(const std::vector<BoardRow>& board) {
  const BoardHead head{api_->account().studentId, course_};
  if (output_ == Output::kJson) {
    terminal_.say(trimmed(writeJsonPretty(boardJson(head, board, *zone_, clock_.now()))));
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
  HOMEWORK_TRY(const BoardRow* row, findRow(board, test));
  return say({*row});
}

Status Session::start() {
  HOMEWORK_TRY(const auto board, fetchBoard());
  HOMEWORK_CHECK(say(board));
  const std::size_t open = countOpen(board);
  if (open == 0 || !terminal_.interactive() || output_ == Output::kJson) return Done{};
  terminal_.say("");
  for (;;) {
    const Reply reply = terminal_.ask("Which one? [1, q = none] ");
    if (reply.kind != ReplyKind::kLine) return interruption();
    if (reply.text == "q") return Done{};
    if (reply.text.empty()) return answer(board[0].info.name(), {});
    for (std::size_t i = 0; i < open; ++i) {
      const TestInfo& info = board[i].info;
      if (reply.text == std::to_string(i + 1) || reply.text == info.name() || reply.text == info.testId) {
        return answer(info.name(), {});
      }
    }
    terminal_.say("Type a number from 1 to " + std::to_string(open) + ", or q.");
  }
}

}  // namespace hearth::homework::client
