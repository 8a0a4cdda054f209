"""API Gateway's control plane, operation by operation, with the words that clients match on."""

import json

import pytest

from support.aws import fresh, refused


class Api:
    def __init__(self, client, region, **more):
        self.client, self.region = client, region
        made = client.create_rest_api(name=fresh("api"), **more)
        self.id, self.root = made["id"], made["rootResourceId"] if "rootResourceId" in made else client.get_resources(restApiId=made["id"])["items"][0]["id"]

    def function(self, account="000000000001", name="f"):
        return f"arn:aws:apigateway:{self.region}:lambda:path/2015-03-31/functions/arn:aws:lambda:{self.region}:{account}:function:{name}/invocations"

    def get(self, verb="GET", **more):
        where = dict(restApiId=self.id, resourceId=self.root, httpMethod=verb)
        self.client.put_method(**where, **({"authorizationType": "NONE"} | more))
        return where

    def deployed(self, stage="v1"):
        where = self.get()
        self.client.put_integration(**where, type="MOCK")
        return self.client.create_deployment(restApiId=self.id, stageName=stage)["id"]


@pytest.fixture
def api(hearth):
    return Api(hearth.client("apigateway"), hearth.region)


def patch(*operations):
    return [{"op": op, "path": path} | ({"value": value[0]} if value else {}) for op, path, *value in operations]


# --- APIs


def test_apis(api):
    client = api.client
    rest = client.update_rest_api(restApiId=api.id, patchOperations=patch(
        ("replace", "/name", "renamed"), ("replace", "/version", "7"), ("add", "/binaryMediaTypes/image~1png"), ("add", "/binaryMediaTypes/image~1gif"),
        ("remove", "/binaryMediaTypes/image~1png"), ("replace", "/apiKeySource", "AUTHORIZER"), ("replace", "/disableExecuteApiEndpoint", "true")))
    for shown in (rest, client.get_rest_api(restApiId=api.id), next(item for item in client.get_rest_apis(limit=500)["items"] if item["id"] == api.id)):
        assert (shown["name"], shown["version"], shown["binaryMediaTypes"], shown["apiKeySource"], shown["disableExecuteApiEndpoint"]) == (
            "renamed", "7", ["image/gif"], "AUTHORIZER", True)
    with refused("BadRequestException", 400, "Invalid patch path /binaryMediaTypes"):
        client.update_rest_api(restApiId=api.id, patchOperations=patch(("replace", "/binaryMediaTypes", "a/b")))
    with refused("BadRequestException", 400, "Invalid patch path  '/id' specified for op 'replace'. Must be one of: ["):
        client.update_rest_api(restApiId=api.id, patchOperations=patch(("replace", "/id", "x")))
    with refused("BadRequestException", 400, "Description cannot be an empty string"):
        client.create_rest_api(name="x", description="")
    with refused("BadRequestException", 400, "Cannot create an api with multiple Endpoint Types."):
        client.create_rest_api(name="x", endpointConfiguration={"types": ["EDGE", "REGIONAL"]})
    for words, wish in (("PRIVATE", {"endpointConfiguration": {"types": ["PRIVATE"]}}), ("Invalid policy document", {"policy": "{}"}),
                        ("compress", {"minimumCompressionSize": 10}), ("cloneFrom", {"cloneFrom": api.id}), ("API key source", {"apiKeySource": "BODY"})):
        with refused("BadRequestException", 400, words):
            client.create_rest_api(name="x", **wish)
    client.delete_rest_api(restApiId=api.id)
    with refused("NotFoundException", 404, f"Invalid API identifier specified 000000000001:{api.id}"):
        client.get_rest_api(restApiId=api.id)


def test_resources(api):
    client = api.client
    a = client.create_resource(restApiId=api.id, parentId=api.root, pathPart="a")["id"]
    b = client.create_resource(restApiId=api.id, parentId=a, pathPart="{b}")
    assert b["path"] == "/a/{b}"
    api.get("PUT")
    shown = client.get_resource(restApiId=api.id, resourceId=api.root, embed=["methods"])
    assert shown["resourceMethods"]["PUT"]["authorizationType"] == "NONE"
    assert client.get_resource(restApiId=api.id, resourceId=api.root)["resourceMethods"] == {"PUT": {}}
    page = client.get_resources(restApiId=api.id, limit=2)
    rest = client.get_resources(restApiId=api.id, limit=2, position=page["position"])
    assert sorted(item["path"] for item in page["items"] + rest["items"]) == ["/", "/a", "/a/{b}"]
    with refused("BadRequestException", 400, "only one is allowed"):
        client.create_resource(restApiId=api.id, parentId=a, pathPart="{c}")
    with refused("NotFoundException", 404, "Invalid Resource identifier specified"):
        client.create_resource(restApiId=api.id, parentId="none", pathPart="x")
    move = lambda resource, path, to: client.update_resource(restApiId=api.id, resourceId=resource, patchOperations=patch(("replace", path, to)))
    assert move(a, "/pathPart", "z")["path"] == "/z"
    assert client.get_resource(restApiId=api.id, resourceId=b["id"])["path"] == "/z/{b}"
    assert move(b["id"], "/parentId", api.root)["path"] == "/{b}"
    assert move(a, "/parentId", b["id"])["path"] == "/{b}/z"
    with refused("BadRequestException", 400, "Resources cannot be cyclical."):
        move(b["id"], "/parentId", a)
    with refused("BadRequestException", 400, "Root resource cannot update its pathPart."):
        move(api.root, "/pathPart", "x")
    with refused("BadRequestException", 400, "Invalid patch path  '/id' specified for op 'replace'. Must be one of: [/parentId, /pathPart]"):
        move(a, "/id", "x")
    with refused("NotFoundException", 404, "Invalid Resource identifier specified"):
        move(a, "/parentId", "none")
    move(a, "/parentId", api.root)
    move(b["id"], "/parentId", a)
    client.delete_resource(restApiId=api.id, resourceId=a)
    with refused("NotFoundException", 404, "Invalid Resource identifier specified"):
        client.get_resource(restApiId=api.id, resourceId=b["id"])


# --- methods


def test_methods_and_their_responses(api):
    client, where = api.client, api.get()
    with refused("ConflictException", 409, "Method already exists for this resource"):
        api.get()
    changed = client.update_method(**where, patchOperations=patch(
        ("replace", "/apiKeyRequired", "true"), ("add", "/requestParameters/method.request.querystring.q", "true"), ("replace", "/authorizationType", "AWS_IAM")))
    assert (changed["apiKeyRequired"], changed["requestParameters"], changed["authorizationType"]) == (True, {"method.request.querystring.q": True}, "AWS_IAM")
    assert client.get_method(**where)["authorizationType"] == "AWS_IAM"
    words = "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer."
    for wish in ({"authorizationType": "CUSTOM"}, {"authorizationType": "CUSTOM", "authorizerId": "none"}):
        with refused("BadRequestException", 400, words):
            api.get("POST", **wish)
    with refused("BadRequestException", 400, words):
        client.update_method(**where, patchOperations=patch(("replace", "/authorizationType", "CUSTOM")))
    with refused("BadRequestException", 400, "Invalid Request Validator identifier specified"):
        api.get("POST", requestValidatorId="none")
    with refused("BadRequestException", 400, "Invalid model identifier specified: None"):
        api.get("POST", requestModels={"application/json": "None"})

    response = client.put_method_response(**where, statusCode="200", responseModels={"application/json": "Empty"})
    assert client.get_method_response(**where, statusCode="200")["responseModels"] == response["responseModels"] == {"application/json": "Empty"}
    client.update_method_response(**where, statusCode="200", patchOperations=patch(("add", "/responseParameters/method.response.header.X", "true")))
    assert client.get_method_response(**where, statusCode="200")["responseParameters"] == {"method.response.header.X": True}
    with refused("ConflictException", 409, "Response already exists for this resource"):
        client.put_method_response(**where, statusCode="200")
    client.delete_method_response(**where, statusCode="200")
    with refused("NotFoundException", 404, "Invalid Response status code specified"):
        client.get_method_response(**where, statusCode="200")
    client.delete_method(**where)
    with refused("NotFoundException", 404, "Invalid Method identifier specified"):
        client.get_method(**where)


def test_integrations_and_their_responses(api):
    client, where = api.client, api.get()
    with refused("NotFoundException", 404, "Invalid Integration identifier specified"):
        client.get_integration(**where)
    made = client.put_integration(**where, type="HTTP", integrationHttpMethod="GET", uri="http://a.test/pets", timeoutInMillis=500)
    assert (made["connectionType"], made["timeoutInMillis"], made["passthroughBehavior"], made["cacheNamespace"]) == ("INTERNET", 500, "WHEN_NO_MATCH", api.root)
    changed = client.update_integration(**where, patchOperations=patch(("replace", "/uri", "https://a.test/{proxy}"), ("add", "/requestTemplates/text~1plain", "x")))
    assert client.get_integration(**where)["uri"] == changed["uri"] == "https://a.test/{proxy}"
    for words, wish in (("Invalid HTTP endpoint specified for URI", dict(type="HTTP_PROXY", integrationHttpMethod="GET", uri="ftp://a")),
                        ("Invalid ARN specified in the request", dict(type="AWS", integrationHttpMethod="POST", uri="http://a.test")),
                        ("Enumeration value for HttpMethod must be non-empty", dict(type="AWS_PROXY", uri=api.function())),
                        ("Enumeration value for integration type", dict(type="FTP")),
                        ("Timeout should be between 50 ms and 29000 ms", dict(type="MOCK", timeoutInMillis=30)),
                        ("VPC links", dict(type="HTTP", integrationHttpMethod="GET", uri="http://a.test", connectionType="VPC_LINK", connectionId="x")),
                        ("cache", dict(type="MOCK", cacheKeyParameters=["method.request.path.x"])),
                        ("Invalid mapping expression parameter specified: method.request.header.Y",
                         dict(type="MOCK", requestParameters={"integration.request.header.X": "method.request.header.Y"}))):
        with refused("BadRequestException", 400, words):
            client.put_integration(**where, **wish)

    with refused("NotFoundException", 404, "Invalid Response status code specified"):
        client.put_integration_response(**where, statusCode="200")
    client.put_method_response(**where, statusCode="200")
    client.put_integration_response(**where, statusCode="200", selectionPattern="2..", responseTemplates={"application/json": "{}"})
    assert client.get_integration_response(**where, statusCode="200")["selectionPattern"] == "2.."
    client.update_integration_response(**where, statusCode="200", patchOperations=patch(("replace", "/selectionPattern", "3..")))
    assert client.get_integration(**where)["integrationResponses"]["200"]["selectionPattern"] == "3.."
    with refused("BadRequestException", 400, "method.response.header.X"):
        client.put_integration_response(**where, statusCode="200", responseParameters={"method.response.header.X": "'1'"})
    client.delete_integration_response(**where, statusCode="200")
    with refused("NotFoundException", 404, "Invalid Response status code specified"):
        client.get_integration_response(**where, statusCode="200")
    client.delete_integration(**where)
    with refused("NotFoundException", 404, "Invalid Integration identifier specified"):
        client.delete_integration(**where)


# --- models, validators, authorizers, gateway responses


def test_models_and_validators(api):
    client = api.client
    client.create_model(restApiId=api.id, name="Pet", contentType="application/json", schema='{"type": "object"}')
    client.update_model(restApiId=api.id, modelName="Pet", patchOperations=patch(("replace", "/description", "a pet")))
    assert client.get_model(restApiId=api.id, modelName="Pet")["description"] == "a pet"
    assert {item["name"] for item in client.get_models(restApiId=api.id)["items"]} == {"Empty", "Error", "Pet"}
    with refused("ConflictException", 409, "Model name already exists for this REST API"):
        client.create_model(restApiId=api.id, name="Pet", contentType="application/json")
    validator = client.create_request_validator(restApiId=api.id, name="v", validateRequestBody=True)["id"]
    changed = client.update_request_validator(restApiId=api.id, requestValidatorId=validator, patchOperations=patch(("replace", "/validateRequestParameters", "true")))
    assert client.get_request_validator(restApiId=api.id, requestValidatorId=validator)["validateRequestParameters"] is changed["validateRequestParameters"] is True
    assert [item["name"] for item in client.get_request_validators(restApiId=api.id)["items"]] == ["v"]
    api.get(requestModels={"application/json": "Pet"}, requestValidatorId=validator)
    with refused("ConflictException", 409, "Cannot delete model 'Pet', is referenced in method request"):
        client.delete_model(restApiId=api.id, modelName="Pet")
    client.delete_method(restApiId=api.id, resourceId=api.root, httpMethod="GET")
    client.delete_model(restApiId=api.id, modelName="Pet")
    client.delete_request_validator(restApiId=api.id, requestValidatorId=validator)
    with refused("NotFoundException", 404, "Invalid Model Name specified"):
        client.get_model(restApiId=api.id, modelName="Pet")
    with refused("NotFoundException", 404, "Invalid Request Validator identifier specified"):
        client.get_request_validator(restApiId=api.id, requestValidatorId=validator)


def test_authorizers(api):
    client = api.client
    token = client.create_authorizer(restApiId=api.id, name="token", type="TOKEN", authorizerUri=api.function(), identitySource="method.request.header.Authorization")
    assert (token["authType"], token["authorizerResultTtlInSeconds"]) == ("custom", 300)
    request = client.create_authorizer(restApiId=api.id, name="request", type="REQUEST", authorizerUri=api.function(), authorizerResultTtlInSeconds=0)["id"]
    assert sorted(item["name"] for item in client.get_authorizers(restApiId=api.id)["items"]) == ["request", "token"]
    changed = client.update_authorizer(restApiId=api.id, authorizerId=token["id"], patchOperations=patch(
        ("replace", "/authorizerResultTtlInSeconds", "60"), ("replace", "/identityValidationExpression", "^x")))
    assert client.get_authorizer(restApiId=api.id, authorizerId=token["id"])["authorizerResultTtlInSeconds"] == changed["authorizerResultTtlInSeconds"] == 60
    good = dict(restApiId=api.id, name="other", type="TOKEN", authorizerUri=api.function(), identitySource="method.request.header.A")
    for words, wish in (("Authorizer name must be unique", {"name": "token"}), ("Invalid Authorizer URI", {"authorizerUri": "arn:aws:lambda:x"}),
                        ("COGNITO_USER_POOLS", {"type": "COGNITO_USER_POOLS", "providerARNs": ["arn:aws:cognito-idp:a:b:userpool/c"]}),
                        ("between 0 and 3600", {"authorizerResultTtlInSeconds": 4000}), ("Invalid mapping expression", {"identitySource": "header.A"}),
                        ("Invalid request input", {"type": "REQUEST", "identitySource": ""}),
                        ("arn:aws:iam::*:user/*", {"authorizerCredentials": "arn:aws:iam::*:user/*"})):
        with refused("BadRequestException", 400, words):
            client.create_authorizer(**good | wish)
    where = api.get(authorizationType="CUSTOM", authorizerId=request)
    assert client.get_method(**where)["authorizerId"] == request
    with refused("ConflictException", 409, "is referenced in method"):
        client.delete_authorizer(restApiId=api.id, authorizerId=request)
    client.delete_method(**where)
    client.delete_authorizer(restApiId=api.id, authorizerId=request)
    with refused("NotFoundException", 404, "Invalid Authorizer identifier specified"):
        client.get_authorizer(restApiId=api.id, authorizerId=request)


def test_gateway_responses(api):
    client = api.client
    shown = {item["responseType"]: item for item in client.get_gateway_responses(restApiId=api.id)["items"]}
    assert len(shown) == 21 and all(item["defaultResponse"] for item in shown.values())
    assert (shown["THROTTLED"]["statusCode"], "statusCode" in shown["DEFAULT_5XX"]) == ("429", False)
    made = client.put_gateway_response(restApiId=api.id, responseType="DEFAULT_5XX", statusCode="599", responseParameters={"gatewayresponse.header.A": "'b'"})
    assert (made["defaultResponse"], made["responseTemplates"]) == (False, {"application/json": '{"message":$context.error.messageString}'})
    inherited = client.get_gateway_response(restApiId=api.id, responseType="AUTHORIZER_FAILURE")
    assert (inherited["statusCode"], inherited["defaultResponse"]) == ("599", True)
    client.update_gateway_response(restApiId=api.id, responseType="DEFAULT_5XX", patchOperations=patch(
        ("replace", "/statusCode", "555"), ("add", "/responseTemplates/text~1plain", "sorry")))
    changed = client.get_gateway_response(restApiId=api.id, responseType="DEFAULT_5XX")
    assert (changed["statusCode"], changed["responseTemplates"]) == ("555", {"text/plain": "sorry"})
    with refused("BadRequestException", 400, "Invalid patch path /statusCode"):
        client.update_gateway_response(restApiId=api.id, responseType="DEFAULT_5XX", patchOperations=patch(("remove", "/statusCode")))
    with refused("ValidationException", 400, "Member must satisfy enum value set"):
        client.put_gateway_response(restApiId=api.id, responseType="TEAPOT")
    client.delete_gateway_response(restApiId=api.id, responseType="DEFAULT_5XX")
    with refused("NotFoundException", 404, "Gateway response type not defined on api"):
        client.delete_gateway_response(restApiId=api.id, responseType="DEFAULT_5XX")


# --- deployments and stages


def test_deployments(api):
    client = api.client
    with refused("BadRequestException", 400, "The REST API doesn't contain any methods"):
        client.create_deployment(restApiId=api.id)
    where = api.get("PUT")
    with refused("BadRequestException", 400, "No integration defined for method"):
        client.create_deployment(restApiId=api.id)
    client.put_integration(**where, type="MOCK")
    first = client.create_deployment(restApiId=api.id, description="first")["id"]
    client.update_deployment(restApiId=api.id, deploymentId=first, patchOperations=patch(("replace", "/description", "one")))
    assert client.get_deployment(restApiId=api.id, deploymentId=first)["description"] == "one"
    assert [item["id"] for item in client.get_deployments(restApiId=api.id)["items"]] == [first]
    client.create_stage(restApiId=api.id, stageName="s", deploymentId=first)
    with refused("BadRequestException", 400, "Active stages pointing to this deployment must be moved or deleted"):
        client.delete_deployment(restApiId=api.id, deploymentId=first)
    client.delete_stage(restApiId=api.id, stageName="s")
    client.delete_deployment(restApiId=api.id, deploymentId=first)
    with refused("NotFoundException", 404, "Invalid Deployment identifier specified"):
        client.get_deployment(restApiId=api.id, deploymentId=first)


def test_stages_and_the_settings_of_their_methods(api):
    client, deployment = api.client, api.deployed()
    with refused("ConflictException", 409, "Stage already exists"):
        client.create_stage(restApiId=api.id, stageName="v1", deploymentId=deployment)
    with refused("BadRequestException", 400, "Deployment id does not exist"):
        client.create_stage(restApiId=api.id, stageName="v2", deploymentId="none")
    for words, wish in (("cache", {"cacheClusterEnabled": True}), ("X-Ray", {"tracingEnabled": True}), ("canary", {"canarySettings": {"percentTraffic": 5}})):
        with refused("BadRequestException", 400, words):
            client.create_stage(restApiId=api.id, stageName="v2", deploymentId=deployment, **wish)
    change = lambda *operations: client.update_stage(restApiId=api.id, stageName="v1", patchOperations=patch(*operations))
    stage = change(("replace", "/*/*/throttling/rateLimit", "5.5"), ("replace", "/*/*/throttling/burstLimit", "7"), ("replace", "/~1pets/GET/logging/loglevel", "INFO"),
                   ("replace", "/~1pets/GET/logging/dataTrace", "true"), ("replace", "/~1/PUT/metrics/enabled", "true"), ("replace", "/variables/word", "hi"),
                   ("replace", "/tracingEnabled", "false"))
    assert client.get_stage(restApiId=api.id, stageName="v1")["methodSettings"] == stage["methodSettings"] == {
        "*/*": {"throttlingRateLimit": 5.5, "throttlingBurstLimit": 7}, "~1pets/GET": {"loggingLevel": "INFO", "dataTraceEnabled": True},
        "~1/PUT": {"metricsEnabled": True}}
    stage = change(("remove", "/*/*/throttling/rateLimit"), ("remove", "/~1pets/GET"))
    assert stage["methodSettings"] == {"*/*": {"throttlingBurstLimit": 7}, "~1/PUT": {"metricsEnabled": True}}
    assert [item["stageName"] for item in client.get_stages(restApiId=api.id, deploymentId=deployment)["item"]] == ["v1"]
    for words, operation in (("Cannot remove method setting ~1none/GET because there is no method setting for this method", ("remove", "/~1none/GET")),
                             ("Invalid patch value", ("replace", "/*/*/throttling/rateLimit", "fast")), ("Invalid patch value", ("replace", "/*/*/logging/loglevel", "LOUD")),
                             ("cache", ("replace", "/*/*/caching/enabled", "true")), ("not: /*/*/caching/ttlInSeconds", ("replace", "/*/*/caching/ttlInSeconds", "5")),
                             ("X-Ray", ("replace", "/tracingEnabled", "true")), ("Invalid patch path", ("replace", "/stageName", "x"))):
        with refused("BadRequestException", 400, words):
            change(operation)
    client.flush_stage_authorizers_cache(restApiId=api.id, stageName="v1")
    client.delete_stage(restApiId=api.id, stageName="v1")
    for call in (client.get_stage, client.flush_stage_authorizers_cache):
        with refused("NotFoundException", 404, "Invalid stage identifier specified"):
            call(restApiId=api.id, stageName="v1")


# --- keys, plans, the account, tags


def test_plans_and_their_keys(api):
    client = api.client
    api.deployed()
    plan = client.create_usage_plan(name=fresh("plan"), apiStages=[{"apiId": api.id, "stage": "v1"}], throttle={"rateLimit": 5, "burstLimit": 6})["id"]
    key = client.create_api_key(name=fresh("key"), enabled=True)["id"]
    client.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    assert client.get_usage_plan_key(usagePlanId=plan, keyId=key)["id"] == client.get_usage_plan_keys(usagePlanId=plan)["items"][0]["id"] == key
    changed = client.update_usage_plan(usagePlanId=plan, patchOperations=patch(("replace", "/throttle/rateLimit", "9")))
    assert client.get_usage_plan(usagePlanId=plan)["throttle"] == changed["throttle"] == {"rateLimit": 9, "burstLimit": 6}
    assert any(item["id"] == plan for item in client.get_usage_plans(limit=500)["items"])
    assert client.get_usage(usagePlanId=plan, startDate="2026-01-01", endDate="2026-01-02")["usagePlanId"] == plan
    with refused("BadRequestException", 400, "belongs to the usage plan"):
        client.delete_stage(restApiId=api.id, stageName="v1")
    client.delete_usage_plan_key(usagePlanId=plan, keyId=key)
    with refused("NotFoundException", 404):
        client.get_usage_plan_key(usagePlanId=plan, keyId=key)
    client.update_usage_plan(usagePlanId=plan, patchOperations=patch(("remove", "/apiStages", f"{api.id}:v1")))
    client.delete_usage_plan(usagePlanId=plan)
    with refused("NotFoundException", 404):
        client.get_usage_plan(usagePlanId=plan)


def test_the_account_and_tags(api):
    client = api.client
    assert client.get_account()["throttleSettings"]["burstLimit"] == 5000
    arn = f"arn:aws:apigateway:{api.region}::/restapis/{api.id}"
    client.tag_resource(resourceArn=arn, tags={"team": "red", "stage": "test"})
    client.untag_resource(resourceArn=arn, tagKeys=["stage"])
    assert client.get_tags(resourceArn=arn)["tags"] == client.get_rest_api(restApiId=api.id)["tags"] == {"team": "red"}
    with refused("NotFoundException", 404):
        client.get_tags(resourceArn=arn[:-1] + "_")
    role = "arn:aws:iam::000000000001:role/logs"
    assert client.update_account(patchOperations=patch(("replace", "/cloudwatchRoleArn", role)))["cloudwatchRoleArn"] == role


def test_what_hearth_has_not_is_refused_in_the_clients_protocol(api):
    client = api.client
    for call in (lambda: client.create_documentation_part(restApiId=api.id, location={"type": "API"}, properties="{}"), lambda: client.create_domain_name(domainName="a.test"),
                 lambda: client.get_vpc_links(), lambda: client.get_client_certificates(), lambda: client.get_domain_names()):
        with refused("NotImplemented"):
            call()
