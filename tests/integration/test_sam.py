"""Templates with AWS::Serverless resources: packaged and deployed with aws, and what CloudFormation tells about them."""

import http.client
import json
import urllib.request

import pytest

from support.aws import fresh, make_bucket, refused
from support.server import ACCOUNT
from support.stacks import WAIT, Stack

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Greeting: {Type: String, Default: hello}}
Globals:
  Function: {Runtime: python3.11, Timeout: 10, Environment: {Variables: {GREETING: !Ref Greeting}}}
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: ./src
      Handler: app.handler
      Policies: [S3ReadPolicy: {BucketName: !Ref Bucket}]
      Events:
        Get: {Type: Api, Properties: {Path: '/greet/{name}', Method: get}}
        Daily: {Type: Schedule, Properties: {Schedule: rate(1 day), Enabled: false}}
  Bucket: {Type: AWS::S3::Bucket}
  Plain:
    Type: AWS::Lambda::Function
    Properties: {Code: ./plain, Handler: plain.handler, Runtime: python3.11, Role: !GetAtt GreeterRole.Arn}
  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml, Parameters: {Word: !Ref Greeting}}}
Outputs:
  Api: {Value: !Ref ServerlessRestApi}
  Stage: {Value: !Ref ServerlessRestApi.Stage}
  Function: {Value: !Ref Greeter}
  Plain: {Value: !Ref Plain}
  Child: {Value: !GetAtt Child.Outputs.Function}
"""

CHILD = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Word: {Type: String}}
Resources:
  Inner:
    Type: AWS::Serverless::Function
    Properties: {InlineCode: 'def handler(event, context): return "inner"', Handler: index.handler, Runtime: python3.11, Description: !Ref Word}
Outputs: {Function: {Value: !Ref Inner}}
"""

CODE = """
import json, os
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(os.environ["GREETING"] + " " + event["pathParameters"]["name"] + MARK)}
"""

ALL = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]


@pytest.fixture
def client(hearth):
    return hearth.client("cloudformation")


@pytest.fixture
def project(tmp_path):
    for name, text in {"src/app.py": CODE.replace("MARK", '"!"'), "plain/plain.py": "def handler(event, context): return 'plain'\n",
                       "template.yaml": TEMPLATE, "child.yaml": CHILD}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def invoke(hearth, name):
    return json.load(hearth.client("lambda").invoke(FunctionName=name)["Payload"])


def test_package_and_deploy(hearth, client, project):
    bucket, stack = make_bucket(hearth, "artifacts"), Stack(client, fresh("sam"))

    def aws(*command):  # uploads go to AWS's address, whatever --endpoint-url says
        keys = {"AWS_ACCESS_KEY_ID": ACCOUNT[1], "AWS_SECRET_ACCESS_KEY": ACCOUNT[2]}
        return hearth.run("/usr/bin/aws", "cloudformation", *map(str, command), env=keys)

    packaged = project / "packaged.yaml"

    def deploy(*more):
        aws("package", "--template-file", project / "template.yaml", "--s3-bucket", bucket, "--output-template-file", packaged)
        done = aws("deploy", "--stack-name", stack.name, "--template-file", packaged, "--capabilities", *ALL, *more)
        return done.stdout

    def update(*more):  # aws itself would look again after half a minute
        deploy("--no-execute-changeset", *more)
        [made] = [one for one in client.list_change_sets(StackName=stack.name)["Summaries"] if one["ExecutionStatus"] == "AVAILABLE"]
        client.execute_change_set(ChangeSetName=made["ChangeSetId"])
        client.get_waiter("stack_update_complete").wait(StackName=stack.name, WaiterConfig=WAIT)
        for kept in client.list_change_sets(StackName=stack.name)["Summaries"]:  # aws names them by the second
            client.delete_change_set(ChangeSetName=kept["ChangeSetId"])

    def greet(name):
        outputs = stack.outputs
        url = f"{hearth.url}/_aws/execute-api/{outputs['Api']}/{outputs['Stage']}/greet/{name}"
        return json.loads(urllib.request.urlopen(url).read())

    assert "Successfully created/updated stack" in deploy()
    written = packaged.read_text()
    assert f"CodeUri: s3://{bucket}/" in written and f"S3Bucket: {bucket}" in written and f"/{bucket}/" in written
    assert greet("you") == "hello you!"
    assert (invoke(hearth, stack.outputs["Plain"]), invoke(hearth, stack.outputs["Child"])) == ("plain", "inner")
    assert {"GreeterGetPermissionProd", "GreeterDaily", "GreeterDailyPermission", "GreeterRole", "ServerlessRestApiProdStage"} <= set(stack.resources)
    [deployment] = [name for name in stack.resources if name.startswith("ServerlessRestApiDeployment")]

    (project / "src/app.py").write_text(CODE.replace("MARK", '"?"'))
    (project / "template.yaml").write_text(TEMPLATE.replace("Timeout: 10", "Timeout: 12"))
    update("--parameter-overrides", "Greeting=hi")
    assert greet("me") == "hi me?"
    assert deployment in stack.resources  # the API is the same

    (project / "template.yaml").write_text(TEMPLATE.replace("Method: get", "Method: any"))
    update()
    assert greet("all") == "hi all?" and deployment not in stack.resources
    functions = [stack.outputs[name] for name in ("Function", "Plain", "Child")]
    assert stack.delete().status == "DELETE_COMPLETE", stack.events
    for name in functions:
        with refused("ResourceNotFoundException"):
            hearth.client("lambda").get_function(FunctionName=name)


GUARDED = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.11, Handler: index.handler}}
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      Cors: {AllowOrigin: "'https://example.com'", AllowHeaders: "'x-token'"}
      GatewayResponses: {ACCESS_DENIED: {StatusCode: 418}}
      Auth:
        DefaultAuthorizer: Tokens
        AddDefaultAuthorizerToCorsPreflight: false
        Authorizers: {Tokens: {FunctionArn: !GetAtt Judge.Arn, Identity: {Header: x-token, ReauthorizeEvery: 0}}}
        UsagePlan: {CreateUsagePlan: PER_API}
  Judge:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: |
        def handler(event, context):
            effect = "Allow" if event["authorizationToken"] == "right" else "Deny"
            statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": "*"}
            return {"principalId": "p", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
  Work:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: 'def handler(event, context): return {"statusCode": 200, "body": event["resource"]}'
      Events:
        Guarded: {Type: Api, Properties: {Path: /guarded, Method: get, RestApiId: !Ref Api}}
        Open: {Type: Api, Properties: {Path: /open, Method: get, RestApiId: !Ref Api, Auth: {Authorizer: NONE}}}
        Keyed: {Type: Api, Properties: {Path: /keyed, Method: post, RestApiId: !Ref Api, Auth: {Authorizer: NONE, ApiKeyRequired: true}}}
Outputs: {Api: {Value: !Ref Api}, Key: {Value: !Ref Api.ApiKey}}
"""


def test_an_api_with_an_authorizer_keys_and_cors(hearth, client):
    stack = Stack(client, fresh("sam"))
    client.create_stack(StackName=stack.name, TemplateBody=GUARDED, Capabilities=ALL)
    client.get_waiter("stack_create_complete").wait(StackName=stack.name, WaiterConfig=WAIT)
    outputs = stack.outputs

    def ask(verb, path, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", hearth.port, timeout=60)
        connection.request(verb, f"/_aws/execute-api/{outputs['Api']}/v1{path}", headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers

    assert ask("GET", "/open")[:2] == (200, "/open")
    assert ask("GET", "/guarded")[0] == 401
    assert ask("GET", "/guarded", x_token="wrong")[0] == 418
    assert ask("GET", "/guarded", x_token="right")[:2] == (200, "/guarded")
    assert ask("POST", "/keyed")[0] == 403
    key = hearth.client("apigateway").get_api_key(apiKey=outputs["Key"], includeValue=True)["value"]
    assert ask("POST", "/keyed", x_api_key=key)[:2] == (200, "/keyed")
    status, _, headers = ask("OPTIONS", "/guarded")
    assert (status, headers["Access-Control-Allow-Origin"], headers["Access-Control-Allow-Methods"]) == (200, "https://example.com", "GET,OPTIONS")
    assert stack.delete().status == "DELETE_COMPLETE", stack.events


SMALL = """
Transform: AWS::Serverless-2016-10-31
Description: small
Parameters: {Alias: {Type: String}}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {InlineCode: 'def handler(event, context): return 1', Handler: index.handler, Runtime: python3.11, AutoPublishAlias: !Ref Alias}
Outputs: {Alias: {Value: !Ref F.Alias}}
"""


def parameters(alias="live"):
    return [{"ParameterKey": "Alias", "ParameterValue": alias}]


def test_capabilities(client):
    order = {"StackName": fresh("sam"), "TemplateBody": SMALL, "Parameters": parameters()}
    with refused("InsufficientCapabilitiesException", 400, "Requires capabilities : [CAPABILITY_AUTO_EXPAND]"):
        client.create_stack(**order, Capabilities=["CAPABILITY_IAM"])
    with refused("InsufficientCapabilitiesException", 400, "Requires capabilities : [CAPABILITY_IAM]"):
        client.create_stack(**order, Capabilities=["CAPABILITY_AUTO_EXPAND"])
    with refused("InsufficientCapabilitiesException", 400, "Requires capabilities : [CAPABILITY_IAM]"):
        client.create_change_set(**order, ChangeSetName="a", ChangeSetType="CREATE")
    made = client.create_change_set(**order, ChangeSetName="b", ChangeSetType="CREATE", Capabilities=["CAPABILITY_IAM"])
    changes = client.describe_change_set(ChangeSetName=made["Id"])["Changes"]
    assert {"AWS::IAM::Role", "AWS::Lambda::Alias"} <= {change["ResourceChange"]["ResourceType"] for change in changes}
    body = client.get_template(ChangeSetName=made["Id"])["TemplateBody"]
    assert "FAliaslive" in body["Resources"] and client.get_template(ChangeSetName=made["Id"], TemplateStage="Original")["TemplateBody"] == SMALL
    client.delete_stack(StackName=order["StackName"])


def test_stages_of_a_template_and_its_parameters(client):
    stack = Stack(client, fresh("sam"))
    client.create_stack(StackName=stack.name, TemplateBody=SMALL, Parameters=parameters(), Capabilities=ALL)
    client.get_waiter("stack_create_complete").wait(StackName=stack.name, WaiterConfig=WAIT)
    assert stack.outputs["Alias"].endswith(":live")
    assert client.get_template(StackName=stack.name, TemplateStage="Original")["TemplateBody"] == SMALL
    processed = client.get_template(StackName=stack.name)
    assert processed["StagesAvailable"] == ["Original", "Processed"] and "Transform" not in processed["TemplateBody"]
    assert processed["TemplateBody"]["Resources"]["F"]["Type"] == "AWS::Lambda::Function"

    again = {"StackName": stack.name, "UsePreviousTemplate": True}
    with refused("InsufficientCapabilitiesException", words="CAPABILITY_AUTO_EXPAND"):
        client.update_stack(**again, Parameters=parameters("next"), Capabilities=["CAPABILITY_IAM"])
    with refused("ValidationError", 400, "No updates are to be performed."):
        client.update_stack(**again, Parameters=[{"ParameterKey": "Alias", "UsePreviousValue": True}], Capabilities=ALL)
    client.update_stack(**again, Parameters=parameters("next"), Capabilities=ALL)
    client.get_waiter("stack_update_complete").wait(StackName=stack.name, WaiterConfig=WAIT)
    assert stack.outputs["Alias"].endswith(":next") and "FAliaslive" not in stack.resources
    made = client.create_change_set(**again, ChangeSetName="back", Parameters=parameters(), Capabilities=ALL)
    changed = [one["ResourceChange"] for one in client.describe_change_set(ChangeSetName=made["Id"])["Changes"]]
    assert {(one["Action"], one["LogicalResourceId"]) for one in changed} == {("Add", "FAliaslive"), ("Remove", "FAliasnext")}
    client.execute_change_set(ChangeSetName=made["Id"])
    client.get_waiter("stack_update_complete").wait(StackName=stack.name, WaiterConfig=WAIT)
    assert stack.outputs["Alias"].endswith(":live")
    assert stack.delete().status == "DELETE_COMPLETE"


def test_what_a_template_declares(client):
    for shown in (client.validate_template(TemplateBody=TEMPLATE), client.get_template_summary(TemplateBody=TEMPLATE)):
        assert shown["DeclaredTransforms"] == ["AWS::Serverless-2016-10-31"]
        assert shown["Capabilities"] == ALL and "AWS::Serverless::Function" in shown["CapabilitiesReason"]
        assert [one["ParameterKey"] for one in shown["Parameters"]] == ["Greeting"]


def test_what_is_refused(client):
    failed = "Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application Specification document. Number of errors found: 1. "
    for resource, words in {
        "{Type: AWS::Serverless::HttpApi}": failed + "Resource with id [X] is invalid. AWS::Serverless::HttpApi is not supported.",
        "{Type: AWS::Serverless::Function, Properties: {Handler: a, Runtime: python3.11, CodeUri: ./src}}":
            failed + "Resource with id [X] is invalid. 'CodeUri' is not a valid S3 Uri of the form",
        "{Type: AWS::Serverless::Function, Properties: {Handler: a, Runtime: python3.11, CodeUri: s3://b/k, Layers: [a]}}": "Layers",
    }.items():
        body = "Transform: AWS::Serverless-2016-10-31\nResources: {X: " + resource + "}"
        with refused("ValidationError", 400, words):
            client.create_stack(StackName=fresh("sam"), TemplateBody=body, Capabilities=ALL)
    with refused("ValidationError", 400, "No transform named Mine found"):
        client.create_stack(StackName=fresh("sam"), TemplateBody="Transform: [Mine]\nResources: {A: {Type: AWS::S3::Bucket}}", Capabilities=ALL)
