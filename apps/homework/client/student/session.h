// What the commands of `homework` do, one member function each. Owns the connection to the course of one student.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "homework/client/common/terminal.h"
#include "homework/client/student/board.h"

namespace hearth::homework::client {

class Session final {
 public:
  // `terminal` outlives the session.
  Session(Terminal& terminal, UserFolders folders, Output output);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // No command: the board, and then the test that is chosen from it.
  Status start();
  Status list();
  // One test, as the board has it.
  Status status(const std::string& test);
  // Prints the questions.
  Status show(const std::string& test);
  // Answers a test. `answers` ("1=a") fill the draft without a dialogue.
  Status answer(const std::string& test, const std::vector<std::string>& answers);
  enum class Consent : unsigned char { kAsk, kGiven };
  // Sends the draft. An empty name means the only draft that was not sent yet.
  Status submit(const std::string& test, Consent consent);
  // A saved receipt by its code, or the codes of all.
  Status receipt(const std::string& code);
  // `inviteFile`: a path, "-" for standard input, or empty to ask for it.
  Status login(const std::string& inviteFile);
  Status doctor();

 private:
  Status signIn();
  Status connect(const Account& account);
  Result<Account> inviteFrom(const std::string& file);
  Result<StoredAccount> requireAccount();
  Status offerMigration(const StoredAccount& stored);
  Result<std::vector<BoardRow>> fetchBoard();
  Status say(const std::vector<BoardRow>& board);

  Result<Draft> openDraft(const TestInfo& info);
  Result<Draft> offlineDraft(const std::string& test, const Failure& failure);
  Status fill(Draft& draft, const std::vector<std::string>& answers);
  Status converse(Draft& draft);
  Status send(Draft& draft);
  Result<Receipt> sendWithRetries(const Draft& draft);
  Failure explainSendFailure(const Draft& draft, const Failure& failure);
  Failure closed(const TestInfo& info);
  Status keepReceipt(Draft& draft, const Receipt& receipt);
  void showReceipt(const Receipt& receipt, const std::string& savedTo);
  std::string clean(std::string_view text) const { return cleanedLine(text, terminal_.style().charset); }

  Terminal& terminal_;
  UserFolders folders_;
  Output output_;
  DraftStore drafts_;
  ServerClock clock_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<Zone> zone_;
  std::string course_;
};

}  // namespace hearth::homework::client
