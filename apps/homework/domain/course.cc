#include "homework/domain/course.h"

#include <algorithm>
#include <set>

#include "homework/domain/ids.h"

namespace hearth::homework {
namespace {

constexpr std::size_t kMaxDocument = 4 * 1024 * 1024;
constexpr std::size_t kMaxName = 200;
constexpr std::size_t kMaxTrainers = 50;
constexpr std::size_t kMaxGrades = 100;
constexpr std::size_t kMaxGradeName = 20;

bool isLine(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

// An optional line of text; `target` keeps its default when it is absent.
Outcome<bool> readLine(const json::object& object, std::string_view name, std::string& target) {
  const json::value* member = findMember(object, name);
  if (member == nullptr || member->is_null()) return false;
  const auto text = findString(object, name);
  if (!text || text->size() > kMaxName || !isLine(*text)) {
    return Problem{std::string(name) + " is not a line of at most 200 bytes"};
  }
  target = std::string(*text);
  return true;
}

Outcome<Student> parseStudent(const json::value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) return Problem{"the roster has an entry that is not an object"};
  const auto id = findString(*object, "student_id");
  if (!id || !isId(*id)) return Problem{"the roster has an entry without a usable student_id"};
  Student student;
  student.id = std::string(*id);
  for (auto [name, target] :
       {std::pair{"email", &student.email}, {"name", &student.name}, {"lang", &student.lang}}) {
    if (auto read = readLine(*object, name, *target); !read) {
      return Problem{"roster, " + student.id + ": " + read.problem().message};
    }
  }
  return student;
}

Outcome<bool> readGrades(const json::value* value, Course& course) {
  if (value == nullptr || value->is_null()) return true;
  const auto* array = value->if_array();
  if (array == nullptr || array->empty() || array->size() > kMaxGrades) {
    return Problem{"course.json: grades is not a list of 1 to 100 steps"};
  }
  for (const json::value& element : *array) {
    const auto* object = element.if_object();
    if (object == nullptr) return Problem{"course.json: a grade is not an object"};
    const std::int64_t from = findInteger(*object, "from").value_or(-1);
    const auto grade = findString(*object, "grade");
    if (from < 0 || from > 100) return Problem{"course.json: a grade's from is 0 to 100 (percent)"};
    if (!grade || grade->empty() || grade->size() > kMaxGradeName || !isLine(*grade)) {
      return Problem{"course.json: a grade is a text of 1 to 20 bytes"};
    }
    if (!course.grades.empty() && from >= course.grades.back().from) {
      return Problem{"course.json: grades do not descend"};
    }
    course.grades.push_back({static_cast<int>(from), std::string(*grade)});
  }
  if (course.grades.back().from != 0) return Problem{"course.json: the last of the grades is not from 0"};
  return true;
}

Outcome<bool> readMailSettings(const json::object& object, Course& course) {
  if (findMember(object, "reminder") != nullptr) {
    const auto reminder = parseReminder(findString(object, "reminder").value_or(""));
    if (!reminder) return Problem{"course.json: reminder is a time like 24h, 90m or 2d, at most 30d, or off"};
    course.reminder = *reminder;
  }
  for (auto [name, target] : {std::pair{"notice", &course.notice}, {"receiptMail", &course.receiptMail}}) {
    if (findMember(object, name) == nullptr) continue;
    const auto value = findBool(object, name);
    if (!value) return Problem{std::string("course.json: ") + name + " is not true or false"};
    *target = *value;
  }
  if (findMember(object, "retentionDays") != nullptr) {
    const auto days = findInteger(object, "retentionDays");
    if (!days || *days < 1 || *days > 3650) return Problem{"course.json: retentionDays is 1 to 3650"};
    course.retentionDays = static_cast<int>(*days);
  }
  return true;
}

}  // namespace

std::optional<std::chrono::minutes> parseReminder(std::string_view text) {
  if (text == "off") return std::chrono::minutes(0);
  if (text.size() < 2 || text.size() > 6) return std::nullopt;
  const int unit = text.back() == 'm' ? 1 : text.back() == 'h' ? 60 : text.back() == 'd' ? 24 * 60 : 0;
  int number = 0;
  for (const char c : text.substr(0, text.size() - 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  const std::chrono::minutes before(number * unit);
  if (before < std::chrono::minutes(1) || before > std::chrono::days(30)) return std::nullopt;
  return before;
}

bool isMailAddress(std::string_view text) {
  const std::size_t at = text.find('@');
  if (text.size() > 254 || at == 0 || at == std::string_view::npos || at > 64) return false;
  const std::string_view domain = text.substr(at + 1);
  if (domain.find('.') == std::string_view::npos || domain.front() == '.' || domain.back() == '.') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) {
                       return c > ' ' && c < 0x7f &&
                              std::string_view("<>()[],;:\\\"").find(c) == std::string_view::npos;
                     }) &&
         domain.find('@') == std::string_view::npos;
}

std::string_view addressOf(std::string_view mailbox) {
  if (const std::size_t open = mailbox.rfind('<'); open != std::string_view::npos && mailbox.ends_with('>')) {
    mailbox = mailbox.substr(open + 1, mailbox.size() - open - 2);
  }
  return isMailAddress(mailbox) ? mailbox : std::string_view();
}

Outcome<Course> parseCourse(std::string_view text) {
  auto document = parseJson(text, kMaxDocument, "course.json");
  if (!document) return document.problem();
  const auto* object = document->if_object();
  if (object == nullptr) return Problem{"course.json is not an object"};
  Course course;
  for (auto [name, target] : {std::pair{"name", &course.name},
                              {"timezone", &course.timezone},
                              {"lang", &course.lang},
                              {"from", &course.from}}) {
    if (auto read = readLine(*object, name, *target); !read)
      return Problem{"course.json: " + read.problem().message};
  }
  if (!course.from.empty() && addressOf(course.from).empty()) return Problem{"course.json: from is not a mailbox"};
  if (const json::value* trainers = findMember(*object, "trainers")) {
    const auto* array = trainers->if_array();
    if (array == nullptr || array->size() > kMaxTrainers) return Problem{"course.json: trainers is not a list"};
    for (const json::value& element : *array) {
      const auto* address = element.if_string();
      if (address == nullptr || !isMailAddress({address->data(), address->size()})) {
        return Problem{"course.json: trainers has an entry that is not a mail address"};
      }
      course.trainers.emplace_back(address->data(), address->size());
    }
  }
  if (findMember(*object, "scale") != nullptr) {
    const auto scale = findInteger(*object, "scale");
    if (!scale || *scale < 1 || *scale > 1000) return Problem{"course.json: scale is 1 to 1000"};
    course.scale = static_cast<int>(*scale);
  }
  if (findMember(*object, "rounding") != nullptr) {
    const auto mode = parseRounding(findString(*object, "rounding").value_or(""));
    if (!mode) return Problem{"course.json: rounding is half-up or legacy"};
    course.rounding = *mode;
  }
  if (auto read = readGrades(findMember(*object, "grades"), course); !read) return read.problem();
  if (auto read = readMailSettings(*object, course); !read) return read.problem();
  return course;
}

const Student* Roster::find(std::string_view id) const {
  const auto found = std::find_if(students_.begin(), students_.end(), [&](const Student& s) { return s.id == id; });
  return found == students_.end() ? nullptr : &*found;
}

Outcome<Roster> parseRoster(std::string_view text) {
  auto document = parseJson(text, kMaxDocument, "the roster");
  if (!document) return document.problem();
  const auto* array = document->if_array();
  if (array == nullptr) return Problem{"the roster is not a list"};
  std::vector<Student> students;
  std::set<std::string> seen;
  for (const json::value& element : *array) {
    auto student = parseStudent(element);
    if (!student) return student.problem();
    if (!seen.insert(student->id).second) return Problem{"the roster has " + student->id + " twice"};
    students.push_back(std::move(*student));
  }
  return Roster(std::move(students));
}

Outcome<AccessKeys> parseAccessKeys(std::string_view text) {
  auto document = parseJson(text, kMaxDocument, "access/keys.json");
  if (!document) return document.problem();
  const auto* object = document->if_object();
  if (object == nullptr) return Problem{"access/keys.json is not an object"};
  AccessKeys keys;
  for (const auto& [id, student] : *object) {
    const auto* text_ = student.if_string();
    if (text_ == nullptr || !isId({text_->data(), text_->size()})) {
      return Problem{"access/keys.json has a key without a student id"};
    }
    keys.emplace(std::string(id), std::string(text_->data(), text_->size()));
  }
  return keys;
}

}  // namespace hearth::homework
