"""API Gateway: the control plane through boto3, and requests to the APIs that it makes."""

import json
import re
import time

import pytest

from support.aws import fresh, make_role, refused
from support.packages import package
from support.rest_api import Api
from support.wait import until

SOURCE = '''
import json, time

def echo(event, context):
    return event

def proxy(event, context):
    wish = json.loads(event["body"] or "{}") if event.get("body") and event["body"].startswith("{") else {}
    if "raw" in wish:
        return wish["raw"]
    return {"statusCode": 200, "body": json.dumps(event)}

def fails(event, context):
    raise ValueError("[404] no such test " + str(event.get("id")))

def sleeps(event, context):
    time.sleep(30)
'''


@pytest.fixture(scope="module")
def functions(hearth):
    client, role, arns = hearth.client("lambda"), make_role(hearth), {}
    for handler in ("echo", "proxy", "fails", "sleeps"):
        name = fresh(handler)
        arns[handler] = client.create_function(FunctionName=name, Runtime="python3.11", Role=role, Handler=f"index.{handler}", Timeout=60,
                                               Code={"ZipFile": package(index__py=SOURCE)})["FunctionArn"]
        client.add_permission(FunctionName=name, StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com")
    return arns


@pytest.fixture
def api(hearth, functions):
    return Api(hearth, functions)


OK = {"200": {}}
JSON = {"Content-Type": "application/json"}


# --- integrations


def test_a_mock_answers_at_both_addresses(api):
    api.method("/ping", "GET", "MOCK", requestTemplates={"application/json": '{"statusCode": 200}'},
               responses={"200": {"responseTemplates": {"application/json": '{"pong": "$context.stage"}'}}}).deploy()
    assert api.json("GET", "/ping") == (200, {"pong": "v1"})
    assert api.json("GET", "/ping", host=True) == (200, {"pong": "v1"})
    status, headers, _ = api.ask("GET", "/ping")
    assert headers["Content-Type"] == "application/json"
    assert re.fullmatch(r"[0-9a-f-]{36}", headers["x-amzn-RequestId"])


def test_what_is_not_there(api):
    api.method("/ping", "GET", "MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}, responses=OK).deploy()
    missing = {"message": "Missing Authentication Token"}
    assert api.json("GET", "/other") == (403, missing)
    assert api.json("POST", "/ping") == (403, missing)
    assert api.json("GET", "/ping", stage="v2") == (403, {"message": "Forbidden"})


def test_a_proxy_gets_the_whole_request_and_says_the_whole_answer(api):
    api.method("/a/{id}/{rest+}", "ANY", "AWS_PROXY", "proxy").deploy()
    status, event = api.json("POST", "/a/7/b/c%20d?x=1&x=2&y=%C3%A4", body="plain", headers={"X-Thing": "one", "Content-Type": "text/plain"})
    assert status == 200
    assert (event["resource"], event["path"], event["httpMethod"]) == ("/a/{id}/{rest+}", "/a/7/b/c%20d", "POST")
    assert event["pathParameters"] == {"id": "7", "rest": "b/c%20d"}
    assert (event["queryStringParameters"], event["multiValueQueryStringParameters"]) == ({"x": "2", "y": "ä"}, {"x": ["1", "2"], "y": ["ä"]})
    assert (event["headers"]["X-Thing"], event["multiValueHeaders"]["X-Thing"]) == ("one", ["one"])
    assert (event["body"], event["isBase64Encoded"]) == ("plain", False)
    context = event["requestContext"]
    assert (context["stage"], context["apiId"], context["httpMethod"], context["identity"]["sourceIp"]) == ("v1", api.id, "POST", "127.0.0.1")

    wish = {"raw": {"statusCode": 418, "headers": {"X-Kind": "teapot", "Content-Type": "text/plain"},
                    "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]}, "isBase64Encoded": False, "body": "short and stout"}}
    status, headers, text = api.ask("PUT", "/a/7/b", body=json.dumps(wish))
    assert (status, headers["X-Kind"], headers["Content-Type"], headers.get_all("Set-Cookie"), text) == (
        418, "teapot", "text/plain", ["a=1", "b=2"], "short and stout")
    for malformed in ({"no": "status"}, "text", {"statusCode": 200, "body": {"not": "text"}}, {"statusCode": "x"}):
        assert api.json("POST", "/a/7/b", body=json.dumps({"raw": malformed})) == (502, {"message": "Internal server error"}), malformed


def test_templates_map_in_both_directions(api):
    request = r'''#set($inputRoot = $input.path('$'))
{
  "id": "$input.params('id')",
  "page": "$input.params().querystring.get('page')",
  "agent": "$util.escapeJavaScript($input.params('X-Agent')).replaceAll("\\'", "'")",
  "names": [#foreach($item in $inputRoot.items)"$item.name"#if($foreach.hasNext),#end#end],
  "whole": $input.json('$'),
  "stage": "$context.stage", "method": "$context.httpMethod"
}'''
    response = r'''#set($r = $input.path('$'))
{"count": $r.names.size(), "first": "$r.names[0]", "page": "$r.page", "agent": "$util.escapeJavaScript($r.agent).replaceAll("\\'", "'")", "from": "$r.method $r.stage $r.id", "n": $input.json('$.whole.n')}'''
    api.method("/t/{id}", "POST", "AWS", "echo", requestTemplates={"application/json": request},
               responses={"200": {"responseTemplates": {"application/json": response}}}).deploy()
    body = json.dumps({"items": [{"name": "a"}, {"name": "b"}], "n": {"deep": [1]}})
    assert api.json("POST", "/t/9?page=2", body=body, headers=JSON | {"X-Agent": 'it\'s "quoted"'}) == (200, {
        "count": 2, "first": "a", "page": "2", "agent": 'it\'s "quoted"', "from": "POST v1 9", "n": {"deep": [1]}})


def test_a_function_error_without_a_pattern_is_a_success_and_with_one_is_mapped(api):
    pattern = {"200": {}, "404": {"selectionPattern": r"^\[404\].*", "responseParameters": {"method.response.header.X-Error": "'yes'"},
                                  "responseTemplates": {"application/json": '{"error": "$input.path(\'$.errorMessage\')"}'}}}
    api.method("/plain", "POST", "AWS", "fails", responses=OK)
    api.method("/mapped", "POST", "AWS", "fails", responses=pattern).deploy()
    status, answer = api.json("POST", "/plain", body='{"id": 1}', headers=JSON)
    assert (status, answer["errorType"]) == (200, "ValueError")
    status, headers, text = api.ask("POST", "/mapped", body='{"id": 5}', headers=JSON)
    assert (status, headers["X-Error"], json.loads(text)) == (404, "yes", {"error": "[404] no such test 5"})


@pytest.mark.parametrize("behavior, form, other", [("WHEN_NO_MATCH", 200, 200), ("WHEN_NO_TEMPLATES", 415, 415), ("NEVER", 415, 415)])
def test_bodies_that_no_template_is_for(api, behavior, form, other):
    api.method("/x", "POST", "AWS", "echo", requestTemplates={"application/json": '{"mapped": true}'}, passthroughBehavior=behavior, responses=OK)
    api.method("/y", "POST", "AWS", "echo", passthroughBehavior=behavior, responses=OK).deploy()
    assert api.json("POST", "/x", body='{"a": 1}', headers=JSON) == (200, {"mapped": True})
    status, answer = api.json("POST", "/x", body='{"a": 1}', headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert status == form
    assert answer == ({"a": 1} if form == 200 else {"message": "Unsupported Media Type"})
    status, answer = api.json("POST", "/y", body='{"a": 1}', headers=JSON)
    assert (status, answer) == ((415, {"message": "Unsupported Media Type"}) if behavior == "NEVER" else (200, {"a": 1}))


def test_a_malformed_template_is_a_failure_of_the_gateway_not_of_the_server(api):
    api.method("/bad", "POST", "AWS", "echo", requestTemplates={"application/json": "#if($x)\n{"}, responses=OK).deploy()
    status, answer = api.json("POST", "/bad", body="{}", headers=JSON)
    assert (status, answer) == (500, {"message": "Internal server error"})
    assert api.hearth.alive()


def test_a_function_that_does_not_answer_in_time(make_hearth):
    server = make_hearth("--gateway-timeout", "1").start()
    client = server.client("lambda")
    arn = client.create_function(FunctionName="slow", Runtime="python3.11", Role=make_role(server), Handler="index.sleeps", Timeout=60,
                                 Code={"ZipFile": package(index__py=SOURCE)})["FunctionArn"]
    client.add_permission(FunctionName="slow", StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com")
    api = Api(server, {"sleeps": arn})
    api.method("/slow", "GET", "AWS_PROXY", "sleeps").deploy()
    assert api.json("GET", "/slow") == (504, {"message": "Endpoint request timed out"})


def test_a_function_that_gave_no_permission_is_not_called(hearth, api, functions):
    client = hearth.client("lambda")
    arn = client.create_function(FunctionName=fresh("closed"), Runtime="python3.11", Role=make_role(hearth), Handler="index.proxy",
                                 Code={"ZipFile": package(index__py=SOURCE)})["FunctionArn"]
    closed = Api(hearth, {"closed": arn})
    closed.method("/x", "GET", "AWS_PROXY", "closed").deploy()
    assert closed.json("GET", "/x") == (500, {"message": "Internal server error"})
    source = f"arn:aws:execute-api:{hearth.region}:000000000001:{closed.id}/*/GET/x"
    client.add_permission(FunctionName=arn, StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com", SourceArn=source)
    until(lambda: closed.ask("GET", "/x")[0] == 200, "the permission")


# --- validation


def test_bodies_and_parameters_are_validated(api):
    client = api.client
    schema = {"$schema": "http://json-schema.org/draft-04/schema#", "type": "object", "required": ["name", "answers"],
              "properties": {"name": {"type": "string", "minLength": 1}, "answers": {"type": "array", "items": {"type": "integer"}}}}
    client.create_model(restApiId=api.id, name="Answer", contentType="application/json", schema=json.dumps(schema))
    both = client.create_request_validator(restApiId=api.id, name="both", validateRequestBody=True, validateRequestParameters=True)["id"]
    api.method("/v", "POST", "AWS", "echo", responses=OK,
               method=dict(requestModels={"application/json": "Answer"}, requestValidatorId=both,
                           requestParameters={"method.request.querystring.testId": True, "method.request.header.X-Must": True}))
    api.deploy()
    good = json.dumps({"name": "n", "answers": [1]})
    assert api.json("POST", "/v?testId=1", body=good, headers=JSON | {"X-Must": "1"}) == (200, json.loads(good))
    assert api.json("POST", "/v", body=good, headers=JSON | {"X-Must": "1"}) == (400, {"message": "Missing required request parameters: [testId]"})
    status, answer = api.json("POST", "/v", body=good, headers=JSON)
    assert status == 400 and "X-Must" in answer["message"] and "testId" in answer["message"]
    for bad in ("{}", '{"name": "", "answers": []}', '{"name": "n", "answers": ["x"]}', "no json", "[]"):
        assert api.json("POST", "/v?testId=1", body=bad, headers=JSON | {"X-Must": "1"}) == (400, {"message": "Invalid request body"}), bad
    # curl -d sends a form: no model is for it
    status, answer = api.json("POST", "/v?testId=1", body='{"other": 1}', headers={"X-Must": "1", "Content-Type": "application/x-www-form-urlencoded"})
    assert (status, answer) == (200, {"other": 1})


# --- keys, plans


@pytest.fixture
def keyed(api):
    api.method("/k", "GET", "MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}, method=dict(apiKeyRequired=True),
               responses={"200": {"responseTemplates": {"application/json": '{"key": "$context.identity.apiKeyId"}'}}}).deploy()
    return api


def plan_for(api, **limits):
    client = api.client
    plan = client.create_usage_plan(name=fresh("plan"), apiStages=[{"apiId": api.id, "stage": "v1"}], **limits)["id"]
    key = client.create_api_key(name=fresh("key"), enabled=True)
    client.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
    return plan, key["id"], {"x-api-key": key["value"]}


def test_a_key_is_needed_where_the_method_says_so(keyed):
    plan, key, header = plan_for(keyed)
    forbidden = (403, {"message": "Forbidden"})
    assert keyed.json("GET", "/k") == forbidden
    assert keyed.json("GET", "/k", headers={"x-api-key": "wrong-" + "x" * 30}) == forbidden
    assert keyed.json("GET", "/k", headers=header) == (200, {"key": key})
    other = keyed.client.create_api_key(name=fresh("key"), enabled=True)  # in no plan of this stage
    assert keyed.json("GET", "/k", headers={"x-api-key": other["value"]}) == forbidden
    keyed.client.update_api_key(apiKey=key, patchOperations=[{"op": "replace", "path": "/enabled", "value": "false"}])
    assert keyed.json("GET", "/k", headers=header) == forbidden


def test_the_burst_of_a_plan_is_a_limit(keyed):
    _, _, header = plan_for(keyed, throttle={"rateLimit": 0.01, "burstLimit": 3})
    answers = [keyed.ask("GET", "/k", headers=header) for _ in range(5)]
    assert [answer[0] for answer in answers] == [200, 200, 200, 429, 429]
    assert json.loads(answers[-1][2]) == {"message": "Too Many Requests"}


def test_the_quota_of_a_plan_is_a_limit(keyed):
    plan, key, header = plan_for(keyed, quota={"limit": 2, "period": "MONTH"})
    answers = [keyed.ask("GET", "/k", headers=header) for _ in range(4)]
    assert [answer[0] for answer in answers] == [200, 200, 429, 429]
    assert json.loads(answers[-1][2]) == {"message": "Limit Exceeded"}
    today = time.strftime("%Y-%m-%d", time.gmtime())
    used = lambda: keyed.client.get_usage(usagePlanId=plan, startDate=today, endDate=today)["items"].get(key)
    assert until(lambda: (days := used()) and days[0][0] >= 2 and days, "usage") == [[2, 0]]


# --- control plane


def test_a_change_is_served_after_the_next_deployment(api):
    api.method("/one", "GET", "MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}, responses=OK).deploy()
    api.method("/two", "GET", "MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}, responses=OK)
    assert api.ask("GET", "/two")[0] == 403
    api.deploy()
    assert api.ask("GET", "/two")[0] == 200


def test_keys_by_name_with_their_values(hearth):
    client = hearth.client("apigateway")
    name = fresh("student")
    key = client.create_api_key(name=name, enabled=True, value="a-value-of-my-own-" + name)
    found = client.get_api_keys(nameQuery=name, includeValues=True)["items"]
    assert [(item["id"], item["value"]) for item in found] == [(key["id"], "a-value-of-my-own-" + name)]
    assert "value" not in client.get_api_keys(nameQuery=name)["items"][0]
    assert client.get_api_key(apiKey=key["id"], includeValue=True)["value"] == key["value"]
    with refused("ConflictException", 409):
        client.create_api_key(name=name, enabled=True, value="a-value-of-my-own-" + name)
    client.delete_api_key(apiKey=key["id"])
    with refused("NotFoundException", 404, "Invalid API Key identifier specified"):
        client.get_api_key(apiKey=key["id"])


def test_apis_resources_and_stages_can_be_read_changed_and_deleted(api):
    client = api.client
    api.method("/a/b", "GET", "MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}, responses=OK)
    deployment = api.deploy()
    assert sorted(item["path"] for item in client.get_resources(restApiId=api.id)["items"]) == ["/", "/a", "/a/b"]
    changed = client.update_rest_api(restApiId=api.id, patchOperations=[{"op": "replace", "path": "/description", "value": "changed"}])
    assert changed["description"] == client.get_rest_api(restApiId=api.id)["description"] == "changed"
    stage = client.update_stage(restApiId=api.id, stageName="v1", patchOperations=[{"op": "replace", "path": "/variables/greeting", "value": "hi"}])
    assert (stage["deploymentId"], stage["variables"]) == (deployment, {"greeting": "hi"})
    with refused("BadRequestException", 400):
        client.delete_deployment(restApiId=api.id, deploymentId=deployment)
    with refused("ConflictException", 409):
        client.create_resource(restApiId=api.id, parentId=api.root, pathPart="a")
    with refused("BadRequestException", 400):
        client.create_resource(restApiId=api.id, parentId=api.root, pathPart="a b")
    client.delete_rest_api(restApiId=api.id)
    with refused("NotFoundException", 404):
        client.get_rest_api(restApiId=api.id)
    assert api.ask("GET", "/a/b")[0] == 403


def test_gateway_responses_say_failures_in_other_words(api):
    api.client.put_gateway_response(restApiId=api.id, responseType="MISSING_AUTHENTICATION_TOKEN", statusCode="404",
                                    responseTemplates={"application/json": '{"sorry": $context.error.messageString}'},
                                    responseParameters={"gatewayresponse.header.X-Sorry": "'very'"})
    api.method("/x", "GET", "MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}, responses=OK).deploy()
    status, headers, text = api.ask("GET", "/unknown")
    assert (status, headers["X-Sorry"], json.loads(text)) == (404, "very", {"sorry": "Missing Authentication Token"})


def test_integrations_that_are_not_supported_are_refused_by_name(api):
    resource = api.resource("/h")
    api.client.put_method(restApiId=api.id, resourceId=resource, httpMethod="GET", authorizationType="NONE")
    with refused("BadRequestException", 400, "sqs"):
        api.client.put_integration(restApiId=api.id, resourceId=resource, httpMethod="GET", type="AWS", integrationHttpMethod="POST",
                                   uri=f"arn:aws:apigateway:{api.hearth.region}:sqs:path/1/queue", credentials="arn:aws:iam::000000000001:role/x")
    with refused("BadRequestException", 400, "COGNITO_USER_POOLS"):
        api.client.put_method(restApiId=api.id, resourceId=resource, httpMethod="POST", authorizationType="COGNITO_USER_POOLS")


def test_bodies_and_heads_of_hostile_sizes(api):
    api.method("/x", "POST", "AWS_PROXY", "proxy").deploy()
    status, _, text = api.ask("POST", "/x", body="x" * (11 << 20))
    assert (status, text) == (413, "HTTP content length exceeded 10485760 bytes.")
    assert api.ask("POST", "/x", body="ok")[0] == 200
