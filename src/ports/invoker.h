// Invoker: how one part of Hearth calls a Lambda function. Implemented by services/lambda, which resolves the
// name, checks the function's resource policy, and hands over to the function host.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"

namespace hearth::ports {

// On whose behalf a function is called. A service principal needs a statement in the function's resource
// policy (AWS::Lambda::Permission); an identity was already authorised by the IAM engine. That is enough for
// functions of its own account: those of another one have to let the role in as well.
struct InvokeCaller {
  std::string servicePrincipal;  // "apigateway.amazonaws.com"; empty when an identity calls
  std::string sourceArn;         // of a service; matched against the permission's SourceArn
  std::string sourceAccount;
  std::string roleArn = {};  // of the role that a service calls as, instead of by its own name
};

struct Invocation {
  std::string functionArn;    // arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]
  std::string payload;        // JSON text
  std::string clientContext;  // JSON text as the caller sent it (decoded from base64), or empty
  std::string traceId;
  bool wantLogTail = false;
  InvokeCaller caller;
  std::string requestId = {};  // what the function sees as its own; made up when empty
};

struct InvokeOutcome {
  std::string payload;                       // what the function returned, or the error document
  std::optional<std::string> functionError;  // "Unhandled": crash, timeout, or an error that it reported
  std::string executedVersion = "$LATEST";
  std::string logTail;  // the last 4 KiB of the log, not encoded; only with wantLogTail
};

class Invoker {
 public:
  virtual ~Invoker() = default;

  // Waits for the function. On the loop. Faults: ResourceNotFoundException 404, AccessDeniedException 403,
  // TooManyRequestsException 429, InvalidRequestContentException 400. A function that fails is not a Fault.
  virtual Task<Result<InvokeOutcome>> invoke(Invocation invocation) = 0;

  // Accepts the event for later, in the transaction of the caller: durable when that transaction is, delivered
  // at least once, with Lambda's asynchronous retries. On the writer thread. Faults as above, at once.
  virtual Result<void> enqueue(const Invocation& invocation) = 0;
};

}  // namespace hearth::ports
