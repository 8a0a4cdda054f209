// Rules and schedules: made, found, changed, removed.
const test = require("node:test");
const assert = require("node:assert");
const events = require("@aws-sdk/client-eventbridge");
const scheduler = require("@aws-sdk/client-scheduler");
const { functionRole } = require("./support.cjs");

const name = `javascript-${process.pid}`;
const target = `arn:aws:lambda:${process.env.AWS_REGION}:123456789012:function:${name}`;

test("a rule and its targets", async () => {
  const client = new events.EventBridgeClient({ maxAttempts: 1 });
  const { RuleArn } = await client.send(new events.PutRuleCommand({ Name: name, ScheduleExpression: "cron(0 21 ? * 3 *)", Tags: [{ Key: "kind", Value: "test" }] }));
  const put = await client.send(new events.PutTargetsCommand({ Rule: name, Targets: [{ Id: "1", Arn: target, Input: '{"a":1}' }] }));
  assert.strictEqual(put.FailedEntryCount, 0);
  assert.deepStrictEqual((await client.send(new events.ListTargetsByRuleCommand({ Rule: name }))).Targets, [{ Id: "1", Arn: target, Input: '{"a":1}' }]);
  assert.deepStrictEqual((await client.send(new events.ListTagsForResourceCommand({ ResourceARN: RuleArn }))).Tags, [{ Key: "kind", Value: "test" }]);
  await client.send(new events.DisableRuleCommand({ Name: name }));
  assert.strictEqual((await client.send(new events.DescribeRuleCommand({ Name: name }))).State, "DISABLED");
  await assert.rejects(client.send(new events.DeleteRuleCommand({ Name: name })), { name: "ValidationException" });
  await client.send(new events.RemoveTargetsCommand({ Rule: name, Ids: ["1"] }));
  await client.send(new events.DeleteRuleCommand({ Name: name }));
  await assert.rejects(client.send(new events.DescribeRuleCommand({ Name: name })), events.ResourceNotFoundException);
  await assert.rejects(client.send(new events.PutRuleCommand({ Name: name, ScheduleExpression: "cron(never)" })), { name: "ValidationException" });
});

test("a schedule in a group of its own", async () => {
  const client = new scheduler.SchedulerClient({ maxAttempts: 1 });
  const GroupName = name;
  await client.send(new scheduler.CreateScheduleGroupCommand({ Name: GroupName }));
  const Target = { Arn: target, RoleArn: await functionRole(["lambda:InvokeFunction"]) };
  const schedule = { GroupName, FlexibleTimeWindow: { Mode: "OFF" }, Target };
  for (const Name of ["a", "b"])
    await client.send(new scheduler.CreateScheduleCommand({ ...schedule, Name, ScheduleExpression: "at(2124-01-01T12:00:00)", ScheduleExpressionTimezone: "Europe/Berlin" }));
  await assert.rejects(client.send(new scheduler.CreateScheduleCommand({ ...schedule, Name: "a", ScheduleExpression: "rate(1 day)" })), scheduler.ConflictException);
  await client.send(new scheduler.UpdateScheduleCommand({ ...schedule, Name: "a", ScheduleExpression: "rate(2 days)", StartDate: new Date("2124-01-01T00:00:00Z") }));
  const got = await client.send(new scheduler.GetScheduleCommand({ GroupName, Name: "a" }));
  assert.deepStrictEqual([got.ScheduleExpression, got.StartDate.toISOString()], ["rate(2 days)", "2124-01-01T00:00:00.000Z"]);
  const found = [];
  for await (const page of scheduler.paginateListSchedules({ client, pageSize: 1 }, { GroupName })) found.push(...page.Schedules.map(({ Name }) => Name));
  assert.deepStrictEqual(found, ["a", "b"]);
  for (const Name of found) await client.send(new scheduler.DeleteScheduleCommand({ GroupName, Name }));
  await client.send(new scheduler.DeleteScheduleGroupCommand({ Name: GroupName }));
  await assert.rejects(client.send(new scheduler.GetScheduleCommand({ GroupName, Name: "a" })), scheduler.ResourceNotFoundException);
});
