#include "mail/smtp_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>

namespace hearth::mail {
namespace {

constexpr std::size_t kLongestDetail = 500;
constexpr std::chrono::milliseconds kQuitPatience{500};

void initLibrary() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::runtime_error("curl_global_init failed");
  });
}

template <class T>
void set(CURL* handle, CURLoption option, T value) {
  const CURLcode code = curl_easy_setopt(handle, option, value);
  if (code != CURLE_OK) {
    throw std::runtime_error("curl option " + std::to_string(option) + ": " + curl_easy_strerror(code));
  }
}

std::string printable(std::string_view text) {
  while (!text.empty() && (text.back() == '\r' || text.back() == '\n')) text.remove_suffix(1);
  std::string result(text.substr(0, kLongestDetail));
  std::replace_if(
      result.begin(), result.end(), [](char c) { return c < ' ' || c > '~'; }, ' ');
  return result;
}

int replyCode(std::string_view reply) {
  int code = 0;
  if (reply.size() < 3) return 0;
  const auto [end, error] = std::from_chars(reply.data(), reply.data() + 3, code);
  return error == std::errc{} && end == reply.data() + 3 ? code : 0;
}

// 5xx codes that ask for TLS or a login: about the settings, not about the mail (RFC 3207, RFC 4954).
bool isAboutAccess(int code) { return code == 523 || code == 530 || code == 534 || code == 535 || code == 538; }

}  // namespace

// What the callbacks of one transfer read and write.
struct SmtpClient::Transfer {
  std::string_view left;
  const std::atomic<bool>& cancel;
  std::string lastReply;
  bool mailBegun = false;
  std::optional<std::chrono::steady_clock::time_point> quitting;

  static std::size_t read(char* into, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::size_t most = std::min(size * count, transfer.left.size());
    std::memcpy(into, transfer.left.data(), most);
    transfer.left.remove_prefix(most);
    return most;
  }

  // Every line that the relay says.
  static std::size_t hear(char* line, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    if (!transfer.quitting) transfer.lastReply.assign(line, std::min(size * count, kLongestDetail));
    return size * count;
  }

  static std::size_t ignore(char*, std::size_t size, std::size_t count, void*) { return size * count; }

  // Sees every command, also AUTH: notes how far it is, and keeps nothing.
  static int watch(CURL*, curl_infotype type, char* data, std::size_t size, void* self) {
    if (type != CURLINFO_HEADER_OUT) return 0;
    auto& transfer = *static_cast<Transfer*>(self);
    const std::string_view command(data, size);
    if (command.starts_with("MAIL FROM:")) transfer.mailBegun = true;
    if (command.starts_with("QUIT")) transfer.quitting = std::chrono::steady_clock::now();
    return 0;
  }

  // Called every second at least. The timeouts do not hold for the answer to QUIT, which nobody needs.
  static int progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    const auto& transfer = *static_cast<const Transfer*>(self);
    const bool ignored = transfer.quitting && std::chrono::steady_clock::now() - *transfer.quitting > kQuitPatience;
    return ignored || transfer.cancel.load() ? 1 : 0;
  }
};

SmtpClient::SmtpClient(const Relay& relay) : relay_(relay) {
  initLibrary();
  handle_ = curl_easy_init();
  if (handle_ == nullptr) throw std::bad_alloc();
}

SmtpClient::~SmtpClient() { curl_easy_cleanup(handle_); }

SmtpResult SmtpClient::send(const std::string& from, const std::string& to, std::string_view message,
                            const std::atomic<bool>& cancel) {
  Transfer transfer{.left = message, .cancel = cancel};
  std::array<char, CURL_ERROR_SIZE> error{};
  const bool withUser = !relay_.user.empty();
  const bool checked = relay_.tls != TlsMode::kOptional || withUser;
  const std::string scheme = relay_.tls == TlsMode::kImplicit ? "smtps://" : "smtp://";
  std::string url = scheme + relay_.host + ":" + std::to_string(relay_.port);
  if (!relay_.greeting.empty()) url += "/" + relay_.greeting;
  const std::string sender = "<" + from + ">";
  const std::string recipient = "<" + to + ">";
  curl_slist* recipients = curl_slist_append(nullptr, recipient.c_str());
  if (recipients == nullptr) throw std::bad_alloc();

  set(handle_, CURLOPT_URL, url.c_str());
  set(handle_, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(handle_, CURLOPT_PROXY, "");  // whatever the environment says
  set(handle_, CURLOPT_NOSIGNAL, 1L);
  set(handle_, CURLOPT_USE_SSL,
      static_cast<long>(relay_.tls == TlsMode::kOff ? CURLUSESSL_NONE
                        : checked                   ? CURLUSESSL_ALL
                                                    : CURLUSESSL_TRY));
  set(handle_, CURLOPT_SSL_VERIFYPEER, checked ? 1L : 0L);
  set(handle_, CURLOPT_SSL_VERIFYHOST, checked ? 2L : 0L);
  if (!relay_.caFile.empty()) set(handle_, CURLOPT_CAINFO, relay_.caFile.c_str());
  if (withUser) {
    set(handle_, CURLOPT_USERNAME, relay_.user.c_str());
    set(handle_, CURLOPT_PASSWORD, relay_.password.c_str());
  }
  set(handle_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(relay_.connectTimeout.count()));
  set(handle_, CURLOPT_SERVER_RESPONSE_TIMEOUT,
      static_cast<long>(std::chrono::ceil<std::chrono::seconds>(relay_.replyTimeout).count()));
  set(handle_, CURLOPT_TIMEOUT_MS, static_cast<long>(relay_.totalTimeout.count()));
  set(handle_, CURLOPT_FORBID_REUSE, 1L);
  set(handle_, CURLOPT_MAIL_FROM, sender.c_str());
  set(handle_, CURLOPT_MAIL_RCPT, recipients);
  set(handle_, CURLOPT_UPLOAD, 1L);
  set(handle_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message.size()));
  set(handle_, CURLOPT_READFUNCTION, &Transfer::read);
  set(handle_, CURLOPT_READDATA, &transfer);
  set(handle_, CURLOPT_WRITEFUNCTION, &Transfer::ignore);
  set(handle_, CURLOPT_HEADERFUNCTION, &Transfer::hear);
  set(handle_, CURLOPT_HEADERDATA, &transfer);
  set(handle_, CURLOPT_VERBOSE, 1L);
  set(handle_, CURLOPT_DEBUGFUNCTION, &Transfer::watch);
  set(handle_, CURLOPT_DEBUGDATA, &transfer);
  set(handle_, CURLOPT_NOPROGRESS, 0L);
  set(handle_, CURLOPT_XFERINFOFUNCTION, &Transfer::progress);
  set(handle_, CURLOPT_XFERINFODATA, &transfer);
  set(handle_, CURLOPT_ERRORBUFFER, error.data());
  const CURLcode code = curl_easy_perform(handle_);
  curl_easy_reset(handle_);  // nothing points into this frame any more
  curl_slist_free_all(recipients);

  const int reply = replyCode(transfer.lastReply);
  if (code == CURLE_OK) return {SmtpOutcome::kAccepted, printable(transfer.lastReply)};
  if (code == CURLE_ABORTED_BY_CALLBACK) return {SmtpOutcome::kCancelled, "cancelled"};
  if (transfer.mailBegun && reply >= 400) {
    const bool permanent = reply >= 500 && !isAboutAccess(reply);
    return {permanent ? SmtpOutcome::kPermanent : SmtpOutcome::kTransient, printable(transfer.lastReply)};
  }
  std::string detail = error[0] != '\0' ? error.data() : curl_easy_strerror(code);
  if (reply >= 400) detail += ": " + transfer.lastReply;
  return {SmtpOutcome::kTransient, printable(detail)};
}

}  // namespace hearth::mail
