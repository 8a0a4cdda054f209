#include "homework/client/trainer/receipt_keys.h"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "homework/client/common/files.h"
#include "homework/client/trainer/bucket.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kSeedBytes = 32;

Failure damaged(const std::string& what, const Problem& problem) {
  return {Exit::kRejected, what + " is damaged: " + problem.message,
          "A backup may have it:  trainer restore --help"};
}

std::string randomSeed() {
  std::string seed(kSeedBytes, '\0');
  if (::getrandom(seed.data(), seed.size(), 0) != static_cast<ssize_t>(seed.size()))
    throw std::runtime_error("the system gives no random bytes");
  return seed;
}

// The one that is stored, whoever stored it.
Result<SigningKey> settleSigningKey(Cloud& cloud, const Deployment& deployment) {
  const std::string key(layout::kSigningKey);
  HOMEWORK_TRY(std::optional<std::string> stored, findObject(cloud, deployment.dataBucket, key));
  if (!stored) {
    const auto fresh = makeSigningKey(randomSeed());
    if (!fresh) throw std::runtime_error("no signing key can be made: " + fresh.problem().message);
    sdk::PutOptions options;
    options.ifNoneMatch = "*";
    const auto put = cloud.s3().putObject(deployment.dataBucket, key, signingKeyJson(*fresh), options);
    if (!put.ok() && !sdk::isPreconditionFailed(put.error())) return failureOf("write " + key, put.error());
    HOMEWORK_TRY(stored, findObject(cloud, deployment.dataBucket, key));
  }
  auto parsed = parseSigningKey(stored.value_or(""));
  if (!parsed) return damaged(key, parsed.problem());
  return *std::move(parsed);
}

}  // namespace

Status makeReceiptKeys(Cloud& cloud, const Deployment& deployment) {
  HOMEWORK_TRY(const SigningKey signing, settleSigningKey(cloud, deployment));
  const auto fresh = publicKeyOf(signing, std::chrono::floor<std::chrono::seconds>(cloud.now()));
  if (!fresh) return damaged(std::string(layout::kSigningKey), fresh.problem());
  return changeObject(cloud, deployment.dataBucket, layout::kReceiptKeys,
                      [&](const std::string& before) -> Result<std::optional<std::string>> {
                        auto keys = parseReceiptKeys(before.empty() ? receiptKeysJson({}) : before);
                        if (!keys) return damaged(std::string(layout::kReceiptKeys), keys.problem());
                        const bool known = std::any_of(keys->begin(), keys->end(), [&](const ReceiptKey& key) {
                          return key.keyId == fresh->keyId;
                        });
                        if (known) return std::optional<std::string>();
                        keys->push_back(*fresh);
                        return std::optional(receiptKeysJson(*keys));
                      });
}

Result<std::vector<ReceiptKey>> readReceiptKeys(Cloud& cloud, const Deployment& deployment) {
  HOMEWORK_TRY(const auto text, findObject(cloud, deployment.dataBucket, layout::kReceiptKeys));
  if (!text) return std::vector<ReceiptKey>();
  auto keys = parseReceiptKeys(*text);
  if (!keys) return damaged(std::string(layout::kReceiptKeys), keys.problem());
  return *std::move(keys);
}

std::filesystem::path receiptKeysPath(const std::filesystem::path& course) {
  return course / ".homework" / "receipt-keys.json";
}

Status checkReceiptKeysCanBeSaved(const std::filesystem::path& course) {
  const std::filesystem::path folder = receiptKeysPath(course).parent_path();
  std::error_code error;
  const bool exists = std::filesystem::exists(folder, error);
  if (!error && exists && !std::filesystem::is_directory(folder, error))
    error.assign(ENOTDIR, std::generic_category());
  if (!error && ::access((exists ? folder : course).c_str(), W_OK | X_OK) != 0)
    error.assign(errno, std::generic_category());
  if (!error) return Done{};
  return Failure{Exit::kUsage,
                 "The keys of receipts cannot be kept in " + folder.string() + ": " + error.message() + ".",
                 "Make it writable for who runs this, or take a copy of the course that is. Nothing was changed."};
}

Status saveReceiptKeys(Cloud& cloud, const Deployment& deployment, const std::filesystem::path& course) {
  HOMEWORK_TRY(const auto keys, readReceiptKeys(cloud, deployment));
  const std::string text = receiptKeysJson(keys);
  const std::filesystem::path path = receiptKeysPath(course);
  if (!keys.empty() && findFile(path) != text) replaceFile(path, text);
  return Done{};
}

Result<std::optional<std::vector<ReceiptKey>>> findSavedReceiptKeys(const std::filesystem::path& course) {
  const auto text = findFile(receiptKeysPath(course));
  if (!text) return std::optional<std::vector<ReceiptKey>>();
  auto keys = parseReceiptKeys(*text);
  if (!keys) {
    return Failure{Exit::kUsage, receiptKeysPath(course).string() + " is damaged: " + keys.problem().message,
                   "Remove it; the keys are fetched again where the course runs."};
  }
  return std::optional(*std::move(keys));
}

}  // namespace hearth::homework::client
