// What the tool needs of a bucket beyond single objects: many at once, and every version of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "homework/client/trainer/cloud.h"

namespace hearth::homework::client {

// One version of an object, or a delete marker.
struct ObjectVersion {
  std::string key;
  std::string id;
  std::string lastModified;  // RFC 3339
  std::uint64_t size = 0;
  bool latest = false;
  bool deleteMarker = false;
};

// nullopt when there is no such object.
Result<std::optional<std::string>> findObject(Cloud& cloud, const std::string& bucket, std::string_view key);

// The bodies of all `keys`, in their order, several at a time; nullopt for one that is not there.
Result<std::vector<std::optional<std::string>>> findObjects(Cloud& cloud, const std::string& bucket,
                                                            const std::vector<std::string>& keys);

Result<std::vector<sdk::ListedObject>> listObjects(Cloud& cloud, const std::string& bucket,
                                                   std::string_view prefix);

struct ObjectHeaders {
  std::string contentType = "application/json";
  std::string tag;           // `name=value`; empty for none
  std::string cacheControl;  // empty for none
  std::map<std::string, std::string> metadata;
};
Status putObject(Cloud& cloud, const std::string& bucket, const std::string& key, std::string_view body,
                 const ObjectHeaders& headers = {});

// All versions and delete markers below `prefix`, by key, the newest of a key first; none without the bucket.
Result<std::vector<ObjectVersion>> listVersions(Cloud& cloud, const std::string& bucket, const std::string& prefix);

Result<std::string> readVersion(Cloud& cloud, const std::string& bucket, const ObjectVersion& version);

// Deletes exactly these, for ever. `onDone` hears how many are gone so far.
Status deleteVersions(Cloud& cloud, const std::string& bucket, const std::vector<ObjectVersion>& versions,
                      const std::function<void(std::size_t)>& onDone = {});

// Deletes the bucket, which has to be empty; fine when there is none.
Status deleteBucket(Cloud& cloud, const std::string& bucket);

// Reads the document at `key`, lets `change` make the new one of it, and writes that over exactly what was read;
// again when somebody else was faster. `change` gets an empty text when there is nothing, and answers nullopt when
// nothing needs to be written.
using ChangeText = std::function<Result<std::optional<std::string>>(const std::string&)>;
Status changeObject(Cloud& cloud, const std::string& bucket, std::string_view key, const ChangeText& change);

// A page of ListObjectVersions; `more` gets the markers of the next page, empty at the end.
std::vector<ObjectVersion> readVersionsPage(std::string_view xml,
                                            std::vector<std::pair<std::string, std::string>>& more);

}  // namespace hearth::homework::client
