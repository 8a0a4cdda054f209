#include "wire/routes.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/bytes.h"

namespace hearth::wire {
namespace {

using api::Location;
using api::Protocol;

struct Segment {
  std::string_view text;  // literal, or the name of the label
  bool label = false;
  bool greedy = false;
};

// One route of a REST service, cut up.
struct Pattern {
  const api::Route* route;
  std::vector<Segment> segments;
  std::vector<std::pair<std::string_view, std::string_view>> query;  // literals; an empty value matches any
  std::vector<std::string_view> requiredQuery;
  std::vector<std::string_view> requiredHeaders;
  int literals = 0;
};

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  while (true) {
    auto at = text.find(by);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

Pattern compile(const api::Route& route) {
  Pattern pattern{.route = &route};
  auto mark = route.requestUri.find('?');
  std::string_view path = route.requestUri.substr(0, mark);
  for (std::string_view part : split(path.substr(std::min<std::size_t>(1, path.size())), '/')) {
    if (part.starts_with('{')) {
      bool greedy = part.ends_with("+}");
      pattern.segments.push_back({part.substr(1, part.size() - (greedy ? 3 : 2)), true, greedy});
    } else {
      pattern.segments.push_back({part});
      ++pattern.literals;
    }
  }
  if (pattern.segments.size() == 1 && pattern.segments[0].text.empty()) pattern.segments.clear();
  if (mark != std::string_view::npos) {
    for (std::string_view part : split(route.requestUri.substr(mark + 1), '&')) {
      auto equals = part.find('=');
      pattern.query.emplace_back(part.substr(0, equals),
                                 equals == std::string_view::npos ? "" : part.substr(equals + 1));
    }
  }
  if (route.listed) {
    for (const api::Member& member : route.listed->input->members) {
      if (!member.required) continue;
      if (member.location == Location::kQuery) pattern.requiredQuery.push_back(member.wireName);
      if (member.location == Location::kHeader) pattern.requiredHeaders.push_back(member.wireName);
    }
  }
  return pattern;
}

using Parameters = std::vector<std::pair<std::string, std::string>>;

const std::string* findParameter(const Parameters& parameters, std::string_view name) {
  for (const auto& [key, value] : parameters)
    if (key == name) return &value;
  return nullptr;
}

// Does the path fit? Fills the labels. A greedy label takes at least one non-empty segment.
bool matchPath(const Pattern& pattern, const std::vector<std::string_view>& path,
               std::vector<std::pair<std::string_view, std::string_view>>& labels) {
  labels.clear();
  const auto& segments = pattern.segments;
  std::size_t i = 0;
  for (; i < segments.size(); ++i) {
    const Segment& segment = segments[i];
    // The same for a slash at the end of the pattern.
    if (i >= path.size()) return i > 0 && !segment.label && segment.text.empty() && i + 1 == segments.size();
    if (segment.greedy) {
      // Everything up to the segments that follow.
      std::size_t after = segments.size() - i - 1;
      if (path.size() < i + 1 + after) return false;
      std::size_t last = path.size() - after - 1;
      const char* begin = path[i].data();
      const char* end = path[last].data() + path[last].size();
      if (begin == end) return false;
      labels.emplace_back(segment.text, std::string_view(begin, static_cast<std::size_t>(end - begin)));
      for (std::size_t k = 0; k < after; ++k)
        if (segments[i + 1 + k].label ? path[last + 1 + k].empty() : segments[i + 1 + k].text != path[last + 1 + k])
          return false;
        else if (segments[i + 1 + k].label)
          labels.emplace_back(segments[i + 1 + k].text, path[last + 1 + k]);
      return true;
    }
    if (segment.label) {
      if (path[i].empty()) return false;
      labels.emplace_back(segment.text, path[i]);
    } else if (path[i] != segment.text) {
      return false;
    }
  }
  // With or without a slash at the end it is the same resource: versions of the models differ in that.
  return path.size() == i || (path.size() == i + 1 && path[i].empty());
}

bool matchQuery(const Pattern& pattern, const Parameters& parameters) {
  for (const auto& [name, value] : pattern.query) {
    const std::string* found = findParameter(parameters, name);
    if (!found || (!value.empty() && *found != value)) return false;
  }
  return true;
}

int scoreOf(const Pattern& pattern, const http::Request& request, const Parameters& parameters) {
  // Deprecated operations share a URI with what took their place; the one that is here is meant.
  int score = static_cast<int>(pattern.query.size()) * 1000 + pattern.literals * 10;
  if (pattern.route->listed) score += 5;
  for (std::string_view name : pattern.requiredQuery) {
    if (!findParameter(parameters, name)) return score - 500;
    ++score;
  }
  for (std::string_view name : pattern.requiredHeaders) {
    if (!request.headers.contains(name)) return score - 500;
    ++score;
  }
  return score;
}

// The service in the credential scope: AKID/20190408/REGION/SERVICE/aws4_request.
std::string_view scopeService(std::string_view credential) {
  auto parts = split(credential, '/');
  return parts.size() >= 5 ? parts[parts.size() - 2] : std::string_view{};
}

// The last parameter of that name in a form or query, decoded; empty when absent. Forms come here before anybody's
// signature was checked: nothing is kept but the value.
std::string formValue(std::string_view form, std::string_view name) {
  std::string_view found;
  while (!form.empty()) {
    const std::string_view part = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(part.size() + 1, form.size()));
    if (part.size() > name.size() && part[name.size()] == '=' && part.starts_with(name))
      found = part.substr(name.size() + 1);
  }
  return base::uriDecode(found.substr(0, 256), true);
}

std::string signingService(const http::Request& request) {
  if (auto authorization = request.headers.find("Authorization")) {
    auto at = authorization->find("Credential=");
    if (at != std::string_view::npos) {
      std::string_view rest = authorization->substr(at + 11);
      return std::string(scopeService(rest.substr(0, rest.find_first_of(", "))));
    }
  }
  return std::string(scopeService(formValue(request.query, "X-Amz-Credential")));
}

bool isForm(const http::Request& request) {
  auto type = request.headers.find("Content-Type");
  return type && base::toLower(type->substr(0, 33)).starts_with("application/x-www-form-urlencoded");
}

constexpr std::string_view kHostSuffixes[] = {".amazonaws.com", ".localhost.localstack.cloud", ".localhost"};

// "s3.eu-west-1" of "s3.eu-west-1.amazonaws.com"; empty when the host is none of ours.
std::string_view awsName(std::string_view host) {
  for (std::string_view suffix : kHostSuffixes)
    if (host.size() > suffix.size() && base::equalsIgnoreCase(host.substr(host.size() - suffix.size()), suffix))
      return host.substr(0, host.size() - suffix.size());
  return {};
}

}  // namespace

std::optional<std::string> bucketOfHost(std::string_view host) {
  std::string name = base::toLower(awsName(host));
  if (name.empty()) return std::nullopt;
  // BUCKET.s3, BUCKET.s3.REGION, BUCKET.s3-REGION, BUCKET.s3.dualstack.REGION; buckets may contain dots.
  for (std::size_t at = name.find(".s3"); at != std::string::npos; at = name.find(".s3", at + 1)) {
    std::string_view rest = std::string_view(name).substr(at + 3);
    if (at > 0 && (rest.empty() || rest[0] == '.' || rest[0] == '-')) return name.substr(0, at);
  }
  return std::nullopt;
}

struct Routes::Table {
  const api::Service* service;
  std::unordered_map<std::string_view, const api::Route*> byName;
  std::map<std::string_view, std::vector<Pattern>> byMethod;  // REST services
};

Routes::Routes(std::vector<const api::Service*> services) {
  for (const api::Service* service : services) {
    auto table = std::make_unique<Table>();
    table->service = service;
    Protocol protocol = service->protocols.front();
    bool rest = protocol == Protocol::kRestXml || protocol == Protocol::kRestJson;
    for (const api::Route& route : service->routes) {
      table->byName.emplace(route.operation, &route);
      if (rest) table->byMethod[route.httpMethod].push_back(compile(route));
    }
    tables_.push_back(std::move(table));
  }
}

Routes::~Routes() = default;

bool Routes::needsBody(const http::Request& request) {
  return request.method == "POST" && isForm(request) && !bucketOfHost(request.host()) &&
         (request.path == "/" || request.path.empty());
}

const Routes::Table* Routes::tableOf(const http::Request& request, std::string_view body) const {
  if (std::string name = signingService(request); !name.empty()) {
    // Some services share a signing name: sesv2, which is REST, signs as ses, whose calls all go to "/".
    bool hasPath = request.path.size() > 1;
    for (const auto& table : tables_)
      if (table->service->signingName == name &&
          !(hasPath && table->service->protocols.front() == Protocol::kQuery))
        return table.get();
    return nullptr;
  }
  if (auto target = request.headers.find("X-Amz-Target")) {
    std::string_view prefix = target->substr(0, target->rfind('.'));
    for (const auto& table : tables_)
      if (!table->service->targetPrefix.empty() && table->service->targetPrefix == prefix) return table.get();
  }
  std::string_view name = awsName(request.host());
  std::string_view label = name.substr(0, name.find('.'));
  for (const auto& table : tables_)
    if (!label.empty() && table->service->endpointPrefix == label) return table.get();
  const std::string version = formValue(body.empty() ? std::string_view(request.query) : body, "Version");
  for (const auto& table : tables_)
    if (table->service->protocols.front() == Protocol::kQuery && table->service->apiVersion == version)
      return table.get();
  for (const auto& table : tables_)
    if (table->service->id == "s3") return table.get();
  return nullptr;
}

const api::Service* Routes::guessService(const http::Request& request) const {
  const Table* table = tableOf(request, {});
  return table ? table->service : nullptr;
}

namespace {

Fault unknownOperation(std::string_view what) {
  return {"UnknownOperationException", "The operation " + std::string(what) + " is not known here.", 404};
}

}  // namespace

Result<Match> Routes::find(const http::Request& request, std::string_view body) const {
  const Table* table = tableOf(request, body);
  if (!table)
    return Fault("UnknownService",
                 "Hearth does not run the service '" + signingService(request) + "'" +
                     (request.path.size() > 1 ? " with the path " + request.path.substr(0, 64) : "") +
                     ". README.md lists the services that it runs.",
                 501);
  Match match{.service = table->service, .protocol = table->service->protocols.front()};
  auto byName = [&](std::string_view name) -> bool {
    auto it = table->byName.find(name);
    if (it == table->byName.end()) return false;
    match.operation = it->second->listed;
    match.operationName = it->second->operation;
    return true;
  };

  if (auto target = request.headers.find("X-Amz-Target"); target && !table->service->targetPrefix.empty()) {
    auto type = request.headers.find("Content-Type");
    match.protocol =
        type && type->find("json-1.0") != std::string_view::npos ? Protocol::kJson10 : Protocol::kJson11;
    std::string_view name = target->substr(target->rfind('.') + 1);
    if (!byName(name)) return unknownOperation(name);
    return match;
  }

  if (match.protocol == Protocol::kQuery) {
    match.form = body.empty() ? request.query : std::string(body);
    const std::string action = formValue(match.form, "Action");
    if (!byName(action))
      return Fault("InvalidAction", "Could not find operation " + action + " for version " +
                                        std::string(table->service->apiVersion));
    return match;
  }
  if (match.protocol != Protocol::kRestXml && match.protocol != Protocol::kRestJson)
    return unknownOperation("without X-Amz-Target");

  // REST: virtual-host style S3 requests carry their bucket in the host name.
  std::string path;
  if (auto bucket = match.protocol == Protocol::kRestXml ? bucketOfHost(request.host()) : std::nullopt)
    path = "/" + *bucket + (request.path.starts_with('/') ? "" : "/") + request.path;
  else
    path = request.path;
  std::string_view rest = std::string_view(path).substr(path.starts_with('/') ? 1 : 0);
  auto segments = split(rest, '/');
  if (segments.size() == 1 && segments[0].empty()) segments.clear();

  auto patterns = table->byMethod.find(request.method);
  Parameters parameters = http::parseQuery(request.query, false);
  int best = -1'000'000;
  std::vector<std::pair<std::string_view, std::string_view>> labels;
  std::vector<std::pair<std::string_view, std::string_view>> bestLabels;
  const Pattern* chosen = nullptr;
  if (patterns != table->byMethod.end()) {
    for (const Pattern& pattern : patterns->second) {
      if (!matchPath(pattern, segments, labels) || !matchQuery(pattern, parameters)) continue;
      int score = scoreOf(pattern, request, parameters);
      if (score > best) {
        best = score;
        chosen = &pattern;
        bestLabels = labels;
      }
    }
  }
  if (!chosen) {
    if (match.protocol == Protocol::kRestXml)
      return Fault("MethodNotAllowed", "The specified method is not allowed against this resource.", 405);
    return unknownOperation(request.method + " " + request.path);
  }
  match.operation = chosen->route->listed;
  match.operationName = chosen->route->operation;
  for (const auto& [name, text] : bestLabels) match.labels.emplace_back(name, base::uriDecode(text));
  return match;
}

}  // namespace hearth::wire
