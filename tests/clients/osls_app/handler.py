import json
import os


def hello(event, context):
    name = event["pathParameters"]["name"]
    print("asked for", name)
    return {"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "*"}, "body": json.dumps({"hello": name})}


def nightly(event, context):
    return {"bucket": os.environ["UPLOADS"], "event": event}
