"""What Hearth answered to clients during a run, and which operations and errors no test has seen.

Heard, not read from the tests' text: boto3's clients tell of every answer that they get (`listen`), an aws command by how it
ended. tests/conftest.py brings together what the processes of a run heard."""

import functools
import json
import pathlib
import re
import tomllib

import botocore
from botocore import xform_name

SERVICES = pathlib.Path(__file__).resolve().parents[2] / "src" / "services"
OK = "ok"
heard = set()  # (service, operation, OK or the error's code)


# --- listening -------------------------------------------------------------------------------------------------------


def listen(client):
    client.meta.events.register_last("after-call", _answered)
    return client


def _answered(http_response, parsed, model, **_):
    status = http_response.status_code
    code = parsed.get("Error", {}).get("Code", str(status)) if status >= 300 else OK
    heard.add((model.service_model.service_name, model.name, code))


def command_ended(arguments, done):
    """["s3api", "put-object", ...] and its CompletedProcess."""
    service = {"s3api": "s3"}.get(arguments[0], arguments[0])
    refusal = re.search(r"An error occurred \((\S+)\) when calling the (\w+) operation", done.stderr)
    if refusal:
        heard.add((service, refusal.group(2), refusal.group(1)))
    elif done.returncode == 0:
        heard.update((service, operation, OK) for operation in listed().get(service, []) if xform_name(operation, "-") == arguments[1])


# --- what there has to be --------------------------------------------------------------------------------------------


@functools.cache
def settings():
    return {path.parent.name: tomllib.loads(path.read_text()) for path in sorted(SERVICES.glob("*/service.toml"))}


def listed():
    return {service: setting["operations"] for service, setting in settings().items()}


# Refusals that are not the operation's own: by the signature, by policies, and what Hearth leaves out.
GENERAL = {"AccessDenied", "AccessDeniedException", "403", "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch",
           "NotImplemented", "InternalError", "InternalFailure"}
# What the resources of a service say to a stack, and to no client.
TO_STACKS = {"AlreadyExists", "NotFound"}
# They take nothing that could be wrong: whoever may call them is answered.
NEVER_WRONG = {"apigateway": {"GetAccount", "GetApiKeys", "GetRestApis", "GetUsagePlans"}, "lambda": {"GetAccountSettings"}, "s3": {"ListBuckets"},
               "ses": {"GetSendQuota", "GetSendStatistics", "ListVerifiedEmailAddresses"}, "sts": {"GetCallerIdentity"}}
# They name nothing that has to be there, or say so by another code, whatever the model has; HEAD has a status and no code.
NEVER_ABSENT = {"apigateway": {"CreateApiKey", "GetAccount", "GetApiKeys", "GetRestApis", "GetUsagePlans", "ImportRestApi", "UpdateAccount"},
                "iam": {"CreateGroup", "GetAccessKeyLastUsed"}, "lambda": {"CreateFunction"}, "s3": {"HeadBucket", "HeadObject"},
                "secretsmanager": {"CreateSecret"}}
# Services whose errors are written in another folder, too, among the words of an engine.
ENGINES = {"cloudformation": ["stacks"], "lambda": ["functions"]}
# What Hearth has no way to make, they never show.
NEVER_RIGHT = {"s3": {"GetBucketCors", "GetBucketReplication", "GetBucketWebsite", "GetObjectLockConfiguration"}}
# Errors that no request from outside brings about, or none but hundreds of them: those are for unit tests.
OUT_OF_REACH = {
    "cloudformation": {"LimitExceededException"},  # 1000 change sets of one stack
    "lambda": {"RecursiveInvocationException",  # said to an event that goes round, never to a caller
               "ServiceException"},  # of a machine that cannot make a jail, or stops
    "s3": {"TooManyBuckets",  # 10,000 of them
           "NotModified"},  # has no body: clients see the number 304
    "scheduler": {"ServiceQuotaExceededException"},  # 500 groups
    "ses": {"LimitExceeded"},  # 10,000 identities
    "ssm": {"ParameterLimitExceeded"},  # 10,000 parameters
}


@functools.cache
def modelled(service):
    """The codes that AWS's model names for each operation."""
    model = json.loads((pathlib.Path(botocore.__file__).parent / "data" / settings()[service]["model"] / "service-2.json").read_text())
    codes = {name: shape.get("error", {}).get("code", name) for name, shape in model["shapes"].items()}
    return {operation: {codes[error["shape"]] for error in model["operations"].get(operation, {}).get("errors", [])}
            for operation in listed()[service]}


@functools.cache
def errors_of(service):
    """The codes that Hearth can answer: those that open a Fault in the folder of the service, and those that AWS's model names for
    its operations and that are written there, or in its engine."""
    own = source(SERVICES / service)
    written = set(re.findall(r'"([A-Z][A-Za-z]+)"', own + "".join(source(SERVICES.parent / engine) for engine in ENGINES.get(service, ()))))
    faults = set(re.findall(r'(?:Fault(?: \w+)?[({]|return \{)\s*"([A-Z][A-Za-z]+)",\s*(?:std::|"[^"]* |[a-z])', own))
    return (set().union(*modelled(service).values()) & written | faults) - GENERAL - TO_STACKS


@functools.cache
def source(folder):
    return "\n".join(path.read_text() for path in sorted(folder.glob("*.*")) if not re.search("_test|testing|resource", path.stem))


def gaps(answers):
    """What nobody asked for, in words."""
    codes = {}
    for service, operation, code in answers:
        codes.setdefault((service, operation), set()).add(code)
    for service, operations in listed().items():
        for operation in operations:
            seen = codes.get((service, operation), set())
            if OK not in seen and operation not in NEVER_RIGHT.get(service, ()):
                yield f"{service}: {operation} never answered"
            general = operation in NEVER_WRONG.get(service, ())
            if not seen - {OK} - (set() if general else GENERAL):
                yield f"{service}: {operation} never refused anything" + ("" if general else " of its own accord")
            if operation not in NEVER_ABSENT.get(service, ()):
                absent = {code for code in modelled(service)[operation] & errors_of(service) if re.search("NotFound|NoSuch", code)}
                yield from (f"{service}: {operation} never said {code}" for code in sorted(absent - seen))
        seen = set().union(*(codes.get((service, operation), ()) for operation in operations))
        for code in sorted(errors_of(service) - seen - OUT_OF_REACH.get(service, set())):
            yield f"{service}: nobody was told {code}"
