// For the tests of the SAM transform: templates in, what comes out by JSON pointers.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/json.h"
#include "stacks/sam/transform.h"
#include "stacks/template_text.h"

namespace hearth::stacks::sam {

inline Result<Transformed> run(const std::string& text, const ParameterValues& given = {}) {
  auto tree = readTemplateText(text);
  EXPECT_TRUE(tree.ok()) << tree.fault().message;
  if (!tree.ok()) return tree.fault();
  return transform(tree->get_object(), given, "eu-central-1");
}

// What comes out; an empty object when it fails, which is the test's failure.
inline Json expand(const std::string& text, const ParameterValues& given = {}) {
  auto made = run(text, given);
  EXPECT_TRUE(made.ok()) << made.fault().message;
  return made.ok() ? Json(made->document) : Json(JsonObject());
}

// The problem's text behind the sentence that all of them begin with.
inline std::string problem(const std::string& text, const ParameterValues& given = {}) {
  const std::string begin =
      "Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application Specification document. "
      "Number of errors found: 1. ";
  auto made = run(text, given);
  EXPECT_FALSE(made.ok());
  if (made.ok()) return "";
  EXPECT_EQ(made.fault().code, "ValidationError");
  EXPECT_EQ(made.fault().message.substr(0, begin.size()), begin);
  return made.fault().message.substr(std::min(begin.size(), made.fault().message.size()));
}

// What a pointer finds, as text; "-" for nothing.
inline std::string at(const Json& tree, const std::string& pointer) {
  boost::system::error_code error;
  const Json* found = tree.find_pointer(pointer, error);
  return found ? base::writeJson(*found) : "-";
}

// Logical ids of what came out, "A B C".
inline std::string ids(const Json& tree) {
  std::string names;
  for (const auto& [id, resource] : tree.at("Resources").get_object()) {
    names += (names.empty() ? "" : " ") + std::string(id);
  }
  return names;
}

// A template with one function "F", whose further properties are indented by six.
inline std::string withFunction(const std::string& properties = "", const std::string& rest = "",
                                const std::string& attributes = "") {
  return "Transform: AWS::Serverless-2016-10-31\n" + rest +
         "Resources:\n"
         "  F:\n"
         "    Type: AWS::Serverless::Function\n" +
         attributes +
         "    Properties:\n"
         "      Handler: index.handler\n"
         "      Runtime: python3.11\n"
         "      CodeUri: s3://code/f.zip\n" +
         properties;
}

}  // namespace hearth::stacks::sam
