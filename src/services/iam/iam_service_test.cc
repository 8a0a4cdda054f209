#include "services/iam/iam_service.h"

#include "base/json.h"
#include "services/iam/iam_world_test.h"

namespace hearth::services::iam {
namespace {

using namespace api::iam;
using Service = IamService;

class IamServiceTest : public IamWorld {};

// --- users

TEST_F(IamServiceTest, UserLifecycle) {
  auto made = run(&Service::createUser, {.path = "/staff/", .userName = "Ann", .tags = {{{"team", "os"}}}});
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->user->arn, "arn:aws:iam::111122223333:user/staff/Ann");
  EXPECT_TRUE(made->user->userId.starts_with("AIDA"));
  EXPECT_EQ(made->user->userId.size(), 21U);
  EXPECT_EQ(base::formatIso8601(made->user->createDate, true), "2024-03-04T05:06:07Z");

  EXPECT_EQ(faultOf(&Service::createUser, CreateUserInput{.userName = "aNN"}),
            "EntityAlreadyExists 409: User with name aNN already exists.");
  auto got = run(&Service::getUser, {.userName = "ann"});
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->user.userName, "Ann");
  EXPECT_EQ(got->user.tags->at(0).value, "os");

  ASSERT_TRUE(run(&Service::updateUser, {.userName = "Ann", .newPath = "/", .newUserName = "Beth"}).ok());
  EXPECT_EQ(faultOf(&Service::getUser, GetUserInput{.userName = "Ann"}),
            "NoSuchEntity 404: The user with name Ann cannot be found.");
  EXPECT_EQ(run(&Service::getUser, {.userName = "Beth"})->user.arn, "arn:aws:iam::111122223333:user/Beth");
  EXPECT_EQ(run(&Service::getUser, {.userName = "Beth"})->user.userId, made->user->userId);
  EXPECT_EQ(faultOf(&Service::updateUser, UpdateUserInput{.userName = "Beth", .newUserName = "BETH"}),
            "EntityAlreadyExists 409: User with name BETH already exists.");

  ASSERT_TRUE(run(&Service::deleteUser, {.userName = "Beth"}).ok());
  EXPECT_EQ(faultOf(&Service::deleteUser, DeleteUserInput{.userName = "Beth"}),
            "NoSuchEntity 404: The user with name Beth cannot be found.");
}

TEST_F(IamServiceTest, UsersWithThingsStay) {
  makeUser("ann");
  makeGroup("staff");
  auto conflict = [&] { return faultOf(&Service::deleteUser, DeleteUserInput{.userName = "ann"}); };
  auto key = run(&Service::createAccessKey, {.userName = "ann"})->accessKey.accessKeyId;
  ASSERT_TRUE(run(&Service::attachUserPolicy, {.userName = "ann", .policyArn = kBasicExecution}).ok());
  ASSERT_TRUE(run(&Service::putUserPolicy, {"ann", "inline", kListBuckets}).ok());
  ASSERT_TRUE(run(&Service::addUserToGroup, {.groupName = "staff", .userName = "ann"}).ok());

  EXPECT_EQ(conflict(), "DeleteConflict 409: Cannot delete entity, must delete access keys first.");
  ASSERT_TRUE(run(&Service::deleteAccessKey, {.userName = "ann", .accessKeyId = key}).ok());
  EXPECT_EQ(conflict(), "DeleteConflict 409: Cannot delete entity, must detach all policies first.");
  ASSERT_TRUE(run(&Service::detachUserPolicy, {.userName = "ann", .policyArn = kBasicExecution}).ok());
  EXPECT_EQ(conflict(), "DeleteConflict 409: Cannot delete entity, must delete policies first.");
  ASSERT_TRUE(run(&Service::deleteUserPolicy, {"ann", "inline"}).ok());
  EXPECT_EQ(conflict(), "DeleteConflict 409: Cannot delete entity, must remove users from group first.");
  EXPECT_EQ(faultOf(&Service::deleteGroup, DeleteGroupInput{"staff"}),
            "DeleteConflict 409: Cannot delete entity, must remove users from group first.");
  ASSERT_TRUE(run(&Service::removeUserFromGroup, {.groupName = "staff", .userName = "ann"}).ok());
  EXPECT_EQ(conflict(), "");
  EXPECT_EQ(faultOf(&Service::deleteGroup, DeleteGroupInput{"staff"}), "");
}

TEST_F(IamServiceTest, GetUserWithoutANameIsTheCaller) {
  auto root = run(&Service::getUser, {});
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(root->user.arn, "arn:aws:iam::111122223333:root");
  EXPECT_EQ(root->user.userId, kAccount);
  EXPECT_FALSE(root->user.userName);
  EXPECT_LE(root->user.createDate, clock_.now());

  makeUser("ann");
  call_ = as("arn:aws:iam::111122223333:user/ann");
  EXPECT_EQ(run(&Service::getUser, {})->user.userName, "ann");
  call_ = as("arn:aws:sts::111122223333:assumed-role/worker/one");
  EXPECT_EQ(faultOf(&Service::getUser, GetUserInput{}),
            "ValidationError 400: Must specify userName when calling with non-User credentials");
}

TEST_F(IamServiceTest, ListsComeInPages) {
  for (const char* name : {"delta", "Bravo", "charlie", "Alpha", "echo"}) makeUser(name);
  ASSERT_TRUE(run(&Service::createUser, {.path = "/x/", .userName = "Foxtrot"}).ok());
  std::vector<std::string> names;
  std::optional<std::string> marker;
  int pages = 0;
  do {
    auto page = run(&Service::listUsers, {.marker = marker, .maxItems = 2});
    ASSERT_TRUE(page.ok());
    EXPECT_EQ(*page->isTruncated, page->marker.has_value());
    for (const auto& user : page->users) names.push_back(*user.userName);
    marker = page->marker;
    ++pages;
  } while (marker);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(names, (std::vector<std::string>{"Alpha", "Bravo", "charlie", "delta", "echo", "Foxtrot"}));
  EXPECT_EQ(run(&Service::listUsers, {.pathPrefix = "/x"})->users.size(), 1U);
  EXPECT_EQ(faultOf(&Service::listUsers, ListUsersInput{.marker = "bogus"}),
            "ValidationError 400: Invalid Marker.");
}

// --- access keys

TEST_F(IamServiceTest, AccessKeysSignUntilTheyAreDeactivated) {
  makeUser("ann");
  auto made = run(&Service::createAccessKey, {.userName = "ann"});
  ASSERT_TRUE(made.ok());
  const std::string id = made->accessKey.accessKeyId;
  EXPECT_TRUE(id.starts_with("AKIA"));
  EXPECT_EQ(id.size(), 20U);
  EXPECT_EQ(made->accessKey.secretAccessKey.size(), 40U);
  EXPECT_EQ(made->accessKey.status, "Active");

  auto signer = directory_->findKey(id, "");
  ASSERT_TRUE(signer);
  EXPECT_EQ(signer->secretAccessKey, made->accessKey.secretAccessKey);
  EXPECT_EQ(signer->principal.arn, "arn:aws:iam::111122223333:user/ann");
  EXPECT_TRUE(signer->active);

  ASSERT_TRUE(run(&Service::updateAccessKey, {"ann", id, "Inactive"}).ok());
  EXPECT_FALSE(directory_->findKey(id, "")->active);
  EXPECT_EQ(*run(&Service::listAccessKeys, {.userName = "ann"})->accessKeyMetadata.at(0).status, "Inactive");
  ASSERT_TRUE(run(&Service::updateAccessKey, {"ann", id, "Active"}).ok());
  EXPECT_TRUE(directory_->findKey(id, "")->active);
  EXPECT_NE(faultOf(&Service::updateAccessKey, UpdateAccessKeyInput{"ann", id, "Sleeping"}), "");

  ASSERT_TRUE(run(&Service::updateUser, {.userName = "ann", .newUserName = "beth"}).ok());
  EXPECT_EQ(directory_->findKey(id, "")->principal.arn, "arn:aws:iam::111122223333:user/beth");
  EXPECT_EQ(*run(&Service::listAccessKeys, {.userName = "beth"})->accessKeyMetadata.at(0).userName, "beth");

  ASSERT_TRUE(run(&Service::deleteAccessKey, {.userName = "beth", .accessKeyId = id}).ok());
  EXPECT_FALSE(directory_->findKey(id, ""));
}

TEST_F(IamServiceTest, AccessKeyFaults) {
  makeUser("ann");
  makeUser("bob");
  const std::string id = run(&Service::createAccessKey, {.userName = "ann"})->accessKey.accessKeyId;
  ASSERT_TRUE(run(&Service::createAccessKey, {.userName = "ann"}).ok());
  EXPECT_EQ(faultOf(&Service::createAccessKey, CreateAccessKeyInput{"ann"}),
            "LimitExceeded 409: Cannot exceed quota for AccessKeysPerUser: 2");
  EXPECT_EQ(faultOf(&Service::createAccessKey, CreateAccessKeyInput{"eve"}),
            "NoSuchEntity 404: The user with name eve cannot be found.");
  EXPECT_EQ(faultOf(&Service::createAccessKey, CreateAccessKeyInput{}),
            "ValidationError 400: Must specify userName when calling with non-User credentials");
  EXPECT_EQ(faultOf(&Service::updateAccessKey, UpdateAccessKeyInput{"ann", "AKIAIOSFODNN7EXAMPLE", "Inactive"}),
            "NoSuchEntity 404: The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found.");
  EXPECT_EQ(faultOf(&Service::deleteAccessKey, DeleteAccessKeyInput{"bob", id}),
            "NoSuchEntity 404: The Access Key with id " + id + " cannot be found.");
  EXPECT_EQ(*run(&Service::listAccessKeys, {})->accessKeyMetadata.at(0).accessKeyId, "AKIAROOTROOTROOTROOT");
}

TEST_F(IamServiceTest, LastUseIsRemembered) {
  makeUser("ann");
  const std::string id = run(&Service::createAccessKey, {.userName = "ann"})->accessKey.accessKeyId;
  auto unused = run(&Service::getAccessKeyLastUsed, {id});
  ASSERT_TRUE(unused.ok());
  EXPECT_EQ(unused->accessKeyLastUsed->serviceName, "N/A");
  EXPECT_FALSE(unused->accessKeyLastUsed->lastUsedDate);

  directory_->recordUse(directory_->findKey(id, "")->principal, "s3", "eu-central-1");
  auto used = run(&Service::getAccessKeyLastUsed, {id});
  EXPECT_EQ(used->userName, "ann");
  EXPECT_EQ(used->accessKeyLastUsed->serviceName, "s3");
  EXPECT_TRUE(used->accessKeyLastUsed->lastUsedDate);

  // A directory that starts on the same data knows it, too.
  ASSERT_TRUE(database_->writeAndWait([] { return Result<void>(); }).ok());
  identity::Directory restarted(*database_, *keyring_, clock_, random_);
  ASSERT_TRUE(restarted.findUse(id));
  EXPECT_EQ(restarted.findUse(id)->service, "s3");

  makeRole("worker");
  auto session = directory_->issue(*directory_->findRole(kAccount, "worker"), {"one", 900});
  auto principal = directory_->findKey(session.accessKeyId, session.sessionToken)->principal;
  EXPECT_FALSE(run(&Service::getRole, {"worker"})->role.roleLastUsed->lastUsedDate);
  directory_->recordUse(principal, "ses", "eu-west-1");
  EXPECT_EQ(run(&Service::getRole, {"worker"})->role.roleLastUsed->region, "eu-west-1");

  EXPECT_EQ(faultOf(&Service::getAccessKeyLastUsed, GetAccessKeyLastUsedInput{"AKIAIOSFODNN7EXAMPLE"}),
            "AccessDenied 403: User: arn:aws:iam::111122223333:root is not authorized to perform "
            "iam:GetAccessKeyLastUsed on resource: access key AKIAIOSFODNN7EXAMPLE");
}

// --- groups

TEST_F(IamServiceTest, Groups) {
  makeGroup("Staff");
  EXPECT_EQ(faultOf(&Service::createGroup, CreateGroupInput{.groupName = "STAFF"}),
            "EntityAlreadyExists 409: Group with name STAFF already exists.");
  for (const char* name : {"ann", "bob", "cid"}) {
    makeUser(name);
    ASSERT_TRUE(run(&Service::addUserToGroup, {.groupName = "staff", .userName = name}).ok());
    ASSERT_TRUE(run(&Service::addUserToGroup, {.groupName = "staff", .userName = name}).ok());
  }
  auto first = run(&Service::getGroup, {.groupName = "Staff", .maxItems = 2});
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->users.size(), 2U);
  EXPECT_TRUE(*first->isTruncated);
  auto second = run(&Service::getGroup, {.groupName = "Staff", .marker = first->marker});
  EXPECT_EQ(second->users.at(0).userName, "cid");
  EXPECT_EQ(run(&Service::listGroupsForUser, {.userName = "bob"})->groups.at(0).groupName, "Staff");

  ASSERT_TRUE(run(&Service::updateGroup, {.groupName = "Staff", .newPath = "/x/", .newGroupName = "Crew"}).ok());
  EXPECT_EQ(run(&Service::getGroup, {.groupName = "Crew"})->group.arn, "arn:aws:iam::111122223333:group/x/Crew");
  EXPECT_EQ(run(&Service::getGroup, {.groupName = "Crew"})->users.size(), 3U);

  EXPECT_EQ(faultOf(&Service::addUserToGroup, AddUserToGroupInput{.groupName = "Crew", .userName = "eve"}),
            "NoSuchEntity 404: The user with name eve cannot be found.");
  EXPECT_EQ(faultOf(&Service::addUserToGroup, AddUserToGroupInput{.groupName = "none", .userName = "ann"}),
            "NoSuchEntity 404: The group with name none cannot be found.");
  for (int i = 0; i < 9; ++i) {
    makeGroup("g" + std::to_string(i));
    ASSERT_TRUE(run(&Service::addUserToGroup, {.groupName = "g" + std::to_string(i), .userName = "ann"}).ok());
  }
  makeGroup("last");
  EXPECT_EQ(faultOf(&Service::addUserToGroup, AddUserToGroupInput{.groupName = "last", .userName = "ann"}),
            "LimitExceeded 409: Cannot exceed quota for GroupsPerUser: 10");
}

// --- roles

TEST_F(IamServiceTest, RoleLifecycle) {
  auto made = run(&Service::createRole, {.path = "/service-role/",
                                         .roleName = "Worker",
                                         .assumeRolePolicyDocument = kTrust,
                                         .description = "does it",
                                         .maxSessionDuration = 7200,
                                         .tags = {{{"b", "2"}, {"a", "1"}}}});
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->role.arn, "arn:aws:iam::111122223333:role/service-role/Worker");
  EXPECT_TRUE(made->role.roleId.starts_with("AROA"));
  EXPECT_FALSE(made->role.maxSessionDuration);  // CreateRole does not show it
  EXPECT_EQ(
      faultOf(&Service::createRole, CreateRoleInput{.roleName = "worker", .assumeRolePolicyDocument = kTrust}),
      "EntityAlreadyExists 409: Role with name worker already exists.");

  auto got = run(&Service::getRole, {"Worker"});
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->role.description, "does it");
  EXPECT_EQ(got->role.maxSessionDuration, 7200);
  EXPECT_EQ(got->role.tags->at(0).key, "a");
  EXPECT_TRUE(got->role.roleLastUsed);
  EXPECT_TRUE(got->role.assumeRolePolicyDocument->starts_with("%7B%22Version%22%3A%222012-10-17%22%2C"));
  EXPECT_EQ(base::uriDecode(*got->role.assumeRolePolicyDocument), kTrust);

  ASSERT_TRUE(run(&Service::updateRole, {.roleName = "Worker", .maxSessionDuration = 3600}).ok());
  auto described = run(&Service::updateRoleDescription, {"Worker", "new words"});
  EXPECT_EQ(described->role->description, "new words");
  EXPECT_EQ(run(&Service::getRole, {"Worker"})->role.maxSessionDuration, 3600);
  EXPECT_FALSE(run(&Service::listRoles, {})->roles.at(0).tags);
  EXPECT_EQ(run(&Service::listRoles, {})->roles.at(0).description, "new words");

  EXPECT_TRUE(directory_->checkAssumable(made->role.arn, "lambda.amazonaws.com", kAccount).ok());
  EXPECT_EQ(directory_->checkAssumable(made->role.arn, "lambda.amazonaws.com", "444455556666").fault().message,
            "Cross-account pass role is not allowed.");
  std::string other = kTrust;
  other.replace(other.find("lambda"), 6, "states");
  ASSERT_TRUE(run(&Service::updateAssumeRolePolicy, {"Worker", other}).ok());
  EXPECT_FALSE(directory_->checkAssumable(made->role.arn, "lambda.amazonaws.com", kAccount).ok());
  EXPECT_EQ(faultOf(&Service::updateAssumeRolePolicy, UpdateAssumeRolePolicyInput{"Worker", "{"}),
            "MalformedPolicyDocument 400: This policy contains invalid Json");

  ASSERT_TRUE(run(&Service::tagRole, {"Worker", {{"A", "9"}}}).ok());
  EXPECT_EQ(run(&Service::listRoleTags, {.roleName = "Worker"})->tags.size(), 2U);
  ASSERT_TRUE(run(&Service::untagRole, {"Worker", {"a", "b", "c"}}).ok());
  EXPECT_TRUE(run(&Service::listRoleTags, {.roleName = "Worker"})->tags.empty());
  EXPECT_TRUE(run(&Service::listInstanceProfilesForRole, {.roleName = "Worker"})->instanceProfiles.empty());

  ASSERT_TRUE(run(&Service::attachRolePolicy, {"Worker", kBasicExecution}).ok());
  EXPECT_EQ(faultOf(&Service::deleteRole, DeleteRoleInput{"Worker"}),
            "DeleteConflict 409: Cannot delete entity, must detach all policies first.");
  ASSERT_TRUE(run(&Service::detachRolePolicy, {"Worker", kBasicExecution}).ok());
  ASSERT_TRUE(run(&Service::deleteRole, {"Worker"}).ok());
  EXPECT_EQ(faultOf(&Service::getRole, GetRoleInput{"Worker"}),
            "NoSuchEntity 404: The role with name Worker cannot be found.");
}

TEST_F(IamServiceTest, RoleFaults) {
  auto fault = [&](CreateRoleInput in) {
    in.assumeRolePolicyDocument = in.assumeRolePolicyDocument.empty() ? kTrust : in.assumeRolePolicyDocument;
    return faultOf(&Service::createRole, in);
  };
  EXPECT_TRUE(fault({.roleName = "a/b"}).starts_with("ValidationError 400: The specified value for roleName"));
  EXPECT_TRUE(
      fault({.path = "x", .roleName = "a"}).starts_with("ValidationError 400: The specified value for path"));
  EXPECT_TRUE(fault({.roleName = "a", .maxSessionDuration = 60}).ends_with("greater than or equal to 3600"));
  EXPECT_TRUE(fault({.roleName = "a", .maxSessionDuration = 50'000}).ends_with("less than or equal to 43200"));
  EXPECT_EQ(fault({.roleName = "a", .permissionsBoundary = "arn:aws:iam::111122223333:not_a_policy/x"}),
            "InvalidInput 400: ARN arn:aws:iam::111122223333:not_a_policy/x is not valid.");
  EXPECT_EQ(fault({.roleName = "a", .permissionsBoundary = "arn:aws:iam::111122223333:policy/x"}),
            "NoSuchEntity 404: Scope ARN: arn:aws:iam::111122223333:policy/x does not exist or is not attachable.");
  std::string big = kTrust;
  big.insert(1, R"("Id":")" + std::string(2048, 'x') + "\",");
  EXPECT_EQ(fault({.roleName = "a", .assumeRolePolicyDocument = big}),
            "LimitExceeded 409: Cannot exceed quota for ACLSizePerRole: 2048");
  // Nothing of it stayed.
  EXPECT_TRUE(run(&Service::listRoles, {})->roles.empty());

  std::string ann = kTrust;
  ann.replace(ann.find(R"("Service":"lambda.amazonaws.com")"), 32, R"("AWS":"arn:aws:iam::111122223333:user/ann")");
  EXPECT_EQ(
      fault({.roleName = "a", .assumeRolePolicyDocument = ann}),
      "MalformedPolicyDocument 400: Invalid principal in policy: \"AWS\":\"arn:aws:iam::111122223333:user/ann\"");
  makeUser("ann");
  EXPECT_EQ(fault({.roleName = "a", .assumeRolePolicyDocument = ann}), "");
}

TEST_F(IamServiceTest, Boundaries) {
  const std::string arn = makePolicy("fence");
  makeUser("ann");
  ASSERT_TRUE(run(&Service::createRole,
                  {.roleName = "worker", .assumeRolePolicyDocument = kTrust, .permissionsBoundary = arn})
                  .ok());
  ASSERT_TRUE(run(&Service::putUserPermissionsBoundary, {"ann", arn}).ok());
  EXPECT_EQ(run(&Service::getRole, {"worker"})->role.permissionsBoundary->permissionsBoundaryArn, arn);
  EXPECT_EQ(run(&Service::getUser, {"ann"})->user.permissionsBoundary->permissionsBoundaryType, "Policy");
  EXPECT_EQ(run(&Service::getPolicy, {arn})->policy->permissionsBoundaryUsageCount, 2);
  EXPECT_EQ(run(&Service::getPolicy, {arn})->policy->attachmentCount, 0);
  EXPECT_EQ(faultOf(&Service::deletePolicy, DeletePolicyInput{arn}),
            "DeleteConflict 409: Cannot delete a policy attached to entities.");
  ASSERT_TRUE(run(&Service::deleteUserPermissionsBoundary, {"ann"}).ok());
  ASSERT_TRUE(run(&Service::deleteRole, {"worker"}).ok());
  EXPECT_EQ(faultOf(&Service::deletePolicy, DeletePolicyInput{arn}), "");
}

// --- managed policies

TEST_F(IamServiceTest, PolicyLifecycle) {
  auto made = run(&Service::createPolicy, {.policyName = "Read",
                                           .path = "/team/",
                                           .policyDocument = kListBuckets,
                                           .description = "reads",
                                           .tags = {{{"k", "v"}}}});
  ASSERT_TRUE(made.ok());
  const std::string arn = *made->policy->arn;
  EXPECT_EQ(arn, "arn:aws:iam::111122223333:policy/team/Read");
  EXPECT_EQ(made->policy->defaultVersionId, "v1");
  EXPECT_FALSE(made->policy->description);
  EXPECT_EQ(
      faultOf(&Service::createPolicy, CreatePolicyInput{.policyName = "READ", .policyDocument = kListBuckets}),
      "EntityAlreadyExists 409: A policy called READ already exists. Duplicate names are not allowed.");
  EXPECT_EQ(run(&Service::getPolicy, {arn})->policy->description, "reads");
  EXPECT_EQ(faultOf(&Service::getPolicy, GetPolicyInput{"arn:aws:iam::111122223333:policy/Read"}),
            "NoSuchEntity 404: Policy arn:aws:iam::111122223333:policy/Read was not found.");
  EXPECT_EQ(faultOf(&Service::getPolicy, GetPolicyInput{"Read"}), "ValidationError 400: ARN Read is not valid.");

  clock_.advance(std::chrono::minutes(5));
  call_.now = clock_.now();
  for (int i = 2; i <= 5; ++i) {
    auto version = run(&Service::createPolicyVersion, {arn, kListBuckets, i == 3});
    ASSERT_TRUE(version.ok());
    EXPECT_EQ(*version->policyVersion->versionId, "v" + std::to_string(i));
    EXPECT_EQ(*version->policyVersion->isDefaultVersion, i == 3);
  }
  EXPECT_EQ(
      faultOf(&Service::createPolicyVersion, CreatePolicyVersionInput{arn, kListBuckets, {}}),
      "LimitExceeded 409: A managed policy can have up to 5 versions. Before you create a new version, you must "
      "delete an existing version.");
  EXPECT_GT(*run(&Service::getPolicy, {arn})->policy->updateDate, *made->policy->updateDate);
  EXPECT_EQ(faultOf(&Service::deletePolicyVersion, DeletePolicyVersionInput{arn, "v3"}),
            "DeleteConflict 409: Cannot delete the default version of a policy.");
  EXPECT_EQ(
      faultOf(&Service::deletePolicy, DeletePolicyInput{arn}),
      "DeleteConflict 409: This policy has more than one version. Before you delete a policy, you must delete "
      "the policy's versions. The default version is deleted with the policy.");
  EXPECT_EQ(faultOf(&Service::getPolicyVersion, GetPolicyVersionInput{arn, "v9"}),
            "NoSuchEntity 404: Policy " + arn + " version v9 does not exist or is not attachable.");
  EXPECT_EQ(faultOf(&Service::setDefaultPolicyVersion, SetDefaultPolicyVersionInput{arn, "1"}),
            "ValidationError 400: 1 validation error detected: Value at 'versionId' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?");

  auto first = run(&Service::listPolicyVersions, {.policyArn = arn, .maxItems = 3});
  EXPECT_EQ(*first->versions->front().versionId, "v5");
  auto second = run(&Service::listPolicyVersions, {.policyArn = arn, .marker = first->marker});
  ASSERT_EQ(second->versions->size(), 2U);
  EXPECT_EQ(*second->versions->back().versionId, "v1");

  ASSERT_TRUE(run(&Service::setDefaultPolicyVersion, {arn, "v1"}).ok());
  for (const char* version : {"v2", "v3", "v4", "v5"})
    ASSERT_TRUE(run(&Service::deletePolicyVersion, {arn, version}).ok());
  EXPECT_EQ(*run(&Service::createPolicyVersion, {arn, kListBuckets, {}})->policyVersion->versionId, "v6");
  ASSERT_TRUE(run(&Service::deletePolicyVersion, {arn, "v6"}).ok());
  EXPECT_EQ(base::uriDecode(*run(&Service::getPolicyVersion, {arn, "v1"})->policyVersion->document), kListBuckets);
  ASSERT_TRUE(run(&Service::deletePolicy, {arn}).ok());
}

TEST_F(IamServiceTest, PolicySizes) {
  auto padded = [](std::size_t size) {
    std::string document = kListBuckets;
    document.insert(1, R"("Id":")" + std::string(size, 'x') + "\",");
    return document;
  };
  EXPECT_EQ(faultOf(&Service::createPolicy, CreatePolicyInput{.policyName = "a", .policyDocument = padded(6144)}),
            "LimitExceeded 409: Cannot exceed quota for PolicySize: 6144");
  std::string spaced = kListBuckets + std::string(10'000, ' ');
  EXPECT_EQ(faultOf(&Service::createPolicy, CreatePolicyInput{.policyName = "a", .policyDocument = spaced}), "");
  makeUser("ann");
  makeRole("worker");
  ASSERT_TRUE(run(&Service::putUserPolicy, {"ann", "one", padded(1000)}).ok());
  ASSERT_TRUE(run(&Service::putUserPolicy, {"ann", "one", padded(1500)}).ok());
  EXPECT_EQ(faultOf(&Service::putUserPolicy, PutUserPolicyInput{"ann", "two", padded(500)}),
            "LimitExceeded 409: Maximum policy size of 2048 bytes exceeded for user ann");
  EXPECT_EQ(faultOf(&Service::putRolePolicy, PutRolePolicyInput{"worker", "two", padded(10'240)}),
            "LimitExceeded 409: Maximum policy size of 10240 bytes exceeded for role worker");
}

TEST_F(IamServiceTest, AwsManagedPolicies) {
  AwsManagedPolicies table;
  EXPECT_GT(table.all().size(), 50U);
  for (const AwsManagedPolicy& policy : table.all()) {
    EXPECT_TRUE(parsePolicyArn(policy.arn)) << policy.arn;
    EXPECT_EQ(policy.id.size(), 21U);
    auto document = base::parseJson(policy.document);
    ASSERT_TRUE(document.ok()) << policy.arn;
    EXPECT_EQ(base::findString(*document, "Version"), "2012-10-17");
  }
  for (const char* name :
       {"AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess", "AmazonS3FullAccess", "AmazonS3ReadOnlyAccess",
        "AmazonSESFullAccess", "AWSLambda_FullAccess", "CloudWatchLogsFullAccess",
        "AmazonEventBridgeSchedulerFullAccess", "service-role/AWSLambdaVPCAccessExecutionRole",
        "service-role/AmazonAPIGatewayPushToCloudWatchLogs"})
    EXPECT_TRUE(table.find("arn:aws:iam::aws:policy/" + std::string(name))) << name;

  auto got = run(&Service::getPolicy, {kBasicExecution});
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->policy->path, "/service-role/");
  auto version = run(&Service::getPolicyVersion, {kBasicExecution, *got->policy->defaultVersionId});
  ASSERT_TRUE(version.ok());
  EXPECT_NE(base::uriDecode(*version->policyVersion->document).find("logs:CreateLogGroup"), std::string::npos);
  EXPECT_EQ(
      faultOf(&Service::deletePolicy, DeletePolicyInput{kBasicExecution}),
      "AccessDenied 403: User: arn:aws:iam::111122223333:root is not authorized to perform: iam:DeletePolicy on "
      "resource: policy " +
          kBasicExecution);
  makeRole("worker");
  EXPECT_EQ(
      faultOf(&Service::attachRolePolicy, AttachRolePolicyInput{"worker", "arn:aws:iam::aws:policy/NoSuchAccess"}),
      "NoSuchEntity 404: Policy arn:aws:iam::aws:policy/NoSuchAccess does not exist or is not attachable.");
}

TEST_F(IamServiceTest, ListPoliciesFilters) {
  const std::string arn = makePolicy("Mine");
  makePolicy("Other");
  makeRole("worker");
  ASSERT_TRUE(run(&Service::attachRolePolicy, {"worker", arn}).ok());
  ASSERT_TRUE(run(&Service::attachRolePolicy, {"worker", kBasicExecution}).ok());
  EXPECT_EQ(run(&Service::listPolicies, {.scope = "Local"})->policies->size(), 2U);
  EXPECT_EQ(run(&Service::listPolicies, {.onlyAttached = true})->policies->size(), 2U);
  EXPECT_EQ(run(&Service::listPolicies, {.scope = "AWS", .onlyAttached = true})->policies->at(0).arn,
            kBasicExecution);
  EXPECT_TRUE(run(&Service::listPolicies, {.policyUsageFilter = "PermissionsBoundary"})->policies->empty());
  auto serviceRoles = run(&Service::listPolicies, {.pathPrefix = "/service-role/"});
  EXPECT_GT(serviceRoles->policies->size(), 5U);
  for (const auto& policy : *serviceRoles->policies) EXPECT_EQ(policy.path, "/service-role/");
  std::size_t seen = 0;
  std::optional<std::string> marker;
  do {
    auto page = run(&Service::listPolicies, {.marker = marker, .maxItems = 7});
    ASSERT_TRUE(page.ok());
    seen += page->policies->size();
    marker = page->marker;
  } while (marker);
  EXPECT_EQ(seen, AwsManagedPolicies().all().size() + 2);
  EXPECT_NE(faultOf(&Service::listPolicies, ListPoliciesInput{.scope = "Mine"}), "");
}

// --- policies of users, groups and roles

TEST_F(IamServiceTest, InlinePolicies) {
  makeRole("worker");
  ASSERT_TRUE(run(&Service::putRolePolicy, {"worker", "b", kListBuckets}).ok());
  ASSERT_TRUE(run(&Service::putRolePolicy, {"worker", "a", kListBuckets}).ok());
  auto first = run(&Service::listRolePolicies, {.roleName = "worker", .maxItems = 1});
  EXPECT_EQ(first->policyNames, std::vector<std::string>{"a"});
  EXPECT_EQ(run(&Service::listRolePolicies, {.roleName = "worker", .marker = first->marker})->policyNames,
            std::vector<std::string>{"b"});
  EXPECT_EQ(base::uriDecode(run(&Service::getRolePolicy, {"worker", "a"})->policyDocument), kListBuckets);
  ASSERT_TRUE(run(&Service::deleteRolePolicy, {"worker", "a"}).ok());
  EXPECT_EQ(faultOf(&Service::getRolePolicy, GetRolePolicyInput{"worker", "a"}),
            "NoSuchEntity 404: The role policy with name a cannot be found.");
  EXPECT_EQ(faultOf(&Service::deleteRolePolicy, DeleteRolePolicyInput{"worker", "a"}),
            "NoSuchEntity 404: The role policy with name a cannot be found.");
  EXPECT_EQ(faultOf(&Service::putRolePolicy, PutRolePolicyInput{"nobody", "a", kListBuckets}),
            "NoSuchEntity 404: The role with name nobody cannot be found.");
  EXPECT_EQ(faultOf(&Service::putRolePolicy, PutRolePolicyInput{"worker", "a", "x"}),
            "MalformedPolicyDocument 400: Syntax errors in policy.");
}

TEST_F(IamServiceTest, Attachments) {
  makeGroup("staff");
  const std::string arn = makePolicy("Mine");
  ASSERT_TRUE(run(&Service::attachGroupPolicy, {"staff", arn}).ok());
  ASSERT_TRUE(run(&Service::attachGroupPolicy, {"staff", arn}).ok());
  EXPECT_EQ(run(&Service::getPolicy, {arn})->policy->attachmentCount, 1);
  EXPECT_EQ(run(&Service::listAttachedGroupPolicies, {.groupName = "staff"})->attachedPolicies->at(0).policyName,
            "Mine");
  EXPECT_EQ(faultOf(&Service::deletePolicy, DeletePolicyInput{arn}),
            "DeleteConflict 409: Cannot delete a policy attached to entities.");
  ASSERT_TRUE(run(&Service::detachGroupPolicy, {"staff", arn}).ok());
  EXPECT_EQ(faultOf(&Service::detachGroupPolicy, DetachGroupPolicyInput{"staff", arn}),
            "NoSuchEntity 404: Policy " + arn + " was not found.");
  EXPECT_EQ(faultOf(&Service::attachGroupPolicy, AttachGroupPolicyInput{"staff", "longpolicynamebutnoarn"}),
            "ValidationError 400: ARN longpolicynamebutnoarn is not valid.");
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(run(&Service::attachGroupPolicy, {"staff", makePolicy("p" + std::to_string(i))}).ok());
  EXPECT_EQ(faultOf(&Service::attachGroupPolicy, AttachGroupPolicyInput{"staff", arn}),
            "LimitExceeded 409: Cannot exceed quota for PoliciesPerGroup: 10");
}

TEST_F(IamServiceTest, WhoUsesAPolicy) {
  const std::string arn = makePolicy("Mine");
  makeUser("ann");
  makeGroup("staff");
  makeRole("worker");
  ASSERT_TRUE(run(&Service::attachUserPolicy, {"ann", arn}).ok());
  ASSERT_TRUE(run(&Service::attachGroupPolicy, {"staff", arn}).ok());
  ASSERT_TRUE(run(&Service::putRolePermissionsBoundary, {"worker", arn}).ok());
  auto all = run(&Service::listEntitiesForPolicy, {.policyArn = arn});
  EXPECT_EQ(all->policyUsers->at(0).userName, "ann");
  EXPECT_EQ(all->policyGroups->at(0).groupName, "staff");
  EXPECT_EQ(all->policyRoles->at(0).roleName, "worker");
  auto boundaries =
      run(&Service::listEntitiesForPolicy, {.policyArn = arn, .policyUsageFilter = "PermissionsBoundary"});
  EXPECT_TRUE(boundaries->policyUsers->empty());
  EXPECT_EQ(boundaries->policyRoles->size(), 1U);
  EXPECT_TRUE(
      run(&Service::listEntitiesForPolicy, {.policyArn = arn, .entityFilter = "Group"})->policyUsers->empty());
  auto first = run(&Service::listEntitiesForPolicy, {.policyArn = arn, .maxItems = 2});
  EXPECT_TRUE(*first->isTruncated);
  auto rest = run(&Service::listEntitiesForPolicy, {.policyArn = arn, .marker = first->marker});
  EXPECT_EQ(first->policyUsers->size() + rest->policyUsers->size(), 1U);
  EXPECT_EQ(first->policyGroups->size() + rest->policyGroups->size(), 1U);
  EXPECT_EQ(first->policyRoles->size() + rest->policyRoles->size(), 1U);
}

TEST_F(IamServiceTest, PoliciesOfAPrincipal) {
  makeUser("ann");
  makeGroup("staff");
  makeRole("worker");
  const std::string arn = makePolicy("Mine");
  ASSERT_TRUE(run(&Service::addUserToGroup, {.groupName = "staff", .userName = "ann"}).ok());
  ASSERT_TRUE(run(&Service::putUserPolicy, {"ann", "own", kListBuckets}).ok());
  ASSERT_TRUE(run(&Service::attachGroupPolicy, {"staff", arn}).ok());
  ASSERT_TRUE(run(&Service::putUserPermissionsBoundary, {"ann", kBasicExecution}).ok());
  ASSERT_TRUE(run(&Service::attachRolePolicy, {"worker", kBasicExecution}).ok());

  const auto before = service_->policyGeneration();
  auto ann = service_->policiesOf("arn:aws:iam::111122223333:user/ann");
  EXPECT_EQ(ann.arn, "arn:aws:iam::111122223333:user/ann");
  const auto& ofAnn = ann.policies;
  ASSERT_EQ(ofAnn.size(), 3U);
  EXPECT_EQ(ofAnn[0].name, "own");
  EXPECT_EQ(ofAnn[0].arn, "");
  EXPECT_EQ(ofAnn[1].part, ports::PolicyPart::kBoundary);
  EXPECT_EQ(ofAnn[2].arn, arn);
  EXPECT_EQ(ofAnn[2].holder, "arn:aws:iam::111122223333:group/staff");
  EXPECT_EQ(ofAnn[2].document, kListBuckets);

  std::string other = kListBuckets;
  other.replace(other.find("ListAllMyBuckets"), 16, "GetObject");
  ASSERT_TRUE(run(&Service::createPolicyVersion, {arn, other, true}).ok());
  EXPECT_EQ(service_->policiesOf("arn:aws:iam::111122223333:user/ann").policies[2].document, other);
  EXPECT_NE(service_->policyGeneration(), before);

  EXPECT_EQ(service_->policiesOf("arn:aws:sts::111122223333:assumed-role/worker/one").policies.size(), 1U);
  EXPECT_EQ(service_->policiesOf("arn:aws:iam::111122223333:role/worker").policies.size(), 1U);
  for (const char* nobody :
       {"arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user/Ann",
        "arn:aws:iam::111122223333:user/x/ann", "arn:aws:sts::111122223333:assumed-role/Worker/one",
        "arn:aws:iam::444455556666:user/ann", ""})
    EXPECT_TRUE(service_->policiesOf(nobody).arn.empty() && service_->policiesOf(nobody).policies.empty())
        << nobody;
}

TEST_F(IamServiceTest, AccountsDoNotMeet) {
  makeUser("ann");
  call_.account = "444455556666";
  EXPECT_TRUE(run(&Service::listUsers, {})->users.empty());
  makeUser("ann");
  EXPECT_EQ(run(&Service::getUser, {"ann"})->user.arn, "arn:aws:iam::444455556666:user/ann");
}

}  // namespace
}  // namespace hearth::services::iam
