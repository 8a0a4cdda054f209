#include "homework/client/trainer/skeleton.h"

#include "homework/client/common/json.h"

namespace hearth::homework::client {
namespace {

constexpr const char* kReadme = R"(# A course

    trainer check            look for mistakes
    trainer preview example/test01
    trainer deploy           make the place where it runs: once
    trainer publish          make these files what students see: after every change
    trainer roster invite --all --out invites

| file | what it is |
|---|---|
| `course.json` | name, time zone, language, who sends mails, who gets the trainers' mails, scale |
| `students.csv` | who takes part: `student_id,email,name,lang`; `lang` is `en` or `pl` |
| `subjects/SUBJECT/TEST/test.json` | title and times of one test |
| `subjects/SUBJECT/TEST/questions.json` | what students see |
| `subjects/SUBJECT/TEST/questionsKey.json` | the right answers, and feedback that is shown after the close |

Names of subjects and tests, and student ids: letters, digits, dot, hyphen, underscore.

# course.json

`scale`: best score, 5 without it. `grades`: from how many percent on which grade, as in
`[{"from": 90, "grade": "5"}, {"from": 50, "grade": "3"}, {"from": 0, "grade": "2"}]`. `reminder`: how long before
the deadline those who have not answered get a mail (`24h`, `90m`, `2d`, `off`). `notice`: whether a mail says that a
test is open. `receiptMail`: whether receipts are mailed, too. `retentionDays`: when answers and scores are deleted.

# test.json

    {"title": "Kernel and boot", "opens": "2030-04-01 12:00", "due": "2030-04-08 23:00"}

Without `due` a test closes on the Monday after it is first published, 23:00. `late`: `reject`, or `flag` with
`lateUntil`. `graceSeconds`: 60 without it. `attempts`: how often one may submit; 0, without it: until the deadline.
`shuffle`: each student has an order of their own. `partial`: a question with several right answers may give a part of
its points.

# Questions

`type` is `single` (without it), `multiple` (the key is `a,c`), `truefalse`, `text` (further right answers in
`accept`, `"case": true` when capitals matter) or `number` (`tolerance`). `points` is 1 without it. `code` is shown
below the question as it is. Questions from Moodle or a spreadsheet:

    trainer import questions.gift --test example/test02
)";

constexpr const char* kStudents = R"(student_id,email,name,lang
student01,student01@example.org,Ada Nowak,en
student02,student02@example.org,Ben Carter,en
)";

constexpr const char* kTest = R"({
    "title": "An example"
}
)";

constexpr const char* kQuestions = R"([
    {
        "questionId": "1",
        "question": "What does the command pwd print?",
        "answers": [
            {"answerId": "a", "answerBody": "the name of the user"},
            {"answerId": "b", "answerBody": "the folder that one is in"},
            {"answerId": "c", "answerBody": "the password, as stars"}
        ]
    },
    {
        "questionId": "2",
        "type": "multiple",
        "points": 2,
        "question": "Which of these are shells?",
        "answers": [
            {"answerId": "a", "answerBody": "bash"},
            {"answerId": "b", "answerBody": "grep"},
            {"answerId": "c", "answerBody": "zsh"}
        ]
    },
    {
        "questionId": "3",
        "type": "truefalse",
        "question": "A process can have more than one thread."
    },
    {
        "questionId": "4",
        "type": "text",
        "question": "Which command lists the files of a folder?"
    },
    {
        "questionId": "5",
        "type": "number",
        "question": "What exit status does this script end with?",
        "code": "#!/bin/sh\nfalse\nexit 3"
    }
]
)";

constexpr const char* kKey = R"([
    {"questionId": "1", "answer": "b", "feedback": "pwd: print working directory."},
    {"questionId": "2", "answer": "a,c"},
    {"questionId": "3", "answer": "true"},
    {"questionId": "4", "answer": "ls", "accept": ["dir"], "case": true},
    {"questionId": "5", "answer": "3", "tolerance": "0"}
]
)";

std::string quoted(const std::string& text) { return writeJson(Json(boost::json::string(text))); }

}  // namespace

std::vector<SkeletonFile> courseSkeleton(const std::string& name, const std::string& timeZone) {
  const std::string course =
      "{\n    \"name\": " + quoted(name) + ",\n    \"timezone\": " + quoted(timeZone) +
      ",\n    \"lang\": \"en\",\n    \"from\": \"Homework <homework@example.org>\",\n    "
      "\"trainers\": [\"trainer@example.org\"],\n    \"scale\": 5,\n    \"reminder\": \"24h\"\n}\n";
  const std::string test = "subjects/example/test01/";
  return {{"README.md", kReadme},
          {"course.json", course},
          {"students.csv", kStudents},
          {test + "test.json", kTest},
          {test + "questions.json", kQuestions},
          {test + "questionsKey.json", kKey}};
}

}  // namespace hearth::homework::client
