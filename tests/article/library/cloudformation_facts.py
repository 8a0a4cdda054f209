#!/usr/bin/python3
"""cloudformation_facts: an Ansible module of before 2.13, for playbooks that still name it.

Newer releases of Ansible have `cloudformation_info`, which returns its stacks beside `changed`; this one returned them as
facts, under `ansible_facts.cloudformation.STACK`, without a stack that does not exist.
"""

from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def named(entries, key, value):
    return {entry[key]: entry.get(value) for entry in entries}


def describe(client, stack):
    return {
        "stack_description": camel_dict_to_snake_dict(stack),
        "stack_outputs": named(stack.get("Outputs", ()), "OutputKey", "OutputValue"),
        "stack_parameters": named(stack.get("Parameters", ()), "ParameterKey", "ParameterValue"),
        "stack_tags": named(stack.get("Tags", ()), "Key", "Value"),
        "stack_resources": {resource["LogicalResourceId"]: resource.get("PhysicalResourceId")
                            for page in client.get_paginator("list_stack_resources").paginate(StackName=stack["StackName"])
                            for resource in page["StackResourceSummaries"]},
    }


def find_stacks(module, client, name):
    try:
        return client.describe_stacks(**({"StackName": name} if name else {}))["Stacks"]
    except client.exceptions.ClientError as error:
        if "does not exist" in error.response["Error"]["Message"]:
            return []
        module.fail_json_aws(error, msg=f"cannot describe the stack {name}")


def main():
    module = AnsibleAWSModule(argument_spec={"stack_name": {"type": "str"}}, supports_check_mode=True)
    client = module.client("cloudformation")
    stacks = find_stacks(module, client, module.params["stack_name"])
    module.exit_json(changed=False, ansible_facts={"cloudformation": {stack["StackName"]: describe(client, stack) for stack in stacks}})


if __name__ == "__main__":
    main()
