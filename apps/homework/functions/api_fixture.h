// The functions behind the API, called as the gateway calls them. For their tests.
#pragma once

#include <gtest/gtest.h>

#include "homework/domain/mime.h"
#include "homework/functions/api_functions.h"
#include "homework/functions/sample_course.h"

namespace hearth::homework {

using namespace std::chrono_literals;

inline constexpr Instant kMidWeek = Instant(std::chrono::sys_days(std::chrono::year(2019) / 4 / 4)) + 12h;

struct ApiResult {
  int status = 0;
  json::object envelope;

  std::string_view message() const { return envelope.at("body").as_string(); }
};

class ApiFunctions : public ::testing::Test {
 protected:
  json::value direct(ApiFunction function, const json::value& event) {
    return json::parse(serveApi(function, json::serialize(event), time_, ports()));
  }

  ApiResult send(ApiFunction function, json::object event, const std::string& keyId = "key-student01") {
    json::object identity;
    if (!keyId.empty()) identity["apiKeyId"] = keyId;
    event["requestContext"] = {{"requestId", "r-1"},
                               {"requestTimeEpoch", time_.time_since_epoch().count()},
                               {"identity", std::move(identity)}};
    const json::value answer = json::parse(serveApi(function, json::serialize(event), time_ + delivery_, ports()));
    EXPECT_EQ(answer.at("headers").at("Content-Type").as_string(), "application/json");
    ApiResult result;
    result.status = static_cast<int>(answer.at("statusCode").as_int64());
    result.envelope = json::parse(answer.at("body").as_string()).as_object();
    EXPECT_EQ(result.envelope.at("code").as_int64(), result.status);
    return result;
  }

  ApiResult list(const std::string& keyId = "key-student01", const json::value& body = json::object{}) {
    return send(listTests, {{"httpMethod", "POST"}, {"body", json::serialize(body)}}, keyId);
  }
  ApiResult get(const json::value& query, const std::string& keyId = "key-student01") {
    return send(getTest, {{"httpMethod", "GET"}, {"queryStringParameters", query}}, keyId);
  }
  ApiResult submit(json::object body, const std::string& keyId = "key-student01") {
    return send(submitTest, {{"httpMethod", "POST"}, {"body", json::serialize(body)}}, keyId);
  }

  static json::object answers(const char* first, const std::string& testId = "test01") {
    return {{"subjectName", "operating-systems"},
            {"testId", testId},
            {"testResult",
             json::array{{{"questionId", "1"}, {"answer", first}}, {{"questionId", "2"}, {"answer", "c"}}}}};
  }

  ApiPorts ports() { return {course_.store, &invoker_, "notify"}; }

  SampleCourse course_;
  MemoryInvoker invoker_;
  Instant time_ = kMidWeek;
  std::chrono::seconds delivery_{0};  // from the gateway to the function
};

}  // namespace hearth::homework
