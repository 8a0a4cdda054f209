// CloudWatch Logs: groups, streams, events, retention.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/
#pragma once

#include "api/call.h"
#include "api/logs.h"
#include "services/logs/logs_store.h"

namespace hearth::services::logs {

class LogsService final {
 public:
  LogsService(store::Database& database, const store::Keyring& keyring, const base::Clock& clock)
      : database_(database), store_(database, keyring), clock_(clock) {}

  LogsStore& store() { return store_; }
  const base::Clock& clock() const { return clock_; }
  // Applies the retention of every group, in writes of a few hundred chunks that let others in between. Inside a
  // write; the server calls it once an hour.
  void expire();

  Result<api::logs::CreateLogGroupOutput> createLogGroup(const api::Call& call, api::logs::CreateLogGroupInput in);
  Result<api::logs::DeleteLogGroupOutput> deleteLogGroup(const api::Call& call, api::logs::DeleteLogGroupInput in);
  Result<api::logs::DescribeLogGroupsOutput> describeLogGroups(const api::Call& call,
                                                               api::logs::DescribeLogGroupsInput in) const;
  Result<api::logs::PutRetentionPolicyOutput> putRetentionPolicy(const api::Call& call,
                                                                 api::logs::PutRetentionPolicyInput in);
  Result<api::logs::DeleteRetentionPolicyOutput> deleteRetentionPolicy(const api::Call& call,
                                                                       api::logs::DeleteRetentionPolicyInput in);

  Result<api::logs::CreateLogStreamOutput> createLogStream(const api::Call& call,
                                                           api::logs::CreateLogStreamInput in);
  Result<api::logs::DeleteLogStreamOutput> deleteLogStream(const api::Call& call,
                                                           api::logs::DeleteLogStreamInput in);
  Result<api::logs::DescribeLogStreamsOutput> describeLogStreams(const api::Call& call,
                                                                 api::logs::DescribeLogStreamsInput in) const;

  Result<api::logs::PutLogEventsOutput> putLogEvents(const api::Call& call, api::logs::PutLogEventsInput in);
  Result<api::logs::GetLogEventsOutput> getLogEvents(const api::Call& call, api::logs::GetLogEventsInput in) const;
  Result<api::logs::FilterLogEventsOutput> filterLogEvents(const api::Call& call,
                                                           api::logs::FilterLogEventsInput in) const;

  Result<api::logs::ListTagsForResourceOutput> listTagsForResource(const api::Call& call,
                                                                   api::logs::ListTagsForResourceInput in) const;
  Result<api::logs::ListTagsLogGroupOutput> listTagsLogGroup(const api::Call& call,
                                                             api::logs::ListTagsLogGroupInput in) const;
  Result<api::logs::TagResourceOutput> tagResource(const api::Call& call, api::logs::TagResourceInput in);
  Result<api::logs::TagLogGroupOutput> tagLogGroup(const api::Call& call, api::logs::TagLogGroupInput in);
  Result<api::logs::UntagResourceOutput> untagResource(const api::Call& call, api::logs::UntagResourceInput in);
  Result<api::logs::UntagLogGroupOutput> untagLogGroup(const api::Call& call, api::logs::UntagLogGroupInput in);

  // The group's ARN as DescribeLogGroups shows it, with the trailing ":*".
  static std::string groupArn(const api::Call& call, const std::string& name);
  // How many a page has: the limit that is given, or as many as there may be. Fault: InvalidParameterException.
  static Result<std::size_t> pageSize(const std::optional<std::int64_t>& limit, std::size_t most);

 private:
  Result<GroupRow> getGroup(const api::Call& call, const std::string& name) const;
  Result<GroupRow> getGroupByArn(const api::Call& call, const std::string& arn) const;
  Result<GroupRow> getGroupOf(const api::Call& call, const std::optional<std::string>& name,
                              const std::optional<std::string>& identifier) const;
  Result<void> addTags(GroupRow group, const std::map<std::string, std::string>& tags);
  void removeTags(GroupRow group, const std::vector<std::string>& keys);

  store::Database& database_;
  LogsStore store_;
  const base::Clock& clock_;
};

}  // namespace hearth::services::logs
