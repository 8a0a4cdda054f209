// Who the student is and where their course is: three facts, given by the trainer as one line, the invite.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "homework/client/common/files.h"
#include "homework/client/common/result.h"
#include "homework/texts/texts.h"

namespace hearth::homework::client {

struct Account {
  std::string apiUrl;  // without a trailing slash; `/api/v1/tests` follows it
  std::string studentId;
  std::string apiKey;  // secret
};

// `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`, which is safe as one component of a path.
bool isId(std::string_view text);

// An invite is `<apiUrl>#<studentId>:<apiKey>`, or the link to the students' page with the same behind `#`. Quotes,
// brackets and blanks around it, and what the URL has too much (`/api`, `/api/v1/tests`, a query), are taken off.
// Failures: kUsage, never quoting the secret.
Result<Account> parseInvite(std::string_view line, Lang lang = Lang::kEn);
std::string formatInvite(const Account& account);

// Three lines `apiUrl=`, `apiKey=`, `studentId=` in any order, as the article's bash client writes them too. Only
// parsed: nothing is expanded or run. Lines that say something else are skipped.
Result<Account> parseAccountFile(std::string_view content, Lang lang = Lang::kEn);
std::string formatAccountFile(const Account& account);

// Where the account was found.
struct StoredAccount {
  Account account;
  std::filesystem::path path;
  bool legacy = false;  // ~/.trainings/config of the article's client
  bool shared = false;  // readable by others
};
// nullopt when nobody is signed in.
Result<std::optional<StoredAccount>> findAccount(const UserFolders& folders, Lang lang = Lang::kEn);
std::filesystem::path accountPath(const UserFolders& folders);
void saveAccount(const UserFolders& folders, const Account& account);

// Whether requests to this URL cross a network in the clear.
bool isUnencrypted(std::string_view apiUrl);

// The first four characters and the length, for `doctor`.
std::string masked(std::string_view secret, Lang lang = Lang::kEn);

}  // namespace hearth::homework::client
