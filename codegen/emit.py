"""Writes the C++ of one service: structs, shape tables, operations, routes, and the bind() that checks handlers."""

import re

from model import SCALARS, Service

KEYWORDS = {
    "and", "auto", "bool", "break", "case", "char", "class", "const", "continue", "default", "delete", "do", "double",
    "else", "enum", "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int",
    "long", "namespace", "new", "not", "operator", "or", "private", "protected", "public", "register", "return",
    "short", "signed", "sizeof", "static", "struct", "switch", "template", "this", "throw", "true", "try", "typedef",
    "union", "unsigned", "using", "virtual", "void", "volatile", "while", "xor",
}
PROTOCOLS = {
    "query": "kQuery", "rest-xml": "kRestXml", "rest-json": "kRestJson", "json-1.0": "kJson10", "json-1.1": "kJson11",
}
LOCATIONS = {
    "header": "kHeader", "headers": "kHeaders", "uri": "kUri", "querystring": "kQuery", "statusCode": "kStatusCode",
}
TIMESTAMPS = {"iso8601": "kIso8601", "rfc822": "kRfc822", "unixTimestamp": "kUnix"}


def lower_first(name: str) -> str:
    """RestApiId -> restApiId, SSEAlgorithm -> sseAlgorithm, ACL -> acl, ETag -> eTag."""
    lead = re.match(r"^[A-Z]+", name)
    if not lead:
        return name
    run = lead.group(0)
    if len(run) == len(name) or len(run) == 1 or not name[len(run)].islower():
        return run.lower() + name[len(run):]
    return run[:-1].lower() + name[len(run) - 1:]


def field(name: str) -> str:
    text = lower_first(re.sub(r"[^A-Za-z0-9_]", "_", name))
    return text + "_" if text in KEYWORDS else text


def text(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Emitter:
    def __init__(self, service: Service):
        self.s = service
        self.model = service.model

    # --- the header ---------------------------------------------------------------------------------------------
    def header(self) -> str:
        s = self.s
        out = [
            f"// {s.metadata['serviceFullName']}, API version {s.metadata['apiVersion']}: written by codegen/ from the",
            f"// service model and src/services/{s.id}/service.toml. Not edited, not committed.",
            "#pragma once",
            "",
            "#include <cstdint>",
            "#include <map>",
            "#include <memory>",
            "#include <optional>",
            "#include <string>",
            "#include <utility>",
            "#include <vector>",
            "",
            '#include "api/operation.h"',
            '#include "api/router.h"',
            '#include "base/byte_stream.h"',
            '#include "base/clock.h"',
            "",
            f"namespace hearth::api::{s.id} {{",
            "",
        ]
        structures = [n for n in s.emitted if s.shapes[n]["type"] == "structure"]
        for name in structures:
            out += self.structure(name)
        aliases = []
        for op in s.operations:
            for side, suffix in (("input", "Input"), ("output", "Output")):
                ref = self.model["operations"][op].get(side)
                alias = op + suffix
                if ref is None:
                    out += [f"struct {alias} {{}};", ""]
                    structures.append(alias)
                elif ref["shape"] != alias:
                    aliases.append(f"using {alias} = {ref['shape']};")
        out += aliases + [""]
        for name in structures:
            out.append(f"const Shape& shapeOf(const {name}*);")
        out += ["", "extern const Service kService;"]
        for op in s.operations:
            out.append(f"extern const Operation k{op};")
        out += ["", *self.bind(), "", f"}}  // namespace hearth::api::{s.id}", ""]
        return "\n".join(out)

    def member_type(self, shape: dict, name: str, ref: dict) -> str:
        plain = self.s.cpp_type(ref)
        if self.s.is_stream(ref) or name in shape.get("required", []):
            return plain
        return f"std::optional<{plain}>"

    def structure(self, name: str) -> list[str]:
        shape = self.s.shapes[name]
        out = [f"struct {name} {{"]
        for member, ref in shape.get("members", {}).items():
            kind = self.member_type(shape, member, ref)
            scalar = kind in ("bool", "std::int64_t", "double", "base::Time")
            out.append(f"  {kind} {field(member)}{'{}' if scalar else ''};")
        return out + ["};", ""]

    def bind(self) -> list[str]:
        service = "S& service" if self.s.operations else "S&"
        out = [
            "// Binds every listed operation to the member function of the same name. A missing one is reported with the",
            "// signature to write; make it const when it only reads, a Task when it waits (api/router.h).",
            "template <class S>",
            f"void bind(Router& router, {service}) {{",
            "  router.addService(kService);",
        ]
        for op in self.s.operations:
            method = field(op)
            out += [
                f"  static_assert(requires {{ service.{method}(std::declval<const Call&>(), {op}Input{{}}); }},",
                f'                "write: Result<api::{self.s.id}::{op}Output> {method}(const api::Call&, '
                f'api::{self.s.id}::{op}Input)");',
                f"  router.bind(k{op}, service, &S::{method});",
            ]
        return out + ["}"]

    # --- the tables ---------------------------------------------------------------------------------------------
    def source(self) -> str:
        s = self.s
        out = [
            f'#include "api/{s.id}.h"',
            "",
            "#include <cstddef>",
            "",
            "// The structs are plain aggregates; offsetof is well defined for them in every compiler that we support.",
            "#pragma GCC diagnostic push",
            '#pragma GCC diagnostic ignored "-Winvalid-offsetof"',
            "",
            f"namespace hearth::api::{s.id} {{",
            "namespace {",
            "",
        ]
        streams = any(
            s.is_stream(ref)
            for n in s.emitted if s.shapes[n]["type"] == "structure"
            for ref in s.shapes[n].get("members", {}).values()
        )
        if streams:
            out.append('const Shape sStream{.kind = ShapeKind::kStream, .name = "Stream"};')
        for name in s.emitted:
            out += self.shape(name)
        empty = []
        for op in s.operations:
            for side, suffix in (("input", "Input"), ("output", "Output")):
                if self.model["operations"][op].get(side) is None:
                    empty.append(op + suffix)
        for name in empty:
            out.append(f'const Shape s{name}{{.kind = ShapeKind::kStructure, .name = "{name}"}};')
        out += ["", "}  // namespace", ""]
        structures = [n for n in s.emitted if s.shapes[n]["type"] == "structure"] + empty
        for name in structures:
            out.append(f"const Shape& shapeOf(const {name}*) {{ return s{name}; }}")
        out.append("")
        for op in s.operations:
            out += self.operation(op)
        out += self.service()
        out += ["", f"}}  // namespace hearth::api::{s.id}", "", "#pragma GCC diagnostic pop", ""]
        return "\n".join(out)

    def shape(self, name: str) -> list[str]:
        shape = self.s.shapes[name]
        kind = shape["type"]
        parts: list[str] = []
        out: list[str] = []
        if kind == "structure":
            parts += [".kind = ShapeKind::kStructure", f".name = {text(name)}"]
            members = shape.get("members", {})
            if members:
                out.append(f"const Member m{name}[] = {{")
                for member, ref in members.items():
                    out.append("    " + self.member(name, shape, member, ref) + ",")
                out.append("};")
                parts.append(f".members = m{name}")
            if "xmlNamespace" in shape:
                namespace = shape["xmlNamespace"]
                if isinstance(namespace, dict):
                    parts.append(f".xmlNamespacePrefix = {text(namespace.get('prefix', ''))}")
                    parts.append(f".xmlNamespace = {text(namespace['uri'])}")
        elif kind == "list":
            element = shape["member"]
            parts += [".kind = ShapeKind::kList", f".name = {text(name)}", f".element = &s{element['shape']}"]
            if "locationName" in element:
                parts.append(f".elementName = {text(element['locationName'])}")
            if shape.get("flattened"):
                parts.append(".flattened = true")
            parts.append(f".list = &kListAccess<{self.s.cpp_type(element)}>")
        elif kind == "map":
            value = shape["value"]
            parts += [".kind = ShapeKind::kMap", f".name = {text(name)}", f".element = &s{value['shape']}"]
            if "locationName" in value:
                parts.append(f".elementName = {text(value['locationName'])}")
            if "locationName" in shape["key"]:
                parts.append(f".keyName = {text(shape['key']['locationName'])}")
            if shape.get("flattened"):
                parts.append(".flattened = true")
            parts.append(f".map = &kMapAccess<{self.s.cpp_type(value)}>")
        else:
            parts += [f".kind = ShapeKind::{SCALARS[kind][0]}", f".name = {text(name)}"]
            if shape.get("timestampFormat"):
                parts.append(f".timestampFormat = TimestampFormat::{TIMESTAMPS[shape['timestampFormat']]}")
        if kind in ("integer", "long", "list", "string", "map"):
            for bound in ("min", "max"):
                if bound in shape:
                    parts.append(f".{bound} = {int(shape[bound])}")
        out.append(f"const Shape s{name}{{{', '.join(parts)}}};")
        return out

    def member(self, owner: str, shape: dict, member: str, ref: dict) -> str:
        kind = self.member_type(shape, member, ref)
        target = "sStream" if self.s.is_stream(ref) else f"s{ref['shape']}"
        parts = [
            f".name = {text(member)}",
            f".wireName = {text(ref.get('locationName', member))}",
            f".shape = &{target}",
            f".offset = offsetof({owner}, {field(member)})",
            f".get = MemberAccess<{kind}>::get",
            f".make = MemberAccess<{kind}>::make",
        ]
        if "location" in ref:
            parts.append(f".location = Location::{LOCATIONS[ref['location']]}")
        fmt = ref.get("timestampFormat")
        if fmt:
            parts.append(f".timestampFormat = TimestampFormat::{TIMESTAMPS[fmt]}")
        if member in shape.get("required", []):
            parts.append(".required = true")
        if ref.get("flattened"):
            parts.append(".flattened = true")
        if ref.get("xmlAttribute"):
            parts.append(".xmlAttribute = true")
        if shape.get("payload") == member:
            parts.append(".payload = true")
        return "{" + ", ".join(parts) + "}"

    def operation(self, op: str) -> list[str]:
        model = self.model["operations"][op]
        http = model.get("http", {})
        source = model.get("input") or {}
        target = model.get("output") or {}
        return [
            f"const Operation k{op}{{",
            f"    .service = &kService, .name = {text(op)}, .httpMethod = {text(http.get('method', 'POST'))},",
            f"    .requestUri = {text(http.get('requestUri', '/'))}, .status = {http.get('responseCode', 200)},",
            f"    .input = &s{source.get('shape', op + 'Input')}, .output = &s{target.get('shape', op + 'Output')},",
            f"    .inputElement = {text(source.get('locationName', ''))},",
            f"    .outputElement = {text(target.get('locationName', target.get('shape', '')))},",
            f"    .resultWrapper = {text(target.get('resultWrapper', ''))},",
            f"    .makeInput = [] {{ return AnyShape::make<{op}Input>(s{source.get('shape', op + 'Input')}); }},",
            f"    .unwrapped = {'true' if model.get('unwrappedXmlOutput') else 'false'}}};",
        ]

    def error_message_member(self) -> str:
        spelled = [
            ref.get("locationName", name)
            for shape in self.s.shapes.values() if shape.get("exception")
            for name, ref in shape.get("members", {}).items() if name.lower() == "message"
        ]
        return "Message" if spelled.count("Message") > spelled.count("message") else "message"

    def with_required_query(self, uri: str, operation: dict) -> str:
        """The URI of an unlisted operation, with the query members that it cannot do without: they are all that tells
        GetBucketAnalyticsConfiguration from ListBucketAnalyticsConfigurations, and no shape of it is emitted."""
        shape = self.s.shapes[operation["input"]["shape"]] if "input" in operation else {}
        for member in shape.get("required", []):
            ref = shape["members"][member]
            name = ref.get("locationName", member)
            present = [part.split("=")[0] for part in uri.partition("?")[2].split("&")]
            if ref.get("location") == "querystring" and name not in present:
                uri += ("&" if "?" in uri else "?") + name
        return uri

    def service(self) -> list[str]:
        s = self.s
        meta = s.metadata
        out = ["", "namespace {", "", "const Route kRoutes[] = {"]
        listed = set(s.operations)
        for name, model in sorted(self.model["operations"].items()):
            http = model.get("http", {})
            uri = http.get("requestUri", "/")
            if name in listed:
                pointer = f"&k{name}"
            else:
                pointer = "nullptr"
                uri = self.with_required_query(uri, model)
            out.append(f"    {{{text(name)}, {text(http.get('method', 'POST'))}, {text(uri)}, {pointer}}},")
        protocols = ", ".join(f"Protocol::{PROTOCOLS[p]}" for p in s.protocols)
        namespace = meta.get("xmlNamespace", "")
        if not namespace and meta["protocol"] == "rest-xml":
            namespace = f"http://{meta['endpointPrefix']}.amazonaws.com/doc/{meta['apiVersion']}/"
        out += [
            "};",
            f"const Protocol kProtocols[] = {{{protocols}}};",
            "",
            "}  // namespace",
            "",
            "const Service kService{",
            f"    .id = {text(s.id)}, .serviceId = {text(meta['serviceId'])},",
            f"    .signingName = {text(meta.get('signingName', meta['endpointPrefix']))},",
            f"    .endpointPrefix = {text(meta['endpointPrefix'])}, .targetPrefix = {text(meta.get('targetPrefix', ''))},",
            f"    .apiVersion = {text(meta['apiVersion'])}, .xmlNamespace = {text(namespace)},",
            f"    .errorMessageMember = {text(self.error_message_member())},",
            "    .protocols = kProtocols, .routes = kRoutes};",
        ]
        return out
