"""CloudFormation as boto3, the aws command and Ansible use it."""

import json
import subprocess
import urllib.request

import pytest

from support import stacks
from support.aws import aws, fresh, make_bucket, refused
from support.packages import package
from support.wait import until


@pytest.fixture(scope="module")
def cloudformation(hearth):
    return hearth.client("cloudformation")


class Stack(stacks.Stack):
    """One that is gone after its deletion: what keeps it is an error."""

    def delete(self, **more):
        self.client.delete_stack(StackName=self.name, **more)
        self.client.get_waiter("stack_delete_complete").wait(StackName=self.name, WaiterConfig=stacks.WAIT)


@pytest.fixture
def stack(cloudformation):
    return Stack(cloudformation)


def group(days=7, **more):
    return {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": days} | more}


# --- the language


INTRINSICS = '''
AWSTemplateFormatVersion: 2010-09-09
Description: every function
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod], Default: dev}
  Names: {Type: CommaDelimitedList, Default: "a,b,c"}
  Count: {Type: Number, MinValue: 1, MaxValue: 5, Default: 2}
  Secret: {Type: String, NoEcho: true, Default: hush}
Mappings:
  Days:
    dev: {keep: 3}
    prod: {keep: 30}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Equals [1, "1"]]
  Either: !Or [!Condition IsProd, !Condition IsDev]
Resources:
  Group:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: !Sub "/${AWS::StackName}/${Stage}"
      RetentionInDays: !FindInMap [Days, !Ref Stage, keep]
  Only:
    Type: AWS::Logs::LogGroup
    Condition: IsProd
  Maybe:
    Type: AWS::Logs::LogGroup
    DependsOn: Group
    Properties:
      RetentionInDays: !If [IsProd, 14, !Ref "AWS::NoValue"]
Outputs:
  Ref: {Value: !Ref Group}
  GetAtt: {Value: !GetAtt Group.Arn}
  Join: {Value: !Join ["-", [x, !Select ["1", !Ref Names], !Join [".", !Ref Names]]]}
  Split: {Value: !Select [2, !Split ["/", "a/b/c"]]}
  Sub: {Value: !Sub ["${Text} ${!Literal} ${AWS::Region} ${AWS::AccountId} ${AWS::Partition} ${AWS::URLSuffix} ${Group} ${Group.Arn}", {Text: !Ref Count}]}
  Base64: {Value: !Base64 "hällo"}
  If: {Value: !If [Either, either, neither]}
  Cidr: {Value: !Select [1, !Cidr ["10.0.0.0/16", 3, 8]]}
  Long:
    Value:
      Fn::Join: ["", [{"Ref": "AWS::StackId"}]]
  ProdOnly: {Condition: Both, Value: yes}
'''


def test_every_function_pseudo_parameter_and_condition(hearth, stack):
    stack.create(INTRINSICS, Tags=[{"Key": "course", "Value": "os"}])
    assert stack.status == "CREATE_COMPLETE", stack.events
    out, name = stack.outputs, f"/{stack.name}/dev"
    arn = f"arn:aws:logs:{hearth.region}:000000000001:log-group:{name}:*"
    assert out == {"Ref": name, "GetAtt": arn, "Join": "x-b-a.b.c", "Split": "c", "Base64": "aMOkbGxv", "If": "either", "Cidr": "10.0.1.0/24",
                   "Sub": f"2 ${{Literal}} {hearth.region} 000000000001 aws amazonaws.com {name} {arn}", "Long": stack.shown["StackId"]}
    assert sorted(stack.resources) == ["Group", "Maybe"]
    kept = hearth.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]
    assert kept["retentionInDays"] == 3
    assert stack.shown["Tags"] == [{"Key": "course", "Value": "os"}]
    assert {"ParameterKey": "Secret", "ParameterValue": "****"} in stack.shown["Parameters"]
    assert hearth.client("logs").list_tags_log_group(logGroupName=name)["tags"]["course"] == "os"
    stack.update(INTRINSICS, {"Stage": "prod", "Names": "q,r,s"})
    assert (stack.status, stack.outputs["ProdOnly"], stack.outputs["Join"]) == ("UPDATE_COMPLETE", "true", "x-r-q.r.s")
    assert sorted(stack.resources) == ["Group", "Maybe", "Only"]


def test_json_from_a_bucket(hearth, cloudformation, stack):
    bucket = make_bucket(hearth)
    template = {"Resources": {"G": group()}, "Outputs": {"Name": {"Value": {"Ref": "G"}}}}
    hearth.client("s3").put_object(Bucket=bucket, Key="t/x.json", Body=json.dumps(template))
    stack.create(f"https://s3.amazonaws.com/{bucket}/t/x.json")
    assert stack.outputs["Name"].startswith(f"{stack.name}-G-")
    other = Stack(cloudformation).create(f"https://{bucket}.s3.{hearth.region}.amazonaws.com/t/x.json")
    assert other.status == "CREATE_COMPLETE"
    assert cloudformation.get_template(StackName=other.name)["TemplateBody"] == template
    third = Stack(cloudformation).create(f"{hearth.url}/{bucket}/t/x.json")
    assert third.status == "CREATE_COMPLETE"
    with refused("ValidationError", 400):
        Stack(cloudformation).create(f"https://s3.amazonaws.com/{bucket}/nothing.json")


# --- what is refused before anything is made


@pytest.mark.parametrize("template, words", [
    ({"Resources": {"X": {"Type": "AWS::EC2::Instance"}}}, "AWS::EC2::Instance"),
    ({"Resources": {"A": group(), "X": group(Colour="red")}}, "Colour"),
    ({"Resources": {"A": {"Type": "AWS::Logs::LogGroup", "DependsOn": "B"}, "B": {"Type": "AWS::Logs::LogGroup", "DependsOn": ["A"]}}}, "Circular dependency"),
    ({"Resources": {"A": group({"Ref": "Nobody"})}}, "Nobody"),
    ({"Resources": {"A": group({"Fn::GetAtt": ["Nobody", "Arn"]})}}, "Nobody"),
    ({"Resources": {"A": group({"Fn::Nonsense": "x"})}}, "Fn::Nonsense"),
    ({"Resources": {"A": group(), "B": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Fn::GetAtt": ["A", "Colour"]}}}}}, "Colour"),
    ({"Resources": {"A": group("many")}}, "RetentionInDays"),
    ({"Resources": {}}, "Resources"),
    ({"Parameters": {"P": {"Type": "String"}}, "Resources": {"A": group()}}, "[P]"),
    ({"Transform": "AWS::LanguageExtensions", "Resources": {"A": group()}}, "No transform named AWS::LanguageExtensions found"),
    ("Resources: [", ""), ("{", ""), ("Resources: {A: &x {Type: *x}}", ""),
    ("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\n"
     "e: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f]\n", ""),
    ("[" * 10_000, ""),
])
def test_a_wrong_template_makes_nothing(stack, template, words):
    with refused("ValidationError", 400, words):
        stack.create(template)
    with refused("ValidationError", 400, f"Stack with id {stack.name} does not exist"):
        stack.shown


def test_parameters_that_do_not_fit(stack):
    template = {"Parameters": {"N": {"Type": "Number", "MinValue": 2}, "S": {"Type": "String", "AllowedPattern": "[a-z]+", "Default": "ok"}}, "Resources": {"A": group()}}
    with refused("ValidationError", 400, "Parameters: [N] must have values"):
        stack.create(template)
    for wrong in ({"N": "1"}, {"N": "x"}, {"N": "3", "S": "A"}):
        with refused("ValidationError", 400):
            stack.create(template, wrong)
    with refused("ValidationError", 400, "Parameters: [Other] do not exist in the template"):
        stack.create(template, {"N": "3", "Other": "1"})
    assert stack.create(template, {"N": "3"}).status == "CREATE_COMPLETE"


def test_roles_need_a_capability(cloudformation, stack):
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}}}
    with refused("InsufficientCapabilitiesException", 400, "Requires capabilities : [CAPABILITY_IAM]"):
        cloudformation.create_stack(StackName=stack.name, TemplateBody=json.dumps({"Resources": {"R": role}}))
    assert stack.create({"Resources": {"R": role}}).status == "CREATE_COMPLETE"


def test_names_tokens_and_a_stack_that_is_there(cloudformation, stack):
    stack.create({"Resources": {"A": group()}}, ClientRequestToken="token-1", NotificationARNs=[])
    assert stack.shown["NotificationARNs"] == []
    with refused("AlreadyExistsException", 400, f"Stack [{stack.name}] already exists"):
        stack.create({"Resources": {"A": group()}})
    events = cloudformation.describe_stack_events(StackName=stack.name)["StackEvents"]
    assert {event["ClientRequestToken"] for event in events} == {"token-1"}
    with refused("ValidationError", 400):
        cloudformation.create_stack(StackName="no spaces", TemplateBody=json.dumps({"Resources": {"A": group()}}))
    assert cloudformation.describe_stacks(StackName=stack.shown["StackId"])["Stacks"][0]["StackName"] == stack.name


# --- updates


def test_an_update_in_place_and_one_by_replacement(hearth, stack):
    stack.create({"Resources": {"A": group(7), "B": group(LogGroupName=f"/old/{stack.name}")}})
    before = stack.resources
    stack.update({"Resources": {"A": group(14), "B": group(LogGroupName=f"/new/{stack.name}"), "C": group()}})
    assert stack.status == "UPDATE_COMPLETE", stack.events
    after = stack.resources
    assert after["A"]["PhysicalResourceId"] == before["A"]["PhysicalResourceId"]
    assert after["B"]["PhysicalResourceId"] == f"/new/{stack.name}"
    logs = hearth.client("logs")
    assert logs.describe_log_groups(logGroupNamePrefix=f"/old/{stack.name}")["logGroups"] == []
    assert logs.describe_log_groups(logGroupNamePrefix=after["A"]["PhysicalResourceId"])["logGroups"][0]["retentionInDays"] == 14
    assert all("LastUpdatedTimestamp" in resource and resource["ResourceType"] == "AWS::Logs::LogGroup" for resource in after.values())
    stack.update({"Resources": {"A": group(14)}})
    assert sorted(stack.resources) == ["A"]
    with refused("ValidationError", 400, "No updates are to be performed."):
        stack.update({"Resources": {"A": group(14)}})


def test_an_update_with_the_previous_template_and_values(cloudformation, stack):
    template = {"Parameters": {"Days": {"Type": "Number"}, "Name": {"Type": "String", "Default": "x"}}, "Resources": {"A": group({"Ref": "Days"})}}
    stack.create(template, {"Days": "7", "Name": "kept"})
    cloudformation.update_stack(StackName=stack.name, UsePreviousTemplate=True, Parameters=[
        {"ParameterKey": "Days", "ParameterValue": "14"}, {"ParameterKey": "Name", "UsePreviousValue": True}])
    cloudformation.get_waiter("stack_update_complete").wait(StackName=stack.name, WaiterConfig={"Delay": 0.1})
    assert {entry["ParameterKey"]: entry["ParameterValue"] for entry in stack.shown["Parameters"]} == {"Days": "14", "Name": "kept"}


# A role that lambda may not take: found out while the stack is made, not before.
FAILING = {"Type": "AWS::Lambda::Function", "DependsOn": "A", "Properties": {
    "Runtime": "python3.11", "Handler": "index.handler", "Role": "arn:aws:iam::000000000001:role/nobody-made-this",
    "Code": {"S3Bucket": "no-such-bucket-for-code", "S3Key": "k"}}}


def test_a_creation_that_fails_takes_back_what_was_made(hearth, stack):
    stack.create({"Resources": {"A": group(LogGroupName=f"/rolled/{stack.name}"), "F": FAILING}})
    assert stack.status == "ROLLBACK_COMPLETE"
    statuses = [(name, status) for name, status, _ in stack.events]
    assert ("A", "CREATE_COMPLETE") in statuses and ("F", "CREATE_FAILED") in statuses and ("A", "DELETE_COMPLETE") in statuses
    assert next(reason for name, status, reason in stack.events if (name, status) == ("F", "CREATE_FAILED"))
    assert hearth.client("logs").describe_log_groups(logGroupNamePrefix=f"/rolled/{stack.name}")["logGroups"] == []
    with refused("ValidationError", 400, "ROLLBACK_COMPLETE state and can not be updated"):
        stack.update({"Resources": {"A": group()}})
    stack.delete()


def test_a_creation_that_fails_may_be_left_as_it_is(stack):
    stack.create({"Resources": {"A": group(), "F": FAILING}}, OnFailure="DO_NOTHING")
    assert stack.status == "CREATE_FAILED"
    assert stack.resources["A"]["ResourceStatus"] == "CREATE_COMPLETE"
    stack.delete()


def test_an_update_that_fails_restores_the_former_state(hearth, stack):
    before = {"Resources": {"A": group(7), "B": group(LogGroupName=f"/keep/{stack.name}")}}
    stack.create(before)
    stack.update({"Resources": {"A": group(30), "B": group(LogGroupName=f"/replaced/{stack.name}"), "F": FAILING}})
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE", stack.events
    logs = hearth.client("logs")
    assert logs.describe_log_groups(logGroupNamePrefix=stack.resources["A"]["PhysicalResourceId"])["logGroups"][0]["retentionInDays"] == 7
    assert stack.resources["B"]["PhysicalResourceId"] == f"/keep/{stack.name}"
    assert logs.describe_log_groups(logGroupNamePrefix=f"/replaced/{stack.name}")["logGroups"] == []
    assert sorted(stack.resources) == ["A", "B"]
    assert json.loads(json.dumps(stack.client.get_template(StackName=stack.name)["TemplateBody"])) == before


# --- deletion, protection, retention, exports


def test_deletion_protection_and_what_is_retained(hearth, cloudformation, stack):
    stack.create({"Resources": {"A": group(), "Kept": group(LogGroupName=f"/kept/{stack.name}") | {"DeletionPolicy": "Retain"}}}, EnableTerminationProtection=True)
    assert stack.shown["EnableTerminationProtection"] is True
    with refused("ValidationError", 400, "cannot be deleted while TerminationProtection is enabled"):
        cloudformation.delete_stack(StackName=stack.name)
    cloudformation.update_termination_protection(StackName=stack.name, EnableTerminationProtection=False)
    stack_id = stack.shown["StackId"]
    stack.delete()
    assert len(hearth.client("logs").describe_log_groups(logGroupNamePrefix=f"/kept/{stack.name}")["logGroups"]) == 1
    assert cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE"
    with refused("ValidationError", 400, "does not exist"):
        stack.shown
    cloudformation.delete_stack(StackName=stack.name)  # as on AWS: nothing to do is no failure


def test_a_stack_goes_although_its_bucket_went_before(hearth, stack):
    stack.create({"Resources": {"B": {"Type": "AWS::S3::Bucket"}}})
    hearth.client("s3").delete_bucket(Bucket=stack.resources["B"]["PhysicalResourceId"])
    stack.delete()


def test_a_bucket_that_is_not_empty_stays_and_says_so(hearth, cloudformation, stack):
    stack.create({"Resources": {"B": {"Type": "AWS::S3::Bucket"}}})
    bucket = stack.resources["B"]["PhysicalResourceId"]
    hearth.client("s3").put_object(Bucket=bucket, Key="k", Body=b"")
    cloudformation.delete_stack(StackName=stack.name)
    until(lambda: stack.status == "DELETE_FAILED", "the failure")
    assert any("not empty" in reason for _, status, reason in stack.events if status == "DELETE_FAILED")
    hearth.client("s3").delete_object(Bucket=bucket, Key="k")
    stack.delete()


def test_exports_are_imported_and_hold_their_stack(cloudformation, stack):
    name = fresh("export")
    stack.create({"Resources": {"A": group()}, "Outputs": {"O": {"Value": {"Ref": "A"}, "Export": {"Name": name}}}})
    other = Stack(cloudformation).create({"Resources": {"B": group()}, "Outputs": {"I": {"Value": {"Fn::ImportValue": name}}}})
    assert other.outputs["I"] == stack.resources["A"]["PhysicalResourceId"]
    assert cloudformation.list_imports(ExportName=name)["Imports"] == [other.name]
    with refused("ValidationError", 400, name):
        cloudformation.delete_stack(StackName=stack.name)
    other.delete()
    stack.delete()


def test_events_tell_the_story_in_order(stack):
    stack.create({"Resources": {"A": group(), "B": group() | {"DependsOn": "A"}}})
    story = [(name, status) for name, status, _ in stack.events]
    wanted = [(stack.name, "CREATE_IN_PROGRESS"), ("A", "CREATE_IN_PROGRESS"), ("A", "CREATE_COMPLETE"), ("B", "CREATE_IN_PROGRESS"), ("B", "CREATE_COMPLETE"),
              (stack.name, "CREATE_COMPLETE")]
    positions = [story.index(step) for step in wanted]
    assert positions == sorted(positions), story


# --- a whole service, and the command


SERVICE = '''
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Bucket: {Type: String}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: [lambda.amazonaws.com]}, Action: "sts:AssumeRole"}]
      ManagedPolicyArns: ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Timeout: "10"
      MemorySize: "128"
      Environment: {Variables: {WHO: !Ref "AWS::StackName"}}
      Code: {S3Bucket: !Ref Bucket, S3Key: code.zip}
  Log:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: !Sub "/aws/lambda/${Function}", RetentionInDays: 30}
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:invokeFunction
      FunctionName: !GetAtt Function.Arn
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*"
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: !Ref "AWS::StackName", FailOnWarnings: "true"}
  Path:
    Type: AWS::ApiGateway::Resource
    Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: hello}
  Method:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Path
      HttpMethod: GET
      AuthorizationType: NONE
      ApiKeyRequired: "true"
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        Uri: !Join ["", ["arn:aws:apigateway:", !Ref "AWS::Region", ":lambda:path/2015-03-31/functions/", !GetAtt Function.Arn, "/invocations"]]
  Deployment:
    Type: AWS::ApiGateway::Deployment
    DependsOn: Method
    Properties: {RestApiId: !Ref Api}
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: {RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: prod}
  Key:
    Type: AWS::ApiGateway::ApiKey
    DependsOn: Stage
    Properties: {Enabled: "true", Name: !Sub "${AWS::StackName}-key", StageKeys: [{RestApiId: !Ref Api, StageName: prod}]}
  Plan:
    Type: AWS::ApiGateway::UsagePlan
    DependsOn: Stage
    Properties:
      ApiStages: [{ApiId: !Ref Api, Stage: !Ref Stage}]
      Throttle: {BurstLimit: 10, RateLimit: 5}
  PlanKey:
    Type: AWS::ApiGateway::UsagePlanKey
    Properties: {KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Plan}
Outputs:
  Api: {Value: !Ref Api}
  Key: {Value: !Ref Key}
'''


def test_a_whole_service_is_made_by_the_command_used_and_deleted(hearth, tmp_path):
    name, bucket = fresh("service"), make_bucket(hearth)
    code = "import os\ndef handler(event, context):\n    return {'statusCode': 200, 'body': 'hello from ' + os.environ['WHO']}\n"
    hearth.client("s3").put_object(Bucket=bucket, Key="code.zip", Body=package(index__py=code))
    (tmp_path / "t.yaml").write_text(SERVICE)
    aws(hearth, "cloudformation", "validate-template", "--template-body", f"file://{tmp_path}/t.yaml")
    aws(hearth, "cloudformation", "create-stack", "--stack-name", name, "--template-body", f"file://{tmp_path}/t.yaml", "--capabilities", "CAPABILITY_IAM",
        "--parameters", f"ParameterKey=Bucket,ParameterValue={bucket}")
    aws(hearth, "cloudformation", "wait", "stack-create-complete", "--stack-name", name)
    outputs = dict(line.split("\t") for line in aws(hearth, "cloudformation", "describe-stacks", "--stack-name", name, "--output", "text", "--query",
                                                    "Stacks[0].Outputs[].[OutputKey,OutputValue]").stdout.splitlines())
    value = json.loads(aws(hearth, "apigateway", "get-api-key", "--api-key", outputs["Key"], "--include-value").stdout)["value"]
    url = f"{hearth.url}/_aws/execute-api/{outputs['Api']}/prod/hello"
    answer = urllib.request.urlopen(urllib.request.Request(url, headers={"x-api-key": value}))
    assert answer.read().decode() == f"hello from {name}"
    aws(hearth, "cloudformation", "delete-stack", "--stack-name", name)
    aws(hearth, "cloudformation", "wait", "stack-delete-complete", "--stack-name", name)
    assert all(
        name not in function["FunctionName"] for function in hearth.client("lambda").list_functions()["Functions"])
    assert subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", url], capture_output=True, text=True).stdout == "403"


def test_a_stack_that_was_interrupted_is_finished_or_rolled_back(make_hearth):
    hearth = make_hearth().start()
    client = hearth.client("cloudformation")
    template = {"Resources": {f"G{number}": group() | ({"DependsOn": f"G{number - 1}"} if number else {}) for number in range(40)}}
    client.create_stack(StackName="cut", TemplateBody=json.dumps(template))
    hearth.kill()
    hearth.start()
    done = until(lambda: (status := client.describe_stacks(StackName="cut")["Stacks"][0]["StackStatus"]).endswith("COMPLETE") and status, "the end")
    made = hearth.client("logs").describe_log_groups(logGroupNamePrefix="cut-")["logGroups"]
    assert (done, len(made)) in (("CREATE_COMPLETE", 40), ("ROLLBACK_COMPLETE", 0))
    client.delete_stack(StackName="cut")
    client.get_waiter("stack_delete_complete").wait(StackName="cut", WaiterConfig={"Delay": 0.1})
    assert hearth.client("logs").describe_log_groups()["logGroups"] == []


def test_code_in_the_template(cloudformation, hearth):
    def template(answer, runtime="python3.11"):
        return {"Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}}},
            "Function": {"Type": "AWS::Lambda::Function", "Properties": {
                "Runtime": runtime, "Handler": "index.handler", "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": f"def handler(event, context):\n    return {answer!r}\n"}}}},
            "Outputs": {"Name": {"Value": {"Ref": "Function"}}}}

    def answer(stack):
        return json.load(hearth.client("lambda").invoke(FunctionName=stack.outputs["Name"])["Payload"])

    stack = Stack(cloudformation).create(template("first"))
    assert stack.status == "CREATE_COMPLETE"
    assert answer(stack) == "first"
    assert stack.update(template("second")).status == "UPDATE_COMPLETE"
    assert answer(stack) == "second"
    stack.delete()
    other = Stack(cloudformation).create(template("first", "provided.al2023"))
    assert other.status == "ROLLBACK_COMPLETE"
    assert any("ZipFile can only be used when Runtime" in event.get("ResourceStatusReason", "")
               for event in cloudformation.describe_stack_events(StackName=other.name)["StackEvents"])
