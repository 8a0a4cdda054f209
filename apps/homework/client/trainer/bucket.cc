#include "homework/client/trainer/bucket.h"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <memory>
#include <mutex>
#include <pugixml.hpp>
#include <thread>

#include "homework/client/common/text.h"
#include "homework/client/trainer/student_data.h"
#include "homework/domain/hash.h"
#include "homework/domain/ids.h"
#include "homework/domain/mime.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kWorkers = 8;
constexpr std::size_t kDeletedAtOnce = 1000;  // DeleteObjects takes no more
constexpr int kTries = 5;

std::string pathOf(const std::string& bucket, std::string_view key) {
  return "/" + percentEncoded(bucket) + (key.empty() ? "" : "/" + percentEncoded(key, Slash::kKeep));
}

// With encoding-type=url keys arrive percent-encoded, a blank as a plus.
std::string urlDecoded(std::string text) {
  std::replace(text.begin(), text.end(), '+', ' ');
  int length = 0;
  const std::unique_ptr<char, decltype(&curl_free)> decoded(
      curl_easy_unescape(nullptr, text.data(), static_cast<int>(text.size()), &length), curl_free);
  if (!decoded) throw std::bad_alloc();
  return {decoded.get(), static_cast<std::size_t>(length)};
}

std::string xmlEscaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

// As bytes.
std::string sha256Of(std::string_view data) {
  const std::string digits = sha256Hex(data);
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    unsigned value = 0;
    std::from_chars(digits.data() + i, digits.data() + i + 2, value, 16);
    bytes += static_cast<char>(value);
  }
  return bytes;
}

AwsCall s3Call(const char* method, std::string path) {
  AwsCall call;
  call.service = "s3";
  call.method = method;
  call.path = std::move(path);
  return call;
}

Status deleteBatch(Cloud& cloud, const std::string& bucket, const ObjectVersion* first, const ObjectVersion* last) {
  AwsCall call = s3Call("POST", pathOf(bucket, ""));
  call.query = {{"delete", ""}};
  call.body = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>";
  for (const ObjectVersion* version = first; version != last; ++version) {
    call.body += "<Object><Key>" + xmlEscaped(version->key) + "</Key><VersionId>" + xmlEscaped(version->id) +
                 "</VersionId></Object>";
  }
  call.body += "</Delete>";
  call.headers = {{"Content-Type", "application/xml"}, {"x-amz-checksum-sha256", base64(sha256Of(call.body))}};
  HOMEWORK_TRY(const AwsAnswer answer, cloud.require("delete objects", call));
  pugi::xml_document document;
  if (!document.load_buffer(answer.http.body.data(), answer.http.body.size()))
    return Failure{Exit::kNetwork, "The answer to a deletion is not understood.", "Run the command again."};
  for (const pugi::xml_node error : document.child("DeleteResult").children("Error")) {
    return Failure{Exit::kRejected,
                   "Could not delete " + cleanedLine(error.child_value("Key")) + ": " +
                       cleanedLine(error.child_value("Code")) + ": " + cleanedLine(error.child_value("Message")),
                   "Run the command again: what is gone stays gone."};
  }
  return Done{};
}

}  // namespace

Result<std::optional<std::string>> findObject(Cloud& cloud, const std::string& bucket, std::string_view key) {
  auto object = cloud.s3().getObject(bucket, key);
  if (object.ok()) return std::optional(std::move(object->body));
  if (sdk::isNotFound(object.error())) return std::optional<std::string>();
  return failureOf("read " + std::string(key), object.error());
}

Result<std::vector<std::optional<std::string>>> findObjects(Cloud& cloud, const std::string& bucket,
                                                            const std::vector<std::string>& keys) {
  std::vector<std::optional<std::string>> bodies(keys.size());
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::optional<Failure> failure;
  const auto work = [&] {
    for (std::size_t i = next++; i < keys.size(); i = next++) {
      auto body = findObject(cloud, bucket, keys[i]);
      const std::lock_guard lock(mutex);
      if (body.ok()) {
        bodies[i] = *std::move(body);
      } else if (!failure) {
        failure = body.failure();
        next = keys.size();
      }
    }
  };
  std::vector<std::jthread> workers;
  for (std::size_t i = 1; i < std::min(kWorkers, keys.size()); ++i) workers.emplace_back(work);
  work();
  workers.clear();
  if (failure) return *failure;
  return bodies;
}

Result<std::vector<sdk::ListedObject>> listObjects(Cloud& cloud, const std::string& bucket,
                                                   std::string_view prefix) {
  sdk::ListOptions options;
  options.limit = 1'000'000;
  auto listing = cloud.s3().listObjectsV2(bucket, prefix, options);
  if (!listing.ok())
    return failureOf("list " + (prefix.empty() ? "the bucket" : std::string(prefix)), listing.error());
  return std::move(listing->objects);
}

Status putObject(Cloud& cloud, const std::string& bucket, const std::string& key, std::string_view body,
                 const ObjectHeaders& headers) {
  AwsCall call = s3Call("PUT", pathOf(bucket, key));
  call.headers = {{"Content-Type", headers.contentType}};
  if (!headers.tag.empty()) call.headers.emplace_back("x-amz-tagging", headers.tag);
  if (!headers.cacheControl.empty()) call.headers.emplace_back("Cache-Control", headers.cacheControl);
  for (const auto& [name, value] : headers.metadata) call.headers.emplace_back("x-amz-meta-" + name, value);
  call.body = body;
  HOMEWORK_CHECK(cloud.require("write " + key, call));
  return Done{};
}

Status deleteBucket(Cloud& cloud, const std::string& bucket) {
  HOMEWORK_TRY(const AwsAnswer answer, cloud.call(s3Call("DELETE", pathOf(bucket, ""))));
  if (!answer.ok() && answer.http.status != 404) return failureOf("delete the bucket " + bucket, answer);
  return Done{};
}

std::vector<ObjectVersion> readVersionsPage(std::string_view xml,
                                            std::vector<std::pair<std::string, std::string>>& more) {
  std::vector<ObjectVersion> versions;
  more.clear();
  pugi::xml_document document;
  if (!document.load_buffer(xml.data(), xml.size())) return versions;
  const pugi::xml_node root = document.child("ListVersionsResult");
  for (const pugi::xml_node node : root.children()) {
    const std::string_view kind = node.name();
    if (kind != "Version" && kind != "DeleteMarker") continue;
    ObjectVersion version;
    version.key = urlDecoded(node.child_value("Key"));
    version.id = node.child_value("VersionId");
    version.lastModified = node.child_value("LastModified");
    version.latest = std::string_view(node.child_value("IsLatest")) == "true";
    version.deleteMarker = kind == "DeleteMarker";
    version.size = node.child("Size").text().as_ullong();
    versions.push_back(std::move(version));
  }
  if (std::string_view(root.child_value("IsTruncated")) == "true") {
    more = {{"key-marker", urlDecoded(root.child_value("NextKeyMarker"))},
            {"version-id-marker", root.child_value("NextVersionIdMarker")}};
  }
  return versions;
}

Result<std::vector<ObjectVersion>> listVersions(Cloud& cloud, const std::string& bucket,
                                                const std::string& prefix) {
  std::vector<ObjectVersion> all;
  std::vector<std::pair<std::string, std::string>> more;
  do {
    AwsCall call = s3Call("GET", pathOf(bucket, ""));
    call.query = {{"versions", ""}, {"encoding-type", "url"}, {"prefix", prefix}};
    call.query.insert(call.query.end(), more.begin(), more.end());
    HOMEWORK_TRY(const AwsAnswer answer, cloud.call(call));
    if (answer.http.status == 404) return std::vector<ObjectVersion>();
    if (!answer.ok()) return failureOf("list the versions of " + bucket, answer);
    const std::vector<ObjectVersion> page = readVersionsPage(answer.http.body, more);
    if (page.empty() && !more.empty())
      return Failure{Exit::kNetwork, "The list of versions does not go on.", "Run the command again."};
    all.insert(all.end(), page.begin(), page.end());
  } while (!more.empty());
  // Versions and markers come in lists of their own on some servers; within a key the order of each is kept.
  std::stable_sort(all.begin(), all.end(),
                   [](const ObjectVersion& a, const ObjectVersion& b) { return a.key < b.key; });
  return all;
}

Result<std::string> readVersion(Cloud& cloud, const std::string& bucket, const ObjectVersion& version) {
  AwsCall call = s3Call("GET", pathOf(bucket, version.key));
  call.query = {{"versionId", version.id}};
  HOMEWORK_TRY(AwsAnswer answer, cloud.require("read " + version.key, call));
  return std::move(answer.http.body);
}

Status deleteVersions(Cloud& cloud, const std::string& bucket, const std::vector<ObjectVersion>& versions,
                      const std::function<void(std::size_t)>& onDone) {
  for (std::size_t i = 0; i < versions.size(); i += kDeletedAtOnce) {
    const std::size_t end = std::min(versions.size(), i + kDeletedAtOnce);
    HOMEWORK_CHECK(deleteBatch(cloud, bucket, versions.data() + i, versions.data() + end));
    if (onDone) onDone(end);
  }
  return Done{};
}

Status changeObject(Cloud& cloud, const std::string& bucket, std::string_view key, const ChangeText& change) {
  for (int i = 0; i < kTries; ++i) {
    const auto object = cloud.s3().getObject(bucket, key);
    if (!object.ok() && !sdk::isNotFound(object.error()))
      return failureOf("read " + std::string(key), object.error());
    HOMEWORK_TRY(const std::optional<std::string> changed, change(object.ok() ? object->body : std::string()));
    if (!changed) return Done{};
    sdk::PutOptions options;
    (object.ok() ? options.ifMatch : options.ifNoneMatch) = object.ok() ? object->etag : "*";
    if (isAboutStudents(key)) options.tags[std::string(layout::kRetentionTag)] = layout::kRetentionCourse;
    const auto put = cloud.s3().putObject(bucket, key, *changed, options);
    if (put.ok()) return Done{};
    if (!sdk::isPreconditionFailed(put.error())) return failureOf("write " + std::string(key), put.error());
  }
  return Failure{Exit::kNetwork, "Somebody else keeps changing " + std::string(key) + ".",
                 "Run the command again."};
}

}  // namespace hearth::homework::client
