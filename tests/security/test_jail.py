"""What a function can see and do: its own code, its own /tmp, its own role. Nothing else of the machine or of the server.

Walls that this machine does not give (hearth status names them) are not tested here; everything else must stand.
"""

import json
import os
import subprocess

import pytest

from support.aws import fresh, make_bucket, make_role
from support.packages import package
from support.raw import send

# Runs the Python of its event, so that each test reads as what it tries.
SOURCE = '''
import glob, http.client, json, os, pathlib, signal, socket, subprocess, sys, time, urllib.request

def attempt(work):
    try:
        return work()
    except BaseException as error:
        return type(error).__name__ + ": " + str(error)

def handler(event, context):
    scope = dict(globals())
    exec(event["code"], scope)
    return scope.get("result")
'''


@pytest.fixture(scope="module")
def run(hearth):
    """Runs Python in a function; what it left in `result`."""
    name = fresh("prober")
    functions = hearth.client("lambda")
    functions.create_function(FunctionName=name, Runtime="python3.11", Handler="index.handler", Role=make_role(hearth), Timeout=30, MemorySize=256,
                              Environment={"Variables": {"OWN": "own"}}, Code={"ZipFile": package(index__py=SOURCE)})

    def run_code(code):
        answer = functions.invoke(FunctionName=name, Payload=json.dumps({"code": code}))
        payload = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, payload
        return payload

    return run_code


@pytest.fixture(scope="module")
def walls(hearth):
    return {wall["name"]: wall["present"] for wall in json.loads(hearth.run("hearth", "status", "--json").stdout)["walls"]}


def missing(walls, *names):
    """Why a test cannot hold here; None when all the walls stand."""
    gone = [name for name, present in walls.items() if not present and any(part in name for part in names)]
    return f"this machine has no {gone}" if gone else None


def readable(path):
    return f"result = attempt(lambda: pathlib.Path({str(path)!r}).read_bytes().hex())"


def test_the_data_folder_cannot_be_read(hearth, run):
    s3 = hearth.client("s3")
    bucket = make_bucket(hearth)
    s3.put_object(Bucket=bucket, Key="key", Body=os.urandom(200_000))
    paths = [path for path in hearth.data.rglob("*") if path.is_file()]
    assert hearth.data / "master.key" in paths
    found = run(f'''
result = []
for path in {[str(path) for path in paths]!r}:
    try:
        open(path, "rb").read(1)
        result.append(path)
    except OSError:
        pass
''')
    assert found == []
    assert "Error" in str(run(f"result = attempt(lambda: os.listdir({str(hearth.data)!r}))"))
    # Nor by way of other processes' roots.
    assert run(f'''
result = []
for root in glob.glob("/proc/[0-9]*/root") + glob.glob("/proc/[0-9]*/cwd"):
    try:
        open(root + {str(hearth.data / "master.key")!r}).read()
        result.append(root)
    except OSError:
        pass
''') == []


def test_no_other_process_is_seen(hearth, run, walls):
    if reason := missing(walls, "process namespace", "pid namespace", "process ids"):
        pytest.skip(reason)
    processes = run('result = [[pid, attempt(lambda: open(f"/proc/{pid}/cmdline").read())] for pid in os.listdir("/proc") if pid.isdigit()]')
    assert not [line for pid, line in processes if "hearth serve" in line.replace("\0", " ")]
    assert len(processes) <= 4, processes
    # The real id of the server means nothing there.
    assert "ProcessLookupError" in run(f"result = attempt(lambda: os.kill({hearth.process.pid}, 9))") or hearth.process.pid < 10
    assert hearth.alive()


def test_the_environment_is_its_own(make_hearth):
    """A master key that the server was given through its environment stays there."""
    secret = os.urandom(32).hex()
    os.environ["HEARTH_MASTER_KEY"] = secret
    try:
        hearth = make_hearth().start()
    finally:
        del os.environ["HEARTH_MASTER_KEY"]
    name = fresh("environment")
    functions = hearth.client("lambda")
    functions.create_function(FunctionName=name, Runtime="python3.11", Handler="index.handler", Role=make_role(hearth), Timeout=20,
                              Code={"ZipFile": package(index__py=SOURCE)})
    code = '''
found = {"own": json.dumps(dict(os.environ))}
for path in glob.glob("/proc/[0-9]*/environ"):
    found[path] = str(attempt(lambda: open(path, "rb").read().decode("latin1")))
result = found
'''
    answer = functions.invoke(FunctionName=name, Payload=json.dumps({"code": code}))
    payload = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, payload
    assert secret not in json.dumps(payload)
    assert "HEARTH_MASTER_KEY" not in json.dumps(payload)
    # On the host, too, the helper that makes the jails was not given it.
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(hearth.process.pid)], capture_output=True, text=True).stdout.split()
    assert children
    for child in children:
        assert secret.encode() not in open(f"/proc/{child}/environ", "rb").read()


def test_nothing_but_tmp_can_be_written(run, walls):
    if reason := missing(walls, "mount", "root"):
        pytest.skip(reason)
    written = run('''
result = []
for folder in ("/", "/var/task", "/var/runtime", "/opt", "/usr", "/usr/bin", "/etc", "/home", "/root", "/var", "/dev", "/dev/shm", "/proc/self", "/proc/sys/kernel", "/sys", "/run", "/bin"):
    try:
        open(folder + "/hearth-probe", "w").close()
        result.append(folder)
    except OSError:
        pass
''')
    assert written in ([], ["/dev/shm"])
    assert run('open("/tmp/x", "w").write("y"); result = open("/tmp/x").read()') == "y"


def test_code_is_its_own(hearth, run):
    """Another function's package, unpacked beside this one's, is not to be seen."""
    mark = fresh("another-functions-code-mark")
    other = fresh("secretive")
    functions = hearth.client("lambda")
    functions.create_function(FunctionName=other, Runtime="python3.11", Handler="index.handler", Role=make_role(hearth),
                              Code={"ZipFile": package(index__py=f"MARK = '{mark}'\ndef handler(event, context): return 1")})
    assert json.loads(functions.invoke(FunctionName=other)["Payload"].read()) == 1
    found = run(f'''
result = []
for top in ("/var", "/opt", "/tmp", "/run", "/mnt", "/srv"):
    for folder, _, names in os.walk(top):
        for name in names:
            text = attempt(lambda: open(os.path.join(folder, name), errors="replace").read(100000))
            if {mark[:20]!r} + {mark[20:]!r} in str(text):
                result.append(os.path.join(folder, name))
''')
    assert found == []


def test_tmp_is_not_the_hosts(run, tmp_path):
    mark = tmp_path / "mark"
    mark.write_text("host")
    assert "Error" in str(run(readable(mark)))


def test_no_network_but_its_doors(hearth, run, walls):
    if reason := missing(walls, "network"):
        pytest.skip(reason)
    for address in (("127.0.0.1", hearth.port), ("169.254.169.254", 80), ("1.1.1.1", 53), ("10.0.0.1", 80)):
        said = run(f"result = attempt(lambda: socket.create_connection({address!r}, timeout=3).close())")
        assert said and "Error" in said, (address, said)
    interfaces = run("result = [name for _, name in socket.if_nameindex()]")
    assert interfaces == ["lo"]
    # Listening inside is nobody else's business.
    assert run("result = attempt(lambda: len(socket.gethostbyname_ex('localhost')))") is not None
    for family in ("AF_PACKET", "AF_NETLINK"):
        said = run(f"result = str(attempt(lambda: socket.socket(socket.{family}, socket.SOCK_RAW)))")
        assert "Error" in said or family == "AF_NETLINK"
    # Abstract sockets of the host are in its network namespace, not here.
    assert run("result = open('/proc/net/unix').read().count('@')") == 0


def test_no_privileges(run):
    status = run('result = open("/proc/self/status").read()')
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        assert int(fields[name], 16) == 0, name
    assert fields["NoNewPrivs"].strip() == "1"
    for code in ("os.setuid(0)", "os.chroot('/tmp')", "os.mknod('/tmp/device', 0o020666, os.makedev(1, 1))", "os.sethostname('x')" if hasattr(os, "sethostname")
                 else "socket.sethostname('x')", "os.nice(-5)", "subprocess.run(['mount', '-t', 'tmpfs', 'x', '/tmp'], check=True, capture_output=True)",
                 "subprocess.run(['unshare', '-Ur', 'true'], check=True, capture_output=True)"):
        said = run(f"result = str(attempt(lambda: {code}))")
        assert "Error" in said, (code, said)


def test_dangerous_calls_are_filtered(run, walls):
    if reason := missing(walls, "system call"):
        pytest.skip(reason)
    numbers = {"ptrace": 101, "mount": 165, "bpf": 321, "keyctl": 250, "io_uring_setup": 425, "perf_event_open": 298, "unshare": 272, "userfaultfd": 323,
               "init_module": 175, "kexec_load": 246, "open_by_handle_at": 304, "process_vm_readv": 310}
    assert os.uname().machine == "x86_64"
    said = run(f'''
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
result = {{}}
for name, number in {numbers!r}.items():
    ctypes.set_errno(0)
    result[name] = [libc.syscall(number, 0, 0, 0, 0, 0), ctypes.get_errno()]
''')
    for name, (value, error) in said.items():
        assert value == -1 and error in (1, 38), (name, value, error)  # EPERM, ENOSYS


def test_the_runtime_api_is_its_own(hearth, run):
    """The doors of other environments are in other network namespaces; its own takes only its own request's id."""
    said = run('''
connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"], timeout=5)
connection.request("POST", "/2018-06-01/runtime/invocation/00000000-0000-0000-0000-000000000000/response", body=b"forged")
answer = connection.getresponse()
result = [answer.status, answer.read().decode()]
''')
    assert said[0] == 400 and "InvalidRequestID" in said[1]


def test_its_role_is_all_it_has(hearth, run):
    """The credentials of the environment name the role; the server's own root key is nowhere in it."""
    root = hearth.environment()
    found = run("result = dict(os.environ)")
    assert found["OWN"] == "own"
    assert found["AWS_ACCESS_KEY_ID"].startswith("ASIA") and found["AWS_SESSION_TOKEN"]
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        assert root[name] not in json.dumps(found)
    arn = hearth.client("sts", key=found["AWS_ACCESS_KEY_ID"], secret=found["AWS_SECRET_ACCESS_KEY"], token=found["AWS_SESSION_TOKEN"]).get_caller_identity()["Arn"]
    assert ":assumed-role/" in arn


def test_nothing_of_one_invocation_is_left_for_another_function(hearth, run):
    run("open('/tmp/left-behind', 'w').write('secret')")
    name = fresh("next")
    functions = hearth.client("lambda")
    functions.create_function(FunctionName=name, Runtime="python3.11", Handler="index.handler", Role=make_role(hearth), Timeout=20,
                              Code={"ZipFile": package(index__py=SOURCE)})
    answer = functions.invoke(FunctionName=name, Payload=json.dumps({"code": "result = os.listdir('/tmp')"}))
    assert json.loads(answer["Payload"].read()) == []


def test_it_cannot_take_all_connections(make_hearth):
    """Its door to the services has room of its own: whoever else comes is served."""
    source = '''
import os, socket, time

def handler(event, context):
    host, port = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://").split(":")
    told, tell = os.pipe()
    for _ in range(120):
        if os.fork() == 0:
            peers = []
            try:
                while True:
                    peers.append(socket.create_connection((host, int(port)), timeout=1))
            except OSError:
                os.write(tell, b"%d\\n" % len(peers))
                time.sleep(60)
                os._exit(0)
    lines = os.fdopen(told)
    return sum(int(lines.readline()) for _ in range(120))
'''
    hearth = make_hearth().start()
    name = fresh("greedy")
    functions = hearth.client("lambda")
    functions.create_function(FunctionName=name, Runtime="python3.11", Handler="index.handler", Role=make_role(hearth), Timeout=30, MemorySize=2048,
                              Code={"ZipFile": package(index__py=source)})
    held = json.loads(functions.invoke(FunctionName=name)["Payload"].read())
    assert held >= 256, held
    # Its children still hold what they got.
    assert send(hearth, "GET", "/_hearth/health", timeout=10).status == 200
    assert functions.get_function(FunctionName=name)["Configuration"]["FunctionName"] == name
