#include "homework/domain/course.h"

#include <algorithm>
#include <set>

#include "homework/domain/ids.h"

namespace hearth::homework {
namespace {

constexpr std::size_t kMaxDocument = 4 * 1024 * 1024;
constexpr std::size_t kMaxName = 200;
constexpr std::size_t kMaxTrainers = 50;

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

}  // namespace

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
