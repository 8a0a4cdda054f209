#include "services/iam/aws_managed_policies.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "base/hash.h"
#include "base/json.h"

namespace hearth::services::iam {
namespace {

// One JSON object a line: Name, Path, Version, Created, Updated, Document.
constexpr std::string_view kPolicies =
#include "services/iam/aws_managed_policies.inc"
    ;

std::string idOf(const std::string& arn) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string id = "ANPA";
  for (char c : base::sha256(arn).substr(0, 17)) id += kAlphabet[static_cast<unsigned char>(c) % kAlphabet.size()];
  return id;
}

AwsManagedPolicy readLine(std::string_view line) {
  Json document = base::parseJson(line).value();
  auto text = [&](std::string_view member) { return base::findString(document, member).value(); };
  AwsManagedPolicy policy;
  policy.path = text("Path");
  policy.name = text("Name");
  policy.arn = "arn:aws:iam::aws:policy" + policy.path + policy.name;
  policy.id = idOf(policy.arn);
  policy.versionId = text("Version");
  policy.created = base::parseIso8601(text("Created")).value();
  policy.updated = base::parseIso8601(text("Updated")).value();
  policy.document = base::writeJson(*base::findMember(document, "Document"));
  return policy;
}

std::vector<AwsManagedPolicy> readAll() {
  std::vector<AwsManagedPolicy> policies;
  std::string_view rest = kPolicies;
  while (!rest.empty()) {
    std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) throw std::logic_error("aws_managed_policies.inc: unfinished line");
    policies.push_back(readLine(rest.substr(0, end)));
    rest.remove_prefix(end + 1);
  }
  std::sort(policies.begin(), policies.end(), [](const auto& a, const auto& b) { return a.arn < b.arn; });
  return policies;
}

}  // namespace

const std::vector<AwsManagedPolicy>& AwsManagedPolicies::all() const {
  std::call_once(read_, [this] { policies_ = readAll(); });
  return policies_;
}

const AwsManagedPolicy* AwsManagedPolicies::find(const std::string& arn) const {
  const auto& list = all();
  auto it = std::lower_bound(list.begin(), list.end(), arn,
                             [](const auto& policy, const auto& key) { return policy.arn < key; });
  return it != list.end() && it->arn == arn ? &*it : nullptr;
}

}  // namespace hearth::services::iam
