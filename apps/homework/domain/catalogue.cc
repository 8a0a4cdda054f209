#include "homework/domain/catalogue.h"

#include <algorithm>

#include "homework/domain/hash.h"
#include "homework/domain/letters.h"

namespace hearth::homework {
namespace {

constexpr std::size_t kMaxCatalogue = 4 * 1024 * 1024;
constexpr std::size_t kMaxTests = 2'000;
constexpr std::size_t kMaxOffsets = 1'000;
constexpr std::int64_t kMaxGrace = 86'400;
constexpr std::int64_t kMaxOffset = 86'400;
constexpr std::int64_t kMaxAttemptLimit = 200;
constexpr std::size_t kMaxPageAddress = 500;

Outcome<Instant> instantMember(const json::object& object, std::string_view name, const std::string& where) {
  const auto text = findString(object, name);
  const auto instant = text ? parseInstant(*text) : std::nullopt;
  if (!instant) return Problem{where + ": " + std::string(name) + " is not an RFC 3339 time"};
  return *instant;
}

Outcome<Zone> parseZone(const json::value* value) {
  Zone zone;
  if (value == nullptr) return zone;
  const auto* object = value->if_object();
  if (object == nullptr) return Problem{"catalogue: zone is not an object"};
  zone.name = findString(*object, "name").value_or("UTC");
  const json::value* offsets = findMember(*object, "offsets");
  if (offsets == nullptr) return zone;
  const auto* array = offsets->if_array();
  if (array == nullptr || array->size() > kMaxOffsets) return Problem{"catalogue: zone.offsets is not a list"};
  for (const json::value& element : *array) {
    const auto* entry = element.if_object();
    if (entry == nullptr) return Problem{"catalogue: zone.offsets has an entry that is not an object"};
    auto from = instantMember(*entry, "from", "catalogue: zone.offsets");
    if (!from) return from.problem();
    const auto seconds = findInteger(*entry, "seconds");
    if (!seconds || *seconds < -kMaxOffset || *seconds > kMaxOffset) {
      return Problem{"catalogue: zone.offsets has an entry without seconds"};
    }
    if (!zone.offsets.empty() && zone.offsets.back().from >= *from) {
      return Problem{"catalogue: zone.offsets is not ascending"};
    }
    zone.offsets.push_back({*from, std::chrono::seconds(*seconds)});
  }
  return zone;
}

// What a test may say and need not.
Outcome<bool> readOptions(const json::object& object, const std::string& where, PublishedTest& test) {
  if (const json::value* remind = findMember(object, "remindAt"); remind != nullptr && !remind->is_null()) {
    auto at = instantMember(object, "remindAt", where);
    if (!at) return at.problem();
    test.remindAt = *at;
  }
  if (findMember(object, "attempts") != nullptr) {
    const auto attempts = findInteger(object, "attempts");
    if (!attempts || *attempts < 0 || *attempts > kMaxAttemptLimit)
      return Problem{where + ": attempts is 0 to 200"};
    test.attempts = static_cast<int>(*attempts);
  }
  for (auto [name, target] : {std::pair{"shuffle", &test.shuffle}, {"partial", &test.partial}}) {
    if (findMember(object, name) == nullptr) continue;
    const auto value = findBool(object, name);
    if (!value) return Problem{where + ": " + name + " is not true or false"};
    *target = *value;
  }
  return true;
}

Outcome<PublishedTest> parseTest(const json::value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) return Problem{"catalogue: a test is not an object"};
  PublishedTest test;
  test.ref = {std::string(findString(*object, "subject").value_or("")),
              std::string(findString(*object, "testId").value_or(""))};
  if (!isSubject(test.ref.subject) || !isId(test.ref.testId)) {
    return Problem{"catalogue: a test has no usable subject and testId"};
  }
  const std::string where = "catalogue: " + test.ref.path();
  test.title = findString(*object, "title").value_or(test.ref.testId);
  if (test.title.empty() || test.title.size() > 200)
    return Problem{where + ": the title is not 1 to 200 bytes long"};
  if (findMember(*object, "opens") != nullptr) {
    auto opens = instantMember(*object, "opens", where);
    if (!opens) return opens.problem();
    test.opens = *opens;
  }
  auto due = instantMember(*object, "due", where);
  if (!due) return due.problem();
  test.due = *due;
  if (test.due < test.opens) return Problem{where + " is due before it opens"};
  if (findMember(*object, "graceSeconds") != nullptr) {
    const auto grace = findInteger(*object, "graceSeconds");
    if (!grace || *grace < 0 || *grace > kMaxGrace) return Problem{where + ": graceSeconds is 0 to 86400"};
    test.grace = std::chrono::seconds(*grace);
  }
  const std::string_view late = findString(*object, "late").value_or("reject");
  if (late == "flag") {
    test.late = Late::kFlag;
    if (findMember(*object, "lateUntil") != nullptr) {
      auto until = instantMember(*object, "lateUntil", where);
      if (!until) return until.problem();
      test.lateUntil = *until;
    }
  } else if (late != "reject") {
    return Problem{where + ": late is reject or flag"};
  }
  test.questionSet = findString(*object, "questionSet").value_or("");
  if (!isSha256Hex(test.questionSet)) return Problem{where + ": questionSet is not a SHA-256"};
  if (auto read = readOptions(*object, where, test); !read) return read.problem();
  return test;
}

json::object testJson(const PublishedTest& test) {
  json::object out{{"subject", test.ref.subject},
                   {"testId", test.ref.testId},
                   {"title", test.title},
                   {"opens", formatInstant(test.opens)},
                   {"due", formatInstant(test.due)},
                   {"graceSeconds", test.grace.count()},
                   {"late", test.late == Late::kFlag ? "flag" : "reject"}};
  if (test.lateUntil) out["lateUntil"] = formatInstant(*test.lateUntil);
  out["questionSet"] = test.questionSet;
  if (test.remindAt) out["remindAt"] = formatInstant(*test.remindAt);
  out["attempts"] = test.attempts;
  out["shuffle"] = test.shuffle;
  out["partial"] = test.partial;
  return out;
}

}  // namespace

Instant PublishedTest::acceptedUntil() const {
  return late == Late::kFlag && lateUntil ? std::max(*lateUntil, onTimeUntil()) : onTimeUntil();
}

Phase PublishedTest::phaseAt(Instant instant) const {
  if (instant < opens) return Phase::kBefore;
  if (instant <= onTimeUntil()) return Phase::kOnTime;
  return instant <= acceptedUntil() ? Phase::kLate : Phase::kAfter;
}

const PublishedTest* Catalogue::find(const TestRef& test) const {
  const auto found =
      std::find_if(tests.begin(), tests.end(), [&](const PublishedTest& t) { return t.ref == test; });
  return found == tests.end() ? nullptr : &*found;
}

Outcome<Catalogue> parseCatalogue(std::string_view text) {
  auto document = parseJson(text, kMaxCatalogue, "the catalogue");
  if (!document) return document.problem();
  const auto* object = document->if_object();
  if (object == nullptr) return Problem{"the catalogue is not an object"};
  if (findInteger(*object, "version").value_or(0) != 1) return Problem{"the catalogue is not of version 1"};
  Catalogue catalogue;
  auto published = instantMember(*object, "publishedAt", "catalogue");
  if (!published) return published.problem();
  catalogue.publishedAt = *published;
  auto zone = parseZone(findMember(*object, "zone"));
  if (!zone) return zone.problem();
  catalogue.zone = std::move(*zone);
  catalogue.page = findString(*object, "page").value_or("");
  const bool web = catalogue.page.starts_with("https://") || catalogue.page.starts_with("http://");
  if (!catalogue.page.empty() &&
      (!web || catalogue.page.size() > kMaxPageAddress || !isPlainLine(catalogue.page))) {
    return Problem{"catalogue: page is not an http address"};
  }
  const json::value* tests = findMember(*object, "tests");
  const auto* array = tests != nullptr ? tests->if_array() : nullptr;
  if (array == nullptr || array->size() > kMaxTests) return Problem{"catalogue: tests is not a list"};
  for (const json::value& element : *array) {
    auto test = parseTest(element);
    if (!test) return test.problem();
    catalogue.tests.push_back(std::move(*test));
  }
  std::sort(catalogue.tests.begin(), catalogue.tests.end(),
            [](const PublishedTest& a, const PublishedTest& b) { return a.ref < b.ref; });
  const auto twice =
      std::adjacent_find(catalogue.tests.begin(), catalogue.tests.end(),
                         [](const PublishedTest& a, const PublishedTest& b) { return a.ref == b.ref; });
  if (twice != catalogue.tests.end()) return Problem{"catalogue: " + twice->ref.path() + " is there twice"};
  return catalogue;
}

std::string catalogueJson(const Catalogue& catalogue) {
  json::array offsets;
  for (const ZoneOffset& entry : catalogue.zone.offsets) {
    offsets.push_back({{"from", formatInstant(entry.from)}, {"seconds", entry.offset.count()}});
  }
  json::array tests;
  for (const PublishedTest& test : catalogue.tests) tests.push_back(testJson(test));
  json::object out{{"version", 1},
                   {"publishedAt", formatInstant(catalogue.publishedAt)},
                   {"zone", json::object{{"name", catalogue.zone.name}, {"offsets", std::move(offsets)}}},
                   {"tests", std::move(tests)}};
  if (!catalogue.page.empty()) out["page"] = catalogue.page;
  return pythonJson(out);
}

}  // namespace hearth::homework
