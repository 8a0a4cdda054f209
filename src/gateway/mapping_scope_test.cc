#include "gateway/mapping_scope.h"

#include <gtest/gtest.h>

#include "gateway/gateway_fixture.h"

namespace hearth::gateway {
namespace {

MappingTemplate makeTemplate(std::string_view source) {
  MappingTemplate mapping;
  auto parsed = vtl::Template::parse(source);
  if (parsed.ok())
    mapping.parsed = std::move(*parsed);
  else
    mapping.error = parsed.fault().message;
  return mapping;
}

StageDefinition makeDefinition() {
  StageDefinition stage = testing::makeStageDefinition();
  stage.variables = {{"table", "grades"}};
  stage.resources.push_back({"res7", "/v1/{id}", {testing::makeMock("POST")}});
  return stage;
}

// The template rendered for POST /api/v1/77?a=1&a=2&b=x+y with the body.
std::string render(std::string_view source, std::string body = "{}",
                   InputObject::Side side = InputObject::Side::kRequest) {
  const auto request = testing::makeRequest("POST", "/api/v1/77?a=1&a=2&b=x+y",
                                            {{"Host", "abc123.execute-api.eu-central-1.localhost:4566"},
                                             {"User-Agent", "curl/8"},
                                             {"X-One", "h1"},
                                             {"Content-Length", "5"}});
  Exchange exchange = testing::makeTestExchange(makeDefinition(), request);
  exchange.body = std::move(body);
  MappingScope scope(exchange);
  const MappingTemplate mapping = makeTemplate(source);
  auto result = scope.render(mapping, exchange.body, side);
  return result.ok() ? *result : std::to_string(result.fault().status) + " " + result.fault().message;
}

TEST(Input, GivesTheBody) {
  EXPECT_EQ(render("$input.body", "some raw data"), "some raw data");
  EXPECT_EQ(render("$input.body", ""), "{}") << "an empty body is an empty object";
  EXPECT_EQ(render("[$input.body.testAccess]", "{}"), "[]");
  EXPECT_EQ(render("B=$util.urlEncode($input.body)&A=$util.urlEncode($input.body.x)", R"({"some": "value"})"),
            "B=%7B%22some%22%3A+%22value%22%7D&A=");
}

TEST(Input, GivesJson) {
  EXPECT_EQ(render("$input.json('$')", R"( {"a": [1, 2.5], "b": null} )"), R"({"a":[1,2.5],"b":null})");
  EXPECT_EQ(render("$input.json('$.a')", R"({"a":"q\"x"})"), R"("q\"x")");
  EXPECT_EQ(render("$input.json('$.missing')", "{}"), "\"\"");
  EXPECT_EQ(render("$input.json('$')", ""), "{}");
  EXPECT_EQ(render("$input.json('$.a[*].b')", R"({"a":[{"b":1},{"b":2}]})"), "[1,2]");
}

TEST(Input, GivesValuesAtPaths) {
  const std::string body = R"({"s":"text","n":7,"list":[{"id":"a"},{"id":"b"}],"m":{"k":"v"}})";
  EXPECT_EQ(render("$input.path('$.s') $input.path('$.n') $input.path('$.m.k')", body), "text 7 v");
  EXPECT_EQ(render("#foreach($i in $input.path('$.list'))$i.id#if($foreach.hasNext),#end#end", body), "a,b");
  EXPECT_EQ(render("$input.path('$.list').size()$input.path('$.list.length()')", body), "22");
  EXPECT_EQ(render("#set($root = $input.path('$'))$root.m $root.list", body), R"({k=v} [{"id":"a"},{"id":"b"}])");
  EXPECT_EQ(render("$input.path('$.list[?(@.id == \"b\")]')", body), R"([{"id":"b"}])");
}

// What the service itself printed for these, seen from outside.
TEST(Input, PrintsWhatTheServicePrints) {
  const std::string probe =
      R"x({"body": $r, "nested": $r.nested, "isNull": #if( $r == $null )"true"#else"false"#end, )x"
      R"x("isEmptyString": #if( $r == "" )"true"#else"false"#end})x";
  EXPECT_EQ(render("#set($r = $input.path('$.nonExisting'))" + probe, ""),
            R"({"body": , "nested": , "isNull": "true", "isEmptyString": "true"})");
  EXPECT_EQ(render("#set($r = $input.path('$.listValue'))" + probe, R"({"listValue": []})"),
            R"({"body": [], "nested": , "isNull": "false", "isEmptyString": "false"})");
  EXPECT_EQ(render("#set($r = $input.path('$.listValue'))" + probe, R"({"listValue": null})"),
            R"({"body": , "nested": , "isNull": "true", "isEmptyString": "true"})");
  EXPECT_EQ(render("#set($r = $input.path('$.json'))$r.toString()", R"({"json":{"list":[{"foo":"bar"}]}})"),
            R"({list=[{"foo":"bar"}]})");
  EXPECT_EQ(render("#set($r = $input.path('$.json'))$r[0]", R"({"json":[[{"foo":"bar"}]]})"), R"([{"foo":"bar"}])");
}

TEST(Input, TakesWhatIsNoJsonAsText) {
  EXPECT_EQ(render("$input.json('$')", "token=abc&x=1"), R"("token=abc&x=1")");
  EXPECT_EQ(render("$input.path('$')", "token=abc&x=1"), "token=abc&x=1");
  EXPECT_EQ(render("$input.json('$.message')", "not json"), "\"\"");
}

TEST(Input, RefusesWhatIsBrokenJson) {
  EXPECT_EQ(render("$input.json('$')", "{\"a\": }").substr(0, 43), "400 Could not parse request body into json:");
  EXPECT_EQ(render("$input.json('$')", "{\"a\": }", InputObject::Side::kResponse).substr(0, 28),
            "500 the payload is not JSON:");
  EXPECT_EQ(render("fine", "{\"a\": }"), "fine") << "nobody looked";
  EXPECT_EQ(render("$input.path('$[')", "{}").substr(0, 3), "500");
}

TEST(Input, GivesParameters) {
  EXPECT_EQ(render("$input.params('id') $input.params('a') $input.params('b') $input.params('X-One')"),
            "77 2 x y h1");
  EXPECT_EQ(render("$input.params('x-one') [$input.params('none')]"), "h1 []");
  EXPECT_EQ(render("$input.params().querystring.b $input.params().path.id $input.params().header.get('X-One')"),
            "x y 77 h1");
  EXPECT_EQ(render("#foreach($k in $input.params().keySet())$k #end"), "path querystring header ");
  EXPECT_EQ(render("[$input.params('Content-Length')]"), "[]") << "the connection's own headers are kept out";
}

TEST(Context, TellsAboutTheRequest) {
  EXPECT_EQ(render("$context.accountId $context.apiId $context.stage $context.deploymentId"),
            "111122223333 abc123 api dep1");
  EXPECT_EQ(render("$context.httpMethod $context.path $context.resourcePath $context.resourceId $context.protocol"),
            "POST /api/v1/77 /v1/{id} res7 HTTP/1.1");
  EXPECT_EQ(render("$context.requestTime $context.requestTimeEpoch"), "07/Apr/2026:12:34:56 +0000 1775565296789");
  EXPECT_EQ(render("$context.identity.sourceIp $context.identity.userAgent [$context.identity.apiKey]"),
            "192.0.2.7 curl/8 []");
  EXPECT_EQ(render("$context.domainName $context.domainPrefix"),
            "abc123.execute-api.eu-central-1.localhost abc123");
  EXPECT_EQ(render("$context.requestId"), "01020304-0506-4708-890a-0b0c0d0e0f10");
  EXPECT_EQ(render("[$context.authorizer.principalId]"), "[]");
  EXPECT_EQ(render("$stageVariables.table ${stageVariables.table}"), "grades grades");
}

TEST(Context, IsSharedByBothTemplates) {
  Exchange exchange = testing::makeTestExchange(makeDefinition(), testing::makeRequest("POST", "/api/v1/77"));
  MappingScope scope(exchange);
  const MappingTemplate first = makeTemplate(
      "#set($context.responseOverride.status = 444)#set($context.responseOverride.header.foo = 'bar')"
      "#set($context.responseOverride.custom = 'passed')#set($name = 'q')"
      "#set($context.requestOverride.querystring[$name] = 'v')"
      "$context.requestOverride.path.put('p', 'w')");
  const MappingTemplate second = makeTemplate(
      "$context.responseOverride.status $context.responseOverride.header.foo $context.responseOverride.custom "
      "$context.requestOverride.querystring['q'] $context.requestOverride.path.p");
  ASSERT_TRUE(scope.render(first, "{}", InputObject::Side::kRequest).ok());
  EXPECT_EQ(scope.render(second, "", InputObject::Side::kResponse).value(), "444 bar passed v w");
  EXPECT_EQ(scope.statusOverride(), 444);
  const std::vector<std::pair<std::string, std::string>> expected = {{"foo", "bar"}};
  EXPECT_EQ(scope.headerOverrides(), expected);
}

TEST(Context, OverridesMustBePlausible) {
  for (const char* status : {"99", "600", "'abc'", "[]", "-1", "12345678901", "'20'"}) {
    Exchange exchange = testing::makeTestExchange(makeDefinition(), testing::makeRequest("POST", "/api/v1/77"));
    MappingScope scope(exchange);
    const auto mapping = makeTemplate("#set($context.responseOverride.status = " + std::string(status) + ")");
    ASSERT_TRUE(scope.render(mapping, "", InputObject::Side::kResponse).ok());
    EXPECT_EQ(scope.statusOverride(), std::nullopt) << status;
  }
  Exchange exchange = testing::makeTestExchange(makeDefinition(), testing::makeRequest("POST", "/api/v1/77"));
  MappingScope scope(exchange);
  const auto mapping = makeTemplate(
      "#set($context.responseOverride.header.X = ['a', 2])#set($context.responseOverride.status = '418')");
  ASSERT_TRUE(scope.render(mapping, "", InputObject::Side::kResponse).ok());
  const std::vector<std::pair<std::string, std::string>> expected = {{"X", "a"}, {"X", "2"}};
  EXPECT_EQ(scope.headerOverrides(), expected);
  EXPECT_EQ(scope.statusOverride(), 418);
}

TEST(Util, Converts) {
  EXPECT_EQ(render("$util.urlEncode('x=a+b c')|$util.urlDecode('x%3Da%2Bb+c')"), "x%3Da%2Bb+c|x=a+b c");
  EXPECT_EQ(render("$util.base64Encode('hi')|$util.base64Decode('aGk=')"), "aGk=|hi");
  EXPECT_EQ(render("#set($o = $util.parseJson('{\"a\":[1,{\"b\":2}]}'))$o.a[1].b"), "2");
  EXPECT_EQ(render("$util.parseJson('{')").substr(0, 3), "500");
  EXPECT_EQ(render("$util.base64Decode('***')").substr(0, 3), "500");
  EXPECT_EQ(render("[$util.nothing('x')][$util.urlEncode($none)][$util.prop]"), "[][][]");
}

TEST(Util, EscapesJavaScript) {
  EXPECT_EQ(escapeJavaScript("it's \"q\" \\ a/b"), "it\\'s \\\"q\\\" \\\\ a\\/b");
  EXPECT_EQ(escapeJavaScript("\n\r\t\b\f\x01"), "\\n\\r\\t\\b\\f\\u0001");
  EXPECT_EQ(escapeJavaScript("\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"), "\\u00E9 \\u20AC \\uD83D\\uDE00");
  EXPECT_EQ(escapeJavaScript("a\xFFz\xC3"), "a\\uFFFDz\\uFFFD");
  EXPECT_EQ(render("$util.escapeJavaScript($input.json('$.m'))", R"({"m":"foobar"})"), "\\\"foobar\\\"");
  EXPECT_EQ(render("$util.escapeJavaScript(\"it's\").replaceAll(\"\\\\'\", \"'\")"), "it's");
}

// The request templates of the homework stack.
TEST(Mapping, RebuildsAnObject) {
  const std::string source = R"(#set($inputRoot = $input.path('$'))
{
  "subjectName": "$inputRoot.subjectName",
  "testResult": [
#foreach($elem in $inputRoot.testResult)
    {"questionId": "$elem.questionId", "answer": "$elem.answer"}#if($foreach.hasNext),#end

#end
  ]
}
)";
  EXPECT_EQ(
      render(source, R"({"subjectName":"os","testResult":[{"questionId":"1","answer":"a"},
                               {"questionId":"2","answer":"b"}]})"),
      "{\n  \"subjectName\": \"os\",\n  \"testResult\": [\n"
      "    {\"questionId\": \"1\", \"answer\": \"a\"},\n    {\"questionId\": \"2\", \"answer\": \"b\"}\n  ]\n}\n");
  EXPECT_EQ(render("{ \"studentId\": \"method.request.body.studentId\" }"),
            "{ \"studentId\": \"method.request.body.studentId\" }");
}

TEST(Mapping, ReportsATemplateThatDoesNotParse) {
  EXPECT_EQ(render("#if(true)"), "500 Invalid mapping template at line 1, column 1: #if without #end");
}

}  // namespace
}  // namespace hearth::gateway
