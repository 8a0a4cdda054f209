#include "homework/client/trainer/consent.h"

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

Result<std::string> answerTo(Desk& desk, const std::string& prompt, const std::string& command) {
  if (!desk.terminal().interactive())
    return Failure{Exit::kUsage, "There is nobody to confirm.", "Use  " + command};
  const Reply reply = desk.terminal().ask(prompt);
  if (reply.kind == ReplyKind::kInterrupted) return Failure{Exit::kInterrupted, "Nothing was done.", ""};
  return reply.kind == ReplyKind::kLine ? reply.text : std::string();
}

}  // namespace

Result<bool> agreed(Desk& desk, const std::string& question, Consent consent, const std::string& command) {
  if (consent == Consent::kGiven) return true;
  HOMEWORK_TRY(const std::string answer, answerTo(desk, question + " [y/N] ", command));
  return lowered(answer) == "y" || lowered(answer) == "yes";
}

Result<bool> agreedByTyping(Desk& desk, const std::string& word, Consent consent, const std::string& command) {
  if (consent == Consent::kGiven) return true;
  HOMEWORK_TRY(const std::string answer, answerTo(desk, "Type " + word + " to go on: ", command));
  return answer == word;
}

}  // namespace hearth::homework::client
