// Other deadlines for single students: published/extensions.json.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "homework/domain/catalogue.h"

namespace hearth::homework {

struct Extension {
  TestRef test;
  std::string studentId;
  std::optional<Instant> due;
  bool excused = false;
  std::string reason;  // for the trainer only
};

// A test as it holds for one student.
struct EffectiveTest {
  PublishedTest test;  // with this student's deadline; the reminder stays the test's
  bool extended = false;
  bool excused = false;
};

class Extensions final {
 public:
  Extensions() = default;
  explicit Extensions(std::vector<Extension> entries) : entries_(std::move(entries)) {}

  const std::vector<Extension>& entries() const { return entries_; }
  const Extension* find(const TestRef& test, std::string_view student) const;
  // Puts `extension` in the place of what the student has for the test.
  void set(Extension extension);
  void remove(const TestRef& test, std::string_view student);

  // Only a later deadline counts; grace and late policy stay, `lateUntil` moves along.
  EffectiveTest effective(const PublishedTest& test, std::string_view student) const;
  // The last instant at which anybody's submission of the test is accepted.
  Instant lastAccepted(const PublishedTest& test) const;

 private:
  std::vector<Extension> entries_;
};

// Every student has at most one entry for a test, which says a deadline or `excused`, or both.
Outcome<Extensions> parseExtensions(std::string_view text);
std::string extensionsJson(const Extensions& extensions);

}  // namespace hearth::homework
