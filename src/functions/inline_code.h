// Inline code: the source text of a template, as the package that it stands for.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-lambda-function-code.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth::functions {

// A zip whose one file is `fileName`. The same text makes the same bytes, so that an unchanged template changes
// nothing.
std::string zipOfSource(const std::string& fileName, std::string_view source);

// The package of source text for a runtime: index.py or index.js, with the module that answers CloudFormation for a
// custom resource (cfnresponse, cfn-response) when the source loads it. nullopt for runtimes that have no source.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
std::optional<std::string> zipOfInlineCode(std::string_view runtime, std::string_view source);

}  // namespace hearth::functions
