"""Values that templates take from the Parameter Store and from Secrets Manager."""

import json

import pytest

from integration.test_cloudformation import Stack
from support.aws import aws, fresh, make_bucket, make_role, refused
from support.principals import User, allow, policy
from support.wait import until


@pytest.fixture(scope="module")
def cloudformation(hearth):
    return hearth.client("cloudformation")


@pytest.fixture(scope="module")
def ssm(hearth):
    return hearth.client("ssm")


@pytest.fixture(scope="module")
def secrets(hearth):
    return hearth.client("secretsmanager")


@pytest.fixture
def stack(cloudformation):
    return Stack(cloudformation)


@pytest.fixture
def secret(secrets):
    """A secret with a user and a password."""
    name = fresh("secret")
    secrets.create_secret(Name=name, SecretString=json.dumps({"user": "ann", "password": "hush-hush-" + name}))
    return name


def parameter(value, **more):
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value} | more}


def shown(stack):
    """Everything that anybody can see of a stack."""
    client = stack.client
    return json.dumps([stack.shown, client.describe_stack_events(StackName=stack.name)["StackEvents"],
                       client.describe_stack_resources(StackName=stack.name)["StackResources"],
                       client.get_template(StackName=stack.name)["TemplateBody"]], default=str)


def test_a_secret_reaches_the_resource_and_nothing_else(ssm, stack, secret):
    name = "/" + fresh("taken")
    reference = f"{{{{resolve:secretsmanager:{secret}:SecretString:password}}}}"
    template = {"Resources": {"P": parameter(f"ann:{reference}@{{{{resolve:secretsmanager:{secret}:SecretString:user}}}}", Name=name)},
                "Outputs": {"Shown": {"Value": f"password {reference}"}, "Attribute": {"Value": {"Fn::GetAtt": ["P", "Value"]}}}}
    stack.create(template)
    assert stack.status == "CREATE_COMPLETE", stack.events
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == f"ann:hush-hush-{secret}@ann"
    assert stack.outputs == {"Shown": f"password {reference}", "Attribute": template["Resources"]["P"]["Properties"]["Value"]}
    assert "hush-hush" not in shown(stack) and "resolve:secretsmanager" in shown(stack)
    with refused("ValidationError", 400, "No updates are to be performed."):
        stack.update(template)
    stack.delete()


def test_an_update_reads_the_secret_again(hearth, ssm, secrets, stack, secret):
    name = "/" + fresh("taken")
    template = {"Resources": {"P": parameter(f"{{{{resolve:secretsmanager:{secret}:SecretString:user}}}}", Name=name, Description="one")}}
    stack.create(template)
    secrets.put_secret_value(SecretId=secret, SecretString='{"user": "bob"}')
    template["Resources"]["P"]["Properties"]["Description"] = "two"
    stack.update(template)
    assert stack.status == "UPDATE_COMPLETE", stack.events
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "bob"
    template["Resources"]["P"]["Properties"]["Value"] = f"{{{{resolve:secretsmanager:{secret}:SecretString:user:AWSPREVIOUS}}}}"
    stack.update(template)
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "ann"


def test_a_secret_of_the_same_stack(secrets, ssm, stack):
    template = f"""
Resources:
  Made:
    Type: AWS::SecretsManager::Secret
    Properties:
      Description: made up
      GenerateSecretString: {{SecretStringTemplate: '{{"user": "ann"}}', GenerateStringKey: password, PasswordLength: 24, ExcludePunctuation: true}}
  Copy:
    Type: AWS::SSM::Parameter
    Properties: {{Type: String, Name: /{fresh("copy")}, Value: !Sub '{{{{resolve:secretsmanager:${{Made}}:SecretString:password}}}}'}}
Outputs:
  Secret: {{Value: !Ref Made}}
  Copy: {{Value: !Ref Copy}}
"""
    stack.create(template)
    assert stack.status == "CREATE_COMPLETE", stack.events
    made = json.loads(secrets.get_secret_value(SecretId=stack.outputs["Secret"])["SecretString"])
    assert made["user"] == "ann" and len(made["password"]) == 24
    assert ssm.get_parameter(Name=stack.outputs["Copy"])["Parameter"]["Value"] == made["password"]
    assert made["password"] not in shown(stack)
    arn = stack.outputs["Secret"]
    tags = {tag["Key"]: tag["Value"] for tag in secrets.describe_secret(SecretId=arn)["Tags"]}
    assert tags["aws:cloudformation:stack-name"] == stack.name
    stack.delete()
    with refused("ResourceNotFoundException", 400):
        secrets.describe_secret(SecretId=arn)


def test_plain_parameters_follow_the_store(ssm, stack):
    source, name = "/" + fresh("source"), "/" + fresh("taken")
    ssm.put_parameter(Name=source, Value="7", Type="String")
    template = {"Resources": {"G": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": f"{{{{resolve:ssm:{source}}}}}"}},
                              "P": parameter(f"{{{{resolve:ssm:{source}:1}}}} and {{{{resolve:ssm:{source}}}}}", Name=name)},
                "Outputs": {"Days": {"Value": f"{{{{resolve:ssm:{source}}}}}"}}}
    stack.create(template)
    assert (stack.status, stack.outputs) == ("CREATE_COMPLETE", {"Days": "7"}), stack.events
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "7 and 7"
    ssm.put_parameter(Name=source, Value="14", Overwrite=True)
    stack.update(template)
    assert (stack.status, stack.outputs) == ("UPDATE_COMPLETE", {"Days": "14"}), stack.events
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "7 and 14"
    assert f"{{{{resolve:ssm:{source}:1}}}}" in json.dumps(stack.client.get_template(StackName=stack.name)["TemplateBody"])


def test_a_nested_stack_is_handed_the_reference(hearth, ssm, stack, secret):
    name, bucket = "/" + fresh("taken"), make_bucket(hearth)
    child = {"Parameters": {"Secret": {"Type": "String"}}, "Resources": {"P": parameter({"Ref": "Secret"}, Name=name)}}
    hearth.client("s3").put_object(Bucket=bucket, Key="child.json", Body=json.dumps(child))
    reference = f"{{{{resolve:secretsmanager:{secret}:SecretString:password}}}}"
    stack.create({"Resources": {"Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {
        "TemplateURL": f"https://{bucket}.s3.{hearth.region}.amazonaws.com/child.json", "Parameters": {"Secret": reference}}}}})
    assert stack.status == "CREATE_COMPLETE", stack.events
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == f"hush-hush-{secret}"
    nested = stack.client.describe_stacks(StackName=stack.resources["Child"]["PhysicalResourceId"])["Stacks"][0]
    assert nested["Parameters"] == [{"ParameterKey": "Secret", "ParameterValue": reference}]


def test_what_is_not_there(ssm, stack, secret):
    name = fresh("none")
    with refused("ValidationError", 400, f"Parameters: [ssm:{name}] cannot be found."):
        stack.create({"Resources": {"P": parameter(f"{{{{resolve:ssm:{name}}}}}")}})
    with refused("ValidationError", 400, "SSM Secure reference is not supported in: [AWS::SSM::Parameter/Properties/Value]"):
        stack.create({"Resources": {"P": parameter("{{resolve:ssm-secure:/p:1}}")}})
    with refused("ValidationError", 400, "Incorrect format is used in the following SSM reference: [{{resolve:ssm-secure:/p:}}]"):
        stack.create({"Resources": {"P": parameter("{{resolve:ssm-secure:/p:}}")}})
    stack.create({"Resources": {"P": parameter(f"{{{{resolve:secretsmanager:{name}}}}}")}})
    assert stack.status == "ROLLBACK_COMPLETE"
    assert any("Secrets Manager can't find the specified secret." in reason for _, _, reason in stack.events)
    stack.delete()
    other = Stack(stack.client).create({"Resources": {"P": parameter(f"{{{{resolve:secretsmanager:{secret}:SecretString:none}}}}")}})
    assert any("Could not find a value associated with JSONKey in SecretString" in reason for _, _, reason in other.events)


def test_a_parameter_may_be_a_name_in_the_store(ssm, stack):
    image, zones, name = "/" + fresh("image"), "/" + fresh("zones"), "/" + fresh("taken")
    ssm.put_parameter(Name=image, Value="ami-1", Type="String")
    ssm.put_parameter(Name=zones, Value="a,b,c", Type="StringList")
    template = f"""
Parameters:
  Image: {{Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: {image}}}
  Zones: {{Type: 'AWS::SSM::Parameter::Value<List<String>>'}}
  Name: {{Type: 'AWS::SSM::Parameter::Name'}}
Resources:
  P: {{Type: AWS::SSM::Parameter, Properties: {{Type: String, Name: {name}, Value: !Join ['|', [!Ref Image, !Select [1, !Ref Zones], !Ref Name]]}}}}
"""
    stack.create(template, {"Zones": zones, "Name": image})
    assert stack.status == "CREATE_COMPLETE", stack.events
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == f"ami-1|b|{image}"
    shown_parameters = {entry["ParameterKey"]: (entry["ParameterValue"], entry.get("ResolvedValue")) for entry in stack.shown["Parameters"]}
    assert shown_parameters == {"Image": (image, "ami-1"), "Zones": (zones, "a,b,c"), "Name": (image, None)}
    ssm.put_parameter(Name=image, Value="ami-2", Overwrite=True)
    same = [{"ParameterKey": key, "UsePreviousValue": True} for key in ("Image", "Zones", "Name")]
    made = stack.client.create_change_set(StackName=stack.name, ChangeSetName="newer", UsePreviousTemplate=True, Parameters=same)
    change_set = until(lambda: stack.client.describe_change_set(ChangeSetName=made["Id"]), "the change set")
    assert {entry["ParameterKey"]: entry.get("ResolvedValue") for entry in change_set["Parameters"]}["Image"] == "ami-2"
    # What was seen is what is executed.
    ssm.put_parameter(Name=image, Value="ami-3", Overwrite=True)
    stack.client.execute_change_set(ChangeSetName=made["Id"])
    stack.client.get_waiter("stack_update_complete").wait(StackName=stack.name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600})
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"].startswith("ami-2|")
    with refused("ValidationError", 400, "Unable to fetch parameters [/none] from parameter store for this account."):
        stack.update(template, {"Zones": "/none", "Name": image})
    with refused("ValidationError", 400, "parameter value /none for parameter name Name does not exist"):
        stack.update(template, {"Zones": zones, "Name": "/none"})
    ssm.put_parameter(Name="/" + name.strip("/") + "-secret", Value="hush", Type="SecureString")
    with refused("ValidationError", 400, "referenced by template have types not supported by CloudFormation."):
        stack.update(template, {"Zones": f"{name}-secret", "Name": image})


def test_the_role_of_the_stack_must_be_allowed_to_read(hearth, ssm, secrets, stack, secret):
    source, name = "/" + fresh("source"), "/" + fresh("taken")
    ssm.put_parameter(Name=source, Value="7", Type="String")
    role = make_role(hearth, "cloudformation.amazonaws.com", may=["ssm:PutParameter", "ssm:DeleteParameter", "ssm:AddTagsToResource"])
    plain = {"Resources": {"P": parameter(f"{{{{resolve:ssm:{source}}}}}", Name=name)}}
    with refused("ValidationError", 400, "is not authorized to perform: ssm:GetParameters on resource"):
        stack.create(plain, RoleARN=role)
    secretly = {"Resources": {"P": parameter(f"{{{{resolve:secretsmanager:{secret}}}}}", Name=name)}}
    stack.create(secretly, RoleARN=role)
    assert stack.status == "ROLLBACK_COMPLETE"
    assert any("is not authorized to perform: secretsmanager:GetSecretValue on resource" in reason for _, _, reason in stack.events)
    hearth.client("iam").put_role_policy(RoleName=role.rsplit("/", 1)[1], PolicyName="more", PolicyDocument=policy(
        allow("ssm:GetParameters", f"arn:aws:ssm:{hearth.region}:000000000001:parameter{source}"), allow("secretsmanager:GetSecretValue")))
    allowed = Stack(stack.client).create(plain, RoleARN=role)
    assert allowed.status == "CREATE_COMPLETE", allowed.events
    allowed.update(secretly)
    assert allowed.status == "UPDATE_COMPLETE", allowed.events
    assert "hush-hush" in ssm.get_parameter(Name=name)["Parameter"]["Value"]


def test_drift_shows_no_secrets_and_only_what_one_may_read(hearth, ssm, cloudformation, stack, secret):
    name = "/" + fresh("conf")
    function = {"Type": "AWS::Lambda::Function", "Properties": {
        "Runtime": "python3.11", "Handler": "index.handler", "Role": make_role(hearth), "Code": {"ZipFile": "def handler(event, context):\n    pass\n"},
        "Environment": {"Variables": {"DBPW": f"{{{{resolve:secretsmanager:{secret}:SecretString:password}}}}", "STAGE": "one"}}}}
    stack.create({"Resources": {"F": function, "P": parameter("first", Name=name)}})
    assert stack.status == "CREATE_COMPLETE", stack.events
    hearth.client("lambda").update_function_configuration(FunctionName=stack.resources["F"]["PhysicalResourceId"], Environment={"Variables": {"DBPW": f"hush-hush-{secret}", "STAGE": "two"}})
    ssm.put_parameter(Name=name, Value="second", Overwrite=True)

    def looked(client):
        detection = client.detect_stack_drift(StackName=stack.name)["StackDriftDetectionId"]

        def probe():
            status = client.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
            return status if status["DetectionStatus"] != "DETECTION_IN_PROGRESS" else None
        status = until(probe, "drift is looked for")
        return status, json.dumps(client.describe_stack_resource_drifts(StackName=stack.name)["StackResourceDrifts"], default=str)

    low = User(hearth, allow(["cloudformation:DetectStack*", "cloudformation:Describe*"]))
    status, text = looked(low.client("cloudformation"))
    assert status["DetectionStatus"] == "DETECTION_FAILED" and "[F, P]" in status["DetectionStatusReason"], status
    assert "second" not in text and "two" not in text
    with refused("AccessDeniedException", words="ssm:GetParameters"):
        low.client("cloudformation").detect_stack_resource_drift(StackName=stack.name, LogicalResourceId="P")
    low.may(allow(["cloudformation:DetectStack*", "cloudformation:Describe*", "ssm:GetParameters", "lambda:GetFunction"]))
    status, text = looked(low.client("cloudformation"))
    assert status["DetectionStatus"] == "DETECTION_COMPLETE" and "second" in text and "two" in text, status
    assert "hush-hush" not in text and "resolve:secretsmanager" in text


def test_references_that_others_wrote_are_refused(ssm, cloudformation, stack, secret):
    planted = Stack(cloudformation)
    planted.create({"Resources": {"G": {"Type": "AWS::Logs::LogGroup"}}, "Outputs": {"O": {
        "Value": f"{{{{resolve:secretsmanager:{secret}}}}}", "Export": {"Name": planted.name}}}})
    assert planted.status == "CREATE_COMPLETE", planted.events
    with refused("ValidationError", 400, "has a dynamic reference in it. Only a template and its parameters can have them."):
        stack.create({"Resources": {"P": parameter({"Fn::ImportValue": planted.name})}})


def test_the_aws_command(hearth, ssm, stack, tmp_path, secret):
    name = "/" + fresh("taken")
    file = tmp_path / "template.json"
    file.write_text(json.dumps({"Resources": {"P": parameter(f"{{{{resolve:secretsmanager:{secret}:SecretString:user}}}}", Name=name)}}))
    aws(hearth, "cloudformation", "create-stack", "--stack-name", stack.name, "--template-body", f"file://{file}")
    until(lambda: stack.status == "CREATE_COMPLETE", "the stack")
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "ann"


def test_no_secret_lies_in_the_data_folder(make_hearth):
    hearth = make_hearth("--verbose").start()
    hearth.client("secretsmanager").create_secret(Name="db", SecretString="the-very-secret-text")
    stack = Stack(hearth.client("cloudformation"))
    stack.create({"Resources": {"P": parameter("{{resolve:secretsmanager:db}}", Name="/taken")}})
    assert stack.status == "CREATE_COMPLETE"
    # A refusal that would repeat it.
    failed = Stack(stack.client).create({"Resources": {"P": parameter("v", Name="/other", AllowedPattern="{{resolve:secretsmanager:db}}")}})
    assert failed.status == "ROLLBACK_COMPLETE" and "very-secret" not in shown(failed)
    hearth.stop()
    kept = b"".join(path.read_bytes() for path in hearth.data.rglob("*") if path.is_file()) + "".join(hearth.log).encode()
    assert b"very-secret" not in kept
