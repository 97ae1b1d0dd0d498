#pragma once

#include <string>
#include <string_view>

#include <tcpcraft/report/style.hpp>

namespace tcpcraft::report {

/// How `after` differs from `before`, as `diff -u` shows it and `patch` reads it; both are versions of the
/// file `name`. Empty where they do not differ.
std::string format_diff(const std::string& name, std::string_view before, std::string_view after,
                        const Style& style);

}  // namespace tcpcraft::report
