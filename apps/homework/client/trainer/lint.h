// The rules for questions and answer keys. Each has a name; README.md lists them.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "homework/client/trainer/findings.h"
#include "homework/client/trainer/located_json.h"
#include "homework/domain/content.h"

namespace hearth::homework::client {

// What the rules look at: a question set as it was understood.
struct LintedChoice {
  std::string id;
  std::string text;
};

struct LintedQuestion {
  std::string id;
  std::string text;
  std::size_t line = 0;
  std::optional<QuestionType> type = QuestionType::kSingle;  // nullopt: not understood
  std::vector<LintedChoice> choices;                         // of truefalse always both
};

// Parses `bytes` and applies the rules for one file. What could not be understood is left out of the result.
std::vector<LintedQuestion> lintQuestions(const std::string& file, std::string_view bytes, Findings& findings);

// The rules for a key and for the two together.
void lintKey(const std::string& file, std::string_view bytes, const std::string& questionsFile,
             const std::vector<LintedQuestion>& questions, Findings& findings);

// A member that nothing reads is most likely misspelt.
void warnUnknown(const LocatedJson& object, std::initializer_list<std::string_view> known, const std::string& file,
                 Findings& findings);

// The string member `name`; nullptr with a finding.
const LocatedJson* requireString(const LocatedJson& object, std::string_view name, const std::string& file,
                                 const std::string& what, Findings& findings);

// The document of `bytes` when it is an array (object); otherwise a finding and an empty value.
LocatedJson readLocated(const std::string& file, std::string_view bytes, LocatedJson::Kind wanted,
                        Findings& findings);

}  // namespace hearth::homework::client
