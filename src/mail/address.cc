#include "mail/address.h"

#include <utility>

#include "base/bytes.h"
#include "mail/header_text.h"

namespace hearth::mail {
namespace {

constexpr std::size_t kLongestLocal = 64;
constexpr std::size_t kLongestDomain = 255;

bool isControlOrBlank(char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; }

// The text of a phrase: quotes and their backslashes gone, encoded words decoded.
std::string phraseText(std::string_view phrase) {
  std::string plain;
  bool quoted = false;
  for (std::size_t i = 0; i < phrase.size(); ++i) {
    if (phrase[i] == '"') {
      quoted = !quoted;
    } else if (quoted && phrase[i] == '\\' && i + 1 < phrase.size()) {
      plain += phrase[++i];
    } else {
      plain += phrase[i];
    }
  }
  return decodeHeaderText(base::trim(plain));
}

// Reads one mailbox list from left to right.
class MailboxReader final {
 public:
  std::vector<Mailbox> read(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (quoted_) {
        current() += c;
        if (c == '\\' && i + 1 < text.size()) {
          current() += text[++i];
        } else if (c == '"') {
          quoted_ = false;
        }
      } else if (comments_ > 0) {
        if (c == '\\') ++i;
        if (c == '(') ++comments_;
        if (c == ')') --comments_;
      } else {
        take(c);
      }
    }
    finish();
    return std::move(result_);
  }

 private:
  enum class Place : unsigned char { kPhrase, kAngle, kBehind };

  // What stands behind `>` belongs to nothing.
  std::string& current() { return place_ == Place::kPhrase ? phrase_ : place_ == Place::kAngle ? angle_ : behind_; }

  void take(char c) {
    if (c == '"') {
      quoted_ = true;
      current() += c;
    } else if (c == '(') {
      ++comments_;
    } else if (place_ == Place::kAngle) {
      if (c == '>') {
        place_ = Place::kBehind;
      } else {
        angle_ += c;
      }
    } else if (c == '<') {
      place_ = Place::kAngle;
      angle_.clear();
    } else if (c == ',' || c == ';') {
      finish();
    } else if (c == ':' && place_ == Place::kPhrase) {
      phrase_.clear();  // the name of a group
    } else {
      current() += c;
    }
  }

  void finish() {
    if (place_ == Place::kPhrase) {
      const auto address = base::trim(phrase_);
      if (!address.empty()) result_.push_back({{}, std::string(address)});
    } else {
      auto address = base::trim(angle_);
      // An obsolete route: @a,@b:local@domain.
      if (address.starts_with('@') && address.find(':') != std::string_view::npos) {
        address.remove_prefix(address.find(':') + 1);
      }
      result_.push_back({phraseText(phrase_), std::string(address)});
    }
    place_ = Place::kPhrase;
    phrase_.clear();
    angle_.clear();
    behind_.clear();
  }

  std::vector<Mailbox> result_;
  std::string phrase_;
  std::string angle_;
  std::string behind_;
  Place place_ = Place::kPhrase;
  bool quoted_ = false;
  std::size_t comments_ = 0;
};

Result<void> refuse(std::string message) { return Fault("InvalidParameterValue", std::move(message)); }

// Dots and characters, the same for both halves but for what is allowed in them.
Result<void> checkHalf(std::string_view half, const std::string& what, std::string_view allowed) {
  for (const char c : half) {
    if (isControlOrBlank(c)) return refuse(what + " contains control or whitespace");
    const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!alphanumeric && allowed.find(c) == std::string_view::npos) {
      return refuse(what + " contains illegal character");
    }
  }
  if (half.front() == '.') return refuse(what + " starts with dot");
  if (half.back() == '.') return refuse(what + " ends with dot");
  if (half.find("..") != std::string_view::npos) return refuse(what + " contains dot-dot");
  return {};
}

}  // namespace

std::vector<Mailbox> parseMailboxes(std::string_view text) { return MailboxReader().read(text); }

Result<void> checkAddress(std::string_view address) {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos) return refuse("Missing final '@domain'");
  const auto local = address.substr(0, at);
  const auto domain = address.substr(at + 1);
  if (local.empty()) return refuse("Missing local name");
  if (domain.empty()) return refuse("Missing domain");
  if (local.size() > kLongestLocal || domain.size() > kLongestDomain) return refuse("Illegal address");
  HEARTH_CHECK(checkHalf(local, "Local address", "!#$%&'*+-/=?^_`{|}~."));
  return checkHalf(domain, "Domain", "-.");
}

}  // namespace hearth::mail
