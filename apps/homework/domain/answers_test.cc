#include <gtest/gtest.h>

#include <random>

#include "homework/domain/decimal.h"
#include "homework/domain/letters.h"
#include "homework/domain/scoring.h"
#include "homework/domain/shuffle.h"

namespace hearth::homework {
namespace {

constexpr std::string_view kEveryType = R"([
  {"questionId":"1","question":"One?","answers":[{"answerId":"a","answerBody":"A"},{"answerId":"b","answerBody":"B"}]},
  {"questionId":"2","type":"multiple","question":"Some?","points":6,"code":"int\tmain() {}\n","answers":[
    {"answerId":"a","answerBody":"A"},{"answerId":"b","answerBody":"B"},{"answerId":"c","answerBody":"C"},
    {"answerId":"d","answerBody":"None of the above"}]},
  {"questionId":"3","type":"truefalse","question":"True?"},
  {"questionId":"4","type":"text","question":"Name?"},
  {"questionId":"5","type":"number","question":"Pi?"}])";
constexpr std::string_view kKey = R"([
  {"questionId":"1","answer":"A","feedback":"Because."},
  {"questionId":"2","answer":"c, a"},
  {"questionId":"3","answer":"true"},
  {"questionId":"4","answer":"init","accept":["Init  Process","Żółw"]},
  {"questionId":"5","answer":"3.14","tolerance":"0.01"}])";

QuestionSet questions() { return *parseQuestionSet(kEveryType); }
AnswerKey key() { return *parseAnswerKey(kKey, questions()); }

std::string normal(std::string_view question, std::string_view given) {
  const QuestionSet set = questions();
  const auto answer = normalAnswer(*set.findQuestion(question), given);
  return answer ? *answer : "! " + answer.problem().message;
}

int points(std::string_view question, const std::string& given, bool partial = false) {
  return countPoints(key(), questions(), {{std::string(question), given}}, partial).points;
}

TEST(QuestionTypes, AreReadAndToldWithoutTheirAnswers) {
  const QuestionSet set = questions();
  EXPECT_EQ(set.questions[1].type, QuestionType::kMultiple);
  EXPECT_EQ(set.questions[1].code, "int\tmain() {}\n");
  EXPECT_EQ(set.questions[2].answers.size(), 2U);  // true and false need not be written down
  EXPECT_FALSE(set.questions[3].offersOptions());
  EXPECT_EQ(set.maxPoints(), 10);
  const json::value told = questionsJson(set);
  EXPECT_EQ(told.at(0).as_object().contains("type"), false);
  EXPECT_EQ(told.at(1).at("type").as_string(), "multiple");
  EXPECT_EQ(told.at(1).at("code").as_string(), "int\tmain() {}\n");
  EXPECT_EQ(told.at(2).at("answers").at(1).at("answerId").as_string(), "false");
  EXPECT_TRUE(told.at(3).at("answers").as_array().empty());
  EXPECT_EQ(parseQuestionSet(json::serialize(told))->questions.size(), 5U);
}

TEST(QuestionTypes, WhatTheyOfferIsChecked) {
  const auto problem = [](const std::string& members) {
    const auto set = parseQuestionSet(R"([{"questionId":"1","question":"?",)" + members + "}]");
    return set ? "" : set.problem().message;
  };
  const std::string two = R"("answers":[{"answerId":"a","answerBody":"A"},{"answerId":"b","answerBody":"B"}])";
  EXPECT_NE(problem(R"("type":"text",)" + two).find("by typing"), std::string::npos);
  EXPECT_EQ(problem(R"("type":"text","answers":[])"), "");
  EXPECT_NE(problem(R"("type":"truefalse",)" + two).find("true and false"), std::string::npos);
  EXPECT_EQ(problem(R"("type":"truefalse","answers":[{"answerId":"TRUE","answerBody":"Prawda"},
                       {"answerId":"false","answerBody":"Fałsz"}])"),
            "");
  EXPECT_NE(problem(R"("type":7,)" + two).find("the type is"), std::string::npos);
  EXPECT_NE(problem(R"("code":7,)" + two).find("code"), std::string::npos);
  EXPECT_NE(problem(R"("type":"multiple")").find("no list of answers"), std::string::npos);
}

TEST(Answers, HaveOneNormalForm) {
  EXPECT_EQ(normal("1", "B"), "b");
  EXPECT_EQ(normal("2", "c,a"), "a,c");
  EXPECT_EQ(normal("2", " C , a "), "a,c");
  EXPECT_EQ(normal("3", "TRUE"), "true");
  EXPECT_EQ(normal("4", " init \t process "), "init process");
  EXPECT_EQ(normal("4", "\xf0\x9f\x90\xa2 \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"),
            "\xf0\x9f\x90\xa2 \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d");
  EXPECT_EQ(normal("5", " 3,14 "), "3,14");
}

TEST(Answers, ThatAreNoneNameTheirQuestion) {
  for (const auto& [question, given] : {std::pair{"1", ""},
                                        {"1", "a,b"},
                                        {"1", " a"},
                                        {"2", ""},
                                        {"2", "a,"},
                                        {"2", "a,,c"},
                                        {"2", "a,a"},
                                        {"2", "a c"},
                                        {"3", "yes"},
                                        {"4", ""},
                                        {"4", " \t "},
                                        {"4", "a\nb"},
                                        {"4", "a\x01"},
                                        {"4",
                                         "a\xe2\x80\xae"
                                         "b"},
                                        {"4",
                                         "a\xc2\x85"
                                         "b"},
                                        {"5", "pi"},
                                        {"5", "1e1000"},
                                        {"5", ""}}) {
    const std::string answer = normal(question, given);
    EXPECT_EQ(answer.substr(0, 2), "! ") << question << " " << given;
    EXPECT_NE(answer.find("question " + std::string(question)), std::string::npos) << answer;
  }
  EXPECT_EQ(normal("4", std::string(201, 'x')).substr(0, 1), "!");
  EXPECT_EQ(normal("4", std::string(200, 'x')).size(), 200U);
  EXPECT_EQ(normal("4", std::string("a\0b", 3)).substr(0, 1), "!");
}

TEST(AnswerKeys, ReadTheirRules) {
  const AnswerKey read = key();
  EXPECT_EQ(read.find("1")->answer, "a");
  EXPECT_EQ(read.find("1")->feedback, "Because.");
  EXPECT_EQ(read.find("2")->answer, "a,c");
  EXPECT_EQ(read.find("4")->accept.front(), "Init Process");
  EXPECT_EQ(read.find("6"), nullptr);
}

TEST(AnswerKeys, BrokenRulesAreNamed) {
  const auto problem = [](const std::string& entry) {
    std::string text(kKey);
    const std::string id = entry.substr(entry.find("questionId") + 13, 1);
    const std::size_t at = text.find("{\"questionId\":\"" + id);
    text.replace(at, text.find('}', at) + 1 - at, entry);
    const auto read = parseAnswerKey(text, questions());
    return read ? "" : read.problem().message;
  };
  for (const char* entry :
       {R"({"questionId":"1","answer":"a","accept":["b"]})", R"({"questionId":"1","answer":"a","case":true})",
        R"({"questionId":"1","answer":"a","tolerance":"1"})", R"({"questionId":"1","answer":"a","feedback":1})",
        R"({"questionId":"4","answer":"init","accept":"x"})", R"({"questionId":"4","answer":"init","accept":[1]})",
        R"({"questionId":"4","answer":"init","accept":[""]})", R"({"questionId":"4","answer":"init","case":1})",
        R"({"questionId":"5","answer":"3","tolerance":"-1"})", R"({"questionId":"5","answer":"3","tolerance":0.1})",
        R"({"questionId":"5","answer":"three"})", R"({"questionId":"4","answer":" "})"}) {
    EXPECT_NE(problem(entry), "") << entry;
  }
  EXPECT_EQ(problem(R"({"questionId":"2","answer":"e"})"), "question 2 does not offer the key's answer");
}

TEST(Points, OfEveryType) {
  EXPECT_EQ(points("1", "a"), 1);
  EXPECT_EQ(points("1", "A"), 0);  // as it is stored, always in the key's spelling
  EXPECT_EQ(points("2", "a,c"), 6);
  EXPECT_EQ(points("2", "c,a"), 6);
  EXPECT_EQ(points("2", "a"), 0);
  EXPECT_EQ(points("2", "a,b,c"), 0);
  EXPECT_EQ(points("3", "true"), 1);
  EXPECT_EQ(points("3", "false"), 0);
  EXPECT_EQ(points("4", "INIT"), 1);
  EXPECT_EQ(points("4", "init   process"), 1);
  EXPECT_EQ(points("4", "\xc5\xbb\xc3\x93\xc5\x81W"), 1);
  EXPECT_EQ(points("4", "systemd"), 0);
  EXPECT_EQ(points("5", "3,15"), 1);
  EXPECT_EQ(points("5", "3.130"), 1);
  EXPECT_EQ(points("5", "314e-2"), 1);
  EXPECT_EQ(points("5", "3.1500000000000000001"), 0);
  EXPECT_EQ(points("5", "x"), 0);
}

TEST(Points, PartOfThem) {
  EXPECT_EQ(points("2", "a", true), 3);
  EXPECT_EQ(points("2", "a,c", true), 6);
  EXPECT_EQ(points("2", "a,b", true), 0);
  EXPECT_EQ(points("2", "a,b,c", true), 3);
  EXPECT_EQ(points("2", "b,d", true), 0);
  EXPECT_EQ(points("1", "a", true), 1);
  const Points all = countPoints(key(), questions(), {{"2", "a"}}, true);
  EXPECT_FALSE(all.questions[1].right);
  EXPECT_EQ(all.questions[1].given, "a");
  EXPECT_EQ(all.questions[0].given, "");
}

TEST(Points, CaseMattersWhereTheKeySaysSo) {
  const auto strict = parseAnswerKey(R"([{"questionId":"4","answer":"init","case":true}])",
                                     *parseQuestionSet(R"([{"questionId":"4","type":"text","question":"?"}])"));
  const auto set = parseQuestionSet(R"([{"questionId":"4","type":"text","question":"?"}])");
  EXPECT_EQ(countPoints(*strict, *set, {{"4", "init"}}).points, 1);
  EXPECT_EQ(countPoints(*strict, *set, {{"4", "Init"}}).points, 0);
}

TEST(Grades, AreDecidedExactly) {
  const std::vector<GradeStep> steps = {{90, "5"}, {75, "4"}, {50, "3"}, {0, "2"}};
  EXPECT_EQ(gradeOf(steps, 6, 6, 5), "5");
  EXPECT_EQ(gradeOf(steps, 5, 6, 4), "4");
  EXPECT_EQ(gradeOf(steps, 3, 4, 4), "4");
  EXPECT_EQ(gradeOf(steps, 749, 1000, 4), "3");
  EXPECT_EQ(gradeOf(steps, 0, 6, 0), "2");
  EXPECT_EQ(gradeOf({}, 5, 6, 4), "4");
}

TEST(AnswerTexts, AreTheOptionsBodies) {
  const QuestionSet set = questions();
  EXPECT_EQ(answerText(set.questions[1], "a,d"), "A; None of the above");
  EXPECT_EQ(answerText(set.questions[0], "a,b"), "a,b");  // not an option: as it was given
  EXPECT_EQ(answerText(set.questions[4], "3,14"), "3,14");
}

// ----------------------------------------------------------------------------------------------------------
// decimals

TEST(Decimals, WhatIsAndWhatIsNot) {
  for (const char* good : {"0", "-0", "3.14", "3,14", "-2e3", "+.5", "5.", "1E+2", "00012", "1e-99",
                           "123456789012345678901234567890"}) {
    EXPECT_TRUE(Decimal::parse(good)) << good;
  }
  for (const char* bad : {"", ".", "-", "e3", "1e", "1e+", "1.2.3", "1,2,3", "0x1", "1 2", "1e100", "inf", "NaN",
                          "1234567890123456789012345678901", "\xd9\xa1"}) {
    EXPECT_FALSE(Decimal::parse(bad)) << bad;
  }
}

TEST(Decimals, DistancesAreExact) {
  const auto within = [](const char* a, const char* b, const char* tolerance) {
    return Decimal::within(*Decimal::parse(a), *Decimal::parse(b), *Decimal::parse(tolerance));
  };
  EXPECT_TRUE(within("0.3", "0.1", "0.2"));  // not with binary fractions
  EXPECT_TRUE(within("-0", "0", "0"));
  EXPECT_TRUE(within("1e3", "1000", "0"));
  EXPECT_TRUE(within("1e-99", "0", "1e-99"));
  EXPECT_FALSE(within("1e99", "1e-99", "9e98"));
  EXPECT_TRUE(within("-1", "1", "2"));
  EXPECT_FALSE(within("-1", "1", "1.9999999"));
  EXPECT_FALSE(within("3.1500000000000000001", "3.14", "0.01"));
}

// Against whole numbers, which are exact.
TEST(Decimals, AgreeWithIntegers) {
  std::minstd_rand random(7);
  std::uniform_int_distribution<int> thousandths(-5'000, 5'000);
  const auto text = [](int value) {
    const int size = value < 0 ? -value : value;
    return (value < 0 ? "-" : "") + std::to_string(size / 1000) + "." +
           std::to_string(size % 1000 + 1000).substr(1);
  };
  for (int i = 0; i < 2'000; ++i) {
    const int a = thousandths(random);
    const int b = thousandths(random);
    const int t = std::abs(thousandths(random));
    EXPECT_EQ(Decimal::within(*Decimal::parse(text(a)), *Decimal::parse(text(b)), *Decimal::parse(text(t))),
              std::abs(a - b) <= t)
        << a << " " << b << " " << t;
  }
}

// -----------------------------------------------------------------------------------------------------------
// letters

TEST(Letters, FoldInTheLanguagesOfTheCourse) {
  EXPECT_EQ(foldCase("ZA\xc5\xbb\xc3\x93\xc5\x81\xc4\x86 G\xc4\x98\xc5\x9aL\xc4\x84 JA\xc5\xb9\xc5\x83"),
            "za\xc5\xbc\xc3\xb3\xc5\x82\xc4\x87 g\xc4\x99\xc5\x9bl\xc4\x85 ja\xc5\xba\xc5\x84");
  EXPECT_EQ(foldCase("\xce\x94\xce\x91\xcf\x82"), "\xce\xb4\xce\xb1\xcf\x83");
  EXPECT_EQ(foldCase("\xd0\x9f\xd0\xa0\xd0\x81"), "\xd0\xbf\xd1\x80\xd1\x91");
  EXPECT_EQ(foldCase("\xf0\x9f\x98\x80 \xe4\xb8\xad 1!"), "\xf0\x9f\x98\x80 \xe4\xb8\xad 1!");
  EXPECT_EQ(foldCase("\xc3\x97\xc3\xb7"), "\xc3\x97\xc3\xb7");
}

// -----------------------------------------------------------------------------------------------------------
// shuffle

TEST(Shuffles, AreTheStudentsOwnAndStay) {
  const QuestionSet set = questions();
  const auto order = [&](const QuestionSet& shown) {
    std::string out;
    for (const Question& question : shown.questions) {
      out += question.id + ":";
      for (const AnswerOption& option : question.answers) out += option.id;
      out += " ";
    }
    return out;
  };
  std::set<std::string> orders;
  for (int i = 0; i < 40; ++i) {
    const std::string seed = "student" + std::to_string(i);
    const QuestionSet shown = shuffled(set, seed);
    EXPECT_EQ(order(shown), order(shuffled(set, seed)));
    orders.insert(order(shown));
    EXPECT_EQ(shown.questions.size(), 5U);
    EXPECT_EQ(shown.findQuestion("2")->answers.size(), 4U);
    EXPECT_EQ(shown.findQuestion("2")->answers.back().id, "d");  // none of the above
    EXPECT_EQ(shown.findQuestion("3")->answers.front().id, "true");
    EXPECT_EQ(shown.findQuestion("2")->points, 6);
  }
  EXPECT_GT(orders.size(), 30U);
  EXPECT_TRUE(
      staysLast("\xc5\xbb"
                "adna z powy\xc5\xbcszych"));
  EXPECT_TRUE(staysLast("All of the mentioned"));
  EXPECT_FALSE(staysLast("a kernel"));
}

}  // namespace
}  // namespace hearth::homework
