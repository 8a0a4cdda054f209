"""Who may call a deployed API: authorizers, signatures, and what browsers need to read a refusal."""

import json

import pytest

from support.aws import fresh, make_role
from support.packages import package
from support.principals import Session, User, allow, deny
from support.raw import send, signed
from support.rest_api import Api

SOURCE = '''
def guard(event, context):
    """Lets whoever is named in the token do what the token says."""
    token = event.get("authorizationToken") or event["headers"]["X-Token"]
    if token == "nobody":
        raise Exception("Unauthorized")
    if token == "broken":
        raise ValueError("out of order")
    if token == "rubbish":
        return "Allow"
    who, _, wish = token.partition(":")
    effect = "Deny" if wish == "deny" else "Allow"
    resource = event["methodArn"] if wish == "this" else "*"
    return {"principalId": who, "usageIdentifierKey": wish,
            "policyDocument": {"Version": "2012-10-17", "Statement": [
                {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource}]},
            "context": {"asked": context.aws_request_id, "level": 7, "kind": event["type"]}}

def proxy(event, context):
    import json
    return {"statusCode": 200, "body": json.dumps(event["requestContext"])}
'''

WHO = ('{"who": "$context.authorizer.principalId", "asked": "$context.authorizer.asked", "level": "$context.authorizer.level",'
       ' "kind": "$context.authorizer.kind"}')
MOCK = {"requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {"200": {"responseTemplates": {"application/json": WHO}}}}


@pytest.fixture(scope="module")
def functions(hearth):
    client, role, arns = hearth.client("lambda"), make_role(hearth), {}
    for handler in ("guard", "proxy"):
        name = fresh(handler)
        arns[handler] = client.create_function(FunctionName=name, Runtime="python3.11", Role=role, Handler=f"index.{handler}",
                                               Code={"ZipFile": package(index__py=SOURCE)})["FunctionArn"]
        client.add_permission(FunctionName=name, StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com")
    return arns


@pytest.fixture
def api(hearth, functions):
    return Api(hearth, functions)


def authorizer(api, kind="TOKEN", source="method.request.header.X-Token", **more):
    made = api.client.create_authorizer(restApiId=api.id, name=fresh("guard"), type=kind, authorizerUri=api.uri("guard"),
                                        identitySource=source, **more)
    return {"authorizationType": "CUSTOM", "authorizerId": made["id"]}


def test_a_token_is_judged_by_a_function_and_the_judgement_is_kept(api):
    guard = authorizer(api, identityValidationExpression="[a-z:]+")
    api.method("/pets", "GET", "MOCK", method=guard, **MOCK).method("/pets", "POST", "MOCK", method=guard, **MOCK).deploy()

    def ask(token, verb="GET"):
        return api.json(verb, "/pets", headers={"X-Token": token} if token else {})

    status, first = ask("ada")
    assert (status, first["who"], first["level"], first["kind"]) == (200, "ada", "7", "TOKEN")
    assert ask("ada")[1]["asked"] == first["asked"]
    assert ask("grace")[1]["asked"] != first["asked"]
    api.client.flush_stage_authorizers_cache(restApiId=api.id, stageName="v1")
    assert ask("ada")[1]["asked"] != first["asked"]
    for token in (None, "", "Not Valid"):
        assert ask(token) == (401, {"message": "Unauthorized"})
    assert ask("nobody") == (401, {"message": "Unauthorized"})
    assert ask("ada:this")[0] == 200
    assert ask("ada:this", "POST") == (403, {"Message": "User is not authorized to access this resource"})
    assert ask("ada:deny") == (403, {"Message": "User is not authorized to access this resource with an explicit deny"})
    for token, kind in (("broken", "AuthorizerFailureException"), ("rubbish", "AuthorizerConfigurationException")):
        status, headers, text = api.ask("GET", "/pets", headers={"X-Token": token})
        assert (status, json.loads(text), headers["x-amzn-ErrorType"]) == (500, {"message": None}, kind)


def test_a_whole_request_is_judged_and_nothing_is_kept_when_it_may_not_be(api):
    guard = authorizer(api, "REQUEST", "method.request.header.X-Token, method.request.querystring.room", authorizerResultTtlInSeconds=0)
    api.method("/pets/{id}", "GET", "AWS_PROXY", "proxy", method=guard).deploy()
    assert api.json("GET", "/pets/7", headers={"X-Token": "ada"}) == (401, {"message": "Unauthorized"})
    seen = []
    for _ in range(2):
        status, context = api.json("GET", "/pets/7?room=1", headers={"X-Token": "ada"})
        assert status == 200
        assert {name: context["authorizer"][name] for name in ("principalId", "level", "kind")} == {
            "principalId": "ada", "level": "7", "kind": "REQUEST"}
        seen.append(context["authorizer"]["asked"])
    assert seen[0] != seen[1]


def test_an_authorizer_that_gave_no_permission_is_a_failure_of_the_api(hearth, api, functions):
    client = hearth.client("lambda")
    name = fresh("shut")
    arn = client.create_function(FunctionName=name, Runtime="python3.11", Role=make_role(hearth), Handler="index.guard",
                                 Code={"ZipFile": package(index__py=SOURCE)})["FunctionArn"]
    api.functions = functions | {"guard": arn}
    guard = authorizer(api, authorizerResultTtlInSeconds=0)
    api.method("/pets", "GET", "MOCK", method=guard, **MOCK).deploy()
    status, headers, _ = api.ask("GET", "/pets", headers={"X-Token": "ada"})
    assert (status, headers["x-amzn-ErrorType"]) == (500, "AuthorizerConfigurationException")
    client.add_permission(FunctionName=name, StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com",
                          SourceArn=f"arn:aws:execute-api:{hearth.region}:000000000001:{api.id}/authorizers/{guard['authorizerId']}")
    assert api.ask("GET", "/pets", headers={"X-Token": "ada"})[0] == 200


def test_an_authorizer_may_say_which_key_counts(hearth, functions):
    api = Api(hearth, functions, apiKeySource="AUTHORIZER")
    guard = authorizer(api)
    api.method("/pets", "GET", "MOCK", method=guard | {"apiKeyRequired": True}, **MOCK).deploy()
    key = api.client.create_api_key(name=fresh("key"), enabled=True, value="k" * 20 + fresh("v").replace("-", ""))
    plan = api.client.create_usage_plan(name=fresh("plan"), apiStages=[{"apiId": api.id, "stage": "v1"}])
    api.client.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    assert api.json("GET", "/pets", headers={"X-Token": "ada:unknown", "x-api-key": key["value"]}) == (403, {"message": "Forbidden"})
    assert api.ask("GET", "/pets", headers={"X-Token": "ada:" + key["value"]})[0] == 200


def signed_request(api, path, key=None, body=b"", service="execute-api", **more):
    target = f"/_aws/execute-api/{api.id}/v1{path}"
    return send(api.hearth, *signed(api.hearth, service, "POST", target, body, **(key or {}), **more))


def test_a_signature_and_policies_let_a_user_in(hearth, api):
    api.method("/pets", "POST", "AWS_PROXY", "proxy", method={"authorizationType": "AWS_IAM"}).deploy()
    arn = f"arn:aws:execute-api:{hearth.region}:000000000001:{api.id}/v1/POST/pets"
    assert api.json("POST", "/pets", body="{}") == (403, {"message": "Missing Authentication Token"})

    user = User(hearth, allow("execute-api:Invoke", arn))
    answer = signed_request(api, "/pets", user.key, b'{"a": 1}')
    assert answer.status == 200, answer
    identity = json.loads(answer.text)["identity"]
    assert (identity["userArn"], identity["accountId"], identity["accessKey"]) == (user.arn, "000000000001", user.key["key"])
    assert identity["caller"] == identity["user"] and identity["caller"].startswith("AIDA")

    user.may(allow("execute-api:Invoke", arn.replace("POST", "GET")))
    refusal = signed_request(api, "/pets", user.key)
    assert (refusal.status, refusal.headers["x-amzn-ErrorType"]) == (403, "AccessDeniedException")
    assert json.loads(refusal.text)["Message"].startswith(
        f"User: {user.arn} is not authorized to perform: execute-api:Invoke on resource: {arn.replace('000000000001', '********0001')}")
    user.may(allow("execute-api:*"), deny("execute-api:Invoke", arn))
    assert "explicit deny" in signed_request(api, "/pets", user.key).text

    session = Session(hearth, allow("execute-api:Invoke"))
    answer = signed_request(api, "/pets", session.key)
    assert (answer.status, json.loads(answer.text)["identity"]["userArn"]) == (200, session.arn)


def test_signatures_that_are_not_good_are_refused_in_the_services_words(hearth, api):
    api.method("/pets", "POST", "AWS_PROXY", "proxy", method={"authorizationType": "AWS_IAM"}).deploy()
    user = User(hearth, allow("*"))
    for more, kind in (({"key": user.key | {"secret": "wrong"}}, "InvalidSignatureException"),
                       ({"key": user.key, "service": "lambda"}, "InvalidSignatureException"),
                       ({"key": {"key": "AKIAUNKNOWN", "secret": "x"}}, "UnrecognizedClientException")):
        answer = signed_request(api, "/pets", **more)
        assert (answer.status, answer.headers["x-amzn-ErrorType"]) == (403, kind), answer
    method, path, headers, _ = signed(hearth, "execute-api", "POST", f"/_aws/execute-api/{api.id}/v1/pets", b"{}", **user.key)
    other = send(hearth, method, path, headers, b'{"changed": true}')
    assert (other.status, other.headers["x-amzn-ErrorType"]) == (403, "InvalidSignatureException")
    header = send(hearth, "POST", path, {"Authorization": "AWS4-HMAC-SHA256 Nonsense"})
    assert (header.status, header.headers["x-amzn-ErrorType"]) == (403, "IncompleteSignatureException")


def test_a_signature_holds_for_one_spelling_of_a_path(hearth, api):
    api.method("/pets/{proxy+}", "POST", "AWS_PROXY", "proxy", method={"authorizationType": "AWS_IAM"}).deploy()
    user = User(hearth, allow("execute-api:Invoke"))
    method, path, headers, body = signed(hearth, "execute-api", "POST", f"/_aws/execute-api/{api.id}/v1/pets/a/b", b"", **user.key)
    assert send(hearth, method, path, headers, body).status == 200
    for other, status in (("/pets/a/./b", 400), ("/pets/c/../a/b", 400), ("/pets/a//b", 400), ("/pets/a/c;/..;/b", 400),
                          ("/pets/a%2Fb", 403), ("/pets/a/b/", 403)):
        assert send(hearth, method, path.replace("/pets/a/b", other), headers, body).status == status, other


def test_a_browser_may_ask_and_may_read_refusals(api):
    """A preflight has neither token nor key; the answer of a mock lets the real request through, refusals included."""
    guard = authorizer(api)
    origin = "https://page.example.org"
    cors = {"method.response.header.Access-Control-Allow-Origin": f"'{origin}'",
            "method.response.header.Access-Control-Allow-Methods": "'GET,OPTIONS'",
            "method.response.header.Access-Control-Allow-Headers": "'X-Token'"}
    api.method("/pets", "OPTIONS", "MOCK", requestTemplates={"application/json": '{"statusCode": 204}'},
               responses={"204": {"responseParameters": cors}})
    api.method("/pets", "GET", "MOCK", method=guard, **MOCK)
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        api.client.put_gateway_response(restApiId=api.id, responseType=kind,
                                        responseParameters={"gatewayresponse.header.Access-Control-Allow-Origin": f"'{origin}'",
                                                            "gatewayresponse.header.X-Why": "context.error.responseType"})
    api.deploy()
    status, headers, text = api.ask("OPTIONS", "/pets", headers={
        "Origin": origin, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-token"})
    assert (status, text) == (204, "")
    assert headers["Access-Control-Allow-Origin"] == origin
    assert headers["Access-Control-Allow-Methods"] == "GET,OPTIONS" and headers["Access-Control-Allow-Headers"] == "X-Token"
    for token, expected, why in ((None, 401, "UNAUTHORIZED"), ("ada:deny", 403, "ACCESS_DENIED"), ("broken", 500, "AUTHORIZER_FAILURE")):
        status, headers, _ = api.ask("GET", "/pets", headers={"Origin": origin} | ({"X-Token": token} if token else {}))
        assert (status, headers["Access-Control-Allow-Origin"], headers["X-Why"]) == (expected, origin, why)
    assert api.ask("GET", "/none", headers={"Origin": origin})[1]["Access-Control-Allow-Origin"] == origin


def test_a_stage_limits_all_methods_or_one(api):
    api.method("/a", "GET", "MOCK", **MOCK).method("/b", "GET", "MOCK", **MOCK).deploy()

    def limit(path, rate, burst):
        api.client.update_stage(restApiId=api.id, stageName="v1", patchOperations=[
            {"op": "replace", "path": f"{path}/throttling/{name}", "value": str(value)}
            for name, value in (("rateLimit", rate), ("burstLimit", burst))])

    limit("/*/*", 0.001, 2)
    limit("/~1b/GET", 1000, 1000)
    assert [api.ask("GET", "/a")[0] for _ in range(3)] == [200, 200, 429]
    status, headers, text = api.ask("GET", "/a")
    assert (json.loads(text), headers["x-amzn-ErrorType"]) == ({"message": "Too Many Requests"}, "TooManyRequestsException")
    assert {api.ask("GET", "/b")[0] for _ in range(5)} == {200}


def test_variables_of_a_stage_reach_templates_headers_and_names_of_functions(api, functions):
    template = '{"color": "$stageVariables.color"}'
    api.method("/v", "GET", "MOCK", requestTemplates={"application/json": '{"statusCode": 200}'},
               responses={"200": {"responseTemplates": {"application/json": template},
                                  "responseParameters": {"method.response.header.X-Color": "stageVariables.color"}}})
    api.functions = {"any": functions["proxy"].rpartition(":")[0] + ":${stageVariables.function}"}
    api.method("/f", "GET", "AWS_PROXY", "any")
    api.client.create_deployment(restApiId=api.id, stageName="v1", variables={
        "color": "blue", "function": functions["proxy"].rpartition(":")[2]})
    status, headers, text = api.ask("GET", "/v")
    assert (status, json.loads(text)["color"], headers["X-Color"]) == (200, "blue", "blue")
    assert api.ask("GET", "/f")[0] == 200
