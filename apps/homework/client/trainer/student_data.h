// What the bucket holds about students, by the names of its objects: the basis of retention, export and erasure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hearth::homework::client {

// Whether the object is about single students, and so goes after the course's retention time.
bool isAboutStudents(std::string_view key);

// The tag of such an object, empty for others.
std::string retentionTag(std::string_view key);

// Whether the object is about exactly this student: `<subject>/<testId>/<studentId>/...`.
bool isOwnedBy(std::string_view key, std::string_view student);

// Whether `text` contains the id as a whole, not as part of a longer one.
bool mentions(std::string_view text, std::string_view id);

struct DataKind {
  std::string what;
  std::string where;  // keys
  std::string why;
  std::string kept;
};
// For people who ask.
std::vector<DataKind> dataInventory(int retentionDays);

}  // namespace hearth::homework::client
