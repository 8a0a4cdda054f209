// AWS integrations with a service other than Lambda: a request becomes one of the service, and its response the
// client's, by the mappings of the integration.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/integrating-api-with-aws-services-s3.html
#pragma once

#include "base/byte_budget.h"
#include "base/task.h"
#include "gateway/exchange.h"
#include "gateway/mapping_scope.h"
#include "gateway/service_call.h"

namespace hearth::gateway {

// The request: mapped path, query and headers, and the payload of makeIntegrationPayload(). Only what is mapped
// goes along, and the content type of a body. Faults: ApiConfiguration 500 for a path parameter that has no value.
Result<ServiceCall> makeServiceCall(const Exchange& exchange, std::string payload);

// The response to the client, without the gateway's own headers. A body that nothing looks into goes on as the
// stream that it is; others are read on account of `share`. Binary is what has one of the API's binary media types;
// the conversions are AWS's ("Content type conversions in API Gateway"). Faults: ApiConfiguration 500 when no
// response fits, for a body larger than `limit`, or one that cannot be converted; Busy 503.
Task<Result<http::Response>> makeServiceResponse(const Exchange& exchange, MappingScope& scope,
                                                 http::Response given, std::size_t limit,
                                                 base::ByteBudget::Share& share);

}  // namespace hearth::gateway
