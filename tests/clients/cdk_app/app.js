// A function behind a REST API, a bucket that it may write to, and a rule that calls it.
const cdk = require("aws-cdk-lib");
const apigateway = require("aws-cdk-lib/aws-apigateway");
const events = require("aws-cdk-lib/aws-events");
const lambda = require("aws-cdk-lib/aws-lambda");
const s3 = require("aws-cdk-lib/aws-s3");
const targets = require("aws-cdk-lib/aws-events-targets");

const app = new cdk.App();
const { STACK, DEPLOY_ROLE: deployRoleArn, EXECUTION_ROLE: cloudFormationExecutionRoleArn, GREETING } = process.env;
const stack = new cdk.Stack(app, STACK, { synthesizer: new cdk.BootstraplessSynthesizer({ deployRoleArn, cloudFormationExecutionRoleArn }) });

const greet = new lambda.Function(stack, "Greet", {
  runtime: lambda.Runtime.PYTHON_3_11,
  handler: "index.handler",
  environment: { GREETING },
  code: lambda.Code.fromInline(`
import json, os
import boto3

def handler(event, context):
    path = event.get("path", "(no request)")
    boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key="last", Body=path.encode())
    return {"statusCode": 200, "body": json.dumps({os.environ["GREETING"]: path})}
`),
});
const api = new apigateway.LambdaRestApi(stack, "Api", { handler: greet });
const uploads = new s3.Bucket(stack, "Uploads", { versioned: true, removalPolicy: cdk.RemovalPolicy.DESTROY });
uploads.grantReadWrite(greet);
greet.addEnvironment("BUCKET", uploads.bucketName);
new events.Rule(stack, "Nightly", { schedule: events.Schedule.cron({ hour: "3", minute: "0" }), targets: [new targets.LambdaFunction(greet)] });
new cdk.CfnOutput(stack, "Bucket", { value: uploads.bucketName });
new cdk.CfnOutput(stack, "Address", { value: api.url });
