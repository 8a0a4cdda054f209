"""REST APIs: made part by part through boto3, asked with plain HTTP."""

import http.client
import json

from support.aws import fresh


class Api:
    """A REST API under construction, and requests to its stage."""

    def __init__(self, hearth, functions, **more):
        self.hearth, self.functions = hearth, functions
        self.client = hearth.client("apigateway")
        self.id = self.client.create_rest_api(name=fresh("api"), **more)["id"]
        self.root = self.client.get_resources(restApiId=self.id)["items"][0]["id"]

    def resource(self, path):
        parent = self.root
        known = {item["path"]: item["id"] for item in self.client.get_resources(restApiId=self.id, limit=500)["items"]}
        done = ""
        for part in path.strip("/").split("/"):
            done += "/" + part
            parent = known.get(done) or self.client.create_resource(restApiId=self.id, parentId=parent, pathPart=part)["id"]
        return parent

    def uri(self, function):
        return (f"arn:aws:apigateway:{self.hearth.region}:lambda:path/2015-03-31/functions/"
                f"{self.functions[function]}/invocations")

    def method(self, path, verb, kind, function=None, responses=None, method=None, **integration):
        where = dict(restApiId=self.id, resourceId=self.resource(path) if path != "/" else self.root, httpMethod=verb)
        self.client.put_method(**where, **({"authorizationType": "NONE"} | (method or {})))
        if function:
            integration |= {"uri": self.uri(function), "integrationHttpMethod": "POST"}
        self.client.put_integration(**where, type=kind, **integration)
        for status, response in (responses or {}).items():
            parameters = {name: True for name in response.get("responseParameters", {})}
            self.client.put_method_response(**where, statusCode=status, responseParameters=parameters)
            self.client.put_integration_response(**where, statusCode=status, **response)
        return self

    def deploy(self, stage="v1"):
        return self.client.create_deployment(restApiId=self.id, stageName=stage)["id"]

    def ask(self, verb, path, body=None, headers=None, stage="v1", host=False):
        """Status, headers, text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.hearth.port, timeout=60)
        name = f"{self.id}.execute-api.{self.hearth.region}.localhost:{self.hearth.port}"
        url = f"/{stage}{path}" if host else f"/_aws/execute-api/{self.id}/{stage}{path}"
        connection.request(verb, url, body=body, headers=(headers or {}) | ({"Host": name} if host else {}))
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, text

    def json(self, *arguments, **more):
        status, _, text = self.ask(*arguments, **more)
        return status, json.loads(text)
