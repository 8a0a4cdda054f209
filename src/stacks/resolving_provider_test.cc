#include "stacks/resolving_provider.h"

#include "stacks/engine_fixture.h"
#include "stacks/template_values_test.h"

namespace hearth::stacks {
namespace {

// AWS::X::Keeper: remembers what it was given last; refuses a Text that begins with "bad".
class Keeper final : public ports::ResourceProvider {
 public:
  const ports::ResourceSpec& spec() const override {
    using ports::PropertyKind;
    static const ports::ResourceSpec kSpec{
        .type = "AWS::X::Keeper",
        .properties = {{.name = "Text"},
                       {.name = "Number", .kind = PropertyKind::kInteger},
                       {.name = "More", .kind = PropertyKind::kMap, .members = {{.name = "Value"}}},
                       {.name = "Note"}},
        .attributes = {"Note"}};
    return kSpec;
  }
  Result<ports::ResourceState> create(const ports::ResourceRequest& request) override { return keep(request); }
  Result<ports::ResourceState> update(const ports::ResourceRequest& request) override { return keep(request); }
  Result<void> remove(const ports::ResourceRequest& request) override {
    given = request.properties;
    return {};
  }
  Result<ports::ResourceState> read(const ports::ResourceRequest&) override { return ports::ResourceState{}; }

  JsonObject given;
  std::string refusal;  // what is said instead
  int refusals = 0;

 private:
  Result<ports::ResourceState> keep(const ports::ResourceRequest& request) {
    given = request.properties;
    const std::string text = base::findString(request.properties, "Text").value_or("");
    if (text.starts_with("bad") && !refusal.empty()) {
      ++refusals;
      return Fault("KeeperRefused", refusal);
    }
    if (text.starts_with("bad")) return Fault("KeeperRefused", "the text " + text + " is bad: " + text);
    return ports::ResourceState{"keeper", {{"Note", base::findString(request.properties, "Note").value_or("")}}};
  }
};

std::string keeper(const std::string& properties, const std::string& more = "") {
  return "Resources: {K: {Type: AWS::X::Keeper, Properties: " + properties + "}}\n" + more;
}

class ResolvingProviderTest : public EngineTest {
 protected:
  ResolvingProviderTest() {
    world_.engine->stop();
    auto made = std::make_unique<Keeper>();
    keeper_ = made.get();
    provider_ = std::make_unique<ResolvingProvider>(std::move(made), values_);
    world_.engine->registerProvider(*provider_);
    world_.engine->setTemplateValues(values_);
    world_.engine->start();
  }
  ~ResolvingProviderTest() override { world_.engine->stop(); }

  // Everything that is shown of a stack: events with their properties, outputs, template.
  std::string shown(const std::string& stack) {
    std::string text;
    const auto events = world_.engine->getEvents(world_.place, stack, 0, 100);
    for (const StackEvent& event : *events) text += event.reason + event.properties + "\n";
    const auto view = world_.engine->getStack(world_.place, stack);
    for (const Output& output : view->outputs) text += output.key + "=" + output.value.value_or("?") + "\n";
    return text + *world_.engine->getTemplateText(world_.place, stack);
  }
  std::string output(const std::string& stack) {
    return world_.engine->getStack(world_.place, stack)->outputs.at(0).value.value_or("?");
  }

  MadeUpValues values_;
  Keeper* keeper_ = nullptr;
  std::unique_ptr<ResolvingProvider> provider_;
};

TEST_F(ResolvingProviderTest, TheProviderAloneSeesTheSecret) {
  values_.setSecret("db//", R"({"password": "hush-hush", "port": 5432})");
  const std::string text = keeper(R"({Text: "<{{resolve:secretsmanager:db:SecretString:password}}>",
      Number: "{{resolve:secretsmanager:db:SecretString:port}}",
      More: {k: !Join ["", ["{{resolve:secretsmanager:", "db", ":SecretString:password}}"]]}})");
  ASSERT_EQ(created("demo", text, [](CreateStackInput& input) { input.roleArn = "arn:role"; }), "CREATE_COMPLETE");
  EXPECT_EQ(keeper_->given,
            (JsonObject{{"Text", "<hush-hush>"}, {"Number", 5432}, {"More", JsonObject{{"k", "hush-hush"}}}}));
  EXPECT_EQ(shown("demo").find("hush"), std::string::npos);
  EXPECT_NE(shown("demo").find("{{resolve:secretsmanager:db:SecretString:password}}"), std::string::npos);
  for (const std::string& asked : values_.takeAsked()) EXPECT_EQ(asked, "arn:role db//");
}

TEST_F(ResolvingProviderTest, AnUpdateReadsTheSecretAgain) {
  values_.setSecret("db//", "one");
  const std::string text = keeper("{Text: '{{resolve:secretsmanager:db}}', Note: a}");
  ASSERT_EQ(created("demo", text), "CREATE_COMPLETE");
  values_.setSecret("db//", "two");
  EXPECT_EQ(updated("demo", text), "No updates are to be performed.");
  ASSERT_EQ(updated("demo", keeper("{Text: '{{resolve:secretsmanager:db}}', Note: b}")), "UPDATE_COMPLETE");
  EXPECT_EQ(base::findString(keeper_->given, "Text"), "two");
}

TEST_F(ResolvingProviderTest, ARefusalIsToldWithoutTheSecret) {
  values_.setSecret("db//", "bad-secret");
  ASSERT_EQ(created("demo", keeper("{Text: '{{resolve:secretsmanager:db}}'}")), "ROLLBACK_COMPLETE");
  const std::string text = shown("demo");
  EXPECT_NE(text.find("The resource was refused. The reason is not shown"), std::string::npos) << text;
  EXPECT_NE(text.find("Error Code: KeeperRefused"), std::string::npos) << text;
  EXPECT_EQ(text.find("bad-secret"), std::string::npos);
}

TEST_F(ResolvingProviderTest, ARefusalThatCutsOrConvertsTheSecretIsNotTold) {
  values_.setSecret("db//", "bad-SECRET-of-many-words");
  values_.setSecret("pin//", "bad");
  for (const char* told : {"begins with 'bad-SE...'", "no bucket words", "bad-secret-of", "xxSECRxx"}) {
    keeper_->refusal = told;
    const std::string name = "cut" + std::to_string(keeper_->refusals);
    ASSERT_EQ(created(name, keeper("{Text: '{{resolve:secretsmanager:db}}'}")), "ROLLBACK_COMPLETE");
    EXPECT_EQ(shown(name).find(told), std::string::npos) << told;
    EXPECT_NE(shown(name).find("Error Code: KeeperRefused"), std::string::npos) << told;
  }
  keeper_->refusal = "it is BAD";
  ASSERT_EQ(created("short", keeper("{Text: '{{resolve:secretsmanager:pin}}'}")), "ROLLBACK_COMPLETE");
  EXPECT_EQ(shown("short").find("it is BAD"), std::string::npos);
  keeper_->refusal = "one is there";
  ASSERT_EQ(created("told", keeper("{Text: '{{resolve:secretsmanager:db}}'}")), "ROLLBACK_COMPLETE");
  EXPECT_NE(shown("told").find("one is there (Status Code"), std::string::npos) << shown("told");
}

// Others' values are resolved in nobody's rights.
TEST_F(ResolvingProviderTest, ReferencesOfOthersAreRefused) {
  values_.setSecret("db//", "hush");
  const std::string planted = "Outputs: {O: {Value: '{{resolve:secretsmanager:db}}', Export: {Name: planted}}}\n";
  ASSERT_EQ(created("planter", keeper("{}", planted)), "CREATE_COMPLETE");
  values_.takeAsked();
  EXPECT_EQ(
      created("importer", keeper("{Text: !ImportValue planted}")),
      "Template error: the value of Fn::ImportValue planted has a dynamic reference in it. Only a template and "
      "its parameters can have them.");

  world_.templates["child"] = keeper("{}", planted.substr(0, planted.find(", Export")) + "}}\n");
  const std::string parent =
      "Resources:\n  C: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child}}\n"
      "  K: {Type: AWS::X::Keeper, Properties: {Text: !GetAtt C.Outputs.O}}\n";
  ASSERT_EQ(created("parent", parent), "ROLLBACK_COMPLETE");
  EXPECT_NE(shown("parent").find("the value of the resource C.Outputs.O has a dynamic reference in it"),
            std::string::npos)
      << shown("parent");

  // Whoever answers for a resource chooses what Ref gives.
  const std::string named =
      "Resources:\n  S: {Type: AWS::X::Slow, Properties: {Id: '{{resolve:secretsmanager:db}}'}}\n"
      "  K: {Type: AWS::X::Keeper, Properties: {Text: !Ref S}}\n";
  ASSERT_EQ(created("named", named), "ROLLBACK_COMPLETE");
  EXPECT_NE(shown("named").find("the value of the resource S has a dynamic reference in it"), std::string::npos)
      << shown("named");
  EXPECT_TRUE(values_.takeAsked().empty());
  EXPECT_FALSE(keeper_->given.contains("Text"));

  values_.setParameter("/planted", "{{resolve:secretsmanager:db}}");
  const std::string refused =
      "Template error: the value of the parameter ssm:/planted has a dynamic reference in it. Only a template and "
      "its parameters can have them.";
  EXPECT_EQ(created("plain", keeper("{Text: '{{resolve:ssm:/planted}}'}")), refused);
  EXPECT_EQ(created("typed", "Parameters: {P: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /planted}}\n" +
                                 keeper("{Text: !Ref P}")),
            refused);
}

TEST_F(ResolvingProviderTest, AnAttributeThatRepeatsASecretHasItsReference) {
  values_.setSecret("db//", "hush");
  const std::string text =
      "Resources:\n  K: {Type: AWS::X::Keeper, Properties: {Note: '<{{resolve:secretsmanager:db}}>'}}\n"
      "  L: {Type: AWS::X::Keeper, Properties: {Text: !GetAtt K.Note}}\nOutputs: {O: {Value: !GetAtt K.Note}}\n";
  ASSERT_EQ(created("demo", text), "CREATE_COMPLETE");
  EXPECT_EQ(base::findString(keeper_->given, "Text"), "<hush>");
  EXPECT_EQ(output("demo"), "<{{resolve:secretsmanager:db}}>");
}

TEST_F(ResolvingProviderTest, AMissingSecretFailsTheResource) {
  ASSERT_EQ(created("demo", keeper("{Text: '{{resolve:secretsmanager:none}}'}")), "ROLLBACK_COMPLETE");
  EXPECT_NE(shown("demo").find("Secrets Manager can't find the specified secret."), std::string::npos);
  values_.setSecret("db//", "five");
  ASSERT_EQ(created("other", keeper("{Number: '{{resolve:secretsmanager:db}}'}")), "ROLLBACK_COMPLETE");
  EXPECT_EQ(shown("other").find("five"), std::string::npos);
}

// A parameter brings references as often as the template names it.
TEST_F(ResolvingProviderTest, OfManyReferencesNoMemoryIsFilled) {
  values_.setSecret("db//", std::string(1000, 's'));
  const auto with = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "${P}";
    return "Parameters: {P: {Type: String, Default: '{{resolve:secretsmanager:db}}'}}\n" +
           keeper("{Text: !Sub '" + text + "'}");
  };
  EXPECT_EQ(created("most", with(60)), "CREATE_COMPLETE");
  EXPECT_EQ(base::findString(keeper_->given, "Text").value_or("").size(), 60'000U);
  EXPECT_EQ(created("more", with(61)), "ROLLBACK_COMPLETE");
  EXPECT_NE(shown("more").find("at most 60 dynamic references"), std::string::npos);
}

TEST_F(ResolvingProviderTest, WhatIsRemovedMayNameSecretsThatAreGone) {
  values_.setSecret("db//", "one");
  ASSERT_EQ(created("demo", keeper("{Text: '{{resolve:secretsmanager:db}}'}")), "CREATE_COMPLETE");
  values_.removeSecret("db//");
  EXPECT_EQ(removed("demo"), "DELETE_COMPLETE");
}

TEST_F(ResolvingProviderTest, PlainOnesAreShownAndFollowTheirParameter) {
  values_.setParameter("/size", "7");
  values_.setParameter("/list", "a,b", "StringList");
  const std::string text = keeper(
      "{Number: '{{resolve:ssm:/size}}', Note: !Select [1, !Split [',', '{{resolve:ssm:/list}}']],"
      " Text: !Sub '${AWS::Region} {{resolve:ssm:/size}}'}",
      "Outputs: {O: {Value: 'size {{resolve:ssm:/size}} {{resolve:secretsmanager:db}}'}}\n");
  ASSERT_EQ(created("demo", text), "CREATE_COMPLETE");
  EXPECT_EQ(keeper_->given, (JsonObject{{"Number", 7}, {"Note", "b"}, {"Text", "us-east-1 7"}}));
  EXPECT_EQ(output("demo"), "size 7 {{resolve:secretsmanager:db}}");
  EXPECT_EQ(updated("demo", ""), "No updates are to be performed.");
  values_.setParameter("/size", "8");
  ASSERT_EQ(updated("demo", ""), "UPDATE_COMPLETE");
  EXPECT_EQ(base::findMember(Json(keeper_->given), "Number")->get_int64(), 8);
  EXPECT_EQ(output("demo"), "size 8 {{resolve:secretsmanager:db}}");
}

TEST_F(ResolvingProviderTest, OrdersAreRefusedForWhatIsNotThere) {
  EXPECT_EQ(created("demo", keeper("{Text: '{{resolve:ssm:/none}}'}")), "Parameters: [ssm:/none] cannot be found.");
  EXPECT_EQ(created("demo", keeper("{Text: '{{resolve:ssm-secure:/p:1}}'}")),
            "SSM Secure reference is not supported in: [AWS::X::Keeper/Properties/Text]");
  EXPECT_EQ(created("demo", keeper("{Text: '{{resolve:ssm-secure:/p:}}'}")),
            "Incorrect format is used in the following SSM reference: [{{resolve:ssm-secure:/p:}}]");
  EXPECT_EQ(created("demo", keeper("{}", "Outputs: {O: {Value: '{{resolve:ssm-secure:/p}}'}}\n")),
            "SSM Secure reference is not supported in: [Outputs/O/Value]");
}

TEST_F(ResolvingProviderTest, AParameterIsANameInTheStore) {
  values_.setParameter("/image", "ami-1");
  values_.setParameter("/other", "ami-2");
  const std::string text = "Parameters: {Image: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /image}}\n" +
                           keeper("{Text: !Ref Image}");
  ASSERT_EQ(created("demo", text), "CREATE_COMPLETE");
  EXPECT_EQ(base::findString(keeper_->given, "Text"), "ami-1");
  auto view = world_.engine->getStack(world_.place, "demo");
  EXPECT_EQ(view->parameters.at("Image"), "/image");
  EXPECT_EQ(view->stored.at("Image"), "ami-1");
  const auto same = [](UpdateStackInput& input) { input.parameters = {{"Image", std::nullopt, true}}; };
  EXPECT_EQ(updated("demo", text, same), "No updates are to be performed.");
  values_.setParameter("/image", "ami-3");
  ASSERT_EQ(updated("demo", text, same), "UPDATE_COMPLETE");
  EXPECT_EQ(base::findString(keeper_->given, "Text"), "ami-3");
  EXPECT_EQ(updated("demo", text,
                    [](UpdateStackInput& input) {
                      input.parameters = {{"Image", "/none", false}};
                    }),
            "Unable to fetch parameters [/none] from parameter store for this account.");
  EXPECT_EQ(world_.engine->getStack(world_.place, "demo")->stored.at("Image"), "ami-3");
}

TEST_F(ResolvingProviderTest, TheWayBackReadsTheFormerReference) {
  values_.setSecret("db//", "one");
  values_.setSecret("next//", "two");
  const std::string before = keeper("{Text: '{{resolve:secretsmanager:db}}'}");
  ASSERT_EQ(created("demo", before), "CREATE_COMPLETE");
  const std::string after =
      "Resources:\n  K: {Type: AWS::X::Keeper, Properties: {Text: '{{resolve:secretsmanager:next}}'}}\n"
      "  L: {Type: AWS::X::Keeper, DependsOn: K, Properties: {Text: bad}}\n";
  ASSERT_EQ(updated("demo", after), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(base::findString(keeper_->given, "Text"), "one");
}

}  // namespace
}  // namespace hearth::stacks
