"""Users and roles with policies of their own, and clients that sign as them."""

import json

from support.aws import fresh, trust

ACCOUNT = "000000000001"


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action, resource="*", **more):
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


class Principal:
    """Whose key this is, in place of a server: the root of another account."""

    def __init__(self, hearth, key, secret):
        self.hearth, self.key = hearth, {"key": key, "secret": secret}

    def client(self, service, **more):
        return self.hearth.client(service, **self.key, **more)


class User:
    """A user with a key and one inline policy."""

    def __init__(self, hearth, *statements, name=None):
        self.hearth, self.name = hearth, name or fresh("user")
        self.iam = hearth.client("iam")
        self.arn = self.iam.create_user(UserName=self.name)["User"]["Arn"]
        key = self.iam.create_access_key(UserName=self.name)["AccessKey"]
        self.key = {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
        if statements:
            self.may(*statements)

    def may(self, *statements):
        """In place of what it was allowed before."""
        self.iam.put_user_policy(UserName=self.name, PolicyName="own", PolicyDocument=policy(*statements))
        return self

    def client(self, service, **more):
        return self.hearth.client(service, **self.key, **more)


class Session:
    """A session of a new role, which the account may take, with one inline policy."""

    def __init__(self, hearth, *statements, services=("lambda.amazonaws.com",), session="one"):
        self.hearth, self.name = hearth, fresh("role")
        self.iam = hearth.client("iam")
        trusted = json.loads(trust(*services))
        trusted["Statement"].append({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"})
        self.role = self.iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=json.dumps(trusted))["Role"]["Arn"]
        if statements:
            self.may(*statements)
        given = hearth.client("sts").assume_role(RoleArn=self.role, RoleSessionName=session)
        self.arn = given["AssumedRoleUser"]["Arn"]
        self.key = {"key": given["Credentials"]["AccessKeyId"], "secret": given["Credentials"]["SecretAccessKey"],
                    "token": given["Credentials"]["SessionToken"]}

    def may(self, *statements):
        self.iam.put_role_policy(RoleName=self.name, PolicyName="own", PolicyDocument=policy(*statements))
        return self

    def client(self, service, **more):
        return self.hearth.client(service, **self.key, **more)
