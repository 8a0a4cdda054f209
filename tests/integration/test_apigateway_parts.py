"""The parts of REST APIs one by one: read back as they were made, changed by patches, deleted, missed."""

import pytest

from support.aws import fresh, refused

PATCH = "patchOperations"


def patch(op, path, value=None):
    return [{"op": op, "path": path} | ({} if value is None else {"value": value})]


@pytest.fixture(scope="module")
def client(hearth):
    return hearth.client("apigateway")


@pytest.fixture
def api(client):
    """An API with GET /things, mocked and not deployed."""
    made = client.create_rest_api(name=fresh("api"))
    root = client.get_resources(restApiId=made["id"])["items"][0]["id"]
    resource = client.create_resource(restApiId=made["id"], parentId=root, pathPart="things")["id"]
    where = {"restApiId": made["id"], "resourceId": resource, "httpMethod": "GET"}
    client.put_method(**where, authorizationType="NONE", requestParameters={"method.request.querystring.id": True})
    client.put_method_response(**where, statusCode="200", responseModels={"application/json": "Empty"})
    client.put_integration(**where, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    client.put_integration_response(**where, statusCode="200", responseTemplates={"application/json": "{}"})
    where["root"] = root
    return where


def test_a_resource(client, api):
    one = {"restApiId": api["restApiId"], "resourceId": api["resourceId"]}
    got = client.get_resource(**one, embed=["methods"])
    assert (got["path"], got["parentId"]) == ("/things", api["root"]) and "GET" in got["resourceMethods"]
    assert client.update_resource(**one, patchOperations=patch("replace", "/pathPart", "others"))["path"] == "/others"
    client.delete_resource(**one)
    for gone in (client.get_resource, client.delete_resource, lambda **which: client.update_resource(**which, patchOperations=[])):
        with refused("NotFoundException", 404):
            gone(**one)
    with refused("BadRequestException", 400):
        client.delete_resource(restApiId=api["restApiId"], resourceId=api["root"])


def test_a_method_and_its_parts(client, api):
    method = {name: api[name] for name in ("restApiId", "resourceId", "httpMethod")}
    answer = method | {"statusCode": "200"}
    assert client.get_method(**method)["requestParameters"] == {"method.request.querystring.id": True}
    changed = client.update_method(**method, patchOperations=patch("replace", "/requestParameters/method.request.querystring.id", "false"))
    assert changed["requestParameters"] == {"method.request.querystring.id": False}
    assert client.update_method(**method, patchOperations=patch("replace", "/apiKeyRequired", "true"))["apiKeyRequired"] is True

    assert client.get_method_response(**answer)["responseModels"] == {"application/json": "Empty"}
    changed = client.update_method_response(**answer, patchOperations=patch("add", "/responseParameters/method.response.header.X-Own", "true"))
    assert changed["responseParameters"] == {"method.response.header.X-Own": True}
    assert client.get_integration(**method)["type"] == "MOCK"
    assert client.update_integration(**method, patchOperations=patch("replace", "/passthroughBehavior", "NEVER"))["passthroughBehavior"] == "NEVER"
    assert client.get_integration_response(**answer)["responseTemplates"] == {"application/json": "{}"}
    changed = client.update_integration_response(**answer, patchOperations=patch("replace", "/selectionPattern", "2.."))
    assert changed["selectionPattern"] == "2.."

    for delete, get, where in ((client.delete_integration_response, client.get_integration_response, answer),
                               (client.delete_method_response, client.get_method_response, answer),
                               (client.delete_integration, client.get_integration, method), (client.delete_method, client.get_method, method)):
        delete(**where)
        for gone in (delete, get):
            with refused("NotFoundException", 404):
                gone(**where)
    for update, where in ((client.update_method, method), (client.update_integration, method), (client.update_method_response, answer),
                          (client.update_integration_response, answer)):
        with refused("NotFoundException", 404):
            update(**where, patchOperations=[])


def test_models_and_validators(client, api):
    one = {"restApiId": api["restApiId"]}
    client.create_model(**one, name="Thing", contentType="application/json", schema='{"type": "object"}')
    model = one | {"modelName": "Thing"}
    assert client.get_model(**model)["schema"] == '{"type": "object"}'
    assert client.update_model(**model, patchOperations=patch("replace", "/description", "a thing"))["description"] == "a thing"
    validator = one | {"requestValidatorId": client.create_request_validator(**one, name="body", validateRequestBody=True)["id"]}
    assert client.get_request_validator(**validator)["validateRequestBody"] is True
    changed = client.update_request_validator(**validator, patchOperations=patch("replace", "/validateRequestParameters", "true"))
    assert changed["validateRequestParameters"] is True
    for delete, get, update, where in ((client.delete_model, client.get_model, client.update_model, model),
                                       (client.delete_request_validator, client.get_request_validator, client.update_request_validator, validator)):
        delete(**where)
        for gone in (lambda: delete(**where), lambda: get(**where), lambda: update(**where, patchOperations=[])):
            with refused("NotFoundException", 404):
                gone()


def test_deployments_and_stages(client, api):
    one = {"restApiId": api["restApiId"]}
    deployment = one | {"deploymentId": client.create_deployment(**one, stageName="dev")["id"]}
    assert client.get_deployment(**deployment)["id"] == deployment["deploymentId"]
    assert client.update_deployment(**deployment, patchOperations=patch("replace", "/description", "first"))["description"] == "first"
    with refused("BadRequestException", 400):
        client.delete_deployment(**deployment)  # a stage shows it
    stage = one | {"stageName": "dev"}
    client.delete_stage(**stage)
    client.delete_deployment(**deployment)
    for gone, where in ((client.delete_stage, stage), (client.get_stage, stage), (client.get_deployment, deployment), (client.delete_deployment, deployment)):
        with refused("NotFoundException", 404):
            gone(**where)
    with refused("NotFoundException", 404):
        client.update_deployment(**deployment, patchOperations=[])


def test_keys_and_plans(client, api):
    client.create_deployment(restApiId=api["restApiId"], stageName="dev")
    plan = {"usagePlanId": client.create_usage_plan(name=fresh("plan"), apiStages=[{"apiId": api["restApiId"], "stage": "dev"}])["id"]}
    key = client.create_api_key(name=fresh("key"), enabled=True)
    client.create_usage_plan_key(**plan, keyId=key["id"], keyType="API_KEY")
    in_plan = plan | {"keyId": key["id"]}
    assert client.get_usage_plan_key(**in_plan)["name"] == key["name"]
    changed = client.update_usage_plan(**plan, patchOperations=patch("replace", "/throttle/rateLimit", "5") + patch("replace", "/throttle/burstLimit", "7"))
    assert changed["throttle"] == {"rateLimit": 5.0, "burstLimit": 7}
    assert client.get_usage_plan(**plan)["apiStages"] == [{"apiId": api["restApiId"], "stage": "dev"}]
    client.delete_usage_plan_key(**in_plan)
    for gone in (client.get_usage_plan_key, client.delete_usage_plan_key):
        with refused("NotFoundException", 404):
            gone(**in_plan)
    with refused("BadRequestException", 400):
        client.delete_usage_plan(**plan)  # it still has a stage
    client.update_usage_plan(**plan, patchOperations=patch("remove", "/apiStages", f"{api['restApiId']}:dev"))
    client.delete_usage_plan(**plan)
    for gone in (client.get_usage_plan, client.delete_usage_plan):
        with refused("NotFoundException", 404):
            gone(**plan)
    with refused("NotFoundException", 404):
        client.update_usage_plan(**plan, patchOperations=[])


def test_gateway_responses(client, api):
    one = {"restApiId": api["restApiId"], "responseType": "MISSING_AUTHENTICATION_TOKEN"}
    assert client.get_gateway_response(**one)["defaultResponse"] is True
    client.put_gateway_response(**one, statusCode="404", responseTemplates={"application/json": '{"message": "no such path"}'})
    assert client.get_gateway_response(**one)["statusCode"] == "404"
    client.delete_gateway_response(**one)
    assert client.get_gateway_response(**one)["defaultResponse"] is True
    with refused("NotFoundException", 404):
        client.get_gateway_response(**(one | {"restApiId": "missing"}))


def test_tags_and_the_account(hearth, client, api):
    arn = f"arn:aws:apigateway:{hearth.region}::/restapis/{api['restApiId']}"
    client.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
    client.untag_resource(resourceArn=arn, tagKeys=["b"])
    assert client.get_tags(resourceArn=arn)["tags"] == {"a": "1"}
    with refused("NotFoundException", 404):
        client.get_tags(resourceArn=arn + "missing")
    assert "throttleSettings" in client.get_account()
    with refused("BadRequestException", 400, "Role ARN is not well formed"):
        client.update_account(patchOperations=patch("replace", "/cloudwatchRoleArn", "no role"))
