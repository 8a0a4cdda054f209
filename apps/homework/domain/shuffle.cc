#include "homework/domain/shuffle.h"

#include <algorithm>

#include "homework/domain/hash.h"
#include "homework/domain/letters.h"

namespace hearth::homework {
namespace {

// Sorts by the hash of seed and id: an order that needs no random numbers and is the same on every machine.
template <class Item>
void arrange(std::vector<Item>& items, const std::string& seed) {
  std::vector<std::pair<std::string, Item>> keyed;
  for (Item& item : items) {
    std::string key = sha256Hex(seed + "\n" + item.id);
    keyed.emplace_back(std::move(key), std::move(item));
  }
  std::stable_sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < items.size(); ++i) items[i] = std::move(keyed[i].second);
}

}  // namespace

bool staysLast(std::string_view optionBody) {
  const std::string body = foldCase(optionBody);
  for (const std::string_view part : {"of the above", "of these", "of them", "of the mentioned", "of the options",
                                      "of the other", "above", "powy\xc5\xbcsz",
                                      "\xc5\xbc"
                                      "adna z",
                                      "\xc5\xbc"
                                      "adne z",
                                      "\xc5\xbc"
                                      "aden z",
                                      "wszystkie z", "wszystkich z"}) {
    if (body.find(part) != std::string::npos) return true;
  }
  return false;
}

QuestionSet shuffled(const QuestionSet& set, std::string_view seed) {
  QuestionSet out = set;
  for (Question& question : out.questions) {
    if (question.type == QuestionType::kTrueFalse) continue;
    arrange(question.answers, std::string(seed) + "\n" + question.id);
    // What stays last keeps the trainer's order.
    std::stable_sort(question.answers.begin(), question.answers.end(),
                     [&](const AnswerOption& a, const AnswerOption& b) {
                       const bool lastA = staysLast(a.body);
                       const bool lastB = staysLast(b.body);
                       if (lastA != lastB || !lastA) return !lastA && lastB;
                       const Question* original = set.findQuestion(question.id);
                       return original->findOption(a.id) < original->findOption(b.id);
                     });
  }
  arrange(out.questions, std::string(seed));
  return out;
}

}  // namespace hearth::homework
