// Who am I, and who else may do what.
const test = require("node:test");
const assert = require("node:assert");
const iam = require("@aws-sdk/client-iam");
const sts = require("@aws-sdk/client-sts");
const s3 = require("@aws-sdk/client-s3");

const client = new iam.IAMClient({ maxAttempts: 1 });
const name = `javascript-${process.pid}`;
const allow = (statement) => JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });

test("a session of a role does what the role may, and no more", async () => {
  const { Account, Arn } = await new sts.STSClient({}).send(new sts.GetCallerIdentityCommand({}));
  assert.strictEqual(Arn, `arn:aws:iam::${Account}:root`);
  const { User } = await client.send(new iam.CreateUserCommand({ UserName: name }));
  const { AccessKey } = await client.send(new iam.CreateAccessKeyCommand({ UserName: name }));
  const { Role } = await client.send(new iam.CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: allow({ Principal: { AWS: User.Arn }, Action: "sts:AssumeRole" }) }));
  await client.send(new iam.PutRolePolicyCommand({ RoleName: name, PolicyName: "own", PolicyDocument: allow({ Action: "s3:ListAllMyBuckets", Resource: "*" }) }));

  const own = new sts.STSClient({ maxAttempts: 1, credentials: { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey } });
  const { Credentials } = await own.send(new sts.AssumeRoleCommand({ RoleArn: Role.Arn, RoleSessionName: "session" }));
  const buckets = new s3.S3Client({ maxAttempts: 1, credentials: {
    accessKeyId: Credentials.AccessKeyId, secretAccessKey: Credentials.SecretAccessKey, sessionToken: Credentials.SessionToken } });
  assert.ok(Array.isArray((await buckets.send(new s3.ListBucketsCommand({}))).Buckets));
  await assert.rejects(buckets.send(new s3.CreateBucketCommand({ Bucket: name })), { name: "AccessDenied" });

  await client.send(new iam.DeleteRolePolicyCommand({ RoleName: name, PolicyName: "own" }));
  await client.send(new iam.DeleteRoleCommand({ RoleName: name }));
  await client.send(new iam.DeleteAccessKeyCommand({ UserName: name, AccessKeyId: AccessKey.AccessKeyId }));
  await client.send(new iam.DeleteUserCommand({ UserName: name }));
});

test("lists come in pages", async () => {
  const groups = [1, 2, 3].map((number) => `${name}-group-${number}`);
  for (const GroupName of groups) await client.send(new iam.CreateGroupCommand({ GroupName }));
  const found = [];
  for await (const page of iam.paginateListGroups({ client, pageSize: 1 }, {})) found.push(...page.Groups.map(({ GroupName }) => GroupName));
  assert.deepStrictEqual(found.filter((one) => one.startsWith(`${name}-group-`)), groups);
  for (const GroupName of groups) await client.send(new iam.DeleteGroupCommand({ GroupName }));
});

test("errors have their classes", async () => {
  await client.send(new iam.CreateGroupCommand({ GroupName: name }));
  await assert.rejects(client.send(new iam.CreateGroupCommand({ GroupName: name })), iam.EntityAlreadyExistsException);
  await client.send(new iam.DeleteGroupCommand({ GroupName: name }));
  await assert.rejects(client.send(new iam.GetUserCommand({ UserName: `${name}-missing` })), iam.NoSuchEntityException);
  await assert.rejects(client.send(new iam.CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: "{" })), iam.MalformedPolicyDocumentException);
  const wrong = new sts.STSClient({ maxAttempts: 1, credentials: { accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: "wrong" } });
  await assert.rejects(wrong.send(new sts.GetCallerIdentityCommand({})), { name: "SignatureDoesNotMatch" });
  const unknown = new sts.STSClient({ maxAttempts: 1, credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wrong" } });
  await assert.rejects(unknown.send(new sts.GetCallerIdentityCommand({})), { name: "InvalidClientTokenId" });
});
