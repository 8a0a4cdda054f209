// The files of the pipeline that lie in the checkout, not in the build: templates, the sample course.
#pragma once

#include <filesystem>
#include <optional>

namespace hearth::homework::client {

// The folder of deploy/ and sample/: what $HOMEWORK_FILES says, that of the checkout in whose build folder
// `programs` is, or the one of the checkout in which this process runs. nullopt when there is none.
std::optional<std::filesystem::path> findPipelineFiles(const std::filesystem::path& programs);

}  // namespace hearth::homework::client
