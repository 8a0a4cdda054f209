// Admin: the product's own endpoints, for the hearth command: /_hearth/health, status, mails, stop.
//
// health is open and says nothing but that the server answers; everything else wants a good signature (service name
// "hearth") of a root key.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "http/message.h"
#include "mail/outbox.h"
#include "store/database.h"
#include "wire/sigv4.h"

namespace hearth::server {

// The listener that --listen opens; the others belong to environments.
inline constexpr char kPublicListener[] = "public";

struct AdminHooks {
  std::function<JsonObject()> status;
  std::function<void()> stop;  // begins a graceful stop; returns at once
};

// On the loop.
class Admin final {
 public:
  Admin(store::Database& database, mail::Outbox& outbox, AdminHooks hooks)
      : database_(database), outbox_(outbox), hooks_(std::move(hooks)) {}

  bool owns(const http::Request& request) const;
  Task<http::Response> handle(http::Request& request, wire::SigV4Verifier& verifier);

 private:
  Task<Result<http::Response>> answer(const http::Request& request);
  Result<http::Response> listMails(const http::Request& request);
  Result<http::Response> showMail(const std::string& id);
  Task<Result<http::Response>> removeMail(std::string id);

  store::Database& database_;
  mail::Outbox& outbox_;
  AdminHooks hooks_;
};

}  // namespace hearth::server
