// What SES keeps: identities, and how much was sent when. Messages are the outbox's (mail/).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "store/database.h"

namespace hearth::services::ses {

std::vector<store::Migration> sesMigrations();

enum class IdentityType : unsigned char { kEmailAddress, kDomain };

struct IdentityRow {
  std::string name;  // as it was given
  IdentityType type = IdentityType::kEmailAddress;
  std::string token;  // of a domain
  base::Time created{};
};

// The sends of 15 minutes, the step in which GetSendStatistics counts.
struct SendCount {
  base::Time start{};
  std::int64_t recipients = 0;
};

// Reads on any thread, changes on the writer thread. Identities are found without regard to case.
class SesStore final {
 public:
  explicit SesStore(store::Database& database) : database_(database) {}

  std::optional<IdentityRow> findIdentity(const std::string& account, const std::string& region,
                                          const std::string& name) const;
  // In the order of names without regard to case, after `after`, at most `most`.
  std::vector<IdentityRow> listIdentities(const std::string& account, const std::string& region,
                                          std::optional<IdentityType> type, const std::string& after,
                                          std::size_t most) const;
  std::int64_t countIdentities(const std::string& account, const std::string& region) const;
  void insertIdentity(const std::string& account, const std::string& region, const IdentityRow& identity);
  void deleteIdentity(const std::string& account, const std::string& region, const std::string& name);

  // Adds to the step that `at` lies in, and forgets steps older than two weeks.
  void countSend(const std::string& account, const std::string& region, base::Time at, std::int64_t recipients);
  // The steps that begin at `from` or later, oldest first.
  std::vector<SendCount> listSends(const std::string& account, const std::string& region, base::Time from) const;

 private:
  store::Database& database_;
};

}  // namespace hearth::services::ses
