#include "homework/client/trainer/access_keys.h"

#include "homework/client/common/json.h"
#include "homework/domain/ids.h"

namespace hearth::homework::client {
namespace {

// Two trainers at once are rare; each try starts from what the other has written.
constexpr int kTries = 5;

struct StoredKeys {
  AccessKeys keys;
  std::string etag;  // empty: there is no such object
};

Result<StoredKeys> readStored(Cloud& cloud, const Deployment& deployment) {
  const auto object = cloud.s3().getObject(deployment.dataBucket, layout::kAccess);
  if (!object.ok()) {
    if (sdk::isNotFound(object.error())) return StoredKeys{};
    return failureOf("read the list of keys", object.error());
  }
  auto keys = parseAccessKeys(object->body);
  if (!keys)
    return Failure{Exit::kRejected, "The list of keys in the bucket is damaged: " + keys.problem().message, ""};
  return StoredKeys{*std::move(keys), object->etag};
}

std::string keysJson(const AccessKeys& keys) {
  JsonObject document;
  for (const auto& [id, student] : keys) document[id] = student;
  return writeJsonPretty(document);
}

// Reads, changes and writes the list, over exactly what was read.
template <class Change>
Status changeKeys(Cloud& cloud, const Deployment& deployment, Change change) {
  for (int i = 0; i < kTries; ++i) {
    HOMEWORK_TRY(StoredKeys stored, readStored(cloud, deployment));
    change(stored.keys);
    sdk::PutOptions options;
    if (stored.etag.empty()) {
      options.ifNoneMatch = "*";
    } else {
      options.ifMatch = stored.etag;
    }
    const auto put = cloud.s3().putObject(deployment.dataBucket, layout::kAccess, keysJson(stored.keys), options);
    if (put.ok()) return Done{};
    if (!sdk::isPreconditionFailed(put.error())) return failureOf("write the list of keys", put.error());
  }
  return Failure{Exit::kNetwork, "Somebody else keeps changing the list of keys.", "Try again."};
}

Result<AwsAnswer> tieToPlan(Cloud& cloud, const Deployment& deployment, const std::string& keyId) {
  AwsCall call;
  call.service = "apigateway";
  call.path = "/usageplans/" + percentEncoded(deployment.usagePlanId) + "/keys";
  call.headers = {{"Content-Type", "application/json"}};
  call.body = writeJson(JsonObject{{"keyId", keyId}, {"keyType", "API_KEY"}});
  return cloud.call(call);
}

// The id of the key that has this value already: in the same account, of another deployment or of this one.
Result<std::string> findKeyId(Cloud& cloud, const std::string& value) {
  std::string position;
  do {
    AwsCall call;
    call.service = "apigateway";
    call.method = "GET";
    call.path = "/apikeys";
    call.query = {{"includeValues", "true"}, {"limit", "500"}};
    if (!position.empty()) call.query.emplace_back("position", position);
    HOMEWORK_TRY(const AwsAnswer answer, cloud.require("list the keys", call));
    const Json document = parseJson(answer.http.body).value_or(Json());
    const JsonArray& items = arrayMember(document, arrayMember(document, "item").empty() ? "items" : "item");
    for (const Json& key : items) {
      if (stringMember(key, "value") == value) return stringMember(key, "id");
    }
    position = stringMember(document, "position");
  } while (!position.empty());
  return Failure{Exit::kRejected, "A key is taken, but not in this account's list.", "Try again."};
}

Status deleteKey(Cloud& cloud, const std::string& keyId) {
  AwsCall call;
  call.service = "apigateway";
  call.method = "DELETE";
  call.path = "/apikeys/" + percentEncoded(keyId);
  HOMEWORK_TRY(const AwsAnswer answer, cloud.call(call));
  if (!answer.ok() && answer.http.status != 404) return failureOf("delete the key " + keyId, answer);
  return Done{};
}

}  // namespace

Result<AccessKeys> readAccessKeys(Cloud& cloud, const Deployment& deployment) {
  HOMEWORK_TRY(StoredKeys stored, readStored(cloud, deployment));
  return std::move(stored.keys);
}

Result<MadeKey> makeInvite(Cloud& cloud, const Deployment& deployment, const std::string& studentId) {
  AwsCall call;
  call.service = "apigateway";
  call.path = "/apikeys";
  call.headers = {{"Content-Type", "application/json"}};
  call.body = writeJson(JsonObject{{"name", deployment.name + "-" + studentId},
                                   {"description", "Homework key of " + studentId},
                                   {"enabled", true}});
  HOMEWORK_TRY(const AwsAnswer answer, cloud.require("make a key for " + studentId, call));
  const Json document = parseJson(answer.http.body).value_or(Json());
  const std::string id = stringMember(document, "id");
  const std::string value = stringMember(document, "value");
  if (id.empty() || value.empty()) return Failure{Exit::kNetwork, "API Gateway did not return the new key.", ""};

  HOMEWORK_TRY(const AwsAnswer tied, tieToPlan(cloud, deployment, id));
  if (!tied.ok() && tied.http.status != 409)
    return failureOf("add the key of " + studentId + " to the usage plan", tied);
  HOMEWORK_CHECK(changeKeys(cloud, deployment, [&](AccessKeys& keys) { keys[id] = studentId; }));
  return MadeKey{id, {apiBase(cloud.access(), deployment.apiId), studentId, value}};
}

Result<std::optional<std::string>> findKeyValue(Cloud& cloud, const std::string& keyId) {
  AwsCall call;
  call.service = "apigateway";
  call.method = "GET";
  call.path = "/apikeys/" + percentEncoded(keyId);
  call.query = {{"includeValue", "true"}};
  HOMEWORK_TRY(const AwsAnswer answer, cloud.call(call));
  if (answer.http.status == 404) return std::optional<std::string>();
  if (!answer.ok()) return failureOf("read the key " + keyId, answer);
  return std::optional(stringMember(parseJson(answer.http.body).value_or(Json()), "value"));
}

Status importKey(Cloud& cloud, const Deployment& deployment, const std::string& studentId,
                 const std::string& value) {
  AwsCall call;
  call.service = "apigateway";
  call.path = "/apikeys";
  call.headers = {{"Content-Type", "application/json"}};
  call.body = writeJson(JsonObject{{"name", deployment.name + "-" + studentId},
                                   {"description", "Homework key of " + studentId},
                                   {"enabled", true},
                                   {"value", value}});
  HOMEWORK_TRY(const AwsAnswer answer, cloud.call(call));
  std::string id = stringMember(parseJson(answer.http.body).value_or(Json()), "id");
  if (answer.http.status == 409) {
    HOMEWORK_TRY(id, findKeyId(cloud, value));
  } else if (!answer.ok()) {
    return failureOf("make the key of " + studentId, answer);
  }
  HOMEWORK_TRY(const AwsAnswer tied, tieToPlan(cloud, deployment, id));
  if (!tied.ok() && tied.http.status != 409)
    return failureOf("add the key of " + studentId + " to the usage plan", tied);
  return addAccessKeys(cloud, deployment, {{id, studentId}});
}

Status addAccessKeys(Cloud& cloud, const Deployment& deployment, const AccessKeys& more) {
  return changeKeys(cloud, deployment, [&](AccessKeys& keys) { keys.insert(more.begin(), more.end()); });
}

Status revokeKey(Cloud& cloud, const Deployment& deployment, const std::string& keyId) {
  HOMEWORK_CHECK(changeKeys(cloud, deployment, [&](AccessKeys& keys) { keys.erase(keyId); }));
  return deleteKey(cloud, keyId);
}

Result<std::size_t> revokeKeys(Cloud& cloud, const Deployment& deployment, const std::string& studentId) {
  std::vector<std::string> revoked;
  HOMEWORK_CHECK(changeKeys(cloud, deployment, [&](AccessKeys& keys) {
    revoked.clear();
    for (const auto& [id, student] : keys) {
      if (student == studentId) revoked.push_back(id);
    }
    for (const std::string& id : revoked) keys.erase(id);
  }));
  for (const std::string& id : revoked) HOMEWORK_CHECK(deleteKey(cloud, id));
  return revoked.size();
}

Status deleteAllKeys(Cloud& cloud, const Deployment& deployment) {
  HOMEWORK_TRY(const StoredKeys stored, readStored(cloud, deployment));
  for (const auto& [id, student] : stored.keys) HOMEWORK_CHECK(deleteKey(cloud, id));
  return Done{};
}

Status attachKeys(Cloud& cloud, const Deployment& deployment) {
  HOMEWORK_TRY(const AccessKeys keys, readAccessKeys(cloud, deployment));
  for (const auto& [id, student] : keys) {
    HOMEWORK_TRY(const AwsAnswer answer, tieToPlan(cloud, deployment, id));
    const bool fine = answer.ok() || answer.http.status == 409 || answer.http.status == 404;
    if (!fine) return failureOf("add the key of " + student + " to the usage plan", answer);
  }
  return Done{};
}

}  // namespace hearth::homework::client
