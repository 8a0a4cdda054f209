"""What is measured, part by part. Every part starts what it needs and takes its samples round by round, its
comparison in the same round."""

import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile

import boto3
from botocore.config import Config

import homework

HERE = pathlib.Path(__file__).resolve().parent
REGION = "eu-central-1"
ACCOUNT, KEY, SECRET = "000000000001", "HEARTHBENCHKEY", "hearth-bench-secret"
SECONDS = 0.8  # of one sample of a rate
KIB, MIB = 1024, 1024 * 1024

# An HTTP server in Python, for scale: threads, kept connections; /N is answered with N bytes.
PYTHON_SERVER = """
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    def do_GET(self):
        body = bytes(int(self.path[1:] or 2))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128
server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


class Server:
    """hearth serve on a folder of its own."""

    def __init__(self, bench, name):
        self.bench = bench
        self.folder = bench.folder / name
        self.process = None

    def start(self):
        """Seconds from exec to the first answer."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [self.bench.hearth, "serve", "--data", self.folder, "--listen", f"127.0.0.1:{self.port}", "--region",
                   REGION, "--account", f"{ACCOUNT}:{KEY}:{SECRET}", "--gateway-rate", "100000000"]
        begun = time.perf_counter()
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=sys.stderr)
        while not self._answers():
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}")
        return time.perf_counter() - begun

    def _answers(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/_hearth/health")
            return connection.getresponse().status == 200
        except ConnectionError:
            return False
        finally:
            connection.close()

    def stop(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait()
            self.process = None

    def client(self, service):
        return boto3.client(
            service, endpoint_url=f"http://127.0.0.1:{self.port}", region_name=REGION, aws_access_key_id=KEY,
            aws_secret_access_key=SECRET, config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}))

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"


class Bench:
    def __init__(self, build, folder, rounds, report):
        self.hearth = build / "bin" / "hearth"
        self.load_program = build / "bench" / "load"
        self.package = build / "functions" / "bench_proxy.zip"
        self.folder = folder
        self.rounds = rounds
        self.report = report
        self.others = []
        self._deployed = None
        self._api = None

    def close(self):
        if self._deployed is not None:
            self._deployed.stop()
        for process in self.others:
            process.kill()
            process.wait()

    def server(self, name):
        return Server(self, name)

    def load(self, url, *options, seconds=SECONDS):
        """What the load generator saw; every answer was a success."""
        done = subprocess.run([self.load_program, url, "--seconds", str(seconds), *map(str, options)],
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{url}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def signed(self, service):
        return ("--sign", service, "--region", REGION, "--key", KEY, "--secret", SECRET)

    def deployed(self):
        """A server with the stack of stack.yaml, shared by the parts that come after each other."""
        if self._deployed is None:
            self._deployed = Server(self, "deployed")
            self._deployed.start()
            upload_packages(self, self._deployed)
            self._api = create_stack(self._deployed)[1]
        return self._deployed

    def api_url(self, path):
        return self.deployed().url(f"/_aws/execute-api/{self._api}/v1/{path}")

    def python_server(self):
        process = subprocess.Popen([sys.executable, "-c", PYTHON_SERVER], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        self.others.append(process)
        return f"http://127.0.0.1:{int(process.stdout.readline())}/"


def timed(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def run_and_reap(*command):
    """A plain spawn of a program, to its end."""
    path = shutil.which(command[0])
    os.waitpid(os.posix_spawn(path, command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]), 0)


def upload_packages(bench, server):
    s3 = server.client("s3")
    s3.create_bucket(Bucket="packages", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.upload_file(str(bench.package), "packages", "cpp.zip")
    for package, source in (("python.zip", "proxy.py"), ("node.zip", "proxy.js")):
        with zipfile.ZipFile(bench.folder / package, "w") as archive:
            archive.write(HERE / source, source)
        s3.upload_file(str(bench.folder / package), "packages", package)


def create_stack(server):
    """Seconds from the call to CREATE_COMPLETE, and the API's id."""
    cloudformation = server.client("cloudformation")
    template = (HERE / "stack.yaml").read_text()
    begun = time.perf_counter()
    cloudformation.create_stack(StackName="bench", TemplateBody=template, Capabilities=["CAPABILITY_IAM"],
                                Parameters=[{"ParameterKey": "Bucket", "ParameterValue": "packages"}])
    while True:
        stack = cloudformation.describe_stacks(StackName="bench")["Stacks"][0]
        if stack["StackStatus"] == "CREATE_COMPLETE":
            return time.perf_counter() - begun, stack["Outputs"][0]["OutputValue"]
        if stack["StackStatus"] != "CREATE_IN_PROGRESS":
            raise RuntimeError(f"{stack['StackStatus']}: {stack.get('StackStatusReason')}")


def memory_mib(pid):
    """PSS and RSS of a process and everything below it, in MiB."""
    total = [0.0, 0.0]
    waiting = [pid]
    while waiting:
        pid = waiting.pop()
        for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
            waiting += map(int, task.read_text().split())
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(("Pss:", "Rss:")):
                total[line.startswith("Rss:")] += int(line.split()[1]) / 1024
    return total


def start(bench):
    first, again, plain, idle, idle_rss, python_idle, python_rss = [], [], [], [], [], [], []
    for at in range(max(bench.rounds, 7)):
        server = Server(bench, f"start-{at}")
        first.append(server.start() * 1000)
        server.stop()
        again.append(server.start() * 1000)
        plain.append(timed(lambda: run_and_reap("/usr/bin/python3", "-c", "pass")) * 1000)
        pss, rss = memory_mib(server.process.pid)
        idle.append(pss)
        idle_rss.append(rss)
        server.stop()
        bench.python_server()
        pss, rss = memory_mib(bench.others[-1].pid)
        python_idle.append(pss)
        python_rss.append(rss)
        bench.others[-1].kill()
        bench.others.pop().wait()
        shutil.rmtree(server.folder)
    beside = "`python3 -c pass`, start to end"
    bench.report.add("Server", "first start on an empty folder, exec to first answer", "ms", first, beside, plain)
    bench.report.add("Server", "start on a folder, exec to first answer", "ms", again, beside, plain)
    other = "idle Python `http.server`"
    bench.report.add("Server", "idle memory, PSS, with spawner and blank jails", "MiB", idle, other, python_idle)
    bench.report.add("Server", "idle memory, RSS, with spawner and blank jails", "MiB", idle_rss, other, python_rss)


def stack(bench):
    create, delete, cli = [], [], []
    for at in range(bench.rounds):
        server = Server(bench, f"stack-{at}")
        server.start()
        upload_packages(bench, server)
        create.append(create_stack(server)[0] * 1000)
        cli.append(timed(lambda: run_and_reap("aws", "--version")) * 1000)
        cloudformation = server.client("cloudformation")
        arn = cloudformation.describe_stacks(StackName="bench")["Stacks"][0]["StackId"]
        begun = time.perf_counter()
        cloudformation.delete_stack(StackName="bench")
        while cloudformation.describe_stacks(StackName=arn)["Stacks"][0]["StackStatus"] != "DELETE_COMPLETE":
            pass
        delete.append((time.perf_counter() - begun) * 1000)
        server.stop()
        shutil.rmtree(server.folder)
    resources = (HERE / "stack.yaml").read_text().count("\n    Type: ")
    beside = "`aws --version`"
    bench.report.add("Stack", f"create {resources} resources, call to CREATE_COMPLETE, asked by boto3", "ms", create, beside, cli)
    bench.report.add("Stack", "delete them", "ms", delete, beside, cli)


def invoke(bench):
    server = bench.deployed()
    functions = server.client("lambda")
    health = server.url("/_hearth/health")
    for name, title, plain in (("bench-cpp", "C++", ("/bin/true",)), ("bench-python", "Python", ("/usr/bin/python3", "-c", "pass")),
                               ("bench-node", "Node.js", ("/usr/bin/node", "-e", "0"))):
        url = server.url(f"/2015-03-31/functions/{name}/invocations")
        call = ("--method", "POST", "--body", "{}", *bench.signed("lambda"))
        cold, spawned, warm, cheapest, rate, cheap_rate = [], [], [], [], [], []
        for at in range(max(3 * bench.rounds, 15)):
            # A new revision: what runs under the former one is ended.
            functions.update_function_configuration(FunctionName=name, Description=f"round {at}")
            cold.append(bench.load(url, *call, "--count", 1)["p50us"] / 1000)
            spawned.append(timed(lambda: run_and_reap(*plain)) * 1000)
        for _ in range(bench.rounds):
            warm.append(bench.load(url, *call)["p50us"])
            cheapest.append(bench.load(health)["p50us"])
            rate.append(bench.load(url, *call, "--connections", 16)["rate"])
            cheap_rate.append(bench.load(health, "--connections", 16)["rate"])
        bench.report.add("Invoke", f"{title}, cold, package unpacked before", "ms", cold, f"spawn and end of `{' '.join(plain)}`", spawned)
        bench.report.add("Invoke", f"{title}, warm, one client, median", "us", warm, "`GET /_hearth/health`", cheapest)
        bench.report.add("Invoke", f"{title}, warm, 16 clients", "1/s", rate, "`GET /_hearth/health`", cheap_rate)


def gateway(bench):
    python = bench.python_server()
    health = bench.deployed().url("/_hearth/health")
    for path, title in (("mock", "MOCK"), ("cpp", "Lambda proxy, C++"), ("python", "Lambda proxy, Python")):
        url = bench.api_url(path)
        bench.load(url, "--connections", 16)  # warm
        one, one_plain, many, many_plain = [], [], [], []
        for _ in range(bench.rounds):
            one.append(bench.load(url)["p50us"])
            one_plain.append(bench.load(health)["p50us"])
            many.append(bench.load(url, "--connections", 16)["rate"])
            many_plain.append(bench.load(python, "--connections", 16)["rate"])
        bench.report.add("Gateway", f"{title}, one client, median", "us", one, "`GET /_hearth/health`", one_plain)
        bench.report.add("Gateway", f"{title}, 16 clients", "1/s", many, "Python `http.server`", many_plain)
    plain, other = [], []
    for _ in range(bench.rounds):
        plain.append(bench.load(health, "--connections", 64)["rate"])
        other.append(bench.load(python, "--connections", 64)["rate"])
    bench.report.add("Gateway", "`GET /_hearth/health`, 64 clients", "1/s", plain, "Python `http.server`", other)


def sync_rate(folder, size):
    """Appends and fdatasyncs one after the other: what the disk gives to one who waits for each."""
    body = os.urandom(size)
    file = os.open(folder / "plain", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    count, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < SECONDS:
        os.write(file, body)
        os.fdatasync(file)
        count += 1
    seconds = time.perf_counter() - begun
    os.close(file)
    os.unlink(folder / "plain")
    return count / seconds


def s3(bench):
    server = bench.deployed()
    server.client("s3").create_bucket(Bucket="objects", CreateBucketConfiguration={"LocationConstraint": REGION})
    python = bench.python_server()
    beside_put = "append and `fdatasync` of as much, one after the other"
    for size, title, keys, clients in ((KIB, "1 KB", 2000, (1, 64)), (MIB, "1 MB", 16, (1, 4))):
        url = server.url(f"/objects/{size}/{{n}}")
        put = ("--method", "PUT", "--body-bytes", size, "--distinct", keys, *bench.signed("s3"))
        get = ("--distinct", keys, *bench.signed("s3"))
        bench.load(url, *put, "--count", keys)
        for connections in clients:
            puts, syncs, gets, plain = [], [], [], []
            for _ in range(bench.rounds):
                puts.append(bench.load(url, *put, "--connections", connections)["rate"])
                syncs.append(sync_rate(bench.folder, size))
                gets.append(bench.load(url, *get, "--connections", connections)["rate"])
                plain.append(bench.load(f"{python}{size}", "--connections", connections)["rate"])
            who = "1 client" if connections == 1 else f"{connections} clients"
            bench.report.add("S3", f"durable put of {title}, {who}", "1/s", puts, beside_put, syncs)
            bench.report.add("S3", f"get of {title}, {who}", "1/s", gets, "Python `http.server`, as many bytes", plain)


PARTS = {"start": start, "stack": stack, "invoke": invoke, "gateway": gateway, "s3": s3, "homework": homework.measure}
