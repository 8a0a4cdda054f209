#include "services/s3/object_store.h"

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
  std::string end = behind(query.prefix);
  std::string from = std::max(query.prefix, query.after);
  bool inclusive = query.after < query.prefix;
  // Within the key of the marker only versions that are older than the marker's.
  std::int64_t olderThan = 0;
  if (!afterVersion.empty() && !query.after.empty()) {
    auto rows = database_.query("SELECT id FROM s3_objects WHERE bucket_id = ? AND key = ? AND version_id = ?",
                                query.bucketId, query.after, afterVersion);
    if (rows.next()) olderThan = rows.integer(0);
  }
  if (!query.delimiter.empty() && query.after.ends_with(query.delimiter) && query.after.starts_with(query.prefix) &&
      commonPrefix(query, query.after) == query.after)
    from = behind(query.after);
  std::string markerKey = query.after;
  while (entries.size() < query.most) {
    std::string condition = olderThan > 0 ? "(key > ?2 OR (key = ?2 AND id < ?5))"
                            : inclusive   ? "(key >= ?2 AND ?5 = 0)"
                                          : "(key > ?2 AND ?5 = 0)";
    auto rows = database_.query("SELECT " + std::string(kColumns) + " FROM s3_objects WHERE bucket_id = ?1 AND " +
                                    condition + " AND key < ?3 ORDER BY key, id DESC LIMIT ?4",
                                query.bucketId, olderThan > 0 ? markerKey : from, end,
                                static_cast<std::int64_t>(query.most - entries.size()), olderThan);
    bool skipped = false;
    while (entries.size() < query.most && rows.next()) {
      ObjectRow row = rowOf(rows);
      if (auto prefix = commonPrefix(query, row.key)) {
        from = behind(*prefix);
        inclusive = false;
        olderThan = 0;
        entries.push_back({std::move(*prefix), {}});
        skipped = true;
        break;
      }
      entries.push_back({"", std::move(row)});
    }
    if (!skipped) break;
  }
  return entries;
}

void ObjectStore::forEachBlob(const std::function<void(const store::BlobId&)>& visit) const {
  auto rows = database_.query("SELECT segments FROM s3_objects WHERE segments IS NOT NULL");
  while (rows.next())
    for (const Segment& segment : readSegments(rows.text(0))) visit(segment.blob);
  auto parts = database_.query("SELECT blob FROM s3_parts");
  while (parts.next()) visit(parts.text(0));
}

}  // namespace hearth::services::s3
