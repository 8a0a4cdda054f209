#include "gateway/quota.h"

#include <utility>
#include <vector>

namespace hearth::gateway {
namespace {

using std::chrono::sys_days;

// The day on which the period that contains `day` began.
sys_days periodStart(QuotaPeriod period, sys_days day) {
  switch (period) {
    case QuotaPeriod::kDay:
      return day;
    case QuotaPeriod::kWeek:
      return day - (std::chrono::weekday(day) - std::chrono::Sunday);
    case QuotaPeriod::kMonth:
      break;
  }
  const std::chrono::year_month_day date(day);
  return sys_days(date.year() / date.month() / 1);
}

std::int64_t number(sys_days day) { return day.time_since_epoch().count(); }

}  // namespace

bool QuotaCounter::take(const Admission& admission, base::Time now) {
  const UsagePlanDefinition& plan = *admission.plan;
  if (!plan.quota) return true;
  const auto today = std::chrono::floor<std::chrono::days>(now);
  const sys_days first = periodStart(plan.quota->period, today);

  prune(number(today));
  Counter& counter = counters_[std::string(admission.name)];
  if (counter.planId.empty()) {
    counter.planId = plan.id;
    counter.keyId = admission.keyId;
  }
  if (counter.day != number(today) && counter.pending > 0) flush();
  counter.day = number(today);
  if (counter.firstDay != number(first)) {
    counter.firstDay = number(first);
    counter.used = meter_.used(plan.id, counter.keyId, number(first), number(today)) + counter.pending;
  }

  const sys_days made = periodStart(plan.quota->period, std::chrono::floor<std::chrono::days>(plan.created));
  const std::int64_t limit = plan.quota->limit - (made == first ? plan.quota->offset : 0);
  if (counter.used >= limit) return false;
  ++counter.used;
  ++counter.pending;
  dirty_ = true;
  if (now - lastFlush_ >= std::chrono::seconds(1) || now < lastFlush_) {
    lastFlush_ = now;
    flush();
  }
  return true;
}

void QuotaCounter::flush() {
  if (!std::exchange(dirty_, false)) return;
  std::vector<ports::UsageCount> counts;
  for (auto& [name, counter] : counters_) {
    if (counter.pending == 0) continue;
    counts.push_back({counter.planId, counter.keyId, counter.day, std::exchange(counter.pending, 0)});
  }
  meter_.add(std::move(counts));
}

// What was counted before yesterday is recorded by now, so that a later reading has it.
void QuotaCounter::prune(std::int64_t today) {
  if (std::exchange(pruned_, today) == today) return;
  std::erase_if(counters_,
                [&](const auto& entry) { return entry.second.day < today - 1 && entry.second.pending == 0; });
}

}  // namespace hearth::gateway
