// AnswerReceiver: takes the answers that come by PUT to a URL which was given away: that is how the function behind
// a custom resource answers CloudFormation, and how a wait condition gets its signals. Implemented by
// services/cloudformation; the server finds out which requests are answers (server/answer_door.h).
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "base/task.h"

namespace hearth::ports {

// The host of such a URL: kAnswerBucket + REGION + ".s3." + REGION + ".amazonaws.com", the region of the first part
// without its hyphens. On AWS it is a bucket of CloudFormation's, and the URL a presigned one.
inline constexpr char kAnswerBucket[] = "cloudformation-custom-resource-response-";
// The same of the URLs of wait condition handles: kSignalBucket + REGION + ".s3." + REGION + ".amazonaws.com".
inline constexpr char kSignalBucket[] = "cloudformation-waitcondition-";
inline constexpr std::size_t kMostAnswerBytes = 4096;

struct Answer {
  // What the URL's path says, decoded: STACK-ARN|LOGICAL-ID|REQUEST-ID, or of a handle STACK-ARN/ID/LOGICAL-ID.
  std::string subject;
  std::string token;  // the URL's secret, from its query
  std::string body;   // as sent; cut at kMostAnswerBytes + 1
};

class AnswerReceiver {
 public:
  virtual ~AnswerReceiver() = default;
  // Durable when it returns. On the loop. An answer of any content is taken: what is wrong with it is a failure of
  // what waits for it. Fault: AccessDenied 403, for whatever is unknown, forged, expired or answered already.
  virtual Task<Result<void>> receive(Answer answer) = 0;
};

}  // namespace hearth::ports
