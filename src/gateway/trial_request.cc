#include "gateway/trial_request.h"

#include <algorithm>
#include <utility>

namespace hearth::gateway {

http::Request makeTrialRequest(std::string verb, const std::string& pathWithQuery) {
  http::Request request;
  request.method = std::move(verb);
  request.target = pathWithQuery.starts_with('/') ? pathWithQuery : "/" + pathWithQuery;
  const std::size_t question = std::min(request.target.find('?'), request.target.size());
  request.path = request.target.substr(0, question);
  if (question < request.target.size()) request.query = request.target.substr(question + 1);
  return request;
}

std::string trialHost(const std::string& apiId, const std::string& region) {
  return apiId + ".execute-api." + region + ".amazonaws.com";
}

}  // namespace hearth::gateway
