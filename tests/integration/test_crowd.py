"""Many clients at once: everything is answered, nothing is mixed up."""

import hashlib
import http.client
import json
import os
import random
from concurrent.futures import ThreadPoolExecutor

from support.aws import fresh, make_bucket, make_role
from support.packages import package

SOURCE = '''
import os
import boto3
from botocore.config import Config

s3 = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=Config(s3={"addressing_style": "path"}))

def handler(event, context):
    body = (event["text"] * 1000).encode()
    s3.put_object(Bucket=event["bucket"], Key=event["key"], Body=body)
    return len(s3.get_object(Bucket=event["bucket"], Key=event["key"])["Body"].read())
'''


def test_functions_use_aws_with_the_rights_of_their_role(hearth):
    bucket, client, name = make_bucket(hearth), hearth.client("lambda"), fresh("writer")
    role = make_role(hearth)
    hearth.client("iam").put_role_policy(RoleName=role.split("/")[1], PolicyName="s3", PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": f"arn:aws:s3:::{bucket}/*"}]}))
    client.create_function(FunctionName=name, Runtime="python3.11", Role=role, Handler="index.handler", Timeout=60, MemorySize=256,
                           Code={"ZipFile": package(index__py=SOURCE)})

    def call(number):
        event = {"bucket": bucket, "key": f"k{number}", "text": f"<{number}>"}
        return json.loads(client.invoke(FunctionName=name, Payload=json.dumps(event))["Payload"].read())

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(call, range(12))) == [len(f"<{number}>") * 1000 for number in range(12)]
    body = hearth.client("s3").get_object(Bucket=bucket, Key="k7")["Body"].read()
    assert body == b"<7>" * 1000


def test_objects_of_many_writers(hearth):
    bucket, dice, s3 = make_bucket(hearth), random.Random(7), hearth.client("s3", max_pool_connections=8)
    sizes = [dice.choice([0, 10, 5_000, 70_000, 300_000]) for _ in range(120)]

    def write(number):
        body = os.urandom(sizes[number])
        for _ in range(2):  # the second write replaces the first while others read
            s3.put_object(Bucket=bucket, Key=f"k{number % 40}", Body=body, Metadata={"sum": hashlib.sha256(body).hexdigest()})
            got = s3.get_object(Bucket=bucket, Key=f"k{number % 40}")
            assert hashlib.sha256(got["Body"].read()).hexdigest() == got["Metadata"]["sum"]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(120)))
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 40


def test_answers_are_not_mixed_up_among_kept_connections(hearth):
    client, name, apigateway = hearth.client("lambda"), fresh("echo"), hearth.client("apigateway")
    source = "def handler(event, context):\n    return {'statusCode': 200, 'body': event['path'] + ' ' + (event['body'] or '')}\n"
    arn = client.create_function(FunctionName=name, Runtime="python3.11", Role=make_role(hearth), Handler="index.handler",
                                 Code={"ZipFile": package(index__py=source)})["FunctionArn"]
    client.add_permission(FunctionName=name, StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com")
    api = apigateway.create_rest_api(name=name)["id"]
    root = apigateway.get_resources(restApiId=api)["items"][0]["id"]
    where = dict(restApiId=api, resourceId=apigateway.create_resource(restApiId=api, parentId=root, pathPart="{proxy+}")["id"], httpMethod="ANY")
    apigateway.put_method(**where, authorizationType="NONE")
    apigateway.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST",
                               uri=f"arn:aws:apigateway:{hearth.region}:lambda:path/2015-03-31/functions/{arn}/invocations")
    apigateway.create_deployment(restApiId=api, stageName="s")

    def talk(number):
        connection = http.client.HTTPConnection("127.0.0.1", hearth.port, timeout=60)
        for turn in range(20):
            text = f"{number}.{turn} " * random.Random(number * turn).randint(1, 2000)
            connection.request("POST", f"/_aws/execute-api/{api}/s/{number}/{turn}", body=text)
            answer = connection.getresponse()
            assert (answer.status, answer.read().decode()) == (200, f"/{number}/{turn} {text}")
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(talk, range(8)))
