// What botocore cannot be made to send or to expect; the rest is in tests/conformance/.
#include "wire/codec.h"

#include <gtest/gtest.h>

#include "base/clock.h"

namespace hearth::wire {
namespace {

using api::Location;
using api::Member;
using api::MemberAccess;
using api::Protocol;
using api::Shape;
using api::ShapeKind;

// A service of one operation, written by hand as codegen writes them.
struct Input {
  std::optional<std::string> name;
  std::optional<std::int64_t> count;
  std::optional<base::Time> since;
  std::optional<std::map<std::string, std::string>> meta;
  std::optional<std::vector<std::string>> tags;
};
using Text = std::optional<std::string>;
using Map = std::optional<std::map<std::string, std::string>>;
using List = std::optional<std::vector<std::string>>;

const Shape kString{.kind = ShapeKind::kString, .name = "String"};
const Shape kInteger{.kind = ShapeKind::kInteger, .name = "Integer"};
const Shape kTime{.kind = ShapeKind::kTimestamp, .name = "Time"};
const Shape kMap{.kind = ShapeKind::kMap, .name = "Map", .element = &kString, .map = &api::kMapAccess<std::string>};
const Shape kList{
    .kind = ShapeKind::kList, .name = "List", .element = &kString, .list = &api::kListAccess<std::string>};

template <class T>
Member member(std::string_view name, const Shape& shape, std::size_t offset, Location location) {
  return {.name = name,
          .wireName = name,
          .shape = &shape,
          .offset = offset,
          .get = MemberAccess<T>::get,
          .make = MemberAccess<T>::make,
          .location = location};
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
std::vector<Member> members(Location name, Location count, Location since, Location meta, Location tags) {
  return {member<Text>("name", kString, offsetof(Input, name), name),
          member<std::optional<std::int64_t>>("count", kInteger, offsetof(Input, count), count),
          member<std::optional<base::Time>>("since", kTime, offsetof(Input, since), since),
          member<Map>("meta-", kMap, offsetof(Input, meta), meta),
          member<List>("tags", kList, offsetof(Input, tags), tags)};
}
#pragma GCC diagnostic pop

const std::vector<Member> kRestMembers =
    members(Location::kUri, Location::kQuery, Location::kHeader, Location::kHeaders, Location::kHeader);
const std::vector<Member> kBodyMembers =
    members(Location::kBody, Location::kBody, Location::kBody, Location::kBody, Location::kBody);
const Shape kRestInput{.kind = ShapeKind::kStructure, .name = "Input", .members = kRestMembers};
const Shape kBodyInput{.kind = ShapeKind::kStructure, .name = "Input", .members = kBodyMembers};
const Protocol kProtocols[] = {Protocol::kRestXml};
const api::Service kService{.id = "demo", .errorMessageMember = "message", .protocols = kProtocols};
const api::Operation kRest{.service = &kService,
                           .name = "Op",
                           .httpMethod = "GET",
                           .requestUri = "/{name}",
                           .status = 200,
                           .input = &kRestInput,
                           .output = &kRestInput,
                           .makeInput = [] { return api::AnyShape::make<Input>(kRestInput); }};
const api::Operation kForm{
    .service = &kService, .name = "Op", .input = &kBodyInput, .output = &kBodyInput, .makeInput = [] {
      return api::AnyShape::make<Input>(kBodyInput);
    }};

struct Sent {
  std::string name = "n";
  std::string query;
  http::Headers headers;
};

Result<Input> decodeRest(const Sent& sent, Protocol protocol) {
  http::Request request;
  request.query = sent.query;
  request.headers = sent.headers;
  Match match{.service = &kService, .operation = &kRest, .protocol = protocol};
  match.labels.emplace_back("name", sent.name);
  HEARTH_TRY(api::AnyShape input, decodeInput(match, request, ""));
  return std::move(input.as<Input>());
}

Result<Input> decodeForm(std::string_view form) {
  Input input;
  HEARTH_CHECK(decodeQuery(kForm, form, &input));
  return input;
}

Result<Input> decodeDocument(std::string_view xml) {
  Input input;
  HEARTH_CHECK(decodeXml(kBodyInput, xml, &input));
  return input;
}

std::string codeOf(const Result<Input>& result) { return result.ok() ? "" : result.fault().code; }

TEST(Codec, RefusesBytesThatAreNoTextWhereverTheyStand) {
  EXPECT_EQ(codeOf(decodeRest({.name = "\xff"}, Protocol::kRestXml)), "InvalidURI");
  EXPECT_EQ(codeOf(decodeRest({.name = "\xff"}, Protocol::kRestJson)), "SerializationException");
  Sent meta;
  meta.headers.add("Meta-a", "caf\xe9");
  EXPECT_EQ(codeOf(decodeRest(meta, Protocol::kRestXml)), "InvalidArgument");
  Sent tags;
  tags.headers.add("tags", "a,\xc3");
  EXPECT_EQ(codeOf(decodeRest(tags, Protocol::kRestJson)), "SerializationException");

  EXPECT_EQ(codeOf(decodeForm("name=a%FF")), "MalformedInput");
  EXPECT_EQ(codeOf(decodeForm("meta-.entry.1.key=%C3&meta-.entry.1.value=v")), "MalformedInput");
  EXPECT_EQ(codeOf(decodeForm("tags.member.1=%ED%A0%80")), "MalformedInput");

  EXPECT_EQ(codeOf(decodeDocument("<x><name>a\xff</name></x>")), "MalformedXML");
  EXPECT_EQ(codeOf(decodeDocument("<x><meta-><entry><key>\xc3</key><value>v</value></entry></meta-></x>")),
            "MalformedXML");
}

TEST(Codec, NamesTheArgumentThatS3DoesNotUnderstand) {
  const auto count = decodeRest({.query = "count=ten"}, Protocol::kRestXml);
  ASSERT_FALSE(count.ok());
  EXPECT_EQ(count.fault().code, "InvalidArgument");
  EXPECT_EQ(count.fault().message, "Provided count not an integer or within integer range");
  const std::vector<std::pair<std::string, std::string>> details = {{"ArgumentName", "count"},
                                                                    {"ArgumentValue", "ten"}};
  EXPECT_EQ(count.fault().details, details);
  EXPECT_EQ(codeOf(decodeRest({.query = "count=ten"}, Protocol::kRestJson)), "SerializationException");
}

TEST(Codec, ReadsListsInOneOrSeveralHeaders) {
  Sent sent;
  sent.headers.add("tags", "a, b");
  sent.headers.add("Tags", "c");
  EXPECT_EQ(decodeRest(sent, Protocol::kRestXml)->tags, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Codec, LeavesEmptyListsOutOfHeaders) {
  Input output;
  output.tags.emplace();
  http::Response response;
  encodeRestHeaders(kRestInput, &output, response);
  EXPECT_FALSE(response.headers.contains("tags"));
}

TEST(Codec, RefusesTimesThatNobodyCanWriteDown) {
  EXPECT_TRUE(decodeForm("since=253402300799").ok());
  for (const std::string since : {"253402300800", "-62135596801", "nan", "inf", "1e300", "yesterday", ""})
    EXPECT_EQ(codeOf(decodeForm("since=" + since)), "MalformedInput") << since;
}

TEST(Codec, ReadsListsOfFormsUpToTheirLimit) {
  std::string form;
  for (int i = 1; i <= 10'000; ++i) form += "tags.member." + std::to_string(i) + "=x&";
  EXPECT_EQ(decodeForm(form)->tags->size(), 10'000U);
  EXPECT_EQ(codeOf(decodeForm(form + "tags.member.10001=x")), "ValidationError");
  EXPECT_EQ(codeOf(decodeForm(std::string(100'000, '&'))), "MalformedQueryString");
  EXPECT_EQ(decodeForm("tags=")->tags, std::vector<std::string>{});
  EXPECT_FALSE(decodeForm("other=1")->tags);
}

TEST(Codec, ReadsXmlWhateverItsPrefixes) {
  const auto read = decodeDocument(
      "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e 'boo'>]>"
      "<s:x xmlns:s='u'><s:name> a&amp;<![CDATA[<b>]]>&#x142; </s:name></s:x>");
  EXPECT_EQ(read->name, " a&<b>\xc5\x82 ");
  EXPECT_EQ(codeOf(decodeDocument("<x><name>a</x>")), "MalformedXML");
  EXPECT_EQ(codeOf(decodeDocument("")), "MalformedXML");
  EXPECT_EQ(codeOf(decodeDocument("<x><count>1.5</count></x>")), "MalformedXML");
  EXPECT_EQ(decodeDocument("<x><name>&e;</name></x>")->name, "&e;");  // entities are never expanded
}

TEST(EncodeFault, SaysWhatEveryProtocolCanCarry) {
  const Fault fault("Bad", std::string("a\xff\x01") + std::string(1'000'000, 'x'));
  for (const Protocol protocol : {Protocol::kQuery, Protocol::kRestXml, Protocol::kRestJson, Protocol::kJson10}) {
    const auto response = encodeFault(&kService, protocol, fault, "id", "/\xc3", false);
    EXPECT_NE(response.body.find("a\xef\xbf\xbd\xef\xbf\xbdx"), std::string::npos);
    EXPECT_LT(response.body.size(), 4096U);
    EXPECT_EQ(response.body.find('\xff'), std::string::npos);
    EXPECT_EQ(response.body.find('\x01'), std::string::npos);
  }
}

TEST(EncodeFault, HasNoBodyForHead) {
  EXPECT_EQ(encodeFault(&kService, Protocol::kRestXml, Fault("NoSuchKey", "No.", 404), "id", "/", true).body, "");
}

}  // namespace
}  // namespace hearth::wire
