#pragma once

#include <memory>

#include <tcpcraft/results/json.hpp>

namespace tcpcraft::results {

/// JUnit's XML, as Jenkins, GitLab and others read it: a suite for each folder, a test case for each
/// scenario. The numbers stand in front of what they count, so all is written in the end.
std::unique_ptr<Writer> junit_writer(Sink sink);

}  // namespace tcpcraft::results
