"""A stack under test: orders are waited for."""

import json

from botocore.exceptions import WaiterError

from support.aws import fresh

WAIT = {"Delay": 0.1, "MaxAttempts": 600}


class Stack:
    def __init__(self, client, name=None):
        self.client, self.name = client, name or fresh("stack")

    def ask(self, operation, template, parameters=None, **more):
        """Gives the order and does not wait."""
        text = template if isinstance(template, str) else json.dumps(template)
        where = {"TemplateURL": text} if text.startswith("http") else {"TemplateBody": text}
        pairs = [{"ParameterKey": key, "ParameterValue": value} for key, value in (parameters or {}).items()]
        getattr(self.client, operation)(StackName=self.name, Parameters=pairs, Capabilities=["CAPABILITY_NAMED_IAM"], **where, **more)
        return self

    def _wait(self, waiter):
        try:
            self.client.get_waiter(waiter).wait(StackName=self.name, WaiterConfig=WAIT)
        except WaiterError:
            pass
        return self

    def create(self, template, parameters=None, **more):
        return self.ask("create_stack", template, parameters, **more)._wait("stack_create_complete")

    def update(self, template, parameters=None, **more):
        return self.ask("update_stack", template, parameters, **more)._wait("stack_update_complete")

    def delete(self, **more):
        name = self.shown["StackId"]
        self.client.delete_stack(StackName=self.name, **more)
        self.name = name
        return self._wait("stack_delete_complete")

    @property
    def shown(self):
        return self.client.describe_stacks(StackName=self.name)["Stacks"][0]

    @property
    def status(self):
        return self.shown["StackStatus"]

    @property
    def outputs(self):
        return {entry["OutputKey"]: entry["OutputValue"] for entry in self.shown.get("Outputs", [])}

    @property
    def resources(self):
        return {entry["LogicalResourceId"]: entry for page in self.client.get_paginator("list_stack_resources").paginate(StackName=self.name)
                for entry in page["StackResourceSummaries"]}

    @property
    def events(self):
        """Oldest first: logical id, status, reason."""
        pages = self.client.get_paginator("describe_stack_events").paginate(StackName=self.name)
        listed = [(entry["LogicalResourceId"], entry["ResourceStatus"], entry.get("ResourceStatusReason", "")) for page in pages for entry in page["StackEvents"]]
        return listed[::-1]

    def reason(self, logical_id, status):
        """Why the resource took that status, the last time; None when it never did."""
        reasons = [reason for event, stood, reason in self.events if (event, stood) == (logical_id, status)]
        return reasons[-1] if reasons else None
