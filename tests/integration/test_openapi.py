"""API Gateway: documents become APIs, and APIs documents."""

import http.client
import json

import pytest

from support.aws import fresh, make_bucket, make_role, refused
from support.packages import package
from support.principals import User, allow
from support.wait import until

SOURCE = '''
import json

def proxy(event, context):
    return {"statusCode": 200, "body": json.dumps({"path": event["path"], "who": event["requestContext"].get("authorizer", {}).get("principalId")})}

def guard(event, context):
    effect = "Allow" if event["authorizationToken"] == "let me in" else "Deny"
    return {"principalId": "guest", "policyDocument": {"Version": "2012-10-17", "Statement": [
        {"Effect": effect, "Action": "execute-api:Invoke", "Resource": event["methodArn"]}]}}
'''


@pytest.fixture(scope="module")
def functions(hearth):
    client, role, uris = hearth.client("lambda"), make_role(hearth), {}
    for handler in ("proxy", "guard"):
        name = fresh(handler)
        arn = client.create_function(FunctionName=name, Runtime="python3.11", Role=role, Handler=f"index.{handler}",
                                     Code={"ZipFile": package(index__py=SOURCE)})["FunctionArn"]
        client.add_permission(FunctionName=name, StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com")
        uris[handler] = f"arn:aws:apigateway:{hearth.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
    return uris


def ask(hearth, api, verb, path, stage="v1", headers=None, body=None):
    """Status, headers, text."""
    connection = http.client.HTTPConnection("127.0.0.1", hearth.port, timeout=60)
    connection.request(verb, f"/_aws/execute-api/{api}/{stage}{path}", headers=headers or {}, body=body)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers, text


def mock(text, **more):
    """An operation that answers with this."""
    return {"responses": {"200": {"description": "ok"}}, "x-amazon-apigateway-integration": {
        "type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {"default": {"statusCode": "200", "responseTemplates": {"application/json": text}}}}} | more


def proxied(uri, **more):
    """As AWS SAM writes it."""
    return {"responses": {}, "x-amazon-apigateway-integration": {"httpMethod": "POST", "type": "aws_proxy", "uri": uri}} | more


def document(title, paths, **more):
    return {"swagger": "2.0", "info": {"title": title, "version": "1.0"}, "paths": paths} | more


def cors():
    headers = {"Access-Control-Allow-Origin": "'*'", "Access-Control-Allow-Methods": "'GET,OPTIONS'"}
    return {"consumes": ["application/json"], "produces": ["application/json"], "summary": "CORS support",
            "responses": {"200": {"description": "Default response for CORS method", "headers": {name: {"type": "string"} for name in headers}}},
            "x-amazon-apigateway-integration": {
                "type": "mock", "requestTemplates": {"application/json": '{\n  "statusCode" : 200\n}\n'},
                "responses": {"default": {"statusCode": "200", "responseTemplates": {"application/json": "{}\n"},
                                          "responseParameters": {f"method.response.header.{name}": value for name, value in headers.items()}}}}}


def test_a_document_is_an_api_that_answers(hearth, functions):
    client, name = hearth.client("apigateway"), fresh("imported")
    api = client.import_rest_api(failOnWarnings=True, parameters={"endpointConfigurationTypes": "REGIONAL"}, body=json.dumps(document(name, {
        "/hello": {"get": proxied(functions["proxy"]), "options": cors()},
        "/guarded/{id}": {"x-amazon-apigateway-any-method": proxied(functions["proxy"], security=[{"guard": []}])},
        "/keyed": {"get": mock("{}", security=[{"api_key": []}])}}, securityDefinitions={
            "api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
            "guard": {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "custom",
                      "x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": functions["guard"], "authorizerResultTtlInSeconds": 0}}},
        **{"x-amazon-apigateway-gateway-responses": {"UNAUTHORIZED": {"statusCode": 418, "responseTemplates": {"application/json": "who are you?"}}}})))
    assert (api["name"], api["version"], api["endpointConfiguration"]["types"]) == (name, "1.0", ["REGIONAL"])
    assert client.get_rest_api(restApiId=api["id"])["name"] == name
    items = client.get_resources(restApiId=api["id"], embed=["methods"])["items"]
    assert {item["path"]: sorted(item.get("resourceMethods", {})) for item in items} == {
        "/": [], "/hello": ["GET", "OPTIONS"], "/guarded": [], "/guarded/{id}": ["ANY"], "/keyed": ["GET"]}
    assert client.get_models(restApiId=api["id"])["items"] == []
    [authorizer] = client.get_authorizers(restApiId=api["id"])["items"]
    method = next(item for item in items if item["path"] == "/guarded/{id}")["resourceMethods"]["ANY"]
    assert (method["authorizationType"], method["authorizerId"]) == ("CUSTOM", authorizer["id"])

    client.create_deployment(restApiId=api["id"], stageName="v1")
    status, _, text = ask(hearth, api["id"], "GET", "/hello")
    assert (status, json.loads(text)["path"]) == (200, "/hello")
    status, headers, _ = ask(hearth, api["id"], "OPTIONS", "/hello")
    assert (status, headers["Access-Control-Allow-Methods"]) == (200, "GET,OPTIONS")
    assert ask(hearth, api["id"], "GET", "/keyed")[0] == 403
    assert ask(hearth, api["id"], "GET", "/guarded/7")[0::2] == (418, "who are you?")
    assert ask(hearth, api["id"], "GET", "/guarded/7", headers={"Authorization": "please"})[0] == 403
    status, _, text = ask(hearth, api["id"], "PUT", "/guarded/7", headers={"Authorization": "let me in"})
    assert (status, json.loads(text)) == (200, {"path": "/guarded/7", "who": "guest"})


def test_an_authorizer_is_tried_by_itself(hearth, functions):
    client = hearth.client("apigateway")
    api = client.create_rest_api(name=fresh("trial"))["id"]
    guard = client.create_authorizer(restApiId=api, name="guard", type="TOKEN", authorizerUri=functions["guard"],
                                     identitySource="method.request.header.X-Token", identityValidationExpression="[a-z ]+")["id"]
    ask_it = lambda **headers: client.test_invoke_authorizer(restApiId=api, authorizerId=guard, headers=headers, pathWithQueryString="/a?b=c")
    answer = ask_it(**{"X-Token": "let me in"})
    assert (answer["clientStatus"], answer["principalId"]) == (0, "guest")
    [statement] = json.loads(answer["policy"])["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Resource"] == f"arn:aws:execute-api:{hearth.region}:000000000001:{api}/test-invoke-stage/GET/a"
    assert json.loads(ask_it(**{"X-Token": "go away"})["policy"])["Statement"][0]["Effect"] == "Deny"
    assert [ask_it(**headers)["clientStatus"] for headers in ({}, {"X-Token": "1234"})] == [401, 401]
    client.update_authorizer(restApiId=api, authorizerId=guard, patchOperations=[
        {"op": "replace", "path": "/authorizerUri", "value": functions["guard"].replace("guard", "nobody")}])
    assert ask_it(**{"X-Token": "let me in"})["clientStatus"] == 500
    with refused("NotFoundException", 404, "Invalid Authorizer identifier specified"):
        client.test_invoke_authorizer(restApiId=api, authorizerId="none")


def test_yaml_of_version_3_with_a_model_and_a_validator(hearth):
    client = hearth.client("apigateway")
    api = client.import_rest_api(parameters={"basepath": "prepend"}, body="""
openapi: 3.0.1
info: {title: yaml, version: 1}
servers: [{url: "https://api.test/{basePath}", variables: {basePath: {default: v2}}}]
x-amazon-apigateway-request-validators: {all: {validateRequestBody: true, validateRequestParameters: true}}
x-amazon-apigateway-request-validator: all
paths:
  /people:
    post:
      parameters:
        - {name: kind, in: query, required: true, schema: {type: string}}
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Person"}}}}
      responses: {200: {description: ok}}
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: {application/json: '{"statusCode": 200}'}
        responses: {default: {statusCode: 200}}
components:
  schemas:
    Person: {type: object, required: [name], properties: {name: {type: string}, friends: {type: array, items: {$ref: "#/components/schemas/Person"}}}}
""")["id"]
    client.create_deployment(restApiId=api, stageName="v1")
    say = lambda body, query="?kind=a": ask(hearth, api, "POST", "/v2/people" + query, headers={"Content-Type": "application/json"}, body=json.dumps(body))
    assert say({"name": "a", "friends": [{"name": "b"}]})[0] == 200
    assert json.loads(say({"name": "a", "friends": [{}]})[2]) == {"message": "Invalid request body"}
    assert json.loads(say({"name": "a"}, "")[2]) == {"message": "Missing required request parameters: [kind]"}


def test_an_api_is_overwritten_or_merged(hearth):
    client = hearth.client("apigateway")
    api = client.import_rest_api(body=json.dumps(document("one", {"/a": {"get": mock('"a"')}, "/b": {"get": mock('"b"')}})))["id"]
    client.create_deployment(restApiId=api, stageName="v1")
    ids = lambda: {item["path"]: item["id"] for item in client.get_resources(restApiId=api)["items"]}
    before = ids()
    changed = json.dumps(document("two", {"/a": {"get": mock('"new"')}, "/c": {"get": mock('"c"')}}))
    assert client.put_rest_api(restApiId=api, body=changed)["name"] == "two"  # the default is merge
    assert set(ids()) == {"/", "/a", "/b", "/c"}
    assert ask(hearth, api, "GET", "/a")[2] == '"a"', "what is served is the deployment"
    client.create_deployment(restApiId=api, stageName="v1")
    assert (ask(hearth, api, "GET", "/a")[2], ask(hearth, api, "GET", "/b")[2]) == ('"new"', '"b"')
    client.put_rest_api(restApiId=api, body=changed, mode="overwrite")
    assert set(ids()) == {"/", "/a", "/c"}
    assert ids()["/a"] == before["/a"]
    client.create_deployment(restApiId=api, stageName="v1")
    assert (ask(hearth, api, "GET", "/c")[2], ask(hearth, api, "GET", "/b")[0]) == ('"c"', 403)
    with refused("NotFoundException", 404, "Invalid API identifier specified"):
        client.put_rest_api(restApiId="nosuchapi0", body=changed)
    with refused("BadRequestException", 400, "Invalid mode specified"):
        client.put_rest_api(restApiId=api, body=changed, mode="other")


def test_documents_that_are_refused(hearth):
    client = hearth.client("apigateway")
    count = lambda: len(client.get_rest_apis(limit=500)["items"])
    before = count()
    for body in ("{'key:value}", "a: [", "swagger: '1.2'", "openapi: 3.1.0\npaths: {}", "x"):
        with refused("BadRequestException", 400) as refusal:
            client.import_rest_api(body=body)
        assert refusal.message == "Invalid OpenAPI input."
    with refused("BadRequestException", 400, "Unable to parse API definition because of a malformed integration at path /a"):
        client.import_rest_api(body=json.dumps(document("x", {"/a": {"get": {"x-amazon-apigateway-integration": {"type": "aws", "uri": {"Ref": "F"}}}}})))
    broken = document("x", {"/a": {"get": {"x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": "arn:x"}}}})
    with refused("BadRequestException", 400) as refusal:
        client.import_rest_api(body=json.dumps(broken))
    assert refusal.message == ("Errors found during import:\n\tUnable to put integration on 'GET' for resource at path '/a': "
                               "Invalid ARN specified in the request")
    odd = json.dumps(document("odd", {"/a": {"get": {"x-amazon-apigateway-integration": {"type": "carrier pigeon"}}}}))
    warning = "Unknown integration type 'carrier pigeon' for 'GET /a'. Ignoring."
    with refused("BadRequestException", 400) as refusal:
        client.import_rest_api(body=odd, failOnWarnings=True)
    assert refusal.message == "Warnings found during import:\n\t" + warning
    assert count() == before
    assert client.import_rest_api(body=odd)["warnings"] == [warning]


def test_a_role_in_a_document_has_to_be_ones_own_to_hand_on(hearth):
    role = make_role(hearth, "apigateway.amazonaws.com")
    body = json.dumps(document("roles", {"/{key}": {"get": {"responses": {}, "x-amazon-apigateway-integration": {
        "type": "aws", "httpMethod": "GET", "uri": f"arn:aws:apigateway:{hearth.region}:s3:path/bucket/key", "credentials": role}}}}))
    user = User(hearth, allow("apigateway:*"))
    client = user.client("apigateway")
    with refused("AccessDeniedException", 403, "iam:PassRole"):
        client.import_rest_api(body=body)
    user.may(allow("apigateway:*"), allow("iam:PassRole", role))
    assert client.import_rest_api(body=body)["id"]


def test_an_export_is_imported_as_the_same_api(hearth, functions):
    client = hearth.client("apigateway")
    first = client.import_rest_api(body=json.dumps(document("exported", {
        "/a/{id}": {"get": proxied(functions["proxy"], parameters=[{"name": "id", "in": "path", "required": True, "type": "string"}],
                                   security=[{"guard": []}], operationId="getA"), "options": cors()}},
        definitions={"Pet": {"type": "object"}}, securityDefinitions={
            "guard": {"type": "apiKey", "name": "X-Token", "in": "header", "x-amazon-apigateway-authtype": "custom",
                      "x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": functions["guard"]}}})))["id"]
    client.create_deployment(restApiId=first, stageName="v1")
    everything = {"extensions": "apigateway"}

    def export(api, kind, **more):
        answer = client.get_export(restApiId=api, stageName="v1", exportType=kind, **more)
        assert answer["contentType"] == "application/octet-stream"
        return answer, answer["body"].read().decode()

    plain, text = export(first, "swagger")
    assert plain["contentDisposition"] == 'attachment; filename="swagger_1.0.json"'
    assert (json.loads(text)["basePath"], "x-amazon" in json.dumps(json.loads(text)["paths"])) == ("/v1", False)
    assert json.loads(export(first, "oas30")[1])["openapi"] == "3.0.1"
    for kind in ("swagger", "oas30"):
        for accepts in ("application/json", "application/yaml"):
            _, text = export(first, kind, parameters=everything, accepts=accepts)
            second = client.import_rest_api(body=text, failOnWarnings=True)["id"]
            client.create_deployment(restApiId=second, stageName="v1")
            again = export(second, kind, parameters=everything, accepts=accepts)[1]
            assert again.replace(second, first) == text
    assert export(first, "oas30", accepts="application/yaml")[1].startswith("---\nopenapi: \"3.0.1\"\n")
    with refused("BadRequestException", 400, "Postman"):
        client.get_export(restApiId=first, stageName="v1", exportType="swagger", parameters={"extensions": "postman"})
    with refused("NotFoundException", 404, "Invalid stage identifier specified"):
        client.get_export(restApiId=first, stageName="v9", exportType="swagger")
    with refused("NotImplemented"):
        client.get_sdk(restApiId=first, stageName="v1", sdkType="java")


# --- in templates


def template(body, **properties):
    return json.dumps({"Resources": {
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"FailOnWarnings": True, "Body": body} | properties},
        "Stage": {"Type": "AWS::ApiGateway::Stage", "Properties": {
            "RestApiId": {"Ref": "Api"}, "DeploymentId": {"Ref": "Deployment"}, "StageName": "v1", "Variables": {"word": "hi"},
            "MethodSettings": [{"ResourcePath": "/~1a", "HttpMethod": "GET", "ThrottlingRateLimit": 0.01, "ThrottlingBurstLimit": 2,
                                "LoggingLevel": "ERROR", "MetricsEnabled": True}]}},
        "Deployment": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}}}},
        "Outputs": {"Api": {"Value": {"Ref": "Api"}}, "Root": {"Value": {"Fn::GetAtt": ["Api", "RootResourceId"]}}}})


def finished(client, stack):
    status = until(lambda: (now := client.describe_stacks(StackName=stack)["Stacks"][0])["StackStatus"].endswith(("_COMPLETE", "_FAILED"))
                   and not now["StackStatus"].endswith("CLEANUP_IN_PROGRESS") and now, "the stack")
    return status["StackStatus"], {item["OutputKey"]: item["OutputValue"] for item in status.get("Outputs", [])}


def test_a_stack_has_its_api_in_the_body(hearth):
    client, gateway, stack = hearth.client("cloudformation"), hearth.client("apigateway"), fresh("body")
    client.create_stack(StackName=stack, TemplateBody=template(
        document("a title", {"/a": {"get": mock('"$stageVariables.word"')}}), Name="a name", Parameters={"endpointConfigurationTypes": "REGIONAL"}))
    status, outputs = finished(client, stack)
    assert status == "CREATE_COMPLETE"
    api = gateway.get_rest_api(restApiId=outputs["Api"])
    assert (api["name"], api["endpointConfiguration"]["types"]) == ("a name", ["REGIONAL"])
    assert [ask(hearth, outputs["Api"], "GET", "/a")[0] for _ in range(3)] == [200, 200, 429], "the stage's settings hold"
    setting = gateway.get_stage(restApiId=outputs["Api"], stageName="v1")["methodSettings"]["~1a/GET"]
    assert (setting["loggingLevel"], setting["metricsEnabled"], setting["throttlingBurstLimit"]) == ("ERROR", True, 2)

    client.update_stack(StackName=stack, TemplateBody=template(document("a title", {"/b": {"get": mock('"b"')}}), Name="a name"))
    assert finished(client, stack) == ("UPDATE_COMPLETE", outputs), "the same API with the same root"
    paths = lambda: {item["path"] for item in gateway.get_resources(restApiId=outputs["Api"])["items"]}
    assert paths() == {"/", "/b"}
    # What cannot be made puts back what was.
    client.update_stack(StackName=stack, TemplateBody=json.dumps(json.loads(template(document("a title", {"/c": {"get": mock('"c"')}}))) | {
        "Resources": json.loads(template(document("a title", {"/c": {"get": mock('"c"')}})))["Resources"] | {
            "Wrong": {"Type": "AWS::ApiGateway::Authorizer", "Properties": {"RestApiId": {"Ref": "Api"}, "Name": "n", "Type": "TOKEN", "AuthorizerUri": "arn:x"}}}}))
    assert finished(client, stack)[0] == "UPDATE_ROLLBACK_COMPLETE"
    assert paths() == {"/", "/b"}
    assert gateway.get_rest_api(restApiId=outputs["Api"])["name"] == "a name"
    client.delete_stack(StackName=stack)
    until(lambda: not any(item["id"] == outputs["Api"] for item in gateway.get_rest_apis(limit=500)["items"]), "the API to go")


def test_a_stack_takes_the_document_from_a_bucket(hearth):
    client, gateway, stack, bucket = hearth.client("cloudformation"), hearth.client("apigateway"), fresh("s3body"), make_bucket(hearth)
    hearth.client("s3").put_object(Bucket=bucket, Key="api.yaml", Body="""
swagger: "2.0"
info: {title: from a bucket, version: "1"}
paths: {/x: {get: {responses: {}, x-amazon-apigateway-integration: {type: mock}}}}
""")
    made = {"Resources": {"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"BodyS3Location": {"Bucket": bucket, "Key": "api.yaml"}}}},
            "Outputs": {"Api": {"Value": {"Ref": "Api"}}}}
    client.create_stack(StackName=stack, TemplateBody=json.dumps(made))
    status, outputs = finished(client, stack)
    assert (status, gateway.get_rest_api(restApiId=outputs["Api"])["name"]) == ("CREATE_COMPLETE", "from a bucket")
    made["Resources"]["Api"]["Properties"]["BodyS3Location"]["Key"] = "none.yaml"
    client.update_stack(StackName=stack, TemplateBody=json.dumps(made))
    assert finished(client, stack)[0] == "UPDATE_ROLLBACK_COMPLETE"
    reasons = [event.get("ResourceStatusReason", "") for event in client.describe_stack_events(StackName=stack)["StackEvents"]]
    assert any("The API definition in S3 cannot be read (Error Code: NoSuchKey)" in reason for reason in reasons)


def test_a_stack_has_authorizers_and_gateway_responses(hearth, functions):
    client, stack = hearth.client("cloudformation"), fresh("guarded")

    def made(ttl, status):
        return json.dumps({"Resources": {
            "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": stack}},
            "Guard": {"Type": "AWS::ApiGateway::Authorizer", "Properties": {
                "RestApiId": {"Ref": "Api"}, "Name": "guard", "Type": "TOKEN", "AuthorizerUri": functions["guard"],
                "IdentitySource": "method.request.header.Authorization", "AuthorizerResultTtlInSeconds": ttl}},
            "Method": {"Type": "AWS::ApiGateway::Method", "Properties": {
                "RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "HttpMethod": "GET",
                "AuthorizationType": "CUSTOM", "AuthorizerId": {"Ref": "Guard"},
                "Integration": {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": functions["proxy"]}}},
            "Denied": {"Type": "AWS::ApiGateway::GatewayResponse", "Properties": {"RestApiId": {"Ref": "Api"}, "ResponseType": "ACCESS_DENIED", "StatusCode": status}},
            f"Deployment{ttl}": {"Type": "AWS::ApiGateway::Deployment", "DependsOn": ["Method", "Denied"], "Properties": {
                "RestApiId": {"Ref": "Api"}, "StageName": "v1", "StageDescription": {"ThrottlingBurstLimit": 50}}}},
            "Outputs": {"Api": {"Value": {"Ref": "Api"}}, "Guard": {"Value": {"Fn::GetAtt": ["Guard", "AuthorizerId"]}}}})

    client.create_stack(StackName=stack, TemplateBody=made(0, "404"))
    status, outputs = finished(client, stack)
    assert status == "CREATE_COMPLETE"
    assert ask(hearth, outputs["Api"], "GET", "/", headers={"Authorization": "let me in"})[0] == 200
    assert ask(hearth, outputs["Api"], "GET", "/", headers={"Authorization": "no"})[0] == 404
    gateway = hearth.client("apigateway")
    assert gateway.get_stage(restApiId=outputs["Api"], stageName="v1")["methodSettings"]["*/*"]["throttlingBurstLimit"] == 50
    client.update_stack(StackName=stack, TemplateBody=made(30, "410"))
    assert finished(client, stack) == ("UPDATE_COMPLETE", outputs)
    assert gateway.get_authorizer(restApiId=outputs["Api"], authorizerId=outputs["Guard"])["authorizerResultTtlInSeconds"] == 30
    assert ask(hearth, outputs["Api"], "GET", "/", headers={"Authorization": "no"})[0] == 410
    client.delete_stack(StackName=stack)
