"""API Gateway with S3 behind it: a static page on the API's own origin, made by CloudFormation and read with plain HTTP."""

import base64
import hashlib
import http.client
import json

import pytest

from support.aws import fresh, make_bucket, make_role, refused

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
PAGE = "<!doctype html><title>Zażółć</title>".encode()
POLICY = "default-src 'self'; style-src 'self' \"x\", img-src 'self' data:"

def role():
    statements = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": {"Fn::Sub": "arn:aws:s3:::${Bucket}/*"}},
                  {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": {"Fn::Sub": "arn:aws:s3:::${Bucket}"}},
                  {"Effect": "Allow", "Action": ["s3:PutObject", "s3:DeleteObject"], "Resource": {"Fn::Sub": "arn:aws:s3:::${Bucket}/up/*"}}]
    return {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
            "Policies": [{"PolicyName": "pages", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}]}


def method(resource, verb, path, parameter=None):
    """Properties of a method that answers with what S3 has at that path of the bucket."""
    asked = {f"method.request.header.{name}": False for name in ("If-None-Match", "Range")}
    passed = {f"integration.request.header.{name}": f"method.request.header.{name}" for name in ("If-None-Match", "Range")}
    if parameter:
        asked[f"method.request.path.{parameter}"] = True
        passed["integration.request.path.key"] = f"method.request.path.{parameter}"
    typed = {"Content-Type": "integration.response.header.Content-Type"}
    tagged = {"ETag": "integration.response.header.ETag"}
    page = typed | tagged | {"Cache-Control": "'no-cache'", "Content-Security-Policy": f"'{POLICY}'"}
    part = page | {"Content-Range": "integration.response.header.Content-Range"}
    answers = [("200", None, page), ("206", "206", part), ("304", "304", tagged), ("404", r"4\d{2}", typed), ("502", r"5\d{2}", {})]
    return {"RestApiId": {"Ref": "Api"}, "ResourceId": resource, "HttpMethod": verb, "AuthorizationType": "NONE",
            "RequestParameters": asked,
            "MethodResponses": [{"StatusCode": status, "ResponseParameters": {f"method.response.header.{name}": True for name in mapped}}
                                for status, _, mapped in answers],
            "Integration": {"Type": "AWS", "IntegrationHttpMethod": verb, "Credentials": {"Fn::GetAtt": ["Role", "Arn"]},
                            "Uri": {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:s3:path/${Bucket}/" + path},
                            "RequestParameters": passed,
                            "IntegrationResponses": [
                                {"StatusCode": status, **({"SelectionPattern": pattern} if pattern else {}),
                                 "ResponseParameters": {f"method.response.header.{name}": source for name, source in mapped.items()}}
                                for status, pattern, mapped in answers]}}


def template():
    root = {"Fn::GetAtt": ["Api", "RootResourceId"]}
    resource = lambda parent, part: ("AWS::ApiGateway::Resource", {"RestApiId": {"Ref": "Api"}, "ParentId": parent, "PathPart": part})
    kinds = {
        "Role": ("AWS::IAM::Role", role()),
        "Api": ("AWS::ApiGateway::RestApi", {"Name": {"Ref": "AWS::StackName"}, "BinaryMediaTypes": ["*/*"]}),
        "App": resource(root, "app"),
        "AppFile": resource({"Ref": "App"}, "{file+}"),
        "Up": resource(root, "up"),
        "UpFile": resource({"Ref": "Up"}, "{file}"),
        "GetPage": ("AWS::ApiGateway::Method", method(root, "GET", "app/index.html")),
        "GetFile": ("AWS::ApiGateway::Method", method({"Ref": "AppFile"}, "GET", "app/{key}", "file")),
        "HeadFile": ("AWS::ApiGateway::Method", method({"Ref": "AppFile"}, "HEAD", "app/{key}", "file")),
        "AnyUp": ("AWS::ApiGateway::Method", method({"Ref": "UpFile"}, "ANY", "up/{key}", "file"))}
    resources = {name: {"Type": kind, "Properties": properties} for name, (kind, properties) in kinds.items()}
    resources["Deployment"] = {"Type": "AWS::ApiGateway::Deployment", "DependsOn": ["GetPage", "GetFile", "HeadFile", "AnyUp"],
                               "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "v1"}}
    return json.dumps({"Parameters": {"Bucket": {"Type": "String"}}, "Resources": resources,
                       "Outputs": {"Api": {"Value": {"Ref": "Api"}}, "Role": {"Value": {"Ref": "Role"}}}})


class Site:
    def __init__(self, hearth, bucket, outputs):
        self.hearth, self.bucket, self.id, self.role = hearth, bucket, outputs["Api"], outputs["Role"]

    def ask(self, path, verb="GET", headers=None, body=None, host=False):
        connection = http.client.HTTPConnection("127.0.0.1", self.hearth.port, timeout=60)
        name = f"{self.id}.execute-api.{self.hearth.region}.localhost:{self.hearth.port}"
        url = f"/v1{path}" if host else f"/_aws/execute-api/{self.id}/v1{path}"
        connection.request(verb, url, body=body, headers=(headers or {}) | ({"Host": name} if host else {}))
        answer = connection.getresponse()
        answer.bytes = answer.read()
        connection.close()
        return answer


@pytest.fixture(scope="module")
def site(hearth):
    bucket, stack = make_bucket(hearth, "pages"), fresh("site")
    client, s3 = hearth.client("cloudformation"), hearth.client("s3")
    s3.put_object(Bucket=bucket, Key="app/index.html", Body=PAGE, ContentType="text/html; charset=utf-8")
    s3.put_object(Bucket=bucket, Key="app/logo.png", Body=PNG, ContentType="image/png")
    s3.put_object(Bucket=bucket, Key="app/css/a b.css", Body=b"p{}", ContentType="text/css")
    s3.put_object(Bucket=bucket, Key="secret.txt", Body=b"not for the page")
    client.create_stack(StackName=stack, TemplateBody=template(), Parameters=[{"ParameterKey": "Bucket", "ParameterValue": bucket}],
                        Capabilities=["CAPABILITY_IAM"])
    client.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    outputs = client.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    return Site(hearth, bucket, {output["OutputKey"]: output["OutputValue"] for output in outputs})


@pytest.mark.parametrize("host", [False, True])
def test_the_page_is_at_the_root(site, host):
    answer = site.ask("/", host=host)
    assert (answer.status, answer.bytes) == (200, PAGE)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Length"] == str(len(PAGE))
    assert answer.headers["ETag"] == f'"{hashlib.md5(PAGE).hexdigest()}"'
    assert answer.headers["x-amzn-RequestId"]
    assert answer.headers["x-amz-request-id"] is None


def test_literal_headers_may_have_commas_colons_and_quotes(site):
    headers = site.ask("/").headers
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Content-Security-Policy"] == POLICY


def test_a_page_that_is_known_is_not_sent_again(site):
    etag = site.ask("/").headers["ETag"]
    answer = site.ask("/", headers={"If-None-Match": etag})
    assert (answer.status, answer.bytes, answer.headers["ETag"]) == (304, b"", etag)
    assert site.ask("/", headers={"If-None-Match": '"other"'}).status == 200


def test_pictures_come_byte_for_byte(site):
    for accept in ({}, {"Accept": "image/png"}, {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}):
        answer = site.ask("/app/logo.png", headers=accept)
        assert (answer.status, answer.headers["Content-Type"], answer.bytes) == (200, "image/png", PNG)


def test_large_files_come_byte_for_byte_up_to_the_limit(site):
    s3 = site.hearth.client("s3")
    body = bytes(range(256)) * (10 << 12)
    assert len(body) == 10 << 20
    s3.put_object(Bucket=site.bucket, Key="app/large", Body=body)
    assert site.ask("/app/large").bytes == body
    s3.put_object(Bucket=site.bucket, Key="app/large", Body=body + b"x")
    answer = site.ask("/app/large")
    assert (answer.status, json.loads(answer.bytes)) == (500, {"message": "Internal server error"})


def test_a_part_of_a_file(site):
    answer = site.ask("/app/logo.png", headers={"Range": "bytes=1-3"})
    assert (answer.status, answer.bytes, answer.headers["Content-Range"]) == (206, b"PNG", f"bytes 1-3/{len(PNG)}")
    assert site.ask("/app/logo.png", headers={"Range": "bytes=9999-"}).status == 404  # 416, as the pattern maps it


def test_keys_with_folders_and_escapes(site):
    for path in ("/app/css/a%20b.css", "/app/css%2Fa%20b.css", "/app/%63ss/a%20b.css"):
        assert site.ask(path).bytes == b"p{}", path
    assert site.ask("/app/css/a+b.css").status == 404


def test_what_is_not_there_is_said_in_s3s_words(site):
    answer = site.ask("/app/none.html")
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/xml")
    assert b"<Code>NoSuchKey</Code>" in answer.bytes and b"app/none.html" in answer.bytes
    assert site.ask("/other/none.html").status == 403
    assert json.loads(site.ask("/other").bytes) == {"message": "Missing Authentication Token"}


def test_nobody_climbs_out_of_the_folder(site):
    for path in ("/app/..%2fsecret.txt", "/app/../secret.txt", "/app/%2e%2e/secret.txt", "/app/..%2f..%2f" + site.bucket + "/secret.txt",
                 "/app/%2e%2e%2fsecret.txt", "/app//secret.txt", "/app/..%5csecret.txt", "/app/index.html%00"):
        answer = site.ask(path)
        assert answer.status in (400, 403, 404) and b"not for the page" not in answer.bytes, path


def test_the_query_of_the_client_is_not_passed_on(site):
    assert site.ask("/?list-type=2&acl&versionId=x").bytes == PAGE
    assert site.ask("/app/logo.png%3Facl").status == 404


def test_heads(site):
    answer = site.ask("/app/logo.png", verb="HEAD")
    assert (answer.status, answer.bytes, answer.headers["Content-Type"]) == (200, b"", "image/png")
    assert answer.headers["ETag"] == f'"{hashlib.md5(PNG).hexdigest()}"'
    assert site.ask("/app/none.png", verb="HEAD").status == 404
    assert site.ask("/", verb="HEAD").status == 403  # a method of its own, which this API has not


def test_files_can_be_put_and_deleted(site):
    s3 = site.hearth.client("s3")
    put = site.ask("/up/new.png", verb="PUT", body=PNG, headers={"Content-Type": "image/png"})
    assert (put.status, put.headers["ETag"]) == (200, f'"{hashlib.md5(PNG).hexdigest()}"')
    found = s3.get_object(Bucket=site.bucket, Key="up/new.png")
    assert (found["Body"].read(), found["ContentType"]) == (PNG, "image/png")
    assert site.ask("/up/new.png", headers={"If-None-Match": "*"}).status in (200, 304)
    assert site.ask("/up/new.png", verb="DELETE").status == 200  # 204, as the default response has it
    assert site.ask("/up/new.png").status == 404


def test_the_role_must_allow_it(site):
    assert site.ask("/up/denied").status == 404  # NoSuchKey: the role may list the bucket
    denied = site.ask("/app/denied.txt", verb="GET")
    assert b"<Code>NoSuchKey</Code>" in denied.bytes
    iam, s3 = site.hearth.client("iam"), site.hearth.client("s3")
    s3.put_object(Bucket=site.bucket, Key="up/kept", Body=b"x")
    before = iam.get_role_policy(RoleName=site.role, PolicyName="pages")["PolicyDocument"]
    statements = [statement for statement in before["Statement"] if statement["Action"] == "s3:GetObject"]
    iam.put_role_policy(RoleName=site.role, PolicyName="pages", PolicyDocument=json.dumps(before | {"Statement": statements}))
    try:
        for path, verb in (("/up/kept", "DELETE"), ("/up/new", "PUT"), ("/up/none", "GET")):
            answer = site.ask(path, verb=verb)
            assert (answer.status, b"<Code>AccessDenied</Code>" in answer.bytes) == (404, True), (path, answer.bytes)
        assert site.ask("/up/kept").bytes == b"x"
    finally:
        iam.put_role_policy(RoleName=site.role, PolicyName="pages", PolicyDocument=json.dumps(before))
    assert site.ask("/up/kept", verb="DELETE").status == 200


def test_what_is_mapped_must_be_declared(hearth, site):
    client = hearth.client("apigateway")
    api = client.create_rest_api(name=fresh("api"))["id"]
    where = dict(restApiId=api, resourceId=client.get_resources(restApiId=api)["items"][0]["id"], httpMethod="GET")
    client.put_method(**where, authorizationType="NONE", requestParameters={"method.request.header.Range": False})
    more = dict(**where, type="AWS", integrationHttpMethod="GET", credentials=f"arn:aws:iam::000000000001:role/{site.role}",
                uri=f"arn:aws:apigateway:{hearth.region}:s3:path/{site.bucket}/x")
    for source in ("method.request.header.If-Match", "method.request.path.key", "method.request.querystring.q"):
        with refused("BadRequestException", 400, f"Invalid mapping expression parameter specified: {source}"):
            client.put_integration(**more, requestParameters={"integration.request.header.Range": source})
    with refused("BadRequestException", 400, "Invalid mapping expression specified"):
        client.put_integration(**more, requestParameters={"integration.request.header.Range": "no source"})
    client.put_integration(**more, requestParameters={"integration.request.header.Range": "method.request.header.Range"})
    with refused("NotFoundException", 404, "Invalid Response status code specified"):
        client.put_integration_response(**where, statusCode="200")
    client.put_method_response(**where, statusCode="200", responseParameters={"method.response.header.ETag": False})
    with refused("BadRequestException", 400, "Invalid mapping expression parameter specified: method.response.header.X-Other"):
        client.put_integration_response(**where, statusCode="200", responseParameters={"method.response.header.X-Other": "'x'"})
    client.put_integration_response(**where, statusCode="200", responseParameters={"method.response.header.ETag": "integration.response.header.ETag"})


def test_the_role_must_trust_the_gateway(hearth):
    bucket, client = make_bucket(hearth), hearth.client("apigateway")
    hearth.client("s3").put_object(Bucket=bucket, Key="x", Body=b"x")
    api = client.create_rest_api(name=fresh("api"))["id"]
    where = dict(restApiId=api, resourceId=client.get_resources(restApiId=api)["items"][0]["id"], httpMethod="GET")
    client.put_method(**where, authorizationType="NONE")
    more = dict(**where, type="AWS", integrationHttpMethod="GET", uri=f"arn:aws:apigateway:{hearth.region}:s3:path/{bucket}/x")
    client.put_integration(**more, credentials=make_role(hearth, "lambda.amazonaws.com"))
    client.put_method_response(**where, statusCode="200")
    client.put_integration_response(**where, statusCode="200")
    client.create_deployment(restApiId=api, stageName="v1")
    assert Site(hearth, bucket, {"Api": api, "Role": ""}).ask("/").status == 500

    with refused("BadRequestException", 400, "Role ARN must be specified for AWS integrations"):
        client.put_integration(**more)
    with refused("AccessDeniedException", 403, "Cross-account pass role is not allowed"):
        client.put_integration(**more, credentials="arn:aws:iam::999999999999:role/x")
    with refused("BadRequestException", 400, "caller's own credentials"):
        client.put_integration(**more, credentials="arn:aws:iam::*:user/*")
    with refused("BadRequestException", 400, "action of S3"):
        client.put_integration(**(more | {"uri": f"arn:aws:apigateway:{hearth.region}:s3:action/GetObject"}), credentials=make_role(hearth))
    with refused("BadRequestException", 400, "'sqs'"):
        client.put_integration(**(more | {"uri": f"arn:aws:apigateway:{hearth.region}:sqs:path/1/q"}), credentials=make_role(hearth))


def test_without_binary_media_types_only_text_comes_through(hearth, site):
    client = hearth.client("apigateway")
    api = client.create_rest_api(name=fresh("api"))["id"]
    where = dict(restApiId=api, resourceId=client.get_resources(restApiId=api)["items"][0]["id"], httpMethod="GET")
    role = f"arn:aws:iam::000000000001:role/{site.role}"
    client.put_method(**where, authorizationType="NONE", requestParameters={"method.request.querystring.key": True})
    client.put_integration(**where, type="AWS", integrationHttpMethod="GET", credentials=role,
                           uri=f"arn:aws:apigateway:{hearth.region}:s3:path/{site.bucket}/{{key}}",
                           requestParameters={"integration.request.path.key": "method.request.querystring.key"})
    client.put_method_response(**where, statusCode="200")
    client.put_integration_response(**where, statusCode="200")
    client.create_deployment(restApiId=api, stageName="v1")
    plain = Site(hearth, site.bucket, {"Api": api, "Role": ""})
    assert plain.ask("/?key=app/index.html").bytes == PAGE
    assert plain.ask("/?key=app/logo.png").bytes != PNG
    assert plain.ask("/").status == 500
    # As base64 it does.
    client.update_integration_response(**where, statusCode="200",
                                       patchOperations=[{"op": "replace", "path": "/contentHandling", "value": "CONVERT_TO_TEXT"}])
    client.update_rest_api(restApiId=api, patchOperations=[{"op": "add", "path": "/binaryMediaTypes/image~1png"}])
    client.create_deployment(restApiId=api, stageName="v1")
    assert base64.b64decode(plain.ask("/?key=app/logo.png").bytes) == PNG
