// The answers that a student has given and the server has not got yet. Kept on disk with the questions they belong
// to, so that nothing is lost by a closed lid, and answering goes on without a network.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "homework/client/common/files.h"
#include "homework/client/student/course_view.h"

namespace hearth::homework::client {

struct Draft {
  std::string studentId;
  std::string subject;
  std::string testId;
  std::string title;
  std::string timeZone;
  std::optional<Instant> due;
  std::string questionSet;
  bool partial = false;                      // part of a question's points may be given
  std::optional<std::int64_t> attemptsLeft;  // as the server said last; nullopt: no limit
  std::vector<Question> questions;
  std::map<std::string, std::string> answers;  // question id -> answer as the API takes it
  std::size_t position = 0;                    // the question to go on with
  std::string receipt;                         // code of the receipt for exactly these answers; else empty

  std::string name() const { return subject + "/" + testId; }
  const std::string* findAnswer(const Question& question) const;
  // Sets or changes an answer; what the receipt was for is gone then.
  void answer(const Question& question, const std::string& given);
  void clear(const Question& question);
  // Whether it holds answers that have no receipt.
  bool isUnsent() const { return receipt.empty() && !answers.empty(); }
  std::vector<std::size_t> openQuestions() const;  // positions without an answer
  std::vector<ChosenAnswer> chosen() const;        // in the order of the questions
};

// Makes `draft` a draft of `test`: answers to questions that read the same are kept, all others dropped. Returns
// the ids of the questions whose answer was dropped, or that are new although the draft had begun.
std::vector<std::string> adopt(Draft& draft, const TestInfo& info, const std::string& timeZone,
                               const TestContent& test);

// Takes over what the server received last, when it belongs to the draft's questions: into a draft without an
// answer of its own, or as the proof that exactly its answers arrived. True when the draft has the receipt now and
// had none.
bool adoptSubmission(Draft& draft, const Submission& submission);

// Drafts of all tests below one folder. A draft is replaced atomically and durably.
class DraftStore final {
 public:
  explicit DraftStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Precondition of all: the ids are ids (account.h).
  std::filesystem::path pathOf(const std::string& student, const std::string& subject,
                               const std::string& testId) const;
  // nullopt when there is none, or none that can be read: that one is kept aside as `.damaged`.
  std::optional<Draft> find(const std::string& student, const std::string& subject,
                            const std::string& testId) const;
  void save(const Draft& draft) const;
  // Every draft of the student.
  std::vector<Draft> all(const std::string& student) const;
  // Held while a draft is worked on; nullopt when another process does.
  std::optional<FileLock> lock(const Draft& draft) const;

 private:
  std::filesystem::path folder_;
};

std::string draftToText(const Draft& draft);
std::optional<Draft> draftFromText(std::string_view text);

}  // namespace hearth::homework::client
