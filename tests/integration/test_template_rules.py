"""The section Rules, and the one that the AWS CDK puts into every template: a version in the Parameter Store is new enough."""

import pytest

from support.aws import fresh, refused
from support.stacks import Stack

GROUP = {"Type": "AWS::Logs::LogGroup"}


@pytest.fixture
def stack(hearth):
    made = Stack(hearth.client("cloudformation"))
    yield made
    made.client.delete_stack(StackName=made.name)


def bootstrapped(parameter, *too_old):
    return {
        "Parameters": {"BootstrapVersion": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": parameter}},
        "Rules": {"CheckBootstrapVersion": {"Assertions": [{
            "Assert": {"Fn::Not": [{"Fn::Contains": [list(too_old), {"Ref": "BootstrapVersion"}]}]},
            "AssertDescription": "CDK bootstrap stack version 6 required."}]}},
        "Resources": {"Group": GROUP}}


def test_the_rule_of_the_cdk(hearth, stack):
    ssm, name = hearth.client("ssm"), f"/cdk-bootstrap/{fresh('q')}/version"
    template = bootstrapped(name, "1", "2", "3", "4", "5")
    with refused("ValidationError", 400, f"Unable to fetch parameters [{name}]"):
        stack.create(template)
    ssm.put_parameter(Name=name, Type="String", Value="5")
    with refused("ValidationError", 400, "Rule CheckBootstrapVersion is not satisfied: CDK bootstrap stack version 6 required."):
        stack.create(template)
    with refused("ValidationError", 400, f"Stack with id {stack.name} does not exist"):
        stack.shown
    ssm.put_parameter(Name=name, Type="String", Value="21", Overwrite=True)
    stack.create(template)
    assert stack.status == "CREATE_COMPLETE", stack.events
    [parameter] = stack.shown["Parameters"]
    assert (parameter["ParameterValue"], parameter["ResolvedValue"]) == (name, "21")
    ssm.put_parameter(Name=name, Type="String", Value="3", Overwrite=True)
    with refused("ValidationError", 400, "CDK bootstrap stack version 6 required."):
        stack.update(template | {"Description": "again"})
    with refused("ValidationError", 400, "CDK bootstrap stack version 6 required."):
        stack.client.create_change_set(StackName=stack.name, ChangeSetName="rule", UsePreviousTemplate=True)
    assert [entry["ParameterKey"] for entry in stack.client.validate_template(TemplateBody=str(template).replace("'", '"'))["Parameters"]] == ["BootstrapVersion"]


def test_parameters_that_have_to_fit_together(hearth, stack):
    ssm, name = hearth.client("ssm"), "/" + fresh("zones")
    ssm.put_parameter(Name=name, Type="StringList", Value="a,b")
    template = {
        "Parameters": {"Stage": {"Type": "String"}, "Zones": {"Type": "AWS::SSM::Parameter::Value<List<String>>", "Default": name}},
        "Rules": {"Few": {
            "RuleCondition": {"Fn::Equals": [{"Ref": "Stage"}, "test"]},
            "Assertions": [{"Assert": {"Fn::EachMemberIn": [{"Ref": "Zones"}, ["a"]]}, "AssertDescription": "Tests run in a."}]}},
        "Resources": {"Group": GROUP}}
    with refused("ValidationError", 400, "Tests run in a."):
        stack.create(template, {"Stage": "test"})
    stack.create(template, {"Stage": "prod"})
    assert stack.status == "CREATE_COMPLETE", stack.events


@pytest.mark.parametrize("more, words", [
    ({"Rules": {"R": {"Assertions": [{"Assert": {"Fn::Contains": [{"Fn::RefAll": "AWS::EC2::VPC::Id"}, "a"]}}]}}}, "Fn::RefAll is not supported"),
    ({"Rules": {"R": {"Assertions": [{"Assert": {"Fn::Equals": [{"Fn::GetAtt": ["Group", "Arn"]}, "a"]}}]}}}, "Fn::GetAtt in Rules"),
    ({"Rules": {"R": {}}}, "Assertions"),
    ({"Hooks": {"H": {}}}, "The Hooks section is not supported."),
])
def test_what_is_no_rule(stack, more, words):
    with refused("ValidationError", 400, words):
        stack.create({"Resources": {"Group": GROUP}} | more)
