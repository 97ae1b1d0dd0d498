#pragma once

#include <concepts>
#include <type_traits>

#include <tcpcraft/results/record.hpp>

// What each object of the JSON holds: one list, by which it is written and read. `need` is always there;
// `may` is left out where it is empty, zero or false.

namespace tcpcraft::results::json {

template <class T, class Object>
concept Is = std::same_as<std::remove_const_t<T>, Object>;

void fields(auto& io, Is<CitedRule> auto& rule) {
  io.need("name", rule.name);
  io.need("section", rule.section);
  io.need("says", rule.says);
}

void fields(auto& io, Is<Step> auto& step) {
  io.need("line", step.line);
  io.need("text", step.text);
  io.need("outcome", step.outcome);
}

void fields(auto& io, Is<Event> auto& event) {
  io.need("kind", event.kind);
  io.need("at_ns", event.at);
  io.may("length_ns", event.length);
  if (event.kind == Event::Kind::segment) io.need("from", event.from);
  io.may("peer", event.peer);
  io.need("text", event.text);
  io.may("result", event.result);
  io.may("rule", event.rule);
  io.may("state", event.state);
  io.may("step", event.step);
  io.may("failed", event.failed);
}

void fields(auto& io, Is<Failure> auto& failure) {
  io.need("summary", failure.summary);
  io.need("line", failure.line);
  io.need("column", failure.column);
  io.may("expected", failure.expected);
  io.may("received", failure.received);
  io.may("rules", failure.rules);
  io.may("kernel_state", failure.kernel_state);
  io.may("counters", failure.counters);
  io.need("text", failure.text);
}

void fields(auto& io, Is<Peer> auto& peer) {
  io.may("name", peer.name);
  io.may("address", peer.address);
}

void fields(auto& io, Is<Record> auto& record) {
  io.need("name", record.name);
  io.need("file", record.file);
  io.may("variant", record.variant);
  io.need("title", record.title);
  io.need("verdict", record.verdict);
  io.may("reason", record.reason);
  io.may("complaints", record.complaints);
  io.may("host_fault", record.host_fault);
  io.need("took_ns", record.took);
  io.need("attempts", record.attempts);
  io.may("failures", record.failures);
  io.may("about", record.about);
  io.may("rfc", record.rfc);
  io.may("tags", record.tags);
  io.may("again", record.again);
  io.may("capture", record.capture);
  io.may("failure", record.failure);
  io.may("kernel_address", record.kernel_address);
  io.may("kernel_state", record.kernel_state);
  io.may("peers", record.peers);
  io.may("steps", record.steps);
  io.may("events", record.events);
}

void fields(auto& io, Is<Shard> auto& shard) {
  io.need("number", shard.number);
  io.need("count", shard.count);
}

void fields(auto& io, Is<RunInfo> auto& info) {
  io.need("tcpcraft", info.version);
  io.need("kernel", info.kernel);
  io.need("network", info.network);
  io.need("seed", info.seed);
  io.need("started", info.started);
  io.need("scenarios", info.scenarios);
  io.need("shard", info.shard);
}

void fields(auto& io, Is<RunEnd> auto& end) {
  io.need("took_ns", end.took);
  io.need("not_run", end.not_run);
  io.may("cannot_run", end.cannot_run);
}

}  // namespace tcpcraft::results::json
