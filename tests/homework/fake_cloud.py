"""As much of CloudFormation and S3 as a test of `trainer deploy` needs, in memory, with failures that a test can ask for."""

import http.server
import threading
import urllib.parse
from xml.sax.saxutils import escape

OUTPUTS = {
    "storage": {"DataBucket": "data-bucket", "PackageBucket": "package-bucket"},
    "api": {"ApiId": "abc123", "UsagePlanId": "plan1"},
    "scoring": {"ScoreFunction": "homework-scoring-score-tests"},
}


class FakeCloud:
    def __init__(self):
        self.stacks = {}  # name -> (status, template, parameters)
        self.events = {}  # name -> [(resource, status, reason)], oldest first
        self.objects = {}  # path -> bytes
        self.actions = []
        self.protected = set()
        self.fail_next = None  # (resource, reason): the next creation or update fails with it
        cloud = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDTEST/")
                if self.path == "/":
                    fields = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
                    status, answer = cloud.cloudformation(fields)
                else:
                    status, answer = cloud.s3(self.command, urllib.parse.unquote(self.path), body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.send_header("ETag", '"1"')
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer)

            do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = serve

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def s3(self, method, path, body):
        if method == "PUT":
            self.objects[path] = body
            return 200, b""
        if path in self.objects:
            return 200, self.objects[path]
        return 404, b"" if method == "HEAD" else b"<Error><Code>NoSuchKey</Code><Message>none</Message></Error>"

    def error(self, message):
        text = f"<ErrorResponse><Error><Code>ValidationError</Code><Message>{escape(message)}</Message></Error></ErrorResponse>"
        return 400, text.encode()

    def cloudformation(self, fields):
        action, name = fields["Action"], fields.get("StackName")
        if action == "UpdateTerminationProtection" and name in self.stacks:
            self.protected.add(name)
            return 200, b"<UpdateTerminationProtectionResponse/>"
        if not action.startswith("Describe"):
            self.actions.append((action, name))
        if action == "CreateStack":
            return self.operate("CREATE", name, fields)
        if name not in self.stacks:
            return self.error(f"Stack with id {name} does not exist")
        if action == "UpdateStack":
            if self.stacks[name][1:] == self.described(fields):
                return self.error("No updates are to be performed.")
            return self.operate("UPDATE", name, fields)
        if action == "DeleteStack":
            del self.stacks[name], self.events[name]
            return 200, b"<DeleteStackResponse/>"
        if action == "DescribeStacks":
            outputs = "".join(
                f"<member><OutputKey>{k}</OutputKey><OutputValue>{v}</OutputValue></member>"
                for k, v in OUTPUTS[name.rsplit("-", 1)[1]].items())
            return 200, (f"<R><Stacks><member><StackName>{name}</StackName><StackStatus>{self.stacks[name][0]}</StackStatus>"
                         f"<Outputs>{outputs}</Outputs></member></Stacks></R>").encode()
        assert action == "DescribeStackEvents"
        members = "".join(
            f"<member><EventId>{name}-{i}</EventId><LogicalResourceId>{r}</LogicalResourceId><ResourceType>AWS::X::Y</ResourceType>"
            f"<ResourceStatus>{s}</ResourceStatus><ResourceStatusReason>{escape(why)}</ResourceStatusReason></member>"
            for i, (r, s, why) in reversed(list(enumerate(self.events[name]))))
        return 200, f"<R><StackEvents>{members}</StackEvents></R>".encode()

    def described(self, fields):
        return fields["TemplateBody"], tuple(sorted(v for k, v in fields.items() if k.startswith("Parameters.")))

    def operate(self, verb, name, fields):
        events = self.events.setdefault(name, [])
        status = f"{verb}_COMPLETE"
        events.append((name, f"{verb}_IN_PROGRESS", "User Initiated"))
        if self.fail_next:
            resource, why = self.fail_next
            self.fail_next = None
            status = "ROLLBACK_COMPLETE" if verb == "CREATE" else "UPDATE_ROLLBACK_COMPLETE"
            events.append((resource, f"{verb}_FAILED", why))
            events.append(("Other", f"{verb}_FAILED", "Resource creation cancelled"))
        events.append((name, status, ""))
        self.stacks[name] = (status, *self.described(fields))
        return 200, b"<R/>"
