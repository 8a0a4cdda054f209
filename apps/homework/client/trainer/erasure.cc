#include "homework/client/trainer/erasure.h"

#include "homework/client/common/json.h"
#include "homework/client/trainer/outbox.h"
#include "homework/client/trainer/student_data.h"
#include "homework/domain/mime.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kDeepest = 32;

std::string_view textOf(const Json& value) {
  const auto* text = value.if_string();
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

bool isAbout(const Json& value, const Person& person) {
  if (textOf(value) == person.id) return true;
  for (const char* member : {"studentId", "student_id"}) {
    if (stringMember(value, member) == person.id) return true;
  }
  return false;
}

// Whether anything was removed.
bool strip(Json& value, const Person& person, std::size_t depth) {
  if (depth > kDeepest) return false;
  bool removed = false;
  if (auto* array = value.if_array()) {
    for (auto it = array->begin(); it != array->end();) {
      const bool about = isAbout(*it, person);
      if (about || strip(*it, person, depth + 1)) removed = true;
      it = about ? array->erase(it) : it + 1;
    }
  } else if (auto* object = value.if_object()) {
    for (auto it = object->begin(); it != object->end();) {
      const bool about = isAbout(it->value(), person) || std::string_view(it->key()) == person.id;
      if (about || strip(it->value(), person, depth + 1)) removed = true;
      it = about ? object->stable_erase(it) : it + 1;
    }
  }
  return removed;
}

void removeMember(JsonObject& object, std::string_view name) {
  if (const auto member = object.find(name); member != object.end()) object.stable_erase(member);
}

bool hasText(std::string_view text, const Person& person) {
  return mentions(text, person.id) || (!person.email.empty() && text.find(person.email) != std::string_view::npos);
}

}  // namespace

bool namesPerson(std::string_view document, const Person& person) {
  if (hasText(document, person)) return true;
  const auto parsed = parseJson(document);
  const auto raw = parsed ? base64Decoded(stringMember(*parsed, "raw")) : std::nullopt;
  if (!raw || raw->empty()) return false;
  return hasText(*raw, person) || hasText(quotedPrintableDecoded(*raw), person);
}

std::optional<std::string> withoutPerson(const std::string& document, const Person& person, Numbers numbers) {
  auto parsed = parseJson(document);
  if (!parsed) return std::nullopt;
  const bool removed = strip(*parsed, person, 0);
  if (removed && numbers == Numbers::kDrop && parsed->is_object()) removeMember(parsed->as_object(), "statistics");
  std::string left = writeJsonPretty(*parsed);
  if (namesPerson(left, person)) return std::nullopt;
  return left;
}

std::optional<std::string> withoutText(const std::string& mailDocument) {
  auto parsed = parseJson(mailDocument);
  if (!parsed || !parsed->is_object() || stringMember(*parsed, "id").empty()) return std::nullopt;
  parsed->as_object()["raw"] = base64(
      "Content-Type: text/plain; charset=utf-8\r\n\r\nThe text of this mail was removed: it named a student whose "
      "data was erased.\r\n");
  return writeJson(*parsed);
}

bool isMailTo(const std::string& mailDocument, const Person& person) {
  const Json parsed = parseJson(mailDocument).value_or(Json());
  return stringMember(parsed, "studentId") == person.id ||
         (!person.email.empty() && stringMember(parsed, "to") == person.email);
}

}  // namespace hearth::homework::client
