"""The three stacks as they are deployed, by a client of CloudFormation: what each role may, the page, what fails."""

import base64
import email
import email.policy
import hashlib
import http.client
import json

import pytest

from support.aws import fresh
from support.principals import Session
from support.server import BIN, ROOT, Hearth
from support.wait import until

DEPLOY = ROOT / "apps" / "homework" / "deploy"
PACKAGE = BIN.parent / "functions" / "homework.zip"
POLICY = "default-src 'none'; connect-src 'self'; script-src 'sha256-AAAA='; frame-ancestors 'none'"
PAGE = b"<!doctype html><title>Homework</title>"

QUESTIONS = [
    {"questionId": "1", "question": "Which?", "answers": [{"answerId": "a", "answerBody": "A"}, {"answerId": "b", "answerBody": "B"}]},
    {"questionId": "2", "type": "multiple", "question": "Which ones?", "answers": [{"answerId": c, "answerBody": c.upper()} for c in "abc"]},
    {"questionId": "3", "type": "truefalse", "question": "Is it so?"},
    {"questionId": "4", "type": "text", "question": "What is it called?"},
    {"questionId": "5", "type": "number", "question": "How much?"}]
KEY = [{"questionId": "1", "answer": "a", "feedback": "Because."}, {"questionId": "2", "answer": "a,c"}, {"questionId": "3", "answer": "true"},
       {"questionId": "4", "answer": "init"}, {"questionId": "5", "answer": "3.14", "tolerance": "0.01"}]
RIGHT = {"1": "a", "2": "c,a", "3": "true", "4": "Init", "5": "3,14"}
TEST = {"subject": "os", "testId": "t1"}


class Pipeline:
    """The stacks, a course with two students and one test that closes at `due`."""

    def __init__(self, server, opens="2027-07-01T10:00:00Z", due="2027-07-05T21:00:00Z"):
        self.server, self.name, self.opens, self.due = server, fresh("hw"), opens, due
        self.s3, self.functions = server.client("s3"), server.client("lambda")
        cloud = server.client("cloudformation")
        self.out = {}
        for part in ("storage", "api", "scoring"):
            parameters = {"RequireTls": "false", "RetentionDays": "30"} if part == "storage" else {
                "DataBucket": self.out["DataBucket"], "PackageBucket": self.out["PackageBucket"], "PackageKey": "packages/homework.zip"}
            if part == "api":
                self.s3.upload_file(str(PACKAGE), self.out["PackageBucket"], "packages/homework.zip")
                parameters["NotifyFunctionName"] = f"{self.name}-scoring-notify-students"
            if part == "scoring":
                parameters |= {"SenderAddress": "homework@example.org", "TrainerAddress": "trainer@example.org", "CourseName": "Systems"}
            cloud.create_stack(StackName=f"{self.name}-{part}", TemplateBody=(DEPLOY / f"{part}.yaml").read_text(), Capabilities=["CAPABILITY_IAM"],
                               Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()])
            cloud.get_waiter("stack_create_complete").wait(StackName=f"{self.name}-{part}", WaiterConfig={"Delay": 1})
            stack = cloud.describe_stacks(StackName=f"{self.name}-{part}")["Stacks"][0]
            self.out |= {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        self.bucket = self.out["DataBucket"]
        self.publish()

    def put(self, key, document, **more):
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, **more)
        return hashlib.sha256(body).hexdigest(), body

    def publish(self):
        gateway = self.server.client("apigateway")
        keys = {}
        self.keys = {}
        for student in ("student01", "student02"):
            key = gateway.create_api_key(name=f"{self.name}-{student}", enabled=True)
            gateway.create_usage_plan_key(usagePlanId=self.out["UsagePlanId"], keyId=key["id"], keyType="API_KEY")
            keys[key["id"]], self.keys[student] = student, key["value"]
        questions = json.dumps(QUESTIONS).encode()
        digest = hashlib.sha256(questions).hexdigest()
        self.put(f"published/questions/{digest}.json", questions)
        self.put(f"keys/os/t1/{digest}.json", KEY)
        self.put("access/keys.json", keys)
        self.put("course.json", {"name": "Systems", "timezone": "Europe/Warsaw", "receiptMail": True, "from": "Homework <homework@example.org>",
                                 "trainers": ["trainer@example.org"], "grades": [{"from": 50, "grade": "passed"}, {"from": 0, "grade": "failed"}]})
        self.put("studentsList.json", [{"student_id": s, "email": f"{s}@example.org"} for s in ("student01", "student02")])
        self.put("signing/receipt-key.json", signing_key())
        self.put("published/catalogue.json", {
            "version": 1, "publishedAt": self.opens, "zone": {"name": "Europe/Warsaw", "offsets": [{"from": "1970-01-01T00:00:00Z", "seconds": 7200}]},
            "tests": [TEST | {"title": "Kernels", "opens": self.opens, "due": self.due, "graceSeconds": 0, "questionSet": digest, "partial": True}]})
        self.put("page/index.html", PAGE, ContentType="text/html; charset=utf-8", Metadata={"policy": POLICY})

    def ask(self, method, path, document=None, student="student01", headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        sent = {"x-api-key": self.keys[student]} if student else {}
        connection.request(method, f"/_aws/execute-api/{self.out['ApiId']}/api{path}", document and json.dumps(document), sent | (headers or {}))
        answer = connection.getresponse()
        answer.bytes = answer.read()
        connection.close()
        return answer

    def api(self, method, path, document=None, student="student01"):
        answer = self.ask(method, path, document, student)
        return answer.status, json.loads(answer.bytes)

    def submit(self, answers, student="student01"):
        result = [{"questionId": q, "answer": a} for q, a in answers.items()]
        return self.api("POST", "/v1/test", {"subjectName": "os", "testId": "t1", "testResult": result}, student)

    def invoke(self, output, event):
        answer = self.functions.invoke(FunctionName=self.out[output], Payload=json.dumps(event))
        return answer.get("FunctionError"), json.loads(answer["Payload"].read())

    def mails(self, recipient):
        listed = json.loads(self.server.run("hearth", "mail", "list", "--json").stdout)["mails"]
        parsed = [email.message_from_string(self.server.run("hearth", "mail", "show", mail["id"]).stdout, policy=email.policy.default) for mail in listed]
        return [mail for mail in parsed if mail["To"] == recipient]

    def subjects(self, recipient):
        return sorted(str(mail["Subject"]) for mail in self.mails(recipient))


def signing_key():
    """RFC 8032, 7.1, test 1."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    return {"keyId": hashlib.sha256(public).hexdigest()[:8], "privateKey": base64.b64encode(seed).decode()}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    started = Hearth(tmp_path_factory.mktemp("stacks") / "data", "--clock", "2027-07-04T12:00:00Z").start()
    yield started
    assert started.stop() == 0


@pytest.fixture(scope="module")
def pipeline(server):
    return Pipeline(server)


def test_the_page_is_at_the_root_with_its_own_policy(pipeline):
    page = pipeline.ask("GET", "/", student=None)
    assert (page.status, page.bytes) == (200, PAGE)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Content-Security-Policy"] == POLICY
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-cache"
    again = pipeline.ask("GET", "/", student=None, headers={"If-None-Match": page.headers["ETag"]})
    assert (again.status, again.bytes) == (304, b"")


def test_a_page_that_is_not_there_says_so(pipeline):
    body = pipeline.s3.get_object(Bucket=pipeline.bucket, Key="page/index.html")["Body"].read()
    pipeline.s3.delete_object(Bucket=pipeline.bucket, Key="page/index.html")
    missing = pipeline.ask("GET", "/", student=None)
    pipeline.put("page/index.html", body, ContentType="text/html; charset=utf-8", Metadata={"policy": POLICY})
    assert missing.status == 404
    assert missing.headers["Content-Type"].startswith("text/plain")
    assert b"not here yet" in missing.bytes and b"<" not in missing.bytes


def test_what_is_personal_expires(pipeline):
    rules = pipeline.s3.get_bucket_lifecycle_configuration(Bucket=pipeline.bucket)["Rules"]
    by_tag = next(rule for rule in rules if rule["ID"] == "students-data")
    assert by_tag["Expiration"] == {"Days": 30}
    assert by_tag["Filter"] == {"Tag": {"Key": "retention", "Value": "course"}}


def test_a_test_from_the_notice_to_the_result(pipeline):
    error, notice = pipeline.invoke("NotifyFunctionArn", {"kind": "notice", "test": "os/t1"})
    assert not error, notice
    assert notice["to"] == ["student01", "student02"]
    status, asked = pipeline.api("GET", "/v1/test?subjectName=os&testId=t1")
    assert status == 200 and len(asked["body"]) == 5 and "3.14" not in json.dumps(asked)
    status, sent = pipeline.submit(RIGHT)
    assert status == 200, sent
    assert "\nsignature: ed25519:" in sent["receipt"]["text"]
    attempt = pipeline.s3.list_objects_v2(Bucket=pipeline.bucket, Prefix="os/t1/student01/attempts/")["Contents"][0]["Key"]
    tags = pipeline.s3.get_object_tagging(Bucket=pipeline.bucket, Key=attempt)["TagSet"]
    assert tags == [{"Key": "retention", "Value": "course"}]
    until(lambda: any("received" in s for s in pipeline.subjects("student01@example.org")), "the receipt's mail")
    error, reminder = pipeline.invoke("NotifyFunctionArn", {"kind": "reminder", "test": "os/t1"})
    assert not error and reminder["to"] == ["student02"], reminder
    error, scored = pipeline.invoke("ScoreFunctionArn", {"now": True, "test": "os/t1"})
    assert not error and scored["problems"] == [], scored
    assert [s["status"] for s in scored["tests"][0]["students"]] == ["graded", "missing"]
    status, result = pipeline.api("GET", "/v1/result?subjectName=os&testId=t1")
    assert status == 200
    assert (result["body"]["points"], result["body"]["grade"], result["body"]["released"]) == (5, "passed", False)
    assert "Because" not in json.dumps(result)
    assert pipeline.subjects("student01@example.org") == [
        "[os] [t1] Test score", "[os] t1 is open – due Mon 5 Jul 23:00", f"[os] t1 received – {sent['receipt']['code']}"]
    assert pipeline.subjects("student02@example.org") == ["[os] t1 is open – due Mon 5 Jul 23:00", "[os] t1 – due tomorrow 23:00"]
    assert pipeline.subjects("trainer@example.org") == ["[Systems] t1: 1 graded, 1 not received, mean 5.0"]
    invitation = next(mail for mail in pipeline.mails("student01@example.org") if "is open" in mail["Subject"])
    assert [part.get_filename() for part in invitation.iter_attachments()] == ["os-t1.ics"]


def test_no_role_reads_or_writes_what_is_not_its_own(pipeline):
    """Sessions with the policies of each role try what the role must never do."""
    iam = pipeline.server.client("iam")
    resources = pipeline.server.client("cloudformation")
    roles = {}
    for part in ("api", "scoring"):
        for resource in resources.describe_stack_resources(StackName=f"{pipeline.name}-{part}")["StackResources"]:
            if resource["ResourceType"] == "AWS::IAM::Role":
                roles[resource["LogicalResourceId"]] = resource["PhysicalResourceId"]
    score = "os/t1/student02/score.json"
    for name, forbidden in {
            "ListTestsRole": ["keys/", "signing/", "outbox/", "scoring/"], "GetTestRole": ["keys/", "signing/", "outbox/", "scoring/"],
            "GetResultRole": ["keys/", "signing/", "outbox/", "scoring/"], "SubmitTestRole": ["keys/", "outbox/", "scoring/"],
            "NotifyStudentsRole": ["keys/", "signing/", "access/"], "ScoreTestsRole": ["signing/", "access/"],
            "AlarmTrainerRole": ["keys/", "course.json"]}.items():
        statements = [statement for policy in iam.list_role_policies(RoleName=roles[name])["PolicyNames"]
                      for statement in iam.get_role_policy(RoleName=roles[name], PolicyName=policy)["PolicyDocument"]["Statement"]]
        s3 = Session(pipeline.server, *statements).client("s3")
        for prefix in forbidden:
            listed = pipeline.s3.list_objects_v2(Bucket=pipeline.bucket, Prefix=prefix).get("Contents", [])
            for key in [entry["Key"] for entry in listed][:1] + [prefix.rstrip("/") + "/x" if prefix.endswith("/") else prefix]:
                with pytest.raises(s3.exceptions.ClientError) as refused:
                    s3.get_object(Bucket=pipeline.bucket, Key=key)
                assert refused.value.response["Error"]["Code"] == "AccessDenied", (name, key)
        if name != "ScoreTestsRole":
            with pytest.raises(s3.exceptions.ClientError) as refused:
                s3.put_object(Bucket=pipeline.bucket, Key=score, Body=b"{}")
            assert refused.value.response["Error"]["Code"] == "AccessDenied", name
        if name != "SubmitTestRole":
            with pytest.raises(s3.exceptions.ClientError) as refused:
                s3.put_object(Bucket=pipeline.bucket, Key="os/t1/student02/attempts/x.json", Body=b"{}")
            assert refused.value.response["Error"]["Code"] == "AccessDenied", name


def test_what_fails_for_good_reaches_the_trainer(pipeline):
    catalogue = pipeline.s3.get_object(Bucket=pipeline.bucket, Key="published/catalogue.json")["Body"].read()
    pipeline.put("published/catalogue.json", b"{")
    pipeline.functions.put_function_event_invoke_config(
        FunctionName=pipeline.out["ScoreFunction"], MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": pipeline.functions.get_function(FunctionName=pipeline.out["AlarmFunction"])["Configuration"]["FunctionArn"]}})
    pipeline.functions.invoke(FunctionName=pipeline.out["ScoreFunction"], InvocationType="Event", Payload=b"{}")
    until(lambda: any("score run failed" in s for s in pipeline.subjects("trainer@example.org")), "the alarm")
    pipeline.put("published/catalogue.json", catalogue)
    alarm = next(mail for mail in pipeline.mails("trainer@example.org") if "failed" in mail["Subject"])
    assert alarm["Subject"] == "[Systems] score run failed – nothing lost"
    assert "ScoringFailed: the catalogue is not JSON" in alarm.get_body(("plain",)).get_content()


def test_one_trouble_is_one_mail(pipeline):
    """A run that fails because of one test mails that itself; the failed run is then no news for alarm-trainer."""
    key = next(entry["Key"] for entry in pipeline.s3.list_objects_v2(Bucket=pipeline.bucket, Prefix="keys/")["Contents"])
    content = pipeline.s3.get_object(Bucket=pipeline.bucket, Key=key)["Body"].read()
    pipeline.put(key, b"{")
    pipeline.s3.delete_object(Bucket=pipeline.bucket, Key="scoring/final/os/t1.json")
    logs = pipeline.server.client("logs")

    def runs():
        events = logs.filter_log_events(logGroupName=f"/aws/lambda/{pipeline.out['AlarmFunction']}", filterPattern="REPORT")["events"]
        return len(events)

    before, alarms = runs(), len([s for s in pipeline.subjects("trainer@example.org") if "failed" in s])
    pipeline.functions.put_function_event_invoke_config(
        FunctionName=pipeline.out["ScoreFunction"], MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": pipeline.functions.get_function(FunctionName=pipeline.out["AlarmFunction"])["Configuration"]["FunctionArn"]}})
    event = json.dumps({"time": "2027-07-05T21:02:00Z"}).encode()
    pipeline.functions.invoke(FunctionName=pipeline.out["ScoreFunction"], InvocationType="Event", Payload=event)
    until(lambda: runs() > before, "a run of alarm-trainer")
    pipeline.put(key, content)
    assert len([s for s in pipeline.subjects("trainer@example.org") if "failed" in s]) == alarms + 1
