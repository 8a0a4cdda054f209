#include "aws_client.h"
#include "crypto.h"

namespace hearth::sdk {

LambdaClient::LambdaClient(ClientOptions options)
    : client_(std::make_unique<AwsClient>(std::move(options), "lambda", "lambda")) {}
LambdaClient::~LambdaClient() = default;

void LambdaClient::setDeadline(std::chrono::steady_clock::time_point deadline) { client_->setDeadline(deadline); }

// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
Outcome<std::monostate> LambdaClient::invokeLater(std::string_view function, std::string_view payload) {
  const std::string path = "/2015-03-31/functions/" + uriEncode(function, Slash::kEncode) + "/invocations";
  const AwsRequest request{
      "POST", path, {}, {{"Content-Type", "application/json"}, {"X-Amz-Invocation-Type", "Event"}}, payload};
  auto response = client_->call(request);
  if (!response) return response.error();
  return std::monostate{};
}

}  // namespace hearth::sdk
