// What tools that are made for LocalStack ask before they begin: does it run, and which services does it have?
// https://docs.localstack.cloud/references/internal-endpoints/
//
// Paths below /_localstack/ of the public listener. No bucket can be hidden by them: names of buckets have no `_`.
#pragma once

#include <span>

#include "api/operation.h"
#include "http/message.h"

namespace hearth::server {

bool isLocalStackPath(const http::Request& request);

// GET and HEAD of /_localstack/health: {"services": {"s3": "running", ...}, "edition": "hearth", "version": ...}
// with every service that this server has and no other. Open to everybody, as /_hearth/health is. Everything else
// is not there (404); health itself changes nothing (405).
http::Response answerLocalStack(const http::Request& request, std::span<const api::Service* const> services);

}  // namespace hearth::server
