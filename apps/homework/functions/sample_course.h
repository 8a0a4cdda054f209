// For tests: a published course in memory. Two subjects; `operating-systems/test01` is the original's own sample.
#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include "homework/domain/attempt.h"
#include "homework/domain/catalogue.h"
#include "homework/functions/memory_ports.h"

namespace hearth::homework {

inline const Instant kOpens = *parseInstant("2019-04-01T10:00:00Z");
inline const Instant kDue = *parseInstant("2019-04-08T21:00:00Z");  // Monday 23:00 in Warsaw

inline json::array goldenVectors() {
  std::ifstream file(HOMEWORK_FUNCTIONS_DIR "/testdata/lambda_vectors.json");
  std::stringstream text;
  text << file.rdbuf();
  return parseJson(text.str(), 1 << 20, "vectors")->as_array();
}

inline const json::object& goldenVector(const json::array& vectors, std::string_view name) {
  for (const json::value& vector : vectors) {
    if (std::string_view(vector.at("name").as_string()).starts_with(name)) return vector.as_object();
  }
  throw std::runtime_error("no vector " + std::string(name));
}

// The six questions of the original, and its key.
inline std::string sampleQuestions() {
  const json::array vectors = goldenVectors();
  return json::serialize(goldenVector(vectors, "test: ok").at("result").at("body"));
}
inline constexpr std::string_view kSampleKey =
    R"([{"questionId":"1","answer":"a"},{"questionId":"2","answer":"c"},{"questionId":"3","answer":"a"},
        {"questionId":"4","answer":"c"},{"questionId":"5","answer":"a"},{"questionId":"6","answer":"d"}])";

inline PublishedTest publishedTest(std::string subject, std::string id, std::string_view questions) {
  PublishedTest test;
  test.ref = {std::move(subject), std::move(id)};
  test.title = "Title of " + test.ref.testId;
  test.opens = kOpens;
  test.due = kDue;
  test.questionSet = sha256Hex(questions);
  return test;
}

class SampleCourse final {
 public:
  explicit SampleCourse(int students = 2) {
    catalogue.publishedAt = kOpens;
    catalogue.zone = {"Europe/Warsaw", {{Instant{}, std::chrono::hours(2)}}};
    store.time = kOpens;
    store.set("course.json", R"({"name":"Operating systems","timezone":"Europe/Warsaw",
        "from":"Homework <homework@example.com>","trainers":["trainer@example.com"]})");
    setRoster(students);
    publish("operating-systems", "test01");
  }

  static std::string studentId(int number) {
    return "student" + std::string(number < 10 ? "0" : "") + std::to_string(number);
  }

  void setRoster(int students) {
    json::array roster;
    json::object keys;
    for (int i = 1; i <= students; ++i) {
      const std::string id = studentId(i);
      roster.push_back({{"student_id", id}, {"email", id + "@example.com"}, {"name", "Name " + id}});
      keys["key-" + id] = id;
    }
    store.set("studentsList.json", json::serialize(roster));
    store.set("access/keys.json", json::serialize(keys));
  }

  PublishedTest& publish(const std::string& subject, const std::string& id) {
    return publishSet(subject, id, sampleQuestions(), kSampleKey);
  }
  PublishedTest& publishSet(const std::string& subject, const std::string& id, std::string_view questions,
                            std::string_view key) {
    store.set("published/questions/" + sha256Hex(questions) + ".json", questions);
    store.set("keys/" + subject + "/" + id + "/" + sha256Hex(questions) + ".json", key);
    catalogue.tests.push_back(publishedTest(subject, id, questions));
    writeCatalogue();
    return catalogue.tests.back();
  }
  void writeCatalogue() { store.set("published/catalogue.json", catalogueJson(catalogue)); }

  MemoryStore store;
  Catalogue catalogue;
};

}  // namespace hearth::homework
