"""Runs a Python function against the Lambda Runtime API, with nothing but the standard library.

Start-up time is a function's first impression, so this file imports only what every function needs: `_socket`
instead of `socket`, no `http.client`, and `logging` and `traceback` not before somebody uses them. The interpreter
is started with -S; what `site` would have done for functions is done here.
"""

import os
import sys

import _socket
import json
import time

_API = "/2018-06-01/runtime/"
_NO_BREAK_SPACE = "\u00a0"  # keeps the indentation of a traceback in one log event
_request_id = None


class _Fault(Exception):
    """A failure that has a name of its own in Lambda."""

    def __init__(self, error_type, message, trace=()):
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.trace = trace


# --- the Runtime API ---------------------------------------------------------------------------------------------


class _Api:
    """One kept connection. The next event is asked for in the same packet that carries a response."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self._host = address.encode()
        self._socket = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        self._socket.connect((host, int(port)))
        self._socket.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        self._rest = b""
        self._next = b"GET " + _API.encode() + b"invocation/next HTTP/1.1\r\nHost: " + self._host + b"\r\n\r\n"

    def next(self):
        self._socket.sendall(self._next)
        return self._read_event()

    def respond(self, request_id, body, content_type):
        """Posts the response and returns the next event."""
        self._post("invocation/" + request_id + "/response", body, "Content-Type: " + content_type, self._next)
        self._read()
        return self._read_event()

    def fail(self, request_id, document):
        """Posts the error and returns the next event."""
        header = "Content-Type: application/json\r\nLambda-Runtime-Function-Error-Type: Unhandled"
        self._post("invocation/" + request_id + "/error", document, header, self._next)
        self._read()
        return self._read_event()

    def fail_init(self, document, error_type):
        header = "Content-Type: application/json\r\nLambda-Runtime-Function-Error-Type: " + error_type
        self._post("init/error", document, header, b"")
        self._read()

    def _post(self, path, body, header, behind):
        head = "POST %s%s HTTP/1.1\r\nHost: %s\r\n%s\r\nContent-Length: %d\r\n\r\n" % (
            _API, path, self._host.decode(), header, len(body))
        # Large bodies go as they are rather than being copied.
        if len(body) < 65536:
            self._socket.sendall(head.encode("latin-1") + body + behind)
        else:
            self._socket.sendall(head.encode("latin-1"))
            self._socket.sendall(body)
            self._socket.sendall(behind)

    def _read_event(self):
        status, headers, body = self._read()
        if status != 200:
            # The environment is over, or this runtime has lost its place in the protocol.
            sys.exit(1)
        return headers, body

    def _read(self):
        data = self._rest
        while True:
            end = data.find(b"\r\n\r\n")
            if end >= 0:
                break
            data += self._receive()
        lines = data[:end].decode("utf-8", "replace").split("\r\n")
        status = int(lines[0].split(" ", 2)[1])
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        size = int(headers.get("content-length", 0))
        parts = [data[end + 4:]]
        have = len(parts[0])
        while have < size:
            parts.append(self._receive())
            have += len(parts[-1])
        body = b"".join(parts)
        self._rest = body[size:]
        return status, headers, body[:size]

    def _receive(self):
        data = self._socket.recv(262144)
        if not data:
            sys.exit(0)
        return data


# --- the context -------------------------------------------------------------------------------------------------


class _Record:
    """A plain object with fixed fields, which show in its repr."""

    _fields = ()

    def __init__(self, values):
        for name in self._fields:
            setattr(self, name, values.get(name))

    def __repr__(self):
        return "%s([%s])" % (type(self).__name__, ",".join("%s=%s" % (n, getattr(self, n)) for n in self._fields))


class CognitoIdentity(_Record):
    _fields = ("cognito_identity_id", "cognito_identity_pool_id")


class Client(_Record):
    _fields = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")


class ClientContext(_Record):
    _fields = ("custom", "env", "client")


class LambdaContext(_Record):
    _fields = ("aws_request_id", "log_group_name", "log_stream_name", "function_name", "memory_limit_in_mb",
               "function_version", "invoked_function_arn", "client_context", "identity", "tenant_id")

    def __init__(self, headers):
        environ = os.environ
        super().__init__({
            "aws_request_id": headers.get("lambda-runtime-aws-request-id"),
            "log_group_name": environ.get("AWS_LAMBDA_LOG_GROUP_NAME"),
            "log_stream_name": environ.get("AWS_LAMBDA_LOG_STREAM_NAME"),
            "function_name": environ.get("AWS_LAMBDA_FUNCTION_NAME"),
            "memory_limit_in_mb": environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
            "function_version": environ.get("AWS_LAMBDA_FUNCTION_VERSION"),
            "invoked_function_arn": headers.get("lambda-runtime-invoked-function-arn"),
            "client_context": _client_context(headers.get("lambda-runtime-client-context")),
            "identity": _identity(headers.get("lambda-runtime-cognito-identity")),
            "tenant_id": headers.get("lambda-runtime-aws-tenant-id"),
        })
        self._deadline = int(headers.get("lambda-runtime-deadline-ms", 0))

    def get_remaining_time_in_millis(self):
        return max(self._deadline - int(time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))


def _parse_header(text, name):
    try:
        return json.loads(text)
    except ValueError as error:
        raise _Fault("Runtime.LambdaContextUnmarshalError", "Unable to parse %s JSON: %s" % (name, error)) from None


def _client_context(text):
    if not text:
        return None
    values = _parse_header(text, "Client Context")
    context = ClientContext(values)
    if context.client is not None:
        context.client = Client(context.client)
    return context


def _identity(text):
    values = _parse_header(text, "Cognito Identity") if text else {}
    return CognitoIdentity({
        "cognito_identity_id": values.get("cognitoIdentityId"),
        "cognito_identity_pool_id": values.get("cognitoIdentityPoolId"),
    })


# --- JSON --------------------------------------------------------------------------------------------------------


def _minor_version():
    # Runtimes from 3.12 on leave characters beyond ASCII as they are.
    name = os.environ.get("AWS_EXECUTION_ENV", "")
    try:
        return int(name.rpartition("python3.")[2])
    except ValueError:
        return sys.version_info[1]


_ensure_ascii = _minor_version() < 12


def _encode(value):
    decimals = []
    mark = "hearth-decimal-%x-" % id(decimals)

    def default(other):
        decimal = sys.modules.get("decimal")
        if decimal is not None and isinstance(other, decimal.Decimal):
            if other.is_nan():
                return float("nan")
            decimals.append(str(other))
            return "%s%d" % (mark, len(decimals) - 1)
        raise TypeError("Object of type %s is not JSON serializable" % type(other).__name__)

    text = json.dumps(value, ensure_ascii=_ensure_ascii, default=default)
    # Decimals are numbers with exactly their own digits, which json has no word for.
    for at, digits in enumerate(decimals):
        text = text.replace('"%s%d"' % (mark, at), digits, 1)
    return text.encode("utf-8", "surrogatepass")


def _marshal(result):
    if isinstance(result, bytes):
        return result, "application/unknown"
    try:
        return _encode(result), "application/json"
    except Exception as error:  # noqa: BLE001 - whatever a value's own methods raise
        raise _Fault("Runtime.MarshalError", "Unable to marshal response: %s" % error) from None


# --- errors ------------------------------------------------------------------------------------------------------


def _error(message, error_type, trace, request_id=""):
    return {"errorMessage": message, "errorType": error_type, "requestId": request_id, "stackTrace": list(trace)}


def _describe(error, request_id=""):
    """The error document of whatever a function raised; the trace begins in the function's own code."""
    if isinstance(error, _Fault):
        return _error(error.message, error.error_type, error.trace, request_id)
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    own = [at for at, frame in enumerate(frames)
           if frame.filename != __file__ and not frame.filename.startswith("<frozen")]
    return _error(str(error), type(error).__name__, traceback.format_list(frames[own[0]:] if own else []), request_id)


def _log_error(document):
    lines = ["[ERROR] %s: %s" % (document["errorType"], document["errorMessage"])
             if document["errorMessage"] else "[ERROR] %s" % document["errorType"]]
    lines.append("Traceback (most recent call last):")
    for entry in document["stackTrace"]:
        for line in entry.splitlines():
            text = line.lstrip(" ")
            lines.append(_NO_BREAK_SPACE * (len(line) - len(text)) + text)
    # One event: lines of it are parted by carriage returns, events by line feeds.
    sys.stdout.write("\r".join(lines) + "\n")


# --- logging -----------------------------------------------------------------------------------------------------


def _set_up_logging(logging):
    class RequestFilter(logging.Filter):
        def filter(self, record):
            record.aws_request_id = _request_id or ""
            return True

    class Handler(logging.Handler):
        def emit(self, record):
            try:
                sys.stdout.write(self.format(record))
            except Exception:  # noqa: BLE001 - as logging's own handlers do
                self.handleError(record)

    as_json = os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"
    handler = Handler()
    handler.addFilter(RequestFilter())
    handler.setFormatter(_json_formatter(logging) if as_json else logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n", "%Y-%m-%dT%H:%M:%S"))
    logging.Formatter.converter = time.gmtime
    root = logging.getLogger()
    root.addHandler(handler)
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    level = "DEBUG" if level == "TRACE" else level
    if isinstance(logging.getLevelName(level), int):
        root.setLevel(level)


def _json_formatter(logging):
    class JsonFormatter(logging.Formatter):
        def format(self, record):
            document = {
                "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
                "level": record.levelname,
                "message": record.getMessage(),
                "logger": record.name,
            }
            if record.exc_info:
                import traceback

                document["stackTrace"] = traceback.format_tb(record.exc_info[2])
                document["errorType"] = record.exc_info[0].__name__
                document["errorMessage"] = str(record.exc_info[1])
                document["location"] = "%s:%s:%d" % (record.pathname, record.funcName, record.lineno)
            document["requestId"] = record.aws_request_id
            return json.dumps(document, ensure_ascii=False, default=str) + "\n"

    return JsonFormatter()


class _LoggingHook:
    """Sets logging up when it is imported for the first time, and not before."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name != "logging":
            return None
        sys.meta_path.remove(cls)
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                execute = spec.loader.exec_module

                def exec_module(module):
                    execute(module)
                    _set_up_logging(module)

                spec.loader.exec_module = exec_module
                return spec
        return None


# --- the function ------------------------------------------------------------------------------------------------


def _prepare():
    """What `site` does, and the folders in which Lambda looks for modules."""
    task = os.environ["LAMBDA_TASK_ROOT"]
    version = "python%d.%d" % sys.version_info[:2]
    layers = [folder for folder in ("/opt/python/lib/%s/site-packages" % version, "/opt/python")
              if os.path.isdir(folder)]
    sys.path[0:1] = [task] + layers
    sys.path += ["/usr/local/lib/%s/dist-packages" % version, "/usr/lib/python3/dist-packages"]
    sys.argv = [""]

    import builtins

    builtins.exit = builtins.quit = sys.exit
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    sys.meta_path.insert(0, _LoggingHook)


def _find_handler(name):
    module_name, dot, function_name = name.rpartition(".")
    if not dot:
        raise _Fault("Runtime.MalformedHandlerName",
                     "Bad handler '%s': not enough values to unpack (expected 2, got 1)" % name)
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise _Fault("Runtime.BuiltInModuleConflict",
                     "Cannot use built-in module %s as a handler module" % module_name)
    path = module_name.replace("/", ".")
    try:
        __import__(path)
    except ImportError as error:
        raise _Fault("Runtime.ImportModuleError",
                     "Unable to import module '%s': %s" % (module_name, error)) from None
    except SyntaxError as error:
        raise _Fault("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, error),
                     ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)]) from None
    try:
        return getattr(sys.modules[path], function_name)
    except AttributeError:
        raise _Fault("Runtime.HandlerNotFound",
                     "Handler '%s' missing on module '%s'" % (function_name, module_name)) from None


def _serve(api, handler):
    global _request_id
    headers, body = api.next()
    while True:
        request_id = _request_id = headers["lambda-runtime-aws-request-id"]
        trace = headers.get("lambda-runtime-trace-id")
        if trace is not None:
            os.environ["_X_AMZN_TRACE_ID"] = trace
        else:
            os.environ.pop("_X_AMZN_TRACE_ID", None)
        failure = None
        try:
            context = LambdaContext(headers)
            try:
                event = json.loads(body)
            except ValueError as error:
                raise _Fault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % error) from None
            result, content_type = _marshal(handler(event, context))
        except Exception as error:  # noqa: BLE001 - everything but the wish to exit
            failure = _describe(error, request_id)
            _log_error(failure)
        sys.stdout.flush()
        sys.stderr.flush()
        # Nothing of an invocation stays alive while the function waits for the next one.
        event = context = None
        if failure is None:
            headers, body = api.respond(request_id, result, content_type)
        else:
            headers, body = api.fail(request_id, _encode(failure))
        result = None


def main():
    _prepare()
    api = _Api(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = _find_handler(os.environ["_HANDLER"])
    except Exception as error:  # noqa: BLE001 - whatever a module does while it is imported
        document = _describe(error)
        _log_error(document)
        sys.stdout.flush()
        api.fail_init(_encode(document), document["errorType"])
        sys.exit(1)
    _serve(api, handler)


main()
