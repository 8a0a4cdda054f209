#include "homework/domain/extensions.h"

#include <algorithm>
#include <set>

namespace hearth::homework {
namespace {

constexpr std::size_t kMaxDocument = 4 * 1024 * 1024;
constexpr std::size_t kMaxReason = 500;

// Problems name the entry by its number, not the student: they end up in logs.
Outcome<Extension> parseExtension(const json::value& value, std::size_t number) {
  const std::string where = "extensions: entry " + std::to_string(number);
  const auto* object = value.if_object();
  if (object == nullptr) return Problem{where + " is not an object"};
  Extension out;
  out.test = {std::string(findString(*object, "subject").value_or("")),
              std::string(findString(*object, "testId").value_or(""))};
  out.studentId = findString(*object, "studentId").value_or("");
  if (!isSubject(out.test.subject) || !isId(out.test.testId) || !isId(out.studentId)) {
    return Problem{where + " has no usable subject, testId and studentId"};
  }
  if (const json::value* due = findMember(*object, "due"); due != nullptr && !due->is_null()) {
    out.due = parseInstant(findString(*object, "due").value_or(""));
    if (!out.due) return Problem{where + ": due is not an RFC 3339 time"};
  }
  if (findMember(*object, "excused") != nullptr) {
    const auto excused = findBool(*object, "excused");
    if (!excused) return Problem{where + ": excused is not true or false"};
    out.excused = *excused;
  }
  if (!out.due && !out.excused) return Problem{where + ": neither a deadline nor excused"};
  out.reason = findString(*object, "reason").value_or("");
  if (out.reason.size() > kMaxReason) return Problem{where + ": the reason is longer than 500 bytes"};
  return out;
}

bool isFor(const Extension& extension, const TestRef& test, std::string_view student) {
  return extension.test == test && extension.studentId == student;
}

}  // namespace

const Extension* Extensions::find(const TestRef& test, std::string_view student) const {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Extension& e) { return isFor(e, test, student); });
  return found == entries_.end() ? nullptr : &*found;
}

void Extensions::set(Extension extension) {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Extension& e) {
    return isFor(e, extension.test, extension.studentId);
  });
  if (found == entries_.end()) {
    entries_.push_back(std::move(extension));
  } else {
    *found = std::move(extension);
  }
}

void Extensions::remove(const TestRef& test, std::string_view student) {
  std::erase_if(entries_, [&](const Extension& e) { return isFor(e, test, student); });
}

EffectiveTest Extensions::effective(const PublishedTest& test, std::string_view student) const {
  EffectiveTest out{test, false, false};
  const Extension* extension = find(test.ref, student);
  if (extension == nullptr) return out;
  out.excused = extension->excused;
  if (extension->due && *extension->due > test.due) {
    out.extended = true;
    out.test.due = *extension->due;
    if (out.test.lateUntil) *out.test.lateUntil += *extension->due - test.due;
  }
  return out;
}

Instant Extensions::lastAccepted(const PublishedTest& test) const {
  Instant last = test.acceptedUntil();
  for (const Extension& extension : entries_) {
    if (extension.test == test.ref)
      last = std::max(last, effective(test, extension.studentId).test.acceptedUntil());
  }
  return last;
}

Outcome<Extensions> parseExtensions(std::string_view text) {
  auto document = parseJson(text, kMaxDocument, "extensions.json");
  if (!document) return document.problem();
  const auto* object = document->if_object();
  if (object == nullptr) return Problem{"extensions.json is not an object"};
  if (findInteger(*object, "version").value_or(0) != 1) return Problem{"extensions.json is not of version 1"};
  const json::value* list = findMember(*object, "extensions");
  const auto* array = list != nullptr ? list->if_array() : nullptr;
  if (array == nullptr) return Problem{"extensions.json has no list of extensions"};
  std::vector<Extension> entries;
  std::set<std::pair<TestRef, std::string>> seen;
  for (const json::value& element : *array) {
    auto extension = parseExtension(element, entries.size() + 1);
    if (!extension) return extension.problem();
    if (!seen.emplace(extension->test, extension->studentId).second) {
      return Problem{"extensions: entry " + std::to_string(entries.size() + 1) +
                     " is for a student and test that have one"};
    }
    entries.push_back(std::move(*extension));
  }
  return Extensions(std::move(entries));
}

std::string extensionsJson(const Extensions& extensions) {
  json::array list;
  for (const Extension& extension : extensions.entries()) {
    json::object entry{
        {"subject", extension.test.subject}, {"testId", extension.test.testId}, {"studentId", extension.studentId}};
    if (extension.due) entry["due"] = formatInstant(*extension.due);
    if (extension.excused) entry["excused"] = true;
    if (!extension.reason.empty()) entry["reason"] = extension.reason;
    list.push_back(std::move(entry));
  }
  return pythonJson(json::object{{"version", 1}, {"extensions", std::move(list)}});
}

}  // namespace hearth::homework
