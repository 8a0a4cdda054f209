#include "homework/client/trainer/outbox.h"

#include <algorithm>
#include <array>
#include <map>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

constexpr std::string_view kPrefix = "outbox/";

// The key without its ending, and the ending.
std::pair<std::string, std::string> splitKey(const std::string& key) {
  for (const std::string_view ending : {".mail.json", ".sent.json", ".failed.json"}) {
    if (key.ends_with(ending)) return {key.substr(0, key.size() - ending.size()), std::string(ending)};
  }
  return {key, ""};
}

Result<Json> readDocument(Cloud& cloud, const Deployment& deployment, const std::string& key) {
  const auto object = cloud.s3().getObject(deployment.dataBucket, key);
  if (!object.ok()) return failureOf("read " + key, object.error());
  return parseJson(object->body).value_or(Json());
}

// RFC 2045, 6.7; what is not well formed stays as it is.
std::string quotedPrintableDecoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    const std::size_t high = rest.size() > 2 ? kDigits.find(rest[1]) : std::string_view::npos;
    const std::size_t low = rest.size() > 2 ? kDigits.find(rest[2]) : std::string_view::npos;
    if (rest.starts_with("=\n")) {
      ++i;
    } else if (rest[0] == '=' && high != std::string_view::npos && low != std::string_view::npos) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += rest[0];
    }
  }
  return out;
}

// To the second; as it came when it is no instant.
std::string shortTime(const std::string& text) {
  const auto instant = parseInstant(text);
  return instant ? formatInstant(std::chrono::floor<std::chrono::seconds>(*instant)) : cleanedLine(text);
}

}  // namespace

std::optional<std::string> base64Decoded(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  if (text.size() % 4 != 0) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    std::uint32_t bits = 0;
    std::size_t padding = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      const char c = text[i + j];
      const std::size_t value = kAlphabet.find(c);
      const bool pad = c == '=' && i + 4 == text.size() && j >= 2;
      if ((!pad && value == std::string_view::npos) || (!pad && padding > 0)) return std::nullopt;
      padding += pad ? 1 : 0;
      bits = (bits << 6) | (pad ? 0 : static_cast<std::uint32_t>(value));
    }
    for (std::size_t j = 0; j + padding < 3; ++j) out += static_cast<char>((bits >> (16 - 8 * j)) & 0xFF);
  }
  return out;
}

std::string readableMail(const OutboxMail& mail) {
  std::string text;
  for (const char c : mail.raw) {
    if (c != '\r') text += c;
  }
  const std::size_t headEnd = text.find("\n\n");
  const std::string head = text.substr(0, headEnd);
  const std::size_t part = text.find("\nContent-Type: text/plain", headEnd == std::string::npos ? 0 : headEnd);
  const std::size_t start = part == std::string::npos ? part : text.find("\n\n", part);
  if (start == std::string::npos) return mail.raw;
  const std::size_t end = text.find("\n--=", start + 2);
  const std::string partHead = text.substr(part, start - part);
  std::string body = text.substr(start + 2, end == std::string::npos ? end : end - start - 2);
  if (partHead.find("quoted-printable") != std::string::npos) body = quotedPrintableDecoded(body);

  std::string out;
  for (const std::string_view line : split(head, '\n')) {
    if (line.starts_with("From: ") || line.starts_with("To: ") || line.starts_with("Date: "))
      out += std::string(line) + "\n";
  }
  return out + "Subject: " + mail.subject + "\n\n" + body;
}

Result<std::vector<OutboxMail>> readOutbox(Cloud& cloud, const Deployment& deployment) {
  const auto listing = cloud.s3().listObjectsV2(deployment.dataBucket, kPrefix);
  if (!listing.ok()) return failureOf("list the mails", listing.error());
  std::map<std::string, OutboxMail> mails;
  for (const sdk::ListedObject& object : listing->objects) {
    const auto [stem, ending] = splitKey(object.key);
    OutboxMail& mail = mails[stem];
    mail.stem = stem;
    mail.id = stem.substr(stem.rfind('/') + 1);
    if (ending == ".sent.json") mail.state = "sent";
    if (ending == ".failed.json" && mail.state.empty()) mail.state = "failed";
  }
  std::vector<OutboxMail> out;
  for (auto& [stem, mail] : mails) {
    HOMEWORK_TRY(const Json document, readDocument(cloud, deployment, stem + ".mail.json"));
    mail.kind = stringMember(document, "kind");
    mail.to = stringMember(document, "to");
    mail.subject = stringMember(document, "subject");
    mail.createdAt = stringMember(document, "createdAt");
    mail.raw = base64Decoded(stringMember(document, "raw")).value_or("");
    if (mail.state.empty()) mail.state = "pending";
    if (mail.state == "failed") {
      HOMEWORK_TRY(const Json failed, readDocument(cloud, deployment, stem + ".failed.json"));
      mail.problem = stringMember(failed, "code") + ": " + stringMember(failed, "message");
    }
    out.push_back(std::move(mail));
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const OutboxMail& a, const OutboxMail& b) { return a.createdAt < b.createdAt; });
  return out;
}

Result<OutboxMail> findMail(const std::vector<OutboxMail>& mails, const std::string& id) {
  const OutboxMail* found = nullptr;
  for (const OutboxMail& mail : mails) {
    if (id.empty() || !mail.id.starts_with(id)) continue;
    if (found != nullptr)
      return Failure{Exit::kUsage, "More than one mail's id begins with " + inQuotes(id) + ".", ""};
    found = &mail;
  }
  if (found == nullptr)
    return Failure{Exit::kUsage, "There is no mail " + inQuotes(id) + ".", "See  trainer mail list"};
  return *found;
}

Status releaseMail(Cloud& cloud, const Deployment& deployment, const OutboxMail& mail) {
  const auto deleted = cloud.s3().deleteObject(deployment.dataBucket, mail.stem + ".failed.json");
  if (!deleted.ok()) return failureOf("release the mail " + mail.id, deleted.error());
  return Done{};
}

std::vector<std::string> outboxLines(const std::vector<OutboxMail>& mails, std::size_t width) {
  std::size_t to = 2;
  for (const OutboxMail& mail : mails) to = std::min<std::size_t>(std::max(to, columns(cleanedLine(mail.to))), 34);
  std::vector<std::string> lines;
  for (const OutboxMail& mail : mails) {
    const std::string head = fitted(mail.id, 8).substr(0, 7) + "  " + fitted(mail.state, 7) + "  " +
                             fitted(shortTime(mail.createdAt), 20) + "  " + fitted(cleanedLine(mail.to), to) + "  ";
    const std::size_t room = width > columns(head) + 40 ? width - columns(head) : 40;
    lines.push_back(head + cleanedLine(mail.subject, Charset::kUtf8, room));
    if (!mail.problem.empty()) {
      for (const std::string& line : wrapped(cleanedLine(mail.problem, Charset::kUtf8, 500), width, "         "))
        lines.push_back(line);
    }
  }
  return lines;
}

Json outboxJson(const std::vector<OutboxMail>& mails) {
  JsonArray out;
  for (const OutboxMail& mail : mails) {
    out.push_back(JsonObject{{"id", mail.id},
                             {"state", mail.state},
                             {"kind", mail.kind},
                             {"to", mail.to},
                             {"subject", mail.subject},
                             {"createdAt", mail.createdAt},
                             {"problem", mail.problem.empty() ? Json() : Json(mail.problem)}});
  }
  return JsonObject{{"mails", std::move(out)}};
}

}  // namespace hearth::homework::client
