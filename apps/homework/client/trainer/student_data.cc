#include "homework/client/trainer/student_data.h"

#include "homework/client/common/text.h"
#include "homework/domain/ids.h"

namespace hearth::homework::client {
namespace {

bool isAlphanumeric(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool isIdCharacter(char c) { return isAlphanumeric(c) || c == '.' || c == '_' || c == '-'; }

}  // namespace

bool isAboutStudents(std::string_view key) {
  if (key == layout::kLease) return false;
  const auto parts = split(key, '/');
  if (parts.front() == "outbox" || parts.front() == "scoring") return true;
  return parts.size() >= 4 && isSubject(parts[0]) && isId(parts[1]) && isId(parts[2]);
}

std::string retentionTag(std::string_view key) {
  if (!isAboutStudents(key)) return "";
  return std::string(layout::kRetentionTag) + "=" + std::string(layout::kRetentionCourse);
}

bool isOwnedBy(std::string_view key, std::string_view student) {
  const auto parts = split(key, '/');
  return parts.size() >= 4 && isSubject(parts[0]) && isId(parts[1]) && parts[2] == student;
}

bool mentions(std::string_view text, std::string_view id) {
  for (std::size_t at = text.find(id); !id.empty() && at != std::string_view::npos; at = text.find(id, at + 1)) {
    const bool begins = at == 0 || !isIdCharacter(text[at - 1]);
    const std::size_t end = at + id.size();
    // A full stop may end a sentence instead of going on with an id.
    const bool stops =
        end < text.size() && text[end] == '.' && (end + 1 == text.size() || !isAlphanumeric(text[end + 1]));
    if (begins && (end == text.size() || stops || !isIdCharacter(text[end]))) return true;
  }
  return false;
}

std::vector<DataKind> dataInventory(int retentionDays) {
  const std::string days = std::to_string(retentionDays) + " days";
  return {
      {"student id, mail address, name, language", "studentsList.json",
       "to know who takes part and to send mails (contract with the student)",
       "until the student is erased or taken off the roster; former versions " + days},
      {"which key belongs to whom (ids, no values)", "access/keys.json", "to know whose answers they are",
       "until the key is revoked; former versions " + days},
      {"answers, times of receipt, receipts", "SUBJECT/TEST/STUDENT/attempts/, testResult.json",
       "to grade, and to prove what was handed in", days},
      {"scores, right and wrong answers", "SUBJECT/TEST/STUDENT/score.json, result.json",
       "the purpose of the course", days},
      {"boards, reports, changes by regrades", "scoring/", "to show the trainer how the class stands", days},
      {"mails with addresses and what happened to them", "outbox/",
       "to send each mail once, and to find what failed", days},
      {"later deadlines and their reasons", "published/extensions.json", "to accept answers later",
       "until the student is erased; former versions " + days},
      {"logs of the functions, without names, addresses and answers", "log groups", "to find faults", "14 days"},
      {"that somebody was erased: a salted hash, time and counts", "privacy/erasures.json",
       "to show that a request was met", "with the course"},
  };
}

}  // namespace hearth::homework::client
