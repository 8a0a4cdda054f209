#include "homework/client/trainer/outbox.h"

#include <algorithm>
#include <array>
#include <map>

#include "homework/client/common/text.h"
#include "homework/client/trainer/bucket.h"
#include "homework/domain/mime.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kNarrow = 60;
constexpr const char* kRetention = "retention=course";

// The key without its ending, and the ending.
std::pair<std::string, std::string> splitKey(const std::string& key) {
  for (const std::string_view ending : {".mail.json", ".sent.json", ".failed.json"}) {
    if (key.ends_with(ending)) return {key.substr(0, key.size() - ending.size()), std::string(ending)};
  }
  return {key, ""};
}

void fill(OutboxMail& mail, const Json& document) {
  mail.kind = stringMember(document, "kind");
  mail.studentId = stringMember(document, "studentId");
  mail.to = stringMember(document, "to");
  mail.subject = stringMember(document, "subject");
  mail.createdAt = stringMember(document, "createdAt");
  mail.raw = base64Decoded(stringMember(document, "raw")).value_or("");
}

// To the second; as it came when it is no instant.
std::string shortTime(const std::string& text) {
  const auto instant = parseInstant(text);
  return instant ? formatInstant(std::chrono::floor<std::chrono::seconds>(*instant)) : cleanedLine(text);
}

}  // namespace

std::string quotedPrintableDecoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    const std::size_t high = rest.size() > 2 ? kDigits.find(rest[1]) : std::string_view::npos;
    const std::size_t low = rest.size() > 2 ? kDigits.find(rest[2]) : std::string_view::npos;
    if (rest.starts_with("=\n")) {
      ++i;
    } else if (rest.starts_with("=\r\n")) {
      i += 2;
    } else if (rest[0] == '=' && high != std::string_view::npos && low != std::string_view::npos) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += rest[0];
    }
  }
  return out;
}

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

std::string OutboxMail::test() const {
  const auto parts = split(stem, '/');
  return parts.size() != 4 || parts[1] == "-" ? "" : std::string(parts[1]) + "/" + std::string(parts[2]);
}

Result<std::vector<OutboxMail>> readOutbox(Cloud& cloud, const Deployment& deployment, std::string_view prefix) {
  HOMEWORK_TRY(const auto objects, listObjects(cloud, deployment.dataBucket, prefix));
  std::map<std::string, OutboxMail> mails;
  for (const sdk::ListedObject& object : objects) {
    const auto [stem, ending] = splitKey(object.key);
    OutboxMail& mail = mails[stem];
    mail.stem = stem;
    mail.id = stem.substr(stem.rfind('/') + 1);
    if (ending == ".sent.json") mail.state = "sent";
    if (ending == ".failed.json" && mail.state.empty()) mail.state = "failed";
  }
  std::vector<std::string> keys;
  for (const auto& [stem, mail] : mails) keys.push_back(stem + ".mail.json");
  for (const auto& [stem, mail] : mails) {
    if (mail.state == "failed") keys.push_back(stem + ".failed.json");
  }
  HOMEWORK_TRY(const auto bodies, findObjects(cloud, deployment.dataBucket, keys));
  std::vector<OutboxMail> out;
  std::size_t next = 0;
  std::size_t nextFailed = mails.size();
  for (auto& [stem, mail] : mails) {
    const auto& body = bodies[next++];
    if (body) fill(mail, parseJson(*body).value_or(Json()));
    if (mail.state.empty()) mail.state = "pending";
    if (mail.state == "failed") {
      const Json failed = parseJson(bodies[nextFailed++].value_or("")).value_or(Json());
      mail.problem = stringMember(failed, "code") + ": " + stringMember(failed, "message");
    }
    if (body) out.push_back(std::move(mail));
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

std::optional<std::string> withRecipient(const std::string& document, const std::string& address) {
  auto parsed = parseJson(document);
  const auto raw = base64Decoded(parsed ? stringMember(*parsed, "raw") : "");
  if (!parsed || !parsed->is_object() || !raw || raw->empty()) return std::nullopt;
  const std::size_t head = std::min(raw->find("\r\n\r\n"), raw->size());
  const std::size_t start = raw->starts_with("To: ") ? 0 : raw->find("\r\nTo: ") + 2;
  if (start > head || raw->find("\r\n", start) == std::string::npos) return std::nullopt;
  std::string changed = *raw;
  changed.replace(start, raw->find("\r\n", start) - start, "To: " + address);
  parsed->as_object()["to"] = address;
  parsed->as_object()["raw"] = base64(changed);
  return writeJson(*parsed);
}

Status releaseMail(Cloud& cloud, const Deployment& deployment, const OutboxMail& mail, const std::string& address) {
  if (!address.empty() && address != mail.to) {
    const std::string key = mail.stem + ".mail.json";
    HOMEWORK_TRY(const auto document, findObject(cloud, deployment.dataBucket, key));
    const auto changed = withRecipient(document.value_or(""), address);
    if (!changed) {
      return Failure{Exit::kRejected, "The mail " + mail.id.substr(0, 7) + " is damaged and stays as it is.",
                     "Look at it:  trainer mail show " + mail.id.substr(0, 7)};
    }
    HOMEWORK_CHECK(
        putObject(cloud, deployment.dataBucket, key, *changed, {"application/json", kRetention, "", {}}));
  }
  const auto deleted = cloud.s3().deleteObject(deployment.dataBucket, mail.stem + ".failed.json");
  if (!deleted.ok()) return failureOf("release the mail " + mail.id, deleted.error());
  return Done{};
}

std::vector<std::string> outboxLines(const std::vector<OutboxMail>& mails, const Style& style) {
  const bool narrow = style.width < kNarrow;
  std::vector<std::string> lines;
  for (const OutboxMail& mail : mails) {
    const std::string to = cleanedLine(mail.to, style.charset, 60);
    const std::string subject = cleanedLine(mail.subject, style.charset, 120);
    const std::string head = mail.id.substr(0, 7) + "  " + fitted(mail.state, 7) + "  " + shortTime(mail.createdAt);
    lines.push_back(narrow ? head : head + "  " + to);
    if (narrow) {
      for (const std::string& line : wrapped(to, style.width, "  ")) lines.push_back(line);
    }
    for (const std::string& line : wrapped(subject, style.width, narrow ? "  " : "         "))
      lines.push_back(line);
    if (mail.problem.empty()) continue;
    for (const std::string& line :
         wrapped(cleanedLine(mail.problem, style.charset, 500), style.width, narrow ? "  " : "         "))
      lines.push_back(line);
  }
  return lines;
}

Json outboxJson(const std::vector<OutboxMail>& mails) {
  JsonArray out;
  for (const OutboxMail& mail : mails) {
    out.push_back(JsonObject{{"id", mail.id},
                             {"state", mail.state},
                             {"kind", mail.kind},
                             {"test", mail.test().empty() ? Json() : Json(mail.test())},
                             {"studentId", mail.studentId.empty() ? Json() : Json(mail.studentId)},
                             {"to", mail.to},
                             {"subject", mail.subject},
                             {"createdAt", mail.createdAt},
                             {"problem", mail.problem.empty() ? Json() : Json(mail.problem)}});
  }
  return JsonObject{{"mails", std::move(out)}};
}

}  // namespace hearth::homework::client
