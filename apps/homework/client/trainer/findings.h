// What the linter has to say.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "homework/client/trainer/place.h"

namespace hearth::homework::client {

enum class Severity : unsigned char { kError, kWarning };

struct Finding {
  Severity severity = Severity::kError;
  std::string rule;        // a stable name, for people who search and for scripts
  std::string file;        // relative to the course
  std::size_t line = 0;    // 0: the file as a whole
  std::size_t column = 0;  // 0: the line as a whole
  std::string message;
  std::string hint;  // may be empty
};

// The findings about one file, or about a file and those beside it.
class Findings final {
 public:
  void error(std::string rule, std::string file, std::size_t line, std::string message, std::string hint = "") {
    error(std::move(rule), std::move(file), Place{line, 0}, std::move(message), std::move(hint));
  }
  void error(std::string rule, std::string file, Place place, std::string message, std::string hint = "") {
    add({Severity::kError, std::move(rule), std::move(file), place.line, place.column, std::move(message),
         std::move(hint)});
  }
  void warning(std::string rule, std::string file, std::size_t line, std::string message, std::string hint = "") {
    warning(std::move(rule), std::move(file), Place{line, 0}, std::move(message), std::move(hint));
  }
  void warning(std::string rule, std::string file, Place place, std::string message, std::string hint = "") {
    add({Severity::kWarning, std::move(rule), std::move(file), place.line, place.column, std::move(message),
         std::move(hint)});
  }

  const std::vector<Finding>& all() const { return all_; }
  std::size_t count(Severity severity) const {
    std::size_t n = 0;
    for (const Finding& finding : all_) n += finding.severity == severity ? 1 : 0;
    return n;
  }

 private:
  void add(Finding finding) { all_.push_back(std::move(finding)); }

  std::vector<Finding> all_;
};

}  // namespace hearth::homework::client
