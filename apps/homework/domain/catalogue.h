// What is published, and until when it may be answered.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "homework/domain/ids.h"
#include "homework/domain/json_text.h"
#include "homework/domain/outcome.h"
#include "homework/domain/times.h"

namespace hearth::homework {

enum class Late : unsigned char { kReject, kFlag };

// Where an instant falls in a test's life.
enum class Phase : unsigned char { kBefore, kOnTime, kLate, kAfter };

struct PublishedTest {
  TestRef ref;
  std::string title;
  Instant opens{};
  Instant due{};
  std::chrono::seconds grace{60};
  Late late = Late::kReject;
  std::optional<Instant> lateUntil;  // only with kFlag
  std::string questionSet;           // its hash
  std::optional<Instant> remindAt;   // when who has not answered is reminded; never without it
  int attempts = 0;                  // how often one student may submit; 0: until the deadline
  bool shuffle = false;              // each student has an order of their own
  bool partial = false;              // a multiple choice may give part of its points

  // The last instant of receipt that counts as on time: the deadline and the grace, both inclusive.
  Instant onTimeUntil() const { return due + grace; }
  // The last instant at which anything is accepted.
  Instant acceptedUntil() const;
  Phase phaseAt(Instant instant) const;
};

struct Catalogue {
  Instant publishedAt{};
  Zone zone;
  std::vector<PublishedTest> tests;  // by subject, then by id
  std::string page;                  // address of the students' page; may be empty

  const PublishedTest* find(const TestRef& test) const;
};

// Every test is listed once, under a usable subject and id. Tests come out sorted.
Outcome<Catalogue> parseCatalogue(std::string_view text);
std::string catalogueJson(const Catalogue& catalogue);

}  // namespace hearth::homework
