// EngineTest: orders to an engine, each waited for. For the engine's tests.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "stacks/engine_world_test.h"

namespace hearth::stacks {

using Lines = std::vector<std::string>;

inline constexpr const char* kThree = R"yaml(
Resources:
  A: {Type: AWS::X::Thing, Properties: {Size: 1, Link: !Ref B}}
  B: {Type: AWS::X::Thing, Properties: {Size: 2, Link: !GetAtt C.Arn}}
  C: {Type: AWS::X::Thing, Properties: {Name: c, Size: 3}}
Outputs:
  Link: {Value: !GetAtt C.Arn, Description: where C is}
)yaml";

inline constexpr const char* kBefore = R"yaml(
Resources:
  A: {Type: AWS::X::Thing, Properties: {Size: 1, Link: !Ref C}}
  B: {Type: AWS::X::Thing, Properties: {Size: 2}}
  C: {Type: AWS::X::Thing, Properties: {Name: c}}
  D: {Type: AWS::X::Thing, Properties: {Size: 4, Link: !Ref B}}
Outputs: {Which: {Value: !Ref C, Export: {Name: which}}}
)yaml";
inline constexpr const char* kAfter = R"yaml(
Resources:
  A: {Type: AWS::X::Thing, Properties: {Size: 1, Link: !Ref C}}
  B: {Type: AWS::X::Thing, Properties: {Size: 20}, DependsOn: N}
  C: {Type: AWS::X::Thing, Properties: {Name: cc}, DependsOn: B}
  N: {Type: AWS::X::Thing, Properties: {Size: 9}}
Outputs: {Which: {Value: !Ref C, Export: {Name: which}}}
)yaml";

class EngineTest : public ::testing::Test {
 protected:
  EngineTest() : world_(folder_.path()) { world_.engine->start(); }

  // Creates and waits; the status it ends in.
  std::string created(const std::string& name, const std::string& text,
                      const std::function<void(CreateStackInput&)>& adjust = nullptr) {
    auto id = world_.create(name, text, adjust);
    if (!id.ok()) return id.fault().message;
    EXPECT_TRUE(world_.engine->waitUntilIdle(*id, std::chrono::seconds(60)));
    return world_.status(*id);
  }
  std::string updated(const std::string& name, const std::string& text,
                      const std::function<void(UpdateStackInput&)>& adjust = nullptr) {
    auto id = world_.update(name, text, adjust);
    if (!id.ok()) return id.fault().message;
    EXPECT_TRUE(world_.settle(name));
    return world_.status(name);
  }
  std::string removed(const std::string& name, const std::vector<std::string>& retain = {}) {
    auto view = world_.engine->getStack(world_.place, name);
    auto accepted = world_.remove(name, retain);
    if (!accepted.ok()) return accepted.fault().message;
    EXPECT_TRUE(world_.engine->waitUntilIdle(view->id, std::chrono::seconds(60)));
    return world_.status(view->id);
  }
  std::size_t eventCount(const std::string& stack) { return world_.events(stack).size(); }
  Lines eventsSince(const std::string& stack, std::size_t count) {
    Lines lines = world_.events(stack);
    return Lines(lines.begin() + static_cast<std::ptrdiff_t>(count), lines.end());
  }

  Folder folder_;
  World world_;
};

}  // namespace hearth::stacks
