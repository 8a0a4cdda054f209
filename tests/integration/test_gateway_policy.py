"""An API's own policy, methods that are tried without a deployment, and functions that are called as a role."""

import json

import pytest

from support.aws import fresh, make_role, refused
from support.packages import package
from support.principals import ACCOUNT, Principal, Session, User, allow, deny
from support.raw import send, signed
from support.rest_api import Api
from support.server import ACCOUNT as ROOT
from support.stacks import Stack

HERE, ELSEWHERE = "127.0.0.0/8", "192.0.2.0/24"
OTHER = ("000000000002", "OTHERSKEY", "others-secret")
MOCK = {"requestTemplates": {"application/json": '{"statusCode": 200}'}, "responses": {"200": {}}}
SOURCE = '''
def proxy(event, context):
    import json
    return {"statusCode": 201, "headers": {"X-A": "1"}, "multiValueHeaders": {"X-B": ["2", "3"]},
            "body": json.dumps([event["path"], event["pathParameters"], event["queryStringParameters"], event["stageVariables"], event["body"]])}

def guard(event, context):
    return {"principalId": "p", "context": {"level": 7}, "policyDocument": {"Version": "2012-10-17", "Statement": [
        {"Effect": event["authorizationToken"], "Action": "execute-api:Invoke", "Resource": event["methodArn"]}]}}
'''


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def who(statement, principal="*", **conditions):
    return statement | {"Principal": principal} | ({"Condition": conditions} if conditions else {})


def from_network(network):
    return who(allow("execute-api:Invoke", "execute-api:/*"), IpAddress={"aws:SourceIp": network})


def stored(text):
    """AWS gives a policy as the inside of a JSON text."""
    return json.loads(json.loads(f'"{text}"'))


def replace(value):
    return [{"op": "replace", "path": "/policy", "value": value}]


def make_functions(hearth):
    """Nobody may call them yet."""
    client, role = hearth.client("lambda"), make_role(hearth)
    return {handler: client.create_function(FunctionName=fresh(handler), Runtime="python3.11", Role=role, Handler=f"index.{handler}",
                                            Code={"ZipFile": package(index__py=SOURCE)})["FunctionArn"] for handler in ("proxy", "guard")}


@pytest.fixture(scope="module")
def functions(hearth):
    return make_functions(hearth)


CALLER = '''
def call(event, context):
    import os, urllib.error, urllib.request
    try:
        return [200, urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + event["path"]).read().decode()]
    except urllib.error.HTTPError as error:
        return [error.code, error.read().decode()]
'''


def test_a_function_is_not_this_machine(hearth):
    """127.0.0.1 in its jail is its own."""
    api = Api(hearth, {}, policy=policy(from_network(HERE))).method("/pets", "GET", "MOCK", **MOCK)
    api.deploy()
    assert api.ask("GET", "/pets")[0] == 200
    name = fresh("caller")
    hearth.client("lambda").create_function(FunctionName=name, Runtime="python3.11", Role=make_role(hearth), Handler="index.call",
                                            Code={"ZipFile": package(index__py=CALLER)})

    def ask(path):
        answer = hearth.client("lambda").invoke(FunctionName=name, Payload=json.dumps({"path": path}))
        return json.loads(answer["Payload"].read())

    status, text = ask(f"/_aws/execute-api/{api.id}/v1/pets")
    assert (status, "is not authorized to perform: execute-api:Invoke" in text) == (403, True)
    api.client.update_rest_api(restApiId=api.id, patchOperations=replace(policy(
        who(allow("execute-api:Invoke", "execute-api:/*"), NotIpAddress={"aws:SourceIp": ELSEWHERE}))))
    api.deploy()
    assert ask(f"/_aws/execute-api/{api.id}/v1/pets")[0] == 200


def test_a_policy_holds_from_the_next_deployment_on(hearth):
    api = Api(hearth, {}, policy=policy(from_network(HERE)))
    arn = f"arn:aws:execute-api:{hearth.region}:{ACCOUNT}:{api.id}/"
    assert stored(api.client.get_rest_api(restApiId=api.id)["policy"])["Statement"][0]["Resource"] == arn + "*"
    api.method("/pets", "GET", "MOCK", **MOCK).method("/", "GET", "MOCK", **MOCK).deploy()
    assert api.ask("GET", "/pets")[0] == 200

    changed = api.client.update_rest_api(restApiId=api.id, patchOperations=replace(policy(from_network(ELSEWHERE))))
    assert stored(changed["policy"])["Statement"][0]["Condition"] == {"IpAddress": {"aws:SourceIp": ELSEWHERE}}
    assert api.ask("GET", "/pets")[0] == 200
    api.deploy()
    refusal = "User: anonymous is not authorized to perform: execute-api:Invoke on resource: " + arn.replace(ACCOUNT, "********0001") + "v1/GET/"
    status, headers, text = api.ask("GET", "/pets")
    assert (status, json.loads(text), headers["x-amzn-ErrorType"]) == (403, {"Message": refusal + "pets"}, "AccessDeniedException")
    assert api.json("GET", "/") == (403, {"Message": refusal})
    assert api.json("GET", "/none") == (403, {"message": "Missing Authentication Token"})

    pets = who(deny("execute-api:Invoke", "execute-api:/v1/GET/pets"), StringLike={"aws:UserAgent": "curl/*"})
    api.client.update_rest_api(restApiId=api.id, patchOperations=replace(policy(from_network(HERE), pets)))
    api.deploy()
    assert api.json("GET", "/pets", headers={"User-Agent": "curl/8"}) == (403, {"Message": refusal + "pets with an explicit deny"})
    assert [api.ask("GET", path, headers={"User-Agent": agent})[0] for path, agent in (("/pets", "other"), ("/", "curl/8"))] == [200, 200]

    network = who(deny("execute-api:Invoke", "execute-api:/*"), StringNotEquals={"aws:SourceVpc": "vpc-1"})
    api.client.update_rest_api(restApiId=api.id, patchOperations=replace(policy(from_network(HERE), network)))
    api.deploy()
    assert api.ask("GET", "/pets")[0] == 403
    assert "policy" not in api.client.update_rest_api(restApiId=api.id, patchOperations=replace(""))
    api.deploy()
    assert api.ask("GET", "/pets")[0] == 200


@pytest.mark.parametrize("text", ["{", "[]", "{}", policy(allow("execute-api:Invoke")), policy(who(allow("execute-api:Invoke"), {"AWS": "nobody"})),
                                  policy(who({"Effect": "Perhaps", "Action": "*", "Resource": "*"}))])
def test_what_is_no_policy_is_refused(hearth, text):
    with refused("BadRequestException", 400, "Invalid policy document. Please check the policy syntax and ensure that Principals are valid."):
        hearth.client("apigateway").create_rest_api(name=fresh("api"), policy=text)


def test_to_say_who_may_call_is_a_right_of_its_own(hearth):
    api = Api(hearth, {}).method("/pets", "GET", "MOCK", **MOCK)
    some, all_of_it = allow(["apigateway:POST", "apigateway:PUT", "apigateway:PATCH"]), allow("apigateway:*")
    user = User(hearth, some)
    client, text = user.client("apigateway"), policy(from_network(HERE))
    plain = {"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": {}}
    document, plain = json.dumps(plain | {"x-amazon-apigateway-policy": json.loads(text)}), json.dumps(plain)
    take_away = dict(restApiId=api.id, body=plain, mode="overwrite")
    assert "policy" not in client.put_rest_api(**take_away)
    calls = (lambda: client.create_rest_api(name=fresh("api"), policy=text), lambda: client.import_rest_api(body=document),
             lambda: client.put_rest_api(restApiId=api.id, body=document),
             lambda: client.update_rest_api(restApiId=api.id, patchOperations=replace(text)))
    for call in calls:
        with refused("AccessDeniedException", 403, "apigateway:UpdateRestApiPolicy"):
            call()
    user.may(all_of_it)
    for call in calls:
        assert stored(call()["policy"])["Version"] == "2012-10-17"
    user.may(some)
    assert "policy" in client.put_rest_api(**(take_away | {"mode": "merge"}))
    with refused("AccessDeniedException", 403, "apigateway:UpdateRestApiPolicy"):
        client.put_rest_api(**take_away)
    user.may(all_of_it)
    assert "policy" not in client.put_rest_api(**take_away)


def test_signed_calls_are_judged_by_both_policies(make_hearth):
    server = make_hearth("--account", ":".join(OTHER)).start()
    api = Api(server, {}).method("/pets", "GET", "MOCK", method={"authorizationType": "AWS_IAM"}, **MOCK)
    arn = f"arn:aws:execute-api:{server.region}:{ACCOUNT}:{api.id}/v1/GET/pets"
    user, session = User(server, allow("s3:*")), Session(server)
    root, stranger = {"key": ROOT[1], "secret": ROOT[2]}, {"key": OTHER[1], "secret": OTHER[2]}
    callers = {"user": user.key, "session": session.key, "root": root, "stranger": stranger}

    def ask(*statements):
        api.client.update_rest_api(restApiId=api.id, patchOperations=replace(policy(*statements) if statements else ""))
        api.deploy()
        return {name: send(server, *signed(server, "execute-api", "GET", f"/_aws/execute-api/{api.id}/v1/pets", **key)).status
                for name, key in callers.items()}

    invoke = allow("execute-api:Invoke", arn)
    assert ask() == {"user": 403, "session": 403, "root": 200, "stranger": 403}
    assert ask(who(invoke)) == {"user": 200, "session": 200, "root": 200, "stranger": 200}
    assert ask(who(invoke, {"AWS": [user.arn, session.role]})) == {"user": 200, "session": 200, "root": 200, "stranger": 403}
    assert ask(who(invoke, {"AWS": OTHER[0]})) == {"user": 403, "session": 403, "root": 200, "stranger": 200}
    assert ask(who(invoke), who(deny("execute-api:Invoke", arn), {"AWS": user.arn})) == {"user": 403, "session": 200, "root": 200, "stranger": 200}
    assert ask(who(deny("execute-api:Invoke", arn), IpAddress={"aws:SourceIp": HERE})) == dict.fromkeys(callers, 403)
    user.may(invoke)
    assert ask(who(invoke, {"AWS": OTHER[0]}))["user"] == 200
    denied = send(server, *signed(server, "execute-api", "GET", f"/_aws/execute-api/{api.id}/v1/pets", **session.key))
    assert json.loads(denied.text)["Message"].startswith(f"User: {session.arn} is not authorized to perform: execute-api:Invoke on resource: ")


def test_documents_carry_the_policy(hearth):
    client = hearth.client("apigateway")
    document = {"openapi": "3.0.1", "info": {"title": fresh("api"), "version": "1"}, "x-amazon-apigateway-policy": json.loads(policy(from_network(HERE))),
                "paths": {"/pets": {"get": {"responses": {}, "x-amazon-apigateway-integration": {"type": "mock"}}}}}
    made = client.import_rest_api(body=json.dumps(document))
    client.create_deployment(restApiId=made["id"], stageName="v1")
    written = json.loads(client.get_export(restApiId=made["id"], stageName="v1", exportType="oas30", parameters={"extensions": "apigateway"})["body"].read())
    assert written["x-amazon-apigateway-policy"] == stored(made["policy"])
    again = client.import_rest_api(body=json.dumps(written))
    assert again["policy"] == made["policy"]  # the ARN is written out: it is of the first API
    del document["x-amazon-apigateway-policy"]
    assert "policy" in client.put_rest_api(restApiId=again["id"], body=json.dumps(document))
    assert "policy" not in client.put_rest_api(restApiId=again["id"], body=json.dumps(document), mode="overwrite")


def test_a_template_has_a_policy(hearth):
    client, stack = hearth.client("apigateway"), Stack(hearth.client("cloudformation"), fresh("policy"))

    def template(**properties):
        method = {"RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "HttpMethod": "GET",
                  "AuthorizationType": "NONE", "Integration": {"Type": "MOCK"}}
        return {"Resources": {"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "n", **properties}},
                              "Get": {"Type": "AWS::ApiGateway::Method", "Properties": method},
                              "Deployment": {"Type": "AWS::ApiGateway::Deployment", "DependsOn": "Get",
                                             "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "v1"}}},
                "Outputs": {"Api": {"Value": {"Ref": "Api"}}}}

    stack.create(template(Policy=json.loads(policy(from_network(ELSEWHERE)))))
    assert stack.status == "CREATE_COMPLETE", stack.events
    api = Api.__new__(Api)
    api.hearth, api.id = hearth, stack.outputs["Api"]
    assert api.ask("GET", "/")[0] == 403
    drift = stack.client.detect_stack_resource_drift(StackName=stack.name, LogicalResourceId="Api")["StackResourceDrift"]
    assert drift["StackResourceDriftStatus"] == "IN_SYNC", drift
    client.update_rest_api(restApiId=api.id, patchOperations=replace(policy(from_network(HERE))))
    drift = stack.client.detect_stack_resource_drift(StackName=stack.name, LogicalResourceId="Api")["StackResourceDrift"]
    assert drift["StackResourceDriftStatus"] == "MODIFIED" and HERE in drift["ActualProperties"]
    assert stack.update(template()).status == "UPDATE_COMPLETE", stack.events
    assert "policy" not in client.get_rest_api(restApiId=api.id)
    assert stack.update(template(Policy="nonsense")).status == "UPDATE_ROLLBACK_COMPLETE"
    assert "Invalid policy document" in stack.reason("Api", "UPDATE_FAILED")
    assert stack.delete().status == "DELETE_COMPLETE", stack.events


SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      {properties}
      DefinitionBody:
        openapi: 3.0.1
        info: {{title: sam, version: '1'}}
        paths:
          /pets:
            get:
              responses: {{'200': {{description: ok}}}}
              x-amazon-apigateway-integration: {{type: mock, requestTemplates: {{application/json: '{{"statusCode": 200}}'}}, responses: {{default: {{statusCode: '200'}}}}}}
Outputs: {{Api: {{Value: !Ref Api}}}}
"""


def sam(hearth, properties):
    """What became of the stack, and what its API answers."""
    stack = Stack(hearth.client("cloudformation"), fresh("sam"))
    stack.name = stack.client.create_stack(StackName=stack.name, TemplateBody=SAM.format(properties=properties), OnFailure="DELETE",
                                           Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"])["StackId"]
    stack._wait("stack_create_complete")
    if stack.status != "CREATE_COMPLETE":
        stack._wait("stack_delete_complete")
        return next(reason for _, status, reason in stack.events if status == "CREATE_FAILED")
    api = Api.__new__(Api)
    api.hearth, api.id = hearth, stack.outputs["Api"]
    status = api.ask("GET", "/pets")[0]
    assert stack.delete().status == "DELETE_COMPLETE", stack.events
    return status


@pytest.mark.parametrize("properties, expected", {
    "Auth: {ResourcePolicy: {IpRangeWhitelist: [127.0.0.0/8]}}": 200,
    "Auth: {ResourcePolicy: {IpRangeWhitelist: [192.0.2.0/24]}}": 403,
    "Auth: {ResourcePolicy: {IpRangeBlacklist: [127.0.0.1]}}": 403,
    "Auth: {ResourcePolicy: {SourceVpcWhitelist: [vpc-1]}}": 403,
    "Auth: {ResourcePolicy: {CustomStatements: {Effect: Allow, Principal: '*', Action: 'execute-api:*', Resource: 'execute-api:/v1/GET/*'}}}": 200,
    "EndpointConfiguration: REGIONAL\n      Cors: \"'*'\"\n      Models: {Pet: {type: object}}\n      TracingEnabled: false\n      CacheClusterEnabled: false": 200,
    "MethodSettings: [{ResourcePath: /*, HttpMethod: '*', LoggingLevel: INFO, MetricsEnabled: true, ThrottlingRateLimit: 9, ThrottlingBurstLimit: 9}]": 200,
    "BinaryMediaTypes: ['*~1*']\n      Variables: {A: b}\n      Tags: {A: b}\n      GatewayResponses: {DEFAULT_4XX: {StatusCode: 418}}": 200,
    "TracingEnabled: true": "X-Ray",
    "CacheClusterEnabled: true": "cache",
    "MinimumCompressionSize: 1024": "minimumCompressionSize",
    "EndpointConfiguration: {Type: PRIVATE}": "PRIVATE",
    "AccessLogSetting: {DestinationArn: 'arn:aws:logs:a:b:log-group:c', Format: $context.requestId}": "AccessLogSetting",
    "CanarySetting: {PercentTraffic: 10}": "CanarySetting",
    "Domain: {DomainName: a.example.com, CertificateArn: 'arn:aws:acm:a:b:certificate/c'}": "Domain",
    "Auth: {DefaultAuthorizer: U, Authorizers: {U: {UserPoolArn: 'arn:aws:cognito-idp:a:000000000001:userpool/b'}}}": "COGNITO_USER_POOLS",
}.items())
def test_what_sam_says_of_an_api_works_or_is_refused_by_name(hearth, properties, expected):
    try:
        outcome = sam(hearth, properties)
    except hearth.client("cloudformation").exceptions.ClientError as error:
        outcome = error.response["Error"]["Message"]
    assert outcome == expected if isinstance(expected, int) else expected in str(outcome), outcome


def test_a_method_is_tried_without_a_deployment(hearth, functions):
    api = Api(hearth, functions).method("/pets/{id}", "GET", "AWS_PROXY", "proxy", method={"authorizationType": "AWS_IAM", "apiKeyRequired": True})
    where = dict(restApiId=api.id, resourceId=api.resource("/pets/{id}"), httpMethod="GET")
    shut = api.client.test_invoke_method(**where, pathWithQueryString="/pets/7")
    assert (shut["status"], json.loads(shut["body"])) == (500, {"message": "Internal server error"}) and "AccessDenied" in shut["log"]
    hearth.client("lambda").add_permission(
        FunctionName=functions["proxy"], StatementId=fresh("test"), Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{hearth.region}:{ACCOUNT}:{api.id}/test-invoke-stage/GET/pets/*")
    given = api.client.test_invoke_method(**where, pathWithQueryString="/pets/7?kind=cat", headers={"Accept": "a"}, body="hello", stageVariables={"a": "b"})
    assert given["status"] == 201 and given["latency"] >= 0, given["log"]
    assert json.loads(given["body"]) == ["/pets/7", {"id": "7"}, {"kind": "cat"}, {"a": "b"}, "hello"]
    assert given["headers"]["X-A"] == "1" and given["multiValueHeaders"]["X-B"] == ["2", "3"]
    for words in ("Starting execution for request: ", "HTTP Method: GET, Resource Path: /pets/7", "Method request path: {id=7}",
                  "Method request headers: {Accept=a}", "Method completed with status: 201"):
        assert words in given["log"]
    with refused("BadRequestException", 400, "does not belong to the resource"):
        api.client.test_invoke_method(**where, pathWithQueryString="/dogs")
    with refused("NotFoundException", 404, "Invalid Method identifier specified"):
        api.client.test_invoke_method(**(where | {"httpMethod": "PUT"}))
    with refused("BadRequestException", 400, "client certificates"):
        api.client.test_invoke_method(**where, clientCertificateId="c")
    api.client.put_method(**(where | {"httpMethod": "PUT"}), authorizationType="NONE")
    with refused("BadRequestException", 400, "No integration defined for method"):
        api.client.test_invoke_method(**(where | {"httpMethod": "PUT"}))


def test_functions_are_called_as_a_role(hearth, functions):
    session = Session(hearth, services=("apigateway.amazonaws.com",))
    api = Api(hearth, functions)
    for caller, code, words in (("arn:aws:iam::*:user/*", "BadRequestException", "arn:aws:iam::*:user/*"),
                                ("arn:aws:iam::999999999999:role/x", "AccessDeniedException", "Cross-account pass role is not allowed."),
                                ("nobody", "BadRequestException", "Invalid ARN")):
        with refused(code, words=words):
            api.client.create_authorizer(restApiId=api.id, name="guard", type="TOKEN", authorizerUri=api.uri("guard"),
                                         identitySource="method.request.header.X-Effect", authorizerCredentials=caller)
    guard = api.client.create_authorizer(restApiId=api.id, name="guard", type="TOKEN", authorizerUri=api.uri("guard"), authorizerResultTtlInSeconds=0,
                                         identitySource="method.request.header.X-Effect", authorizerCredentials=session.role)
    assert guard["authorizerCredentials"] == session.role
    api.method("/guarded", "GET", "MOCK", method={"authorizationType": "CUSTOM", "authorizerId": guard["id"]}, **MOCK)
    api.method("/called", "GET", "AWS_PROXY", "proxy", credentials=session.role).deploy()

    def ask():
        tried = api.client.test_invoke_authorizer(restApiId=api.id, authorizerId=guard["id"], headers={"X-Effect": "Allow"})
        return api.ask("GET", "/called")[0], api.ask("GET", "/guarded", headers={"X-Effect": "Allow"})[0], tried["clientStatus"]

    assert ask() == (500, 500, 500)
    session.may(allow("lambda:InvokeFunction", functions["proxy"]))
    assert ask() == (201, 500, 500)
    session.may(allow("lambda:InvokeFunction", list(functions.values())))
    assert ask() == (201, 200, 0)
    hearth.client("iam").update_assume_role_policy(RoleName=session.name, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))
    assert ask() == (500, 500, 500)
    user = User(hearth, allow("apigateway:*"))
    with refused("AccessDeniedException", 403, "iam:PassRole"):
        user.client("apigateway").update_authorizer(restApiId=api.id, authorizerId=guard["id"], patchOperations=[
            {"op": "replace", "path": "/authorizerCredentials", "value": session.role}])


def test_functions_of_other_accounts_let_roles_in_themselves(make_hearth):
    server = make_hearth("--account", ":".join(OTHER)).start()
    theirs = Principal(server, *OTHER[1:])
    client, functions = theirs.client("lambda"), make_functions(theirs)
    session = Session(server, allow("lambda:InvokeFunction"), services=("apigateway.amazonaws.com",))
    api = Api(server, functions)
    guard = api.client.create_authorizer(restApiId=api.id, name="guard", type="TOKEN", authorizerUri=api.uri("guard"),
                                         identitySource="method.request.header.X-Effect", authorizerCredentials=session.role)
    api.method("/called", "GET", "AWS_PROXY", "proxy", credentials=session.role).deploy()

    def ask(principal=None):
        for function in functions.values() if principal else ():
            client.add_permission(FunctionName=function, StatementId=fresh("s"), Action="lambda:InvokeFunction", Principal=principal)
        tried = api.client.test_invoke_authorizer(restApiId=api.id, authorizerId=guard["id"], headers={"X-Effect": "Allow"})
        return api.ask("GET", "/called")[0], tried["clientStatus"]

    assert ask() == (500, 500)
    assert ask("apigateway.amazonaws.com") == (500, 500)
    assert ask(session.role) == (201, 0)
    session.may(allow("s3:*"))
    assert ask(ACCOUNT) == (500, 500)
