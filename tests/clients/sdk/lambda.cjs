// A function from its package to its versions; what it says, what it logs, how it fails.
const test = require("node:test");
const assert = require("node:assert");
const lambda = require("@aws-sdk/client-lambda");
const logs = require("@aws-sdk/client-cloudwatch-logs");
const iam = require("@aws-sdk/client-iam");
const { functionRole, zipped } = require("./support.cjs");

const client = new lambda.LambdaClient({ maxAttempts: 1 });
const FunctionName = `javascript-${process.pid}`;
const code = `
def handler(event, context):
    print("asked for", event["name"])
    if event["name"] == "nobody":
        raise ValueError("nobody is there")
    return {"hello": event["name"], "version": context.function_version}
`;
const call = async (event, more = {}) => {
  const answer = await client.send(new lambda.InvokeCommand({ FunctionName, Payload: JSON.stringify(event), ...more }));
  return { ...answer, document: JSON.parse(answer.Payload?.transformToString() || "null") };
};

test.before(async () => {
  await client.send(new lambda.CreateFunctionCommand({
    FunctionName, Runtime: "python3.11", Role: await functionRole(["logs:*"]), Handler: "index.handler", Timeout: 30, Code: { ZipFile: zipped({ "index.py": code }) },
  }));
  await lambda.waitUntilFunctionActiveV2({ client, maxWaitTime: 60 }, { FunctionName });
});

test.after(() => client.send(new lambda.DeleteFunctionCommand({ FunctionName })));

test("it answers, and its log is with the answer", async () => {
  const answer = await call({ name: "world" }, { LogType: "Tail" });
  assert.deepStrictEqual([answer.StatusCode, answer.document], [200, { hello: "world", version: "$LATEST" }]);
  assert.match(Buffer.from(answer.LogResult, "base64").toString(), /asked for world/);
});

test("what fails says so", async () => {
  const answer = await call({ name: "nobody" });
  assert.strictEqual(answer.FunctionError, "Unhandled");
  assert.deepStrictEqual([answer.document.errorType, answer.document.errorMessage], ["ValueError", "nobody is there"]);
});

test("an event is taken now and answered later; the log has it", async () => {
  assert.strictEqual((await call({ name: "later" }, { InvocationType: "Event" })).StatusCode, 202);
  assert.strictEqual((await call({ name: "dry" }, { InvocationType: "DryRun" })).StatusCode, 204);
  const client = new logs.CloudWatchLogsClient({});
  for (let left = 100; ; --left) {
    const { events } = await client.send(new logs.FilterLogEventsCommand({ logGroupName: `/aws/lambda/${FunctionName}`, filterPattern: '"asked for later"' }))
      .catch((error) => ({ events: error instanceof logs.ResourceNotFoundException ? [] : assert.fail(error) }));
    if (events.length === 1) return;
    assert.ok(left > 0, "the event was not logged");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
});

test("versions and aliases", async () => {
  const { Version } = await client.send(new lambda.PublishVersionCommand({ FunctionName }));
  await client.send(new lambda.CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: Version }));
  assert.strictEqual((await call({ name: "world" }, { Qualifier: "live" })).document.version, Version);
  await client.send(new lambda.UpdateFunctionConfigurationCommand({ FunctionName, Description: "changed" }));
  await lambda.waitUntilFunctionUpdatedV2({ client, maxWaitTime: 60 }, { FunctionName });
  const versions = [];
  for await (const page of lambda.paginateListVersionsByFunction({ client, pageSize: 1 }, { FunctionName }))
    versions.push(...page.Versions.map((one) => [one.Version, one.Description]));
  assert.deepStrictEqual(versions, [["$LATEST", "changed"], [Version, ""]]);
});

test("errors have their classes", async () => {
  await assert.rejects(client.send(new lambda.GetFunctionCommand({ FunctionName: "missing" })), lambda.ResourceNotFoundException);
  await assert.rejects(client.send(new lambda.InvokeCommand({ FunctionName: "missing" })), lambda.ResourceNotFoundException);
  await assert.rejects(client.send(new lambda.InvokeCommand({ FunctionName, Payload: "{" })), lambda.InvalidRequestContentException);
  await assert.rejects(client.send(new lambda.UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 0 })), { name: "ValidationException" });
  await assert.rejects(client.send(new lambda.AddPermissionCommand({ FunctionName, StatementId: "s", Action: "lambda:InvokeFunction", Principal: "*", RevisionId: "other" })),
    lambda.PreconditionFailedException);
  await assert.rejects(new iam.IAMClient({}).send(new iam.GetRoleCommand({ RoleName: "missing" })), iam.NoSuchEntityException);
});
