#pragma once

#include <string>

#include <tcpcraft/replay/replayer.hpp>
#include <tcpcraft/report/style.hpp>
#include <tcpcraft/results/record.hpp>

#include "commands.hpp"

namespace tcpcraft::cli {

engine::Verdict verdict_of(replay::Verdict verdict);

/// `article.pcap#1 127.0.0.1:38264 > 127.0.0.1:9877`
std::string connection_name(const ReplayCommand& command, const replay::Finished& one);

/// What is wrong with a connection that differs, all of it.
std::string format_difference(const ReplayCommand& command, const replay::Finished& one,
                              const report::Style& style);

results::Record connection_record(const ReplayCommand& command, const replay::Finished& one);

/// `10000 connections: 9998 passed, 2 failed in 1.4 s`.
std::string format_total(const replay::Total& total, wire::Duration took, const report::Style& style);

}  // namespace tcpcraft::cli
