// How one student stands with one test, and how the API tells it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "homework/domain/attempt.h"
#include "homework/domain/board.h"
#include "homework/functions/ports.h"

namespace hearth::homework {

struct Standing {
  bool received = false;
  std::optional<Instant> receivedAt;
  std::string attempt;       // name of the effective one; empty when other hands put the answers there
  std::size_t attempts = 0;  // how many there are; counted only where the test limits them
  std::optional<ScoreRecord> score;
  std::optional<sdk::Error> trouble;  // then the rest is not known
};

// Two reads, and a listing where the test limits the attempts.
Standing standingOf(ObjectStore& store, const PublishedTest& test, const std::string& student);

// The names of a student's attempts, oldest first.
sdk::Outcome<std::vector<std::string>> attemptNames(ObjectStore& store, const TestRef& test,
                                                    const std::string& student);

// Whether a first submission is accepted.
bool isOpen(Phase phase);

// The members of a test in the answers of list-tests and get-test.
json::object describeTest(const EffectiveTest& effective, const Standing& standing, Phase phase, const Zone& zone);

}  // namespace hearth::homework
