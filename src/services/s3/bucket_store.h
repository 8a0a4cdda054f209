// Buckets and their settings.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "store/database.h"

namespace hearth::services::s3 {

std::vector<store::Migration> s3Migrations();

enum class Versioning : unsigned char { kNever, kEnabled, kSuspended };

struct BucketRow {
  std::int64_t id = 0;
  std::string name;
  std::string account;
  std::string region;
  base::Time created{};
  Versioning versioning = Versioning::kNever;
};

// A setting is the generated struct of its configuration as a record, under its sub-resource's name.
inline constexpr char kEncryption[] = "encryption";
inline constexpr char kPolicy[] = "policy";
inline constexpr char kTagging[] = "tagging";
inline constexpr char kOwnership[] = "ownershipControls";
inline constexpr char kPublicAccessBlock[] = "publicAccessBlock";
inline constexpr char kAcl[] = "acl";
inline constexpr char kLifecycle[] = "lifecycle";

class BucketStore final {
 public:
  explicit BucketStore(store::Database& database) : database_(database) {}

  std::optional<BucketRow> find(const std::string& name) const;
  std::vector<BucketRow> list(const std::string& account) const;
  std::int64_t insert(const BucketRow& bucket);
  void setVersioning(std::int64_t bucketId, Versioning versioning);
  // Precondition: the bucket is empty.
  void remove(std::int64_t bucketId);

  std::optional<std::string> findSetting(std::int64_t bucketId, const std::string& name) const;
  void putSetting(std::int64_t bucketId, const std::string& name, const std::string& record);
  void deleteSetting(std::int64_t bucketId, const std::string& name);
  // Every bucket that has the setting, with its record.
  std::vector<std::pair<BucketRow, std::string>> withSetting(const std::string& name) const;

  // --- policies. Thread-safe.
  // Another number after every commit that made or removed a bucket or changed its policy or public access, before
  // it is acknowledged.
  std::uint64_t policyGeneration() const { return policyGeneration_.load(); }
  // Not before the tables are there.
  bool hasPolicies() const;

 private:
  void policiesChange();

  store::Database& database_;
  std::atomic<std::uint64_t> policyGeneration_ = 1;
  // Whether any bucket had a policy, and in which generation that was found out.
  mutable std::atomic<std::uint64_t> knownFor_ = 0;
  mutable std::atomic<bool> any_ = true;
};

}  // namespace hearth::services::s3
