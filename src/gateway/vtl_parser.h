// Parser of the Velocity Template Language as API Gateway's mapping templates use it.
//
// Follows the grammar of Velocity 1.7 (https://velocity.apache.org/engine/1.7/vtl-reference.html), including its
// white space rules:
//  - #set(...) and the closing parenthesis of #if, #elseif, #foreach and #define, and #else and #end, swallow the
//    blanks behind them and one line end, when there is nothing else on the line;
//  - #set also swallows the blanks before it, when they follow another directive or a reference;
//  - ## swallows the rest of the line with its end.
// Where a method argument or an index may only be a simple operand in 1.7, any expression is taken.
#pragma once

#include <string_view>

#include "base/result.h"
#include "gateway/vtl_ast.h"

namespace hearth::gateway::vtl {

// A template may have 300 KB on AWS; the same here.
inline constexpr std::size_t kMaxTemplateBytes = 300 * 1024;

// Faults: BadRequestException with line and column. #macro, #parse, #include, #evaluate and #literal are refused by
// name.
Result<Tree> parse(std::string_view source);

}  // namespace hearth::gateway::vtl
