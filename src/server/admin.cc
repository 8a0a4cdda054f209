#include "server/admin.h"

#include <algorithm>
#include <charconv>

namespace hearth::server {
namespace {

constexpr std::string_view kPrefix = "/_hearth/";
constexpr std::size_t kMostBody = 64 * 1024;

http::Response json(int status, const Json& document) {
  return http::Response::text(status, "application/json", base::writeJson(document) + "\n");
}

http::Response refused(const Fault& fault) {
  return json(fault.status, JsonObject{{"code", fault.code}, {"message", fault.message}});
}

JsonObject describe(const mail::StoredMail& mail) {
  JsonObject item{{"id", mail.id},
                  {"time", base::formatIso8601(mail.accepted)},
                  {"state", std::string(mail::toText(mail.state()))},
                  {"from", mail.sender},
                  {"subject", mail.subject},
                  {"size", mail.size},
                  {"account", mail.account},
                  {"region", mail.region}};
  JsonArray recipients;
  for (const auto& delivery : mail.deliveries)
    recipients.push_back(JsonObject{{"address", delivery.recipient},
                                    {"state", std::string(mail::toText(delivery.state))},
                                    {"attempts", delivery.attempts},
                                    {"detail", delivery.detail}});
  item["recipients"] = std::move(recipients);
  return item;
}

}  // namespace

bool Admin::owns(const http::Request& request) const {
  // A function has no business here: it reaches the server through the listener of its environment.
  return request.path.starts_with(kPrefix) && request.origin.listener == kPublicListener;
}

Task<http::Response> Admin::handle(http::Request& request, wire::SigV4Verifier& verifier) {
  if (request.path == "/_hearth/health" && (request.method == "GET" || request.method == "HEAD"))
    co_return json(200, JsonObject{{"status", "running"}});
  Fault tooLarge("RequestEntityTooLarge", "The request body is too large.", 413);
  auto body = co_await base::readAll(*request.body, kMostBody, std::move(tooLarge));
  if (!body.ok()) co_return refused(body.fault());
  auto verification = verifier.verify(request, *body);
  if (auto* failure = std::get_if<wire::AuthFailure>(&verification))
    co_return refused(wire::authFault(*failure, wire::AuthFamily::kRestJson));
  const auto& verified = std::get<wire::Verified>(verification);
  if (!verified.principalArn.ends_with(":root") || verified.service != "hearth")
    co_return refused(Fault("AccessDenied", "Only a root key may use this.", 403));
  auto response = co_await answer(request);
  if (!response.ok()) co_return refused(response.fault());
  co_return std::move(response).value();
}

Task<Result<http::Response>> Admin::answer(const http::Request& request) {
  std::string_view name = std::string_view(request.path).substr(kPrefix.size());
  if (request.method == "GET" && name == "status") co_return json(200, hooks_.status());
  if (request.method == "POST" && name == "stop") {
    hooks_.stop();
    co_return json(202, JsonObject{{"status", "stopping"}});
  }
  if (request.method == "GET" && name == "mails") co_return listMails(request);
  if (name.starts_with("mails/")) {
    std::string id(name.substr(6));
    if (request.method == "GET") co_return showMail(id);
    if (request.method == "DELETE") co_return co_await removeMail(std::move(id));
  }
  co_return Fault("NotFound", "There is nothing at " + request.path + ".", 404);
}

Result<http::Response> Admin::listMails(const http::Request& request) {
  std::size_t limit = 100;
  std::string before;
  for (const auto& [key, value] : http::parseQuery(request.query)) {
    if (key == "limit") std::from_chars(value.data(), value.data() + value.size(), limit);
    if (key == "before") before = value;
  }
  JsonArray list;
  for (const auto& mail : outbox_.list("", std::clamp<std::size_t>(limit, 1, 1000), before))
    list.push_back(describe(mail));
  return json(200, JsonObject{{"mails", std::move(list)}});
}

Task<Result<http::Response>> Admin::removeMail(std::string id) {
  auto work = [this, &id]() { return outbox_.remove(id); };
  HEARTH_CO_CHECK(co_await database_.write(work));
  co_return json(200, JsonObject{{"removed", id}});
}

Result<http::Response> Admin::showMail(const std::string& id) {
  HEARTH_TRY(std::string mime, outbox_.getMime(id));
  return http::Response::text(200, "message/rfc822", std::move(mime));
}

}  // namespace hearth::server
