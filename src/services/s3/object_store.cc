#include "services/s3/object_store.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "base/json.h"

namespace hearth::services::s3 {
namespace {

constexpr std::string_view kColumns =
    "id, bucket_id, key, version_id, latest, marker, size, etag, modified, attributes, segments";

std::string bodyContext(std::int64_t bucketId, const std::string& key) {
  return "s3_objects/" + std::to_string(bucketId) + "/" + key;
}

Json writeMap(const std::map<std::string, std::string>& map) {
  JsonObject object;
  for (const auto& [name, value] : map) object[name] = value;
  return object;
}

std::map<std::string, std::string> readMap(const Json& document, std::string_view name) {
  std::map<std::string, std::string> map;
  if (const Json* member = base::findMember(document, name); member && member->is_object())
    for (const auto& [key, value] : member->get_object()) map[std::string(key)] = std::string(value.as_string());
  return map;
}

void writeChecksum(JsonObject& into, const std::optional<Checksum>& checksum) {
  if (checksum) into["checksum"] = JsonArray{checksum->algorithm, checksum->value};
}

std::optional<Checksum> readChecksum(const Json& document) {
  const Json* member = base::findMember(document, "checksum");
  if (!member) return std::nullopt;
  return Checksum{std::string(member->at(0).as_string()), std::string(member->at(1).as_string())};
}

std::string writeSegments(const std::vector<Segment>& segments) {
  JsonArray array;
  for (const Segment& segment : segments) array.push_back(JsonArray{segment.blob, segment.size});
  return base::writeJson(array);
}

std::vector<Segment> readSegments(const std::string& text) {
  std::vector<Segment> segments;
  auto document = base::parseJson(text);
  for (const Json& item : document.value().as_array())
    segments.push_back({std::string(item.at(0).as_string()), item.at(1).to_number<std::uint64_t>()});
  return segments;
}

ObjectRow rowOf(const store::Rows& rows) {
  ObjectRow row;
  row.id = rows.integer(0);
  row.bucketId = rows.integer(1);
  row.key = rows.text(2);
  row.versionId = rows.text(3);
  row.latest = rows.integer(4) != 0;
  row.deleteMarker = rows.integer(5) != 0;
  row.body.size = static_cast<std::uint64_t>(rows.integer(6));
  row.etag = rows.text(7);
  row.modified = base::fromMillis(rows.integer(8));
  row.attributes = readAttributes(rows.text(9));
  if (!rows.isNull(10)) row.body.segments = readSegments(rows.text(10));
  return row;
}

std::string selectOf(Load load) {
  return "SELECT " + std::string(kColumns) + (load == Load::kBody ? ", inline_body" : "") + " FROM s3_objects ";
}

std::optional<ObjectRow> firstOf(store::Rows& rows, Load load) {
  if (!rows.next()) return std::nullopt;
  ObjectRow row = rowOf(rows);
  if (load == Load::kBody && !rows.isNull(11)) row.sealedBody = rows.blob(11);
  return row;
}

// A text behind every key that begins with `prefix`, and before every other that is behind it: no UTF-8 has this
// byte.
std::string behind(const std::string& prefix) { return prefix + "\xff"; }

constexpr std::int64_t kNewest = std::numeric_limits<std::int64_t>::max();

// The common prefix of a key, or nullopt.
std::optional<std::string> commonPrefix(const ListQuery& query, const std::string& key) {
  if (query.delimiter.empty()) return std::nullopt;
  auto at = key.find(query.delimiter, query.prefix.size());
  if (at == std::string::npos) return std::nullopt;
  return key.substr(0, at + query.delimiter.size());
}

}  // namespace

std::string writeAttributes(const ObjectAttributes& attributes) {
  JsonObject object;
  if (!attributes.headers.empty()) object["headers"] = writeMap(attributes.headers);
  if (!attributes.metadata.empty()) object["metadata"] = writeMap(attributes.metadata);
  if (!attributes.tags.empty()) object["tags"] = writeMap(attributes.tags);
  if (!attributes.cannedAcl.empty()) object["acl"] = attributes.cannedAcl;
  if (attributes.storageClass != "STANDARD") object["storageClass"] = attributes.storageClass;
  writeChecksum(object, attributes.checksum);
  if (!attributes.parts.empty()) {
    JsonArray parts;
    for (const PartInfo& part : attributes.parts) {
      JsonObject item{{"number", part.number}, {"size", part.size}};
      writeChecksum(item, part.checksum);
      parts.push_back(std::move(item));
    }
    object["parts"] = std::move(parts);
  }
  return base::writeJson(object);
}

ObjectAttributes readAttributes(const std::string& record) {
  Json document = base::parseJson(record).value();
  ObjectAttributes attributes;
  attributes.headers = readMap(document, "headers");
  attributes.metadata = readMap(document, "metadata");
  attributes.tags = readMap(document, "tags");
  attributes.cannedAcl = base::findString(document, "acl").value_or("");
  attributes.storageClass = base::findString(document, "storageClass").value_or("STANDARD");
  attributes.checksum = readChecksum(document);
  if (const Json* parts = base::findMember(document, "parts"))
    for (const Json& item : parts->as_array())
      attributes.parts.push_back(
          {item.at("number").as_int64(), item.at("size").to_number<std::uint64_t>(), readChecksum(item)});
  return attributes;
}

std::optional<ObjectRow> ObjectStore::findLatest(std::int64_t bucketId, const std::string& key, Load load) const {
  auto rows = database_.query(selectOf(load) + "WHERE bucket_id = ? AND key = ? AND latest = 1", bucketId, key);
  return firstOf(rows, load);
}

std::optional<ObjectRow> ObjectStore::findVersion(std::int64_t bucketId, const std::string& key,
                                                  const std::string& versionId, Load load) const {
  auto rows = database_.query(selectOf(load) + "WHERE bucket_id = ? AND key = ? AND version_id = ?", bucketId, key,
                              versionId);
  return firstOf(rows, load);
}

std::optional<ObjectRow> ObjectStore::findById(std::int64_t id) const {
  auto rows = database_.query(selectOf(Load::kRow) + "WHERE id = ?", id);
  return firstOf(rows, Load::kRow);
}

VersionPlace ObjectStore::placeOf(const ObjectRow& row) const {
  constexpr int kMostCounted = 102;  // the latest, and 101 noncurrent ones
  VersionPlace place;
  if (row.latest) {
    place.only = !database_
                      .query("SELECT 1 FROM s3_objects WHERE bucket_id = ? AND key = ? AND id < ? LIMIT 1",
                             row.bucketId, row.key, row.id)
                      .next();
    return place;
  }
  auto newer =
      database_.query("SELECT id FROM s3_objects WHERE bucket_id = ? AND key = ? AND id > ? ORDER BY id LIMIT ?",
                      row.bucketId, row.key, row.id, kMostCounted);
  std::optional<std::int64_t> next;
  std::size_t count = 0;
  for (; newer.next(); ++count)
    if (!next) next = newer.integer(0);
  place.newerNoncurrent = count > 0 ? count - 1 : 0;
  if (!next) return place;
  auto made = database_.query("SELECT modified FROM s3_objects WHERE id = ?", *next);
  if (made.next()) place.noncurrentSince = base::fromMillis(made.integer(0));
  return place;
}

Result<void> ObjectStore::openInline(ObjectRow& row) const {
  if (row.sealedBody.empty()) return {};
  auto plain = keyring_.open(row.sealedBody, bodyContext(row.bucketId, row.key));
  if (!plain.ok() || plain->size() != row.body.size)
    return Fault("InternalError", "We encountered an internal error. A stored body could not be decrypted.", 500);
  row.body.inlineBytes = std::move(*plain);
  row.sealedBody.clear();
  return {};
}

bool ObjectStore::exists(const ObjectRow& row) const {
  return database_.query("SELECT 1 FROM s3_objects WHERE id = ?", row.id).next();
}

std::vector<Segment> ObjectStore::insert(ObjectRow row) {
  std::vector<Segment> replaced;
  if (auto old = findVersion(row.bucketId, row.key, row.versionId)) {
    replaced = old->body.segments;
    database_.execute("DELETE FROM s3_objects WHERE id = ?", old->id);
  }
  database_.execute("UPDATE s3_objects SET latest = 0 WHERE bucket_id = ? AND key = ? AND latest = 1", row.bucketId,
                    row.key);
  std::optional<std::string> segments;
  std::optional<store::Blob> inlineBody;
  if (!row.body.segments.empty())
    segments = writeSegments(row.body.segments);
  else if (!row.deleteMarker)
    inlineBody = store::Blob{keyring_.seal(row.body.inlineBytes, bodyContext(row.bucketId, row.key))};
  database_.execute(
      "INSERT INTO s3_objects (bucket_id, key, version_id, latest, marker, size, etag, modified, attributes, "
      "segments,"
      " inline_body) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)",
      row.bucketId, row.key, row.versionId, row.deleteMarker, row.body.size, row.etag, base::toMillis(row.modified),
      writeAttributes(row.attributes), segments, inlineBody);
  return replaced;
}

std::vector<Segment> ObjectStore::remove(const ObjectRow& row) {
  database_.execute("DELETE FROM s3_objects WHERE id = ?", row.id);
  if (row.latest)
    database_.execute(
        "UPDATE s3_objects SET latest = 1 WHERE id = (SELECT id FROM s3_objects WHERE bucket_id = ? AND key = ?"
        " ORDER BY id DESC LIMIT 1)",
        row.bucketId, row.key);
  return row.body.segments;
}

void ObjectStore::updateAttributes(const ObjectRow& row) {
  database_.execute("UPDATE s3_objects SET attributes = ? WHERE id = ?", writeAttributes(row.attributes), row.id);
}

bool ObjectStore::isEmpty(std::int64_t bucketId) const {
  return !database_.query("SELECT 1 FROM s3_objects WHERE bucket_id = ? LIMIT 1", bucketId).next();
}

bool ObjectStore::hasVersions(std::int64_t bucketId) const {
  return database_
      .query("SELECT 1 FROM s3_objects WHERE bucket_id = ? AND version_id <> ? LIMIT 1", bucketId, kNullVersion)
      .next();
}

std::vector<ListedEntry> ObjectStore::list(const ListQuery& query) const {
  std::vector<ListedEntry> entries;
  std::string end = behind(query.prefix);
  // Begin behind `after`; when that is a common prefix, behind everything below it.
  std::string from = std::max(query.prefix, query.after);
  bool inclusive = query.after < query.prefix;
  if (!query.after.empty() && !query.delimiter.empty() && query.after.ends_with(query.delimiter) &&
      query.after.starts_with(query.prefix) && commonPrefix(query, query.after) == query.after) {
    from = behind(query.after);
  }
  while (entries.size() < query.most) {
    auto rows = database_.query("SELECT " + std::string(kColumns) +
                                    " FROM s3_objects WHERE bucket_id = ? AND latest = 1 AND marker = 0 AND key " +
                                    (inclusive ? ">=" : ">") + " ? AND key < ? ORDER BY key LIMIT ?",
                                query.bucketId, from, end, static_cast<std::int64_t>(query.most - entries.size()));
    bool skipped = false;
    bool any = false;
    while (entries.size() < query.most && rows.next()) {
      any = true;
      ObjectRow row = rowOf(rows);
      from = row.key;
      inclusive = false;
      if (auto prefix = commonPrefix(query, row.key)) {
        // Everything below the prefix is one entry: go on behind it.
        from = behind(*prefix);
        entries.push_back({std::move(*prefix), {}});
        skipped = true;
        break;
      }
      entries.push_back({"", std::move(row)});
    }
    if (!any || (!skipped && entries.size() < query.most)) break;
  }
  return entries;
}

std::vector<ListedEntry> ObjectStore::listVersions(const ListQuery& query, const std::string& afterVersion) const {
  std::vector<ListedEntry> entries;
  VersionWalk walk{query.bucketId, std::max(query.prefix, query.after), query.after < query.prefix};
  if (!query.delimiter.empty() && query.after.ends_with(query.delimiter) && query.after.starts_with(query.prefix) &&
      commonPrefix(query, query.after) == query.after) {
    walk.key = behind(query.after);
  } else if (!afterVersion.empty() && query.after >= query.prefix) {
    // Who lists and deletes in turns comes back with a version that is gone: nothing may be left out then.
    auto marker = findVersion(query.bucketId, query.after, afterVersion);
    walk.olderThan = marker ? marker->id : kNewest;
  }
  const std::string end = behind(query.prefix);
  // Where many keys may be one entry, not many are read in vain.
  const std::size_t most = query.delimiter.empty() ? query.most : 16;
  while (entries.size() < query.most) {
    auto rows = versionsOf(walk, end, std::min(query.most - entries.size(), most));
    if (rows.empty()) break;
    for (ObjectRow& row : rows) {
      auto prefix = commonPrefix(query, row.key);
      if (!prefix) {
        entries.push_back({"", std::move(row)});
        continue;
      }
      // Everything below the prefix is one entry: go on behind it.
      walk = {query.bucketId, behind(*prefix), false};
      entries.push_back({std::move(*prefix), {}});
      break;
    }
  }
  return entries;
}

std::vector<ObjectRow> ObjectStore::walk(std::int64_t bucketId, const std::string& prefix, const Cursor& cursor,
                                         std::size_t most) const {
  VersionWalk position{bucketId, std::max(prefix, cursor.key), cursor.key.empty(), cursor.id};
  std::vector<ObjectRow> all;
  while (all.size() < most) {
    auto rows = versionsOf(position, behind(prefix), most - all.size());
    if (rows.empty()) break;
    std::move(rows.begin(), rows.end(), std::back_inserter(all));
  }
  return all;
}

// Two searches of the index, and not one with an OR, for which SQLite reads every key from the prefix on.
std::vector<ObjectRow> ObjectStore::versionsOf(VersionWalk& walk, const std::string& end, std::size_t most) const {
  std::vector<ObjectRow> found;
  if (walk.olderThan > 0) {
    auto rows = database_.query(
        selectOf(Load::kRow) + "WHERE bucket_id = ? AND key = ? AND id < ? ORDER BY id DESC LIMIT ?", walk.bucketId,
        walk.key, walk.olderThan, static_cast<std::int64_t>(most));
    while (rows.next()) found.push_back(rowOf(rows));
  }
  if (found.empty()) {
    auto rows = database_.query(selectOf(Load::kRow) + "WHERE bucket_id = ? AND key " +
                                    (walk.inclusive ? ">=" : ">") + " ? AND key < ? ORDER BY key, id DESC LIMIT ?",
                                walk.bucketId, walk.key, end, static_cast<std::int64_t>(most));
    while (rows.next()) found.push_back(rowOf(rows));
  }
  if (!found.empty()) walk = {walk.bucketId, found.back().key, false, found.back().id};
  return found;
}

void ObjectStore::forEachBlob(const std::function<void(const store::BlobId&)>& visit) const {
  auto rows = database_.query("SELECT segments FROM s3_objects WHERE segments IS NOT NULL");
  while (rows.next())
    for (const Segment& segment : readSegments(rows.text(0))) visit(segment.blob);
  auto parts = database_.query("SELECT blob FROM s3_parts");
  while (parts.next()) visit(parts.text(0));
}

}  // namespace hearth::services::s3
