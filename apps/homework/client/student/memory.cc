#include "homework/client/student/memory.h"

#include <algorithm>

#include "homework/client/common/files.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kMostKeys = 100;
constexpr std::size_t kMostNames = 1000;

std::string toText(const CourseMemory& memory) {
  JsonArray tests;
  for (const std::string& test : memory.tests) tests.push_back(Json(test));
  return writeJsonPretty(
      JsonObject{{"lang", memory.lang},
                 {"tests", std::move(tests)},
                 {"receiptKeys", parseJson(receiptKeysJson(memory.receiptKeys)).value_or(Json())}});
}

}  // namespace

CourseMemory recallCourse(const std::filesystem::path& file) {
  CourseMemory memory;
  const auto document = parseJson(findFile(file, 1u << 20).value_or(""));
  if (!document) return memory;
  memory.lang = stringMember(*document, "lang");
  for (const Json& test : arrayMember(*document, "tests")) {
    if (const auto* name = test.if_string(); name != nullptr && memory.tests.size() < kMostNames) {
      memory.tests.emplace_back(name->data(), name->size());
    }
  }
  const Json* keys = findMember(*document, "receiptKeys");
  if (auto parsed = parseReceiptKeys(keys == nullptr ? "" : writeJson(*keys)))
    memory.receiptKeys = std::move(*parsed);
  return memory;
}

CourseMemory rememberCourse(const std::filesystem::path& file, const CourseMemory& seen) {
  const CourseMemory before = recallCourse(file);
  CourseMemory memory = seen;
  for (const ReceiptKey& key : before.receiptKeys) {
    const bool known = std::any_of(memory.receiptKeys.begin(), memory.receiptKeys.end(),
                                   [&](const ReceiptKey& other) { return other.keyId == key.keyId; });
    if (!known && memory.receiptKeys.size() < kMostKeys) memory.receiptKeys.push_back(key);
  }
  if (toText(memory) != toText(before)) replaceFile(file, toText(memory));
  return memory;
}

}  // namespace hearth::homework::client
