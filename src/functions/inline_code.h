// Inline code: the source text of a template, as the package that it stands for.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-lambda-function-code.html
#pragma once

#include <string>
#include <string_view>

namespace hearth::functions {

// A zip whose one file is `fileName`. The same text makes the same bytes, so that an unchanged template changes
// nothing.
std::string zipOfSource(const std::string& fileName, std::string_view source);

}  // namespace hearth::functions
