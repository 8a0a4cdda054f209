// What several scenarios need: a role for functions, a package made in memory.
const AdmZip = require("adm-zip");
const iam = require("@aws-sdk/client-iam");

const document = (statement) => JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });

// The ARN of a new role that Lambda, EventBridge's scheduler, CloudFormation and API Gateway may take; it may do these actions, on anything.
exports.functionRole = async (actions) => {
  const client = new iam.IAMClient({ maxAttempts: 1 });
  const RoleName = `javascript-${process.pid}-${actions.length}-${Math.random().toString(36).slice(2)}`;
  const Service = ["lambda", "scheduler", "cloudformation", "apigateway"].map((name) => `${name}.amazonaws.com`);
  const { Role } = await client.send(new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document({ Principal: { Service }, Action: "sts:AssumeRole" }) }));
  await client.send(new iam.PutRolePolicyCommand({ RoleName, PolicyName: "own", PolicyDocument: document({ Action: actions, Resource: "*" }) }));
  await iam.waitUntilRoleExists({ client, maxWaitTime: 30 }, { RoleName });
  return Role.Arn;
};

// A zip archive of {name: text}.
exports.zipped = (files) => {
  const archive = new AdmZip();
  for (const [name, text] of Object.entries(files)) archive.addFile(name, Buffer.from(text), "", 0o644);
  return archive.toBuffer();
};
