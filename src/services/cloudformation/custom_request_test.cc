#include "services/cloudformation/custom_request.h"

#include <gtest/gtest.h>

#include "ports/answer_receiver.h"

namespace hearth::services::cloudformation {
namespace {

using ports::ResourceProgress;
using ports::ResourceVerb;
using Stage = ResourceProgress::Stage;

ports::ResourceRequest requestOf(ResourceVerb verb) {
  ports::ResourceRequest request;
  request.account = "123456789012";
  request.region = "eu-west-1";
  request.stackId = "arn:aws:cloudformation:eu-west-1:123456789012:stack/demo/1-2-3";
  request.logicalId = "Thing";
  request.type = "Custom::Thing";
  request.verb = verb;
  request.properties = {{"ServiceToken", "arn:aws:lambda:eu-west-1:123456789012:function:f"},
                        {"Number", 5},
                        {"Flag", true},
                        {"List", JsonArray{1, 0.5, "x", JsonObject{{"In", false}}}}};
  return request;
}

CustomRequest sentOf(const std::string& physicalId) { return {"request-1", "https://x/", physicalId}; }

std::string answerWith(const std::string& more, const std::string& status = "SUCCESS") {
  return R"({"Status":")" + status +
         R"(","StackId":"arn:aws:cloudformation:eu-west-1:123456789012:stack/demo/1-2-3","RequestId":"request-1",)"
         R"("LogicalResourceId":"Thing")" +
         more + "}";
}

ResourceProgress read(const std::string& body, const std::string& standing = "") {
  return readAnswer(requestOf(ResourceVerb::kCreate), sentOf(standing), body);
}

TEST(CustomRequest, IsWrittenAsAwsDoes) {
  auto request = requestOf(ResourceVerb::kCreate);
  const auto created = base::parseJson(writeRequest(request, sentOf("")));
  ASSERT_TRUE(created.ok());
  EXPECT_EQ(base::findString(*created, "RequestType"), "Create");
  EXPECT_EQ(base::findString(*created, "ResourceType"), "Custom::Thing");
  EXPECT_FALSE(base::findMember(*created, "PhysicalResourceId"));
  EXPECT_FALSE(base::findMember(*created, "OldResourceProperties"));
  EXPECT_EQ(base::writeJson(*base::findMember(*created, "ResourceProperties")),
            R"({"ServiceToken":"arn:aws:lambda:eu-west-1:123456789012:function:f","Number":"5","Flag":"true",)"
            R"("List":["1","0.5","x",{"In":"false"}]})");
  request.verb = ResourceVerb::kRestore;
  request.oldProperties = {{"Number", 4}};
  const auto updated = base::parseJson(writeRequest(request, sentOf("id")));
  EXPECT_EQ(base::findString(*updated, "RequestType"), "Update");
  EXPECT_EQ(base::findString(*updated, "PhysicalResourceId"), "id");
  EXPECT_EQ(base::writeJson(*base::findMember(*updated, "OldResourceProperties")), R"({"Number":"4"})");
  request.verb = ResourceVerb::kRemove;
  EXPECT_EQ(base::findString(*base::parseJson(writeRequest(request, sentOf("id"))), "RequestType"), "Delete");
}

TEST(CustomRequest, TheUrlNamesTheRequestAndCarriesTheSecret) {
  const std::string url = responseUrl(requestOf(ResourceVerb::kCreate), "request-1", "secret",
                                      base::fromMillis(1'700'000'000'000), std::chrono::seconds(60));
  EXPECT_TRUE(
      url.starts_with("https://cloudformation-custom-resource-response-euwest1.s3.eu-west-1.amazonaws.com/"
                      "arn%3Aaws%3Acloudformation%3Aeu-west-1%3A123456789012%3Astack/demo/1-2-3%7CThing%7C"
                      "request-1?X-Amz-Algorithm=AWS4-HMAC-SHA256&"))
      << url;
  EXPECT_NE(url.find("&X-Amz-Expires=60&"), std::string::npos);
  EXPECT_TRUE(url.ends_with("&X-Amz-Signature=secret"));
}

TEST(CustomRequest, ASuccessGivesIdAndData) {
  const auto progress = read(answerWith(R"(,"PhysicalResourceId":"p","Data":{"A":1,"N":null,"L":[1,null]})"));
  EXPECT_EQ(progress.stage, Stage::kDone);
  EXPECT_EQ(progress.state.physicalId, "p");
  EXPECT_EQ(base::writeJson(Json(progress.state.attributes)), R"({"A":1,"L":[1]})");
  EXPECT_FALSE(progress.state.secret);
  EXPECT_TRUE(read(answerWith(R"(,"PhysicalResourceId":"p","NoEcho":true)")).state.secret);
  EXPECT_TRUE(read(answerWith(R"(,"PhysicalResourceId":"p","NoEcho":"true")")).state.secret);
  EXPECT_EQ(read(answerWith(""), "standing").state.physicalId, "standing");
}

TEST(CustomRequest, AFailureGivesItsReasonAndWhatItHasMade) {
  const auto progress = read(answerWith(R"(,"PhysicalResourceId":"p","Reason":"no luck")", "FAILED"));
  EXPECT_EQ(progress.stage, Stage::kFailed);
  EXPECT_EQ(progress.state.physicalId, "p");
  EXPECT_EQ(
      progress.reason,
      "Received response status [FAILED] from custom resource. Message returned: no luck (RequestId: request-1)");
}

TEST(CustomRequest, WhatBreaksTheRulesFails) {
  const auto reason = [](const std::string& body) {
    const auto progress = read(body);
    return progress.stage == Stage::kFailed ? progress.reason : std::string("not refused");
  };
  EXPECT_EQ(reason("no json"), "Response is not valid JSON");
  EXPECT_EQ(reason("[]"), "Response is not valid JSON");
  EXPECT_EQ(reason(std::string(100, '[')), "Response is not valid JSON");
  EXPECT_EQ(reason(""), "Response is not valid JSON");
  EXPECT_EQ(reason(std::string(ports::kMostAnswerBytes + 1, ' ')), "Response object is too long.");
  EXPECT_EQ(reason(answerWith("")), "Invalid PhysicalResourceId");
  EXPECT_EQ(reason(answerWith(R"(,"PhysicalResourceId":")" + std::string(1025, 'x') + "\"")),
            "Invalid PhysicalResourceId");
  EXPECT_EQ(reason(answerWith(R"(,"PhysicalResourceId":"p","Data":"text")")),
            "Invalid response object: Value of Data must be an object");
  EXPECT_EQ(reason(answerWith("", "Success")),
            "Invalid response object: Value of Status must be either SUCCESS or FAILED");
  EXPECT_EQ(reason(R"({"Status":"SUCCESS","PhysicalResourceId":"p"})"),
            "Invalid response object: StackId is not the one of the request");
}

TEST(CustomRequest, AServiceTokenIsAFunctionOfTheStacksOwn) {
  auto request = requestOf(ResourceVerb::kCreate);
  EXPECT_EQ(*functionOf(request), "arn:aws:lambda:eu-west-1:123456789012:function:f");
  for (const char* other :
       {"arn:aws:lambda:eu-west-1:210987654321:function:f", "arn:aws:lambda:us-east-1:123456789012:function:f", "f",
        "", "arn:aws:lambda:eu-west-1:123456789012:layer:f"}) {
    request.properties["ServiceToken"] = other;
    EXPECT_FALSE(functionOf(request).ok()) << other;
  }
  request.properties["ServiceToken"] = "arn:aws:sns:eu-west-1:123456789012:topic";
  EXPECT_NE(functionOf(request).fault().message.find("SNS"), std::string::npos);
}

TEST(CustomRequest, TheTimeIsAnHourAtMost) {
  auto request = requestOf(ResourceVerb::kCreate);
  EXPECT_EQ(*timeoutOf(request), std::chrono::hours(1));
  request.properties["ServiceTimeout"] = "90";
  EXPECT_EQ(*timeoutOf(request), std::chrono::seconds(90));
  for (const char* wrong : {"0", "3601", "-1", "soon"}) {
    request.properties["ServiceTimeout"] = wrong;
    EXPECT_FALSE(timeoutOf(request).ok()) << wrong;
  }
}

}  // namespace
}  // namespace hearth::services::cloudformation
