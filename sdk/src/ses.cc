#include "aws_client.h"
#include "crypto.h"
#include "xml.h"

namespace hearth::sdk {

SesClient::SesClient(ClientOptions options)
    : client_(std::make_unique<AwsClient>(std::move(options), "ses", "email")) {}
SesClient::~SesClient() = default;

void SesClient::setDeadline(std::chrono::steady_clock::time_point deadline) { client_->setDeadline(deadline); }

// https://docs.aws.amazon.com/ses/latest/APIReference/API_SendRawEmail.html
Outcome<std::string> SesClient::sendRawEmail(std::string_view source, const std::vector<std::string>& destinations,
                                             std::string_view mime) {
  std::string body = "Action=SendRawEmail&Version=2010-12-01";
  if (!source.empty()) body += "&Source=" + uriEncode(source, Slash::kEncode);
  for (std::size_t i = 0; i < destinations.size(); ++i) {
    body += "&Destinations.member." + std::to_string(i + 1) + "=" + uriEncode(destinations[i], Slash::kEncode);
  }
  body += "&RawMessage.Data=" + uriEncode(base64(mime), Slash::kEncode);
  AwsRequest request{"POST", "/", {}, {{"Content-Type", "application/x-www-form-urlencoded"}}, body, false};
  auto response = client_->call(request);
  if (!response) return response.error();
  std::string id = elementText(response->body, "MessageId");
  if (id.empty()) return Error{"InvalidResponse", "SES answered without a MessageId", response->status, false};
  return id;
}

}  // namespace hearth::sdk
