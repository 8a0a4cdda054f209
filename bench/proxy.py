# The smallest function behind a Lambda proxy integration: always the same answer.
def handler(event, context):
    return {"statusCode": 200, "body": "{}"}
