#include "matrix_grid.hpp"

#include <algorithm>
#include <map>

#include "matrix_text.hpp"

namespace tcpcraft::report {
namespace {

using matrix::CellResult;
using matrix::SegmentClass;
using matrix::StateVariant;
using matrix::Verdict;

template <class T>
auto by_name(const std::vector<const T*>& list, const T& item) {
  return std::find_if(list.begin(), list.end(),
                      [&](const T* other) { return other == &item || other->name == item.name; });
}

/// The classes in the order of the tables. A state may lack classes that another has, so each new one is put
/// behind the one that it came after.
std::vector<const SegmentClass*> classes_in_order(const matrix::MatrixResult& result) {
  std::vector<const SegmentClass*> order;
  const matrix::Cell* last = nullptr;
  for (const CellResult& cell_result : result.cells) {
    const matrix::Cell& cell = cell_result.cell;
    const bool same_run = last && last->state->name == cell.state->name && last->v6 == cell.v6;
    if (by_name(order, *cell.segment) == order.end()) {
      const auto at = same_run ? by_name(order, *last->segment) + 1 : order.begin();
      order.insert(at, cell.segment);
    }
    last = &cell;
  }
  return order;
}

using Key = std::pair<std::string_view, std::string_view>;

std::map<Key, Pair> by_place(const matrix::MatrixResult& result) {
  std::map<Key, Pair> places;
  for (const CellResult& cell_result : result.cells) {
    const matrix::Cell& cell = cell_result.cell;
    places[{cell.state->name, cell.segment->name}][cell.v6] = &cell_result;
  }
  return places;
}

Row row_of(const SegmentClass& segment, const std::vector<const StateVariant*>& states,
           const std::map<Key, Pair>& places) {
  Row row{&segment, {}};
  for (const StateVariant* state : states) {
    const auto found = places.find({state->name, segment.name});
    row.cells.push_back(found == places.end() ? Pair{} : found->second);
  }
  return row;
}

/// The findings of one place: none, one, or one for each family.
void add_findings(std::vector<Finding>& list, const Pair& pair, Verdict verdict) {
  if (pair[0] && pair[1] && pair[0]->verdict == verdict && alike(*pair[0], *pair[1])) {
    list.push_back({pair[0], "IPv4 and IPv6"});
    return;
  }
  for (const bool v6 : {false, true})
    if (pair[v6] && pair[v6]->verdict == verdict) list.push_back({pair[v6], family_name(v6)});
}

}  // namespace

bool same_symbol(const Pair& pair) {
  if (!pair[0] || !pair[1]) return pair[0] == pair[1];
  return pair[0]->verdict == pair[1]->verdict && pair[0]->deviations == pair[1]->deviations;
}

std::size_t Grid::classes() const {
  std::size_t count = 0;
  for (const Group& group : groups) count += group.rows.size();
  return count;
}

Grid lay_out(const matrix::MatrixResult& result) {
  Grid grid;
  for (const CellResult& cell_result : result.cells) {
    const matrix::Cell& cell = cell_result.cell;
    if (by_name(grid.states, *cell.state) == grid.states.end()) grid.states.push_back(cell.state);
    grid.played[cell.v6] = true;
  }
  const std::map<Key, Pair> places = by_place(result);
  for (const SegmentClass* segment : classes_in_order(result)) {
    auto group = std::find_if(grid.groups.begin(), grid.groups.end(),
                              [&](const Group& other) { return other.name == segment->group; });
    if (group == grid.groups.end()) group = grid.groups.insert(group, Group{segment->group, {}});
    group->rows.push_back(row_of(*segment, grid.states, places));
  }
  return grid;
}

Head short_head(const StateVariant& state) {
  constexpr std::string_view heads[] = {"CL", "LI", "SS", "SR", "ES", "F1", "F2", "CW", "CG", "LA", "TW"};
  Head head{std::string(heads[static_cast<int>(state.state)]), ""};
  const std::size_t slash = state.name.find('/');
  if (slash != state.name.npos && slash + 1 < state.name.size())
    head.variant = printable(state.name.substr(slash + 1, 1));
  return head;
}

std::vector<Finding> findings(const Grid& grid, Verdict verdict) {
  std::vector<Finding> list;
  for (std::size_t column = 0; column < grid.states.size(); ++column)
    for (const Group& group : grid.groups)
      for (const Row& row : group.rows) add_findings(list, row.cells[column], verdict);
  return list;
}

std::vector<std::pair<const model::Deviation*, std::size_t>> deviations_seen(
    const matrix::MatrixResult& result) {
  std::vector<std::pair<const model::Deviation*, std::size_t>> seen;
  for (const CellResult& cell : result.cells) {
    if (cell.verdict != Verdict::deviation) continue;
    for (const model::Deviation* deviation : cell.deviations) {
      const auto found =
          std::find_if(seen.begin(), seen.end(), [&](const auto& entry) { return entry.first == deviation; });
      if (found == seen.end())
        seen.emplace_back(deviation, 1);
      else
        ++found->second;
    }
  }
  std::sort(seen.begin(), seen.end(), [](const auto& a, const auto& b) { return a.first->id < b.first->id; });
  return seen;
}

}  // namespace tcpcraft::report
