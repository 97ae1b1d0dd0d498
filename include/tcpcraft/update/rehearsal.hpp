#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <tcpcraft/engine/observations.hpp>
#include <tcpcraft/engine/result.hpp>
#include <tcpcraft/scenario/diagnostic.hpp>
#include <tcpcraft/scenario/scenario.hpp>

namespace tcpcraft::update {

/// A working copy of a scenario, whose steps are put right one by one by what the kernel did: it is played,
/// the step that failed is revised, and it is played again.
class Rehearsal {
 public:
  explicit Rehearsal(const scenario::Scenario& original);

  /// To be played next.
  const scenario::Scenario& scenario() const { return scenario_; }

  /// Revises the step on which `result` failed, so that the next play gets further; false where it cannot.
  bool revise(const engine::Result& result, const engine::Observations& observations);
  /// Keeps what the steps met, in the last play.
  void keep(engine::Observations observations) { met_ = std::move(observations); }

  /// Where a step of the working copy comes from.
  struct Line {
    std::optional<std::size_t> origin;  ///< among the original's steps; absent: it was inserted
    std::vector<std::size_t> items;     ///< of an `any-order`: which of the original's are left
    bool revised = false;
  };
  const scenario::Scenario& original() const { return original_; }
  const std::vector<Line>& lines() const { return lines_; }
  const engine::Observations& met() const { return met_; }
  /// What cannot be put right, and why; such a step is left out of the working copy, or stays as it is.
  const std::vector<scenario::Diagnostic>& unresolved() const { return unresolved_; }
  bool is_unresolved(std::size_t origin) const { return given_up_.contains(origin); }

 private:
  const scenario::Step& step(std::size_t line) const { return scenario_.steps[line]; }
  void replace(std::size_t line, decltype(scenario::Step::action) action);
  void erase(std::size_t line);
  void insert(std::size_t line, const engine::Observed& observed);
  void stop(scenario::Span span, std::string message, std::string hint);
  void give_up(std::size_t line, scenario::Span span, std::string message, std::string hint = "");

  /// What came on a connection and no step has taken.
  std::vector<engine::Observed> unread_of(std::size_t peer) const;

  void revise_step(const engine::Result& result);
  void revise_segment(std::size_t line, const engine::Result& result);
  void revise_absent(std::size_t line);
  void revise_time(std::size_t line, const engine::Observed& observed);
  void revise_any_order(std::size_t line, const engine::Result& result);
  void revise_state(std::size_t line, const engine::Mismatch& mismatch);
  void revise_counter(std::size_t line, const engine::Mismatch& mismatch);
  void revise_info(std::size_t line, const engine::Mismatch& mismatch);
  void revise_dropped(std::size_t line, const engine::Mismatch& mismatch);
  void revise_call(std::size_t line);
  std::size_t place_of(const engine::Observed& observed, std::size_t line,
                       const engine::Result& result) const;

  const scenario::Scenario original_;
  scenario::Scenario scenario_;
  std::vector<Line> lines_;  ///< as many as the working copy has steps
  engine::Observations met_;
  std::vector<scenario::Diagnostic> unresolved_;
  std::set<std::size_t> given_up_;  ///< of the original's steps
  bool stopped_ = false;
};

}  // namespace tcpcraft::update
