#include "functions/inline_code.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <vector>

#include "base/bytes.h"

namespace hearth::functions {
namespace {

struct Free {
  void operator()(archive* writer) const { archive_write_free(writer); }
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

la_ssize_t append(archive*, void* bytes, const void* data, std::size_t size) {
  static_cast<std::string*>(bytes)->append(static_cast<const char*>(data), size);
  return static_cast<la_ssize_t>(size);
}

constexpr std::string_view kPythonAnswers = R"py("""Answers CloudFormation for a custom resource."""

import json
import urllib.request

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(event, context, responseStatus, responseData, physicalResourceId=None, noEcho=False, reason=None):
    answer = {
        "Status": responseStatus,
        "Reason": reason or "See the details in CloudWatch Log Stream: " + context.log_stream_name,
        "PhysicalResourceId": physicalResourceId or context.log_stream_name,
        "NoEcho": noEcho,
        "Data": responseData,
    }
    answer.update({name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")})
    request = urllib.request.Request(event["ResponseURL"], data=json.dumps(answer).encode(), method="PUT",
                                     headers={"Content-Type": ""})
    try:
        with urllib.request.urlopen(request) as response:
            print("CloudFormation took the answer:", response.status)
    except Exception as error:
        print("CloudFormation did not take the answer:", error)
)py";

constexpr std::string_view kNodeAnswers = R"js("use strict";
// Answers CloudFormation for a custom resource.
const https = require("https");

exports.SUCCESS = "SUCCESS";
exports.FAILED = "FAILED";

exports.send = (event, context, responseStatus, responseData, physicalResourceId, noEcho) => {
  const body = JSON.stringify({
    Status: responseStatus,
    Reason: "See the details in CloudWatch Log Stream: " + context.logStreamName,
    PhysicalResourceId: physicalResourceId || context.logStreamName,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
    NoEcho: noEcho || false,
    Data: responseData,
  });
  const headers = {"content-type": "", "content-length": Buffer.byteLength(body)};
  return new Promise((resolve) => {
    const finish = (text) => {
      console.log(text);
      if (typeof context.done === "function") context.done();
      resolve();
    };
    const request = https.request(event.ResponseURL, {method: "PUT", headers}, (response) => {
      response.resume();
      finish("CloudFormation took the answer: " + response.statusCode);
    });
    request.on("error", (error) => finish("CloudFormation did not take the answer: " + error));
    request.end(body);
  });
};
)js";

struct File {
  std::string name;
  std::string_view text;
};

bool writeFile(archive* writer, const File& file) {
  const std::unique_ptr<archive_entry, Free> entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), file.name.c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  archive_entry_set_mtime(entry.get(), 315'532'800, 0);  // 1980, where the times of zip begin
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.text.size()));
  return archive_write_header(writer, entry.get()) == ARCHIVE_OK &&
         archive_write_data(writer, file.text.data(), file.text.size()) ==
             static_cast<la_ssize_t>(file.text.size());
}

std::string zipOf(const std::vector<File>& files) {
  std::string bytes;  // outlives the writer
  const std::unique_ptr<archive, Free> writer(archive_write_new());
  bool written = archive_write_set_format_zip(writer.get()) == ARCHIVE_OK &&
                 archive_write_open(writer.get(), &bytes, nullptr, append, nullptr) == ARCHIVE_OK &&
                 archive_write_set_bytes_in_last_block(writer.get(), 1) == ARCHIVE_OK;
  for (const File& file : files) written = written && writeFile(writer.get(), file);
  if (!written || archive_write_close(writer.get()) != ARCHIVE_OK)
    throw std::runtime_error("libarchive cannot make a zip in memory");
  return bytes;
}

// Whether a line of the source is an import of the module.
bool importsPython(std::string_view source, std::string_view module) {
  while (!source.empty()) {
    const std::size_t end = std::min(source.find('\n'), source.size());
    const std::string_view line = base::trim(source.substr(0, end));
    if ((line.starts_with("import ") || line.starts_with("from ")) && line.find(module) != std::string_view::npos)
      return true;
    source.remove_prefix(std::min(end + 1, source.size()));
  }
  return false;
}

}  // namespace

std::string zipOfSource(const std::string& fileName, std::string_view source) {
  return zipOf({{fileName, source}});
}

std::optional<std::string> zipOfInlineCode(std::string_view runtime, std::string_view source) {
  std::vector<File> files;
  if (runtime.starts_with("python")) {
    files.push_back({"index.py", source});
    if (importsPython(source, "cfnresponse")) files.push_back({"cfnresponse.py", kPythonAnswers});
  } else if (runtime.starts_with("nodejs")) {
    files.push_back({"index.js", source});
    if (source.find("cfn-response") != std::string_view::npos)
      files.push_back({"node_modules/cfn-response/index.js", kNodeAnswers});
  } else {
    return std::nullopt;
  }
  return zipOf(files);
}

}  // namespace hearth::functions
