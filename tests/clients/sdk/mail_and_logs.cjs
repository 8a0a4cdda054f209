// Mail, and log groups: what is sent and what is written can be found again.
const test = require("node:test");
const assert = require("node:assert");
const ses = require("@aws-sdk/client-ses");
const logs = require("@aws-sdk/client-cloudwatch-logs");

const name = `javascript-${process.pid}`;

test("a mail goes out once its sender is verified", async () => {
  const client = new ses.SESClient({ maxAttempts: 1 });
  const Source = `${name}@example.org`;
  const mail = { Source, Destination: { ToAddresses: ["student@example.org"] }, Message: { Subject: { Data: "Grüße" }, Body: { Text: { Data: "text" } } } };
  await assert.rejects(client.send(new ses.SendEmailCommand(mail)), ses.MessageRejected);
  await client.send(new ses.VerifyEmailIdentityCommand({ EmailAddress: Source }));
  await ses.waitUntilIdentityExists({ client, maxWaitTime: 30 }, { Identities: [Source] });
  assert.ok((await client.send(new ses.SendEmailCommand(mail))).MessageId);
  const raw = Buffer.from(`From: ${Source}\r\nTo: student@example.org\r\nSubject: raw\r\n\r\ntext\r\n`);
  assert.ok((await client.send(new ses.SendRawEmailCommand({ RawMessage: { Data: raw } }))).MessageId);
  const found = [];
  for await (const page of ses.paginateListIdentities({ client, pageSize: 1 }, { IdentityType: "EmailAddress" })) found.push(...page.Identities);
  assert.ok(found.includes(Source));
});

test("log events come back in order, by the page and by a pattern", async () => {
  const client = new logs.CloudWatchLogsClient({ maxAttempts: 1 });
  const where = { logGroupName: `/javascript/${name}`, logStreamName: "stream" };
  await client.send(new logs.CreateLogGroupCommand({ logGroupName: where.logGroupName, tags: { kind: "test" } }));
  await assert.rejects(client.send(new logs.CreateLogGroupCommand({ logGroupName: where.logGroupName })), logs.ResourceAlreadyExistsException);
  await client.send(new logs.CreateLogStreamCommand(where));
  const now = Date.now();
  const logEvents = ["one", "two ERROR", "three"].map((message, number) => ({ message, timestamp: now + number }));
  await client.send(new logs.PutLogEventsCommand({ ...where, logEvents }));
  const found = [];
  for await (const page of logs.paginateFilterLogEvents({ client, pageSize: 1 }, { logGroupName: where.logGroupName })) found.push(...page.events.map(({ message }) => message));
  assert.deepStrictEqual(found, ["one", "two ERROR", "three"]);
  const errors = await client.send(new logs.FilterLogEventsCommand({ logGroupName: where.logGroupName, filterPattern: "ERROR" }));
  assert.deepStrictEqual(errors.events.map(({ message }) => message), ["two ERROR"]);
  const { events } = await client.send(new logs.GetLogEventsCommand({ ...where, startFromHead: true, limit: 2 }));
  assert.deepStrictEqual(events.map(({ message }) => message), ["one", "two ERROR"]);
  await client.send(new logs.DeleteLogGroupCommand({ logGroupName: where.logGroupName }));
  await assert.rejects(client.send(new logs.GetLogEventsCommand(where)), logs.ResourceNotFoundException);
});
