// A REST API, a key, a plan; and a request to it.
const test = require("node:test");
const assert = require("node:assert");
const api = require("@aws-sdk/client-api-gateway");

const client = new api.APIGatewayClient({ maxAttempts: 1 });
const name = `javascript-${process.pid}`;

test("an API answers whoever has a key", async () => {
  const { id: restApiId } = await client.send(new api.CreateRestApiCommand({ name, endpointConfiguration: { types: ["REGIONAL"] }, tags: { kind: "test" } }));
  const { items: [{ id: parentId }] } = await client.send(new api.GetResourcesCommand({ restApiId }));
  const { id: resourceId } = await client.send(new api.CreateResourceCommand({ restApiId, parentId, pathPart: "{name}" }));
  const where = { restApiId, resourceId, httpMethod: "GET" };
  await client.send(new api.PutMethodCommand({ ...where, authorizationType: "NONE", apiKeyRequired: true }));
  await client.send(new api.PutIntegrationCommand({ ...where, type: "MOCK", requestTemplates: { "application/json": '{"statusCode": 200}' } }));
  await client.send(new api.PutMethodResponseCommand({ ...where, statusCode: "200" }));
  await client.send(new api.PutIntegrationResponseCommand({ ...where, statusCode: "200", responseTemplates: { "application/json": '{"hello": "$input.params(\'name\')"}' } }));
  await client.send(new api.CreateDeploymentCommand({ restApiId, stageName: "dev" }));

  const { id: keyId, value } = await client.send(new api.CreateApiKeyCommand({ name, enabled: true }));
  const { id: usagePlanId } = await client.send(new api.CreateUsagePlanCommand({ name, apiStages: [{ apiId: restApiId, stage: "dev" }], throttle: { rateLimit: 100, burstLimit: 100 } }));
  await client.send(new api.CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: "API_KEY" }));

  const address = `${process.env.AWS_ENDPOINT_URL}/_aws/execute-api/${restApiId}/dev/world`;
  assert.strictEqual((await fetch(address)).status, 403);
  const answer = await fetch(address, { headers: { "x-api-key": value } });
  assert.deepStrictEqual([answer.status, await answer.json()], [200, { hello: "world" }]);

  const found = [];
  for await (const page of api.paginateGetApiKeys({ client, pageSize: 1 }, { nameQuery: name, includeValues: true })) found.push(...page.items.map((key) => key.value));
  assert.deepStrictEqual(found, [value]);
  await client.send(new api.UpdateRestApiCommand({ restApiId, patchOperations: [{ op: "replace", path: "/description", value: "changed" }] }));
  const got = await client.send(new api.GetRestApiCommand({ restApiId }));
  assert.deepStrictEqual([got.description, got.tags, got.createdDate instanceof Date], ["changed", { kind: "test" }, true]);

  await client.send(new api.UpdateUsagePlanCommand({ usagePlanId, patchOperations: [{ op: "remove", path: "/apiStages", value: `${restApiId}:dev` }] }));
  await client.send(new api.DeleteUsagePlanCommand({ usagePlanId }));
  await client.send(new api.DeleteApiKeyCommand({ apiKey: keyId }));
  await client.send(new api.DeleteRestApiCommand({ restApiId }));
  await assert.rejects(client.send(new api.GetRestApiCommand({ restApiId })), api.NotFoundException);
});

test("errors have their classes", async () => {
  await assert.rejects(client.send(new api.GetRestApiCommand({ restApiId: "missing" })), api.NotFoundException);
  await assert.rejects(client.send(new api.CreateRestApiCommand({ name: "" })), api.BadRequestException);
  await assert.rejects(client.send(new api.CreateUsagePlanKeyCommand({ usagePlanId: "missing", keyId: "missing", keyType: "API_KEY" })), api.NotFoundException);
});
