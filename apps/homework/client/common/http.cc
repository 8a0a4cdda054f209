#include "homework/client/common/http.h"

#include <curl/curl.h>

#include <cstdlib>
#include <stdexcept>

#include "homework/client/common/terminal.h"
#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

struct Transfer {
  HttpResponse response;
  std::size_t limit = 0;
  bool tooLarge = false;
};

std::size_t onBody(char* data, std::size_t, std::size_t size, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  if (transfer.response.body.size() + size > transfer.limit) {
    transfer.tooLarge = true;
    return 0;
  }
  transfer.response.body.append(data, size);
  return size;
}

std::size_t onHeader(char* data, std::size_t, std::size_t size, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  const std::string_view line(data, size);
  if (line.starts_with("HTTP/")) transfer.response.headers.clear();  // 100 Continue came before
  if (transfer.response.headers.size() > 200) return 0;
  if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    transfer.response.headers.emplace_back(lowered(trimmed(line.substr(0, colon))),
                                           std::string(trimmed(line.substr(colon + 1))));
  }
  return size;
}

int onProgress(void*, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return interrupted() ? 1 : 0; }

// Owns a libcurl header list.
class HeaderList final {
 public:
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl_slist_free_all(list_); }

  void add(const std::string& line) {
    curl_slist* longer = curl_slist_append(list_, line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    list_ = longer;
  }
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

// `https://host:port` of a URL.
std::string originOf(std::string_view url) {
  const std::size_t start = url.find("://");
  const std::size_t end = start == std::string_view::npos ? 0 : url.find_first_of("/?#", start + 3);
  return cleanedLine(url.substr(0, end));
}

std::string reasonOf(CURLcode code, const char* detail, const HttpRequest& request, const HttpLimits& limits) {
  const std::string host = originOf(request.url);
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: {
      const bool connecting = std::string_view(detail).find("onnect") != std::string_view::npos;
      const auto limit = connecting ? limits.connect : limits.total;
      return text(request.lang, Text::kTermReasonTimeout, {{"n", std::int64_t{limit.count() / 1000}}});
    }
    case CURLE_COULDNT_RESOLVE_HOST:
      return text(request.lang, Text::kTermReasonName, {{"host", host}});
    case CURLE_COULDNT_CONNECT:
      return text(request.lang, Text::kTermReasonConnect, {{"host", host}});
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
      return text(request.lang, Text::kTermReasonCut);
    case CURLE_PEER_FAILED_VERIFICATION:
      return text(request.lang, Text::kTermReasonCertificate, {{"host", host}});
    default:
      return cleanedLine(detail[0] != '\0' ? detail : curl_easy_strerror(code));
  }
}

}  // namespace

struct HttpClient::Handle {
  CURL* curl = nullptr;
  HttpLimits limits;

  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { curl_easy_cleanup(curl); }
};

std::optional<std::string> HttpResponse::findHeader(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return std::nullopt;
}

HttpClient::HttpClient(HttpLimits limits) : handle_(std::make_unique<Handle>()) {
  static const CURLcode kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
  handle_->curl = kReady == CURLE_OK ? curl_easy_init() : nullptr;
  if (handle_->curl == nullptr) throw std::runtime_error("libcurl cannot be initialised");
  handle_->limits = limits;
}

HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::send(const HttpRequest& request) {
  CURL* curl = handle_->curl;
  curl_easy_reset(curl);
  Transfer transfer;
  transfer.limit = handle_->limits.responseBytes;
  char detail[CURL_ERROR_SIZE] = "";
  HeaderList headers;
  headers.add("Expect:");
  for (const auto& [name, value] : request.headers) headers.add(name + ": " + value);

  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);  // a signature is of the path as it is
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "homework/1");
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(handle_->limits.connect.count()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(handle_->limits.total.count()));
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, onHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, onBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, onProgress);
  if (const char* authorities = std::getenv("AWS_CA_BUNDLE"); authorities != nullptr && authorities[0] != '\0') {
    curl_easy_setopt(curl, CURLOPT_CAINFO, authorities);
  }
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method == "HEAD") curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
  }
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());

  if (const CURLcode code = curl_easy_perform(curl); code != CURLE_OK) {
    Failure failure{Exit::kNetwork, reasonOf(code, detail, request, handle_->limits), ""};
    if (code == CURLE_ABORTED_BY_CALLBACK && interrupted()) failure.exit = Exit::kInterrupted;
    if (transfer.tooLarge) failure.what = text(request.lang, Text::kTermReasonTooLarge);
    long written = 0;
    curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &written);
    failure.sent = written > 0;
    return failure;
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  transfer.response.status = static_cast<int>(status);
  return std::move(transfer.response);
}

std::string percentEncoded(std::string_view text, Slash slash) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~' || (c == '/' && slash == Slash::kKeep);
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace hearth::homework::client
