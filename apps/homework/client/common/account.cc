#include "homework/client/common/account.h"

#include <algorithm>
#include <utility>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

bool isAlphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

std::string_view unwrapped(std::string_view text) {
  constexpr std::string_view kOpening = "\"'`<([{";
  constexpr std::string_view kClosing = "\"'`>)]}.,;";
  for (;;) {
    text = trimmed(text);
    if (!text.empty() && kOpening.find(text.front()) != std::string_view::npos) {
      text.remove_prefix(1);
    } else if (!text.empty() && kClosing.find(text.back()) != std::string_view::npos) {
      text.remove_suffix(1);
    } else {
      return text;
    }
  }
}

// Graphic ASCII without what could end the URL or a header early.
bool isUrlText(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '<' && c != '>'; });
}

std::string_view hostOf(std::string_view url) {
  const std::size_t start = url.find("://");
  if (start == std::string_view::npos) return {};
  std::string_view rest = url.substr(start + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (rest.starts_with('[')) return rest.substr(0, rest.find(']') + 1);
  return rest.substr(0, rest.find(':'));
}

// The URL in the form that Account keeps, or nothing when it is none.
std::optional<std::string> baseUrl(std::string_view url) {
  for (const std::string_view tail : {"/", "/index.html", "/", "/v1/tests", "/v1/test", "/v1", "/api", "/"}) {
    if (url.ends_with(tail)) url.remove_suffix(tail.size());
  }
  const bool scheme = url.starts_with("https://") || url.starts_with("http://");
  if (!scheme || hostOf(url).empty() || !isUrlText(url) || url.find_first_of("@?#") != std::string_view::npos) {
    return std::nullopt;
  }
  return std::string(url);
}

bool isKeyText(std::string_view key) { return key.size() >= 8 && key.size() <= 256 && isUrlText(key); }

Result<Account> checked(std::string_view url, std::string_view student, std::string_view key, Lang lang) {
  const auto base = baseUrl(url);
  if (!base) return Failure{Exit::kUsage, text(lang, Text::kTermInviteUrl), ""};
  if (!isId(student)) return Failure{Exit::kUsage, text(lang, Text::kTermInviteStudent), ""};
  if (!isKeyText(key)) return Failure{Exit::kUsage, text(lang, Text::kTermInviteKey), ""};
  return Account{*base, std::string(student), std::string(key)};
}

}  // namespace

bool isId(std::string_view text) {
  if (text.empty() || text.size() > 64 || !isAlphanumeric(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return isAlphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

Result<Account> parseInvite(std::string_view line, Lang lang) {
  const std::string_view invite = unwrapped(line);
  const std::size_t hash = invite.find('#');
  const std::size_t colon = hash == std::string_view::npos ? hash : invite.find(':', hash);
  if (colon == std::string_view::npos) {
    return Failure{Exit::kUsage, text(lang, Text::kTermInviteNone), text(lang, Text::kTermInviteForm)};
  }
  const std::string_view address = invite.substr(0, hash);
  return checked(address.substr(0, address.find('?')), invite.substr(hash + 1, colon - hash - 1),
                 invite.substr(colon + 1), lang);
}

std::string formatInvite(const Account& account) {
  return account.apiUrl + "#" + account.studentId + ":" + account.apiKey;
}

Result<Account> parseAccountFile(std::string_view content, Lang lang) {
  std::string_view url;
  std::string_view key;
  std::string_view student;
  for (const std::string_view line : split(content, '\n')) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = trimmed(line.substr(0, equals));
    const std::string_view value = unwrapped(line.substr(equals + 1));
    if (name == "apiUrl") url = value;
    if (name == "apiKey") key = value;
    if (name == "studentId") student = value;
  }
  return checked(url, student, key, lang);
}

std::string formatAccountFile(const Account& account) {
  return "apiUrl=" + account.apiUrl + "\napiKey=" + account.apiKey + "\nstudentId=" + account.studentId + "\n";
}

std::filesystem::path accountPath(const UserFolders& folders) { return folders.config / "account"; }

Result<std::optional<StoredAccount>> findAccount(const UserFolders& folders, Lang lang) {
  const std::pair<std::filesystem::path, bool> places[] = {{accountPath(folders), false},
                                                           {folders.home / ".trainings" / "config", true}};
  for (const auto& [path, legacy] : places) {
    const auto content = findFile(path, 1 << 16);
    if (!content) continue;
    auto account = parseAccountFile(*content, lang);
    if (!account.ok()) {
      return Failure{
          Exit::kForbidden,
          text(lang, Text::kTermDamaged, {{"file", shownPath(path, folders.home)}}) + " " + account.failure().what,
          text(lang, Text::kTermRunLogin)};
    }
    return std::optional(StoredAccount{*std::move(account), path, legacy, sharedModeBits(path) != 0});
  }
  return std::optional<StoredAccount>();
}

void saveAccount(const UserFolders& folders, const Account& account) {
  replaceFile(accountPath(folders), formatAccountFile(account));
}

bool isUnencrypted(std::string_view apiUrl) {
  if (!apiUrl.starts_with("http://")) return false;
  const std::string host = lowered(hostOf(apiUrl));
  const bool loopback = host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos;
  return !(loopback || host == "localhost" || host.ends_with(".localhost") || host == "[::1]");
}

std::string masked(std::string_view secret, Lang lang) {
  return text(lang, Text::kTermMasked,
              {{"start", secret.substr(0, 4)}, {"n", static_cast<std::int64_t>(secret.size())}});
}

}  // namespace hearth::homework::client
