// What the commands of `homework` do, one member function each. Owns the connection to the course of one student.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "homework/client/common/terminal.h"
#include "homework/client/student/board.h"
#include "homework/client/student/memory.h"
#include "homework/client/student/receipts.h"
#include "homework/client/student/sender.h"

namespace hearth::homework::client {

class Session final {
 public:
  // `terminal` outlives the session. `lang`: what was asked for; else the course's, else the terminal's.
  Session(Terminal& terminal, UserFolders folders, Output output, std::optional<Lang> lang);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // No command: the board, and then the test that is chosen from it.
  Status start();
  Status list();
  // One test in detail; without a name the board.
  Status status(const std::string& test);
  // Prints the questions.
  Status show(const std::string& test);
  // Answers a test. `answers` ("1=a") fill the draft without a dialogue.
  Status answer(const std::string& test, const std::vector<std::string>& answers);
  enum class Consent : unsigned char { kAsk, kGiven };
  // Sends the draft. An empty name means the only draft that was not sent yet.
  Status submit(const std::string& test, Consent consent);
  // Points, and after the close what was right. An empty name means the test that was scored last.
  Status result(const std::string& test);
  Status listReceipts();
  Status showReceipt(const std::string& code);
  // A code, a file, `-` for standard input; empty: every receipt on this computer.
  Status verifyReceipts(const std::string& what);
  // `inviteFile`: a path, "-" for standard input, or empty to ask for it.
  Status login(const std::string& inviteFile);
  Status doctor();

 private:
  Status signIn();
  Result<Account> inviteFrom(const std::string& file);
  Result<StoredAccount> requireAccount();
  Status offerMigration(const StoredAccount& stored);
  // The list, learnt from.
  Result<TestList> fetchList();
  Result<std::vector<BoardRow>> fetchBoard();
  Status say(const std::vector<BoardRow>& board);

  Result<Draft> openDraft(const TestInfo& info);
  Result<Draft> offlineDraft(const std::string& test, const Failure& failure);
  Status fill(Draft& draft, const std::vector<std::string>& answers);
  Status converse(Draft& draft);
  Result<FileLock> lock(const Draft& draft);
  Failure closed(const TestInfo& info);

  Result<Draft> draftToSend(const std::string& test);
  Status checkBeforeSending(Draft& draft);
  Status confirmSending(const Draft& draft);
  Status send(Draft& draft);
  Failure explainSendFailure(const Draft& draft, const Sent& sent);
  std::optional<TestInfo> lookUp(const Draft& draft);
  Status keepReceipt(Draft& draft, const Receipt& receipt);
  CheckedReceipt check(const std::string& text);
  void tellReceipt(const Draft& draft, const Receipt& receipt, const std::string& savedTo, ReceiptCheck checked);
  void tellWhatNext(const Draft& draft, const Receipt& receipt);

  std::string tell(Text key, std::initializer_list<TextArgument> arguments = {}) const {
    return terminal_.style().tell(key, arguments);
  }
  std::string clean(std::string_view text) const { return cleanedLine(text, terminal_.style().charset); }
  // `today 23:00`
  std::string when(Instant instant) const;
  // `in 2 h 18 min`
  std::string distance(Instant instant) const;
  // Where the answers are safe.
  std::string safeText(const Draft& draft) const;
  void use(const Account& account);
  // A failure of the network as a sentence with what to do.
  Failure explained(Failure failure) const;
  void print(const Json& document);
  void useZone(const std::string& name);

  Terminal& terminal_;
  UserFolders folders_;
  Output output_;
  std::optional<Lang> lang_;
  DraftStore drafts_;
  ReceiptStore receipts_;
  CourseMemory memory_;
  ServerClock clock_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<Zone> zone_;
  std::string course_;
};

}  // namespace hearth::homework::client
