"""Sample values for any shape of a botocore model, and what must become of them on the way through Hearth."""

import base64
import datetime

MISSING = object()
UTC = datetime.timezone.utc
DEEPEST = 8  # of models that contain themselves

# A kind of sample says how strings, numbers and so on look, and which members are there.
FULL, EDGE, LEAST = "full", "edge", "least"
KINDS = [FULL, EDGE, LEAST]


class Sampler:
    """Makes values that the protocol can say. `fixed` gives the values of members that cannot be anything; `always`
    names members that are there in every kind of sample."""

    def __init__(self, kind, protocol, fixed, always=()):
        self.kind = kind
        self.protocol = protocol
        self.fixed = fixed
        self.always = always
        self.count = 0

    def structure(self, shape, depth=0, location=None):
        required = set(shape.required_members)
        value = {}
        for name, member in shape.members.items():
            if (self.kind == LEAST or depth > DEEPEST) and name not in required and (depth or name not in self.always):
                continue
            where = member.serialization.get("location", location)
            value[name] = self.fixed[name] if name in self.fixed else self.value(member, depth + 1, where)
            if name in required and not travels(self.protocol, member, value[name], depth == 0):
                value[name] = Sampler(FULL, self.protocol, self.fixed).value(member, depth + 1, where)
        return value

    def value(self, shape, depth=0, location=None):
        kind = shape.type_name
        if kind == "structure":
            value = self.structure(shape, depth)
            if shape.is_tagged_union and value:
                first = next(iter(value))
                value = {first: value[first]}
            return value
        if kind == "list":
            least = shape.metadata.get("min", 0)
            most = shape.metadata.get("max", 1000)
            count = least if self.kind == EDGE or depth > DEEPEST else min(max(least, 2), most)
            return [self.value(shape.member, depth + 1, location) for _ in range(count)]
        if kind == "map":
            count = shape.metadata.get("min", 0) if self.kind == EDGE or depth > DEEPEST else 2
            return {self.value(shape.key, depth + 1, location): self.value(shape.value, depth + 1, location)
                    for _ in range(count)}
        return getattr(self, kind)(shape, location)

    def string(self, shape, location):
        self.count += 1
        if shape.enum:
            return shape.enum[self.count % len(shape.enum)]
        if location in ("header", "headers"):
            text = f"value-{self.count}" if self.kind != EDGE else f"a;b=\"{self.count}\" (c) / <d>"
        elif location == "uri":
            text = f"name-{self.count}" if self.kind != EDGE else f"zażółć {self.count}/&=?#+~:@!$'()*,;[]"
        elif self.kind == EDGE:
            # Trailing and leading space, line breaks, markup, separators, beyond the basic plane.
            text = f"  \"ü\" <&amp;>\t'żółw'\n{self.count} ]]> =&+;€ \U0001f40c\\ "
        else:
            text = f"text {self.count}"
        least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 10_000)
        return (text + "x" * least)[:max(most, 1)] if len(text) < least or len(text) > most else text

    character = string

    def integer(self, shape, _):
        self.count += 1
        if shape.serialization.get("location") == "statusCode":
            return 202  # anything below 300: botocore reads the others as errors
        least, most = shape.metadata.get("min", -(2**31)), shape.metadata.get("max", 2**31 - 1)
        return (least if self.count % 2 else most) if self.kind == EDGE else max(least, min(most, self.count))

    def long(self, shape, _):
        self.count += 1
        least, most = shape.metadata.get("min", -(2**53)), shape.metadata.get("max", 2**53)
        return (least if self.count % 2 else most) if self.kind == EDGE else max(least, min(most, 5_000_000_000))

    def float(self, shape, _):
        self.count += 1
        least, most = shape.metadata.get("min", -1e15), shape.metadata.get("max", 1e15)
        return max(least, min(most, 0.1 if self.kind == EDGE else self.count + 0.25))

    double = float

    def boolean(self, _shape, _location):
        self.count += 1
        return self.kind != EDGE and self.count % 2 == 0

    def blob(self, shape, _):
        if self.kind == EDGE:
            return bytes(range(256)) if shape.metadata.get("max", 256) >= 256 else b""
        self.count += 1
        return f"bytes {self.count}".encode()

    def timestamp(self, _shape, _location):
        self.count += 1
        whole = datetime.datetime(2019, 4, 8, 21, 0, self.count % 60, tzinfo=UTC)
        return whole.replace(microsecond=250_000) if self.kind == EDGE else whole


# --- what a value is on the other side --------------------------------------------------------------------------


def timestamp_format(protocol, shape):
    format = shape.serialization.get("timestampFormat")
    if format:
        return format
    location = shape.serialization.get("location")
    if location in ("header", "headers"):
        return "rfc822"
    if location == "querystring" or protocol in ("query", "rest-xml"):
        return "iso8601"
    return "unixTimestamp"


def travels(protocol, shape, value, top):
    """Can the protocol say this value at all? Lists and maps without elements have no place in headers, query
    strings and flattened XML, maps and structures without any none in forms."""
    if value or shape.type_name not in ("list", "map", "structure"):
        return True
    if top and shape.serialization.get("location"):
        return False
    if protocol == "query":
        return shape.type_name == "list" and not shape.serialization.get("flattened")
    return not (protocol == "rest-xml" and shape.serialization.get("flattened"))


def as_record(protocol, shape, value, whole_seconds, top=True):
    """The value in Hearth's JSON records, as the protocol carries it: src/api/document.h, kRecordStyle. Streams are
    left out. JSON and header times of botocore's requests have whole seconds."""
    kind = shape.type_name
    if kind == "structure":
        record = {}
        for name, member in shape.members.items():
            if name not in value or is_stream(member):
                continue
            inner = as_record(protocol, member, value[name], whole_seconds, top=False)
            if travels(protocol, member, inner, top):
                record[name] = inner
        return record
    if kind == "list":
        return [as_record(protocol, shape.member, item, whole_seconds, top=False) for item in value]
    if kind == "map":
        return {key: as_record(protocol, shape.value, item, whole_seconds, top=False) for key, item in value.items()}
    if kind == "blob":
        return base64.b64encode(value if isinstance(value, bytes) else value.encode()).decode()
    if kind == "timestamp":
        rough = timestamp_format(protocol, shape) != "iso8601" or shape.serialization.get("location") == "header"
        return int(value.timestamp()) * 1000 if whole_seconds and rough else round(value.timestamp() * 1000)
    return value


def as_parsed(protocol, shape, value, status=200, top=True):
    """What botocore makes of an answer of that HTTP status that carries the value."""
    kind = shape.type_name
    if kind == "structure":
        parsed = {}
        for name, member in shape.members.items():
            if name not in value:
                # These two botocore always gives.
                if top and member.serialization.get("location") == "headers":
                    parsed[name] = {}
                if top and member.serialization.get("location") == "statusCode":
                    parsed[name] = status
                continue
            inner = as_parsed(protocol, member, value[name], top=False)
            if answers(protocol, member, inner, top):
                parsed[name] = inner
        return parsed
    if kind == "list":
        return [as_parsed(protocol, shape.member, item, top=False) for item in value]
    if kind == "map":
        return {key: as_parsed(protocol, shape.value, item, top=False) for key, item in value.items()}
    if kind == "timestamp" and timestamp_format(protocol, shape) == "rfc822":
        return value.replace(microsecond=0)
    return value


def answers(protocol, shape, value, top):
    if value or shape.type_name not in ("list", "map"):
        return True
    if top and shape.serialization.get("location"):
        return shape.serialization["location"] == "headers"  # botocore always gives that map
    return not (protocol in ("query", "rest-xml") and shape.serialization.get("flattened"))


def is_stream(shape):
    return shape.type_name == "blob" and bool(shape.serialization.get("streaming"))
