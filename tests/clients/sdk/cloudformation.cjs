// A stack from its template to its removal: waiters, change sets, events by the page, errors.
const test = require("node:test");
const assert = require("node:assert");
const cfn = require("@aws-sdk/client-cloudformation");

const client = new cfn.CloudFormationClient({ maxAttempts: 1 });
const StackName = `javascript-${process.pid}`;
const template = (retention, more = {}) => JSON.stringify({
  Parameters: { Stage: { Type: "String", AllowedValues: ["dev", "live"] } },
  Resources: {
    Notes: { Type: "AWS::Logs::LogGroup", Properties: { LogGroupName: { "Fn::Sub": "/javascript/${AWS::StackName}/${Stage}" }, RetentionInDays: retention } },
    ...more,
  },
  Outputs: { Name: { Value: { Ref: "Notes" } } },
});
const order = (TemplateBody) => ({ StackName, TemplateBody, Parameters: [{ ParameterKey: "Stage", ParameterValue: "dev" }] });
const stack = async () => (await client.send(new cfn.DescribeStacksCommand({ StackName }))).Stacks[0];

test("made, changed, changed by a change set, removed", async () => {
  await client.send(new cfn.CreateStackCommand(order(template(7))));
  await cfn.waitUntilStackCreateComplete({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 60 }, { StackName });
  assert.deepStrictEqual((await stack()).Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]), [["Name", `/javascript/${StackName}/dev`]]);

  await client.send(new cfn.UpdateStackCommand(order(template(14))));
  await cfn.waitUntilStackUpdateComplete({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 60 }, { StackName });
  await assert.rejects(client.send(new cfn.UpdateStackCommand(order(template(14)))), { name: "ValidationError", message: "No updates are to be performed." });

  await assert.rejects(client.send(new cfn.DescribeChangeSetCommand({ StackName, ChangeSetName: "missing" })), cfn.ChangeSetNotFoundException);
  const set = { StackName, ChangeSetName: "next" };
  await client.send(new cfn.CreateChangeSetCommand({ ...set, ...order(template(14, { Uploads: { Type: "AWS::S3::Bucket" } })) }));
  await cfn.waitUntilChangeSetCreateComplete({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 60 }, set);
  const { Changes } = await client.send(new cfn.DescribeChangeSetCommand(set));
  assert.deepStrictEqual(Changes.map(({ ResourceChange: { Action, LogicalResourceId } }) => [Action, LogicalResourceId]), [["Add", "Uploads"]]);
  await client.send(new cfn.ExecuteChangeSetCommand(set));
  await cfn.waitUntilStackUpdateComplete({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 60 }, { StackName });

  const resources = [], events = [];
  for await (const page of cfn.paginateListStackResources({ client }, { StackName })) resources.push(...page.StackResourceSummaries);
  for await (const page of cfn.paginateDescribeStackEvents({ client }, { StackName })) events.push(...page.StackEvents);
  assert.deepStrictEqual(resources.map(({ LogicalResourceId }) => LogicalResourceId).sort(), ["Notes", "Uploads"]);
  assert.strictEqual(events.filter(({ ResourceStatus, LogicalResourceId }) => LogicalResourceId === StackName && ResourceStatus === "UPDATE_COMPLETE").length, 2);
  assert.ok(events[0].Timestamp >= events.at(-1).Timestamp);

  const { StackId } = await stack();
  await client.send(new cfn.DeleteStackCommand({ StackName }));
  await cfn.waitUntilStackDeleteComplete({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 60 }, { StackName: StackId });
});

test("a stack that cannot be made goes back", async () => {
  const failing = { Bad: { Type: "AWS::Lambda::Permission", Properties: { FunctionName: "missing", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" } } };
  await client.send(new cfn.CreateStackCommand(order(template(7, failing))));
  const waited = cfn.waitUntilStackCreateComplete({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 60 }, { StackName });
  await assert.rejects(waited, /ROLLBACK|FAILURE/);
  assert.strictEqual((await stack()).StackStatus, "ROLLBACK_COMPLETE");
  await client.send(new cfn.DeleteStackCommand({ StackName }));
});

test("errors have their classes", async () => {
  await assert.rejects(client.send(new cfn.DescribeStacksCommand({ StackName: "missing" })), { name: "ValidationError", message: "Stack with id missing does not exist" });
  await assert.rejects(client.send(new cfn.ValidateTemplateCommand({ TemplateBody: "{" })), { name: "ValidationError" });
  await assert.rejects(client.send(new cfn.CreateStackCommand({ ...order(template(7)), Parameters: [] })), { name: "ValidationError", message: /Stage/ });
});
