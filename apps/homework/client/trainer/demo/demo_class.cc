#include "homework/client/trainer/demo/demo_class.h"

#include <cmath>
#include <cstdint>

namespace hearth::homework::client {
namespace {

struct Person {
  const char* name;
  const char* lang;
};

constexpr Person kPeople[] = {
    {"Ada Nowak", "en"},     {"Ben Carter", "en"},   {"Celina Mazur", "pl"}, {"Dario Conti", "en"},
    {"Ewa Zielińska", "pl"}, {"Filip Wójcik", "pl"}, {"Grace Osei", "en"},   {"Hanna Król", "pl"},
    {"Igor Lis", "pl"},      {"Julia Wrona", "pl"},  {"Karim Haddad", "en"}, {"Lena Bauer", "en"},
    {"Marek Duda", "pl"},    {"Nina Sokół", "pl"},   {"Omar Said", "en"},    {"Paula Gajda", "pl"},
    {"Quinn Murphy", "en"},  {"Rosa Silva", "en"},   {"Szymon Żak", "pl"},   {"Tara Singh", "en"},
    {"Urszula Bąk", "pl"},   {"Viktor Novák", "en"}, {"Wanda Pawlak", "pl"}, {"Xenia Popov", "en"},
    {"Yusuf Demir", "en"},   {"Zofia Kania", "pl"},  {"Adam Sikora", "pl"},  {"Beata Mróz", "pl"},
    {"Conor Walsh", "en"},   {"Dorota Wilk", "pl"},
};

constexpr std::size_t kMistaken = 7;   // Hanna
constexpr std::size_t kExtended = 10;  // Karim
constexpr std::size_t kLate = 16;      // Quinn

// splitmix64: a number in [0, 1) that depends on everything it is given.
double chance(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  std::uint64_t x = a * 0x9E3779B97F4A7C15ULL + b * 0xBF58476D1CE4E5B9ULL + c * 0x94D049BB133111EBULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  x ^= x >> 31;
  return static_cast<double>(x >> 11) / 9007199254740992.0;
}

// The sum of twelve chances is as good as a normal distribution here.
double abilityOf(std::uint64_t student) {
  double sum = 0;
  for (std::uint64_t i = 0; i < 12; ++i) sum += chance(student + 1, i, 7);
  return 1.2 * (sum - 6);
}

DemoHabit habitOf(std::size_t index) {
  if (index == kExtended) return DemoHabit::kExtended;
  if (index == kLate) return DemoHabit::kLate;
  if (index % 13 == 12 || index == 21) return DemoHabit::kNever;
  const double when = chance(index, 3, 11);
  if (when < 0.3) return DemoHabit::kEarly;
  return when < 0.6 ? DemoHabit::kAfternoon : DemoHabit::kLastMinute;
}

std::string numbered(std::size_t number) { return (number < 10 ? "student0" : "student") + std::to_string(number); }

std::uint64_t numberOf(const std::string& id) {
  std::uint64_t sum = 0;
  for (const char c : id) sum = sum * 131 + static_cast<unsigned char>(c);
  return sum;
}

// The wrong option that this student believes in; the first ones are the more tempting.
std::string wrongOption(const DemoItem& item, double believed) {
  std::vector<std::string> wrong;
  for (const std::string& option : item.options)
    if (option != item.right) wrong.push_back(option);
  if (wrong.empty()) return item.right;
  const auto index = static_cast<std::size_t>(believed * believed * static_cast<double>(wrong.size()));
  return wrong[std::min(index, wrong.size() - 1)];
}

}  // namespace

std::vector<DemoStudent> demoClass() {
  std::vector<DemoStudent> students;
  for (std::size_t i = 0; i < std::size(kPeople); ++i) {
    DemoStudent student;
    student.id = numbered(i + 1);
    student.name = kPeople[i].name;
    student.lang = kPeople[i].lang;
    student.email = i == kMistaken ? std::string(kDemoMistaken) : student.id + "@example.org";
    student.ability = abilityOf(i);
    student.habit = i == kMistaken || i == 0 ? DemoHabit::kEarly : habitOf(i);
    students.push_back(std::move(student));
  }
  return students;
}

std::vector<ChosenAnswer> demoAnswers(const DemoStudent& student, const std::vector<DemoItem>& items, int attempt) {
  std::vector<ChosenAnswer> answers;
  const std::uint64_t who = numberOf(student.id);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const DemoItem& item = items[i];
    const double knows = 1 / (1 + std::exp(item.difficulty - student.ability));
    bool right = false;
    for (int turn = 1; turn <= attempt; ++turn)
      right = right || chance(who, i, static_cast<std::uint64_t>(turn)) < knows;
    if (!right && chance(who, i, 50) < 0.06) continue;  // left open
    answers.push_back({item.questionId, right ? item.right : wrongOption(item, chance(who, i, 60))});
  }
  return answers;
}

std::string demoRoster(const std::vector<DemoStudent>& students) {
  std::string out = "student_id,email,name,lang\n";
  for (const DemoStudent& student : students)
    out += student.id + "," + student.email + "," + student.name + "," + student.lang + "\n";
  return out;
}

}  // namespace hearth::homework::client
