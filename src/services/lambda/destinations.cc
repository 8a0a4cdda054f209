// Destinations of asynchronous invocations: which are accepted, and how a record reaches one.
#include "base/log.h"
#include "functions/destination_record.h"
#include "services/lambda/configuration.h"
#include "services/lambda/lambda_service.h"

namespace hearth::services::lambda {

using namespace api::lambda;

namespace {

constexpr std::size_t kMostArn = 350;
constexpr std::size_t kMostRecord = 6 << 20;
// Functions that are each other's destinations would go on for ever; AWS stops after about 16 as well.
constexpr int kMostHops = 16;

// What stands between the second and the third colon of an ARN; empty when there is none.
std::string serviceOf(const std::string& arn) {
  const std::size_t start = arn.find(':', arn.find(':') + 1);
  if (!arn.starts_with("arn:") || start == std::string::npos) return {};
  return arn.substr(start + 1, arn.find(':', start + 1) - start - 1);
}

Fault invalidDestination(const std::string& arn) {
  return invalidParameter("The destination ARN " + arn.substr(0, kMostArn) + " is invalid.").with("Type", "User");
}

}  // namespace

Result<void> LambdaService::checkDestination(const FunctionName& function, const std::string& roleArn,
                                             const std::string& arn) {
  if (arn.size() > kMostArn || !arn.starts_with("arn:")) return invalidDestination(arn);
  const std::string service = serviceOf(arn);
  if (service == "sqs") return invalidParameter("Hearth does not support queues of SQS as destinations.");
  if (service == "sns") return invalidParameter("Hearth does not support topics of SNS as destinations.");
  if (service == "s3") return invalidParameter("Hearth does not support buckets of S3 as destinations.");
  if (service == "events") return invalidParameter("Hearth does not support event buses as destinations.");
  if (service != "lambda") return invalidDestination(arn);
  const auto target = parseFunctionName(arn, "", "");
  if (!target.ok() || target->account != function.account || target->region != function.region) {
    return invalidDestination(arn);
  }
  if (target->arn() == function.arn()) {
    return invalidParameter("You can't specify the function as a destination for itself.").with("Type", "User");
  }
  if (!resolve(arn).ok()) return invalidDestination(arn);
  const ports::RoleAct act{
      .roleArn = roleArn, .sessionName = function.name, .action = "lambda:InvokeFunction", .resource = arn};
  if (authorizer_.mayDo(act).ok()) return {};
  return invalidParameter("The function's execution role does not have permissions to call InvokeFunction on " +
                          arn)
      .with("Type", "User");
}

void LambdaService::eventEnded(const functions::EndedEvent& event) {
  const functions::EventPolicy& policy = event.function->events;
  const bool success = event.condition == functions::EndedEvent::Condition::kSuccess;
  const std::string& target = success ? policy.onSuccess : policy.onFailure;
  if (target.empty()) return;
  const Result<void> sent = sendRecord(event, target);
  if (sent.ok()) return;
  base::logError("lambda", "a record did not reach its destination",
                 {{"function", event.function->functionArn},
                  {"requestId", event.invocation.requestId},
                  {"destination", target},
                  {"reason", sent.fault().message}});
}

Result<void> LambdaService::sendRecord(const functions::EndedEvent& event, const std::string& target) {
  if (event.hops >= kMostHops) {
    return Fault("RecursiveInvocationException",
                 "Functions that are each other's destinations were stopped after " + std::to_string(kMostHops) +
                     " records.");
  }
  HEARTH_CHECK(authorizer_.mayDo({.roleArn = event.function->roleArn,
                                  .sessionName = event.function->name,
                                  .action = "lambda:InvokeFunction",
                                  .resource = target}));
  HEARTH_CHECK(resolve(target));
  ports::Invocation invocation;
  invocation.functionArn = target;
  invocation.payload = functions::makeDestinationRecord(event, clock_.now());
  invocation.traceId = event.invocation.traceId;
  if (invocation.payload.size() > kMostRecord) {
    return Fault("RequestEntityTooLargeException",
                 "The record has more than " + std::to_string(kMostRecord) + " bytes.", 413);
  }
  HEARTH_CHECK(host_->enqueue(std::move(invocation), event.hops + 1));
  return {};
}

}  // namespace hearth::services::lambda
