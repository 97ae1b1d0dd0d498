#include <algorithm>
#include <map>
#include <tuple>

#include <tcpcraft/report/matrix_baseline.hpp>

#include "matrix_text.hpp"

namespace tcpcraft::report {
namespace {

using matrix::Verdict;

/// Longer lists of cells that were not compared are told by their classes.
constexpr std::size_t listed_by_name = 40;

using Key = std::tuple<std::string, std::string, bool>;

Key key_of(const RecordedCell& cell) {
  return {cell.state, cell.segment, cell.v6};
}

/// Whether what the kernel did, and what is made of it, is the same.
bool same(const RecordedCell& a, const RecordedCell& b) {
  return a.verdict == b.verdict && a.deviations == b.deviations && a.observed == b.observed &&
         a.observed_state == b.observed_state;
}

std::vector<std::string> notes_of(const RecordedMatrix& before, const RecordedMatrix& after) {
  std::vector<std::string> notes;
  const auto note = [&](const char* what, const std::string& a, const std::string& b) {
    if (a != b) notes.push_back(std::string(what) + ": " + a + " -> " + b);
  };
  note("link", before.link, after.link);
  note("profile", before.profile, after.profile);
  note("rate limits", before.rate_limits ? "on" : "off", after.rate_limits ? "on" : "off");
  return notes;
}

// ---- text

std::string count_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " cell" : " cells");
}

std::string joined(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& item : list) text += (text.empty() ? "" : ", ") + item;
  return text;
}

/// The cells by name; the family is said only where the other one is not among them.
std::string names_text(const std::vector<const RecordedCell*>& cells) {
  std::vector<std::pair<std::string, int>> names;  // in order, with a bit for each family
  std::map<std::string, std::size_t> places;
  for (const RecordedCell* cell : cells) {
    const std::string name = printable(cell->state) + ":" + printable(cell->segment);
    const auto [place, is_new] = places.emplace(name, names.size());
    if (is_new) names.emplace_back(name, 0);
    names[place->second].second |= cell->v6 ? 2 : 1;
  }
  std::vector<std::string> list;
  for (const auto& [name, families] : names)
    list.push_back(name + (families == 3 ? "" : families == 2 ? " (IPv6)" : " (IPv4)"));
  return joined(list);
}

std::string verdict_text(const RecordedCell& cell) {
  const std::string ids = printable(joined(cell.deviations));
  return std::string(phrase(cell.verdict)) + (ids.empty() ? "" : " " + ids);
}

std::string observed_text(const RecordedCell& cell) {
  return cell.observed.empty() ? "nothing could be told" : outcome_text(cell.observed, cell.observed_state);
}

/// Cells that changed in the same way.
struct Alike {
  const CellChange* first = nullptr;
  std::vector<const RecordedCell*> cells;
};

/// The changes in groups, those that somebody has to look at in front.
std::vector<Alike> grouped(const std::vector<CellChange>& changes) {
  std::vector<Alike> groups;
  for (const CellChange& change : changes) {
    auto group = std::find_if(groups.begin(), groups.end(), [&](const Alike& other) {
      return same(other.first->before, change.before) && same(other.first->after, change.after);
    });
    if (group == groups.end()) group = groups.insert(group, Alike{&change, {}});
    group->cells.push_back(&change.after);
  }
  std::stable_partition(groups.begin(), groups.end(),
                        [](const Alike& group) { return is_finding(group.first->after.verdict); });
  return groups;
}

std::string group_text(const Alike& group, const Style& style) {
  const RecordedCell& before = group.first->before;
  const RecordedCell& after = group.first->after;
  const std::string was = observed_text(before), is = observed_text(after);
  std::string text = "\n  " + count_text(group.cells.size()) + ": " + verdict_text(before) + " -> " +
                     paint(after.verdict, verdict_text(after), style) + "\n";
  if (was == is) {
    text += field(4, "observed", is + ", in both", style);
  } else {
    text += field(4, "was", was, style);
    text += field(4, "is", is, style);
  }
  return text + field(4, "in", names_text(group.cells), style);
}

/// `rst_edge in 34 cells`: for lists that nobody would read cell by cell.
std::string classes_text(const std::vector<const RecordedCell*>& cells) {
  std::vector<std::pair<std::string, std::size_t>> counts;
  for (const RecordedCell* cell : cells) {
    const auto found = std::find_if(counts.begin(), counts.end(),
                                    [&](const auto& count) { return count.first == cell->segment; });
    if (found == counts.end())
      counts.emplace_back(cell->segment, 1);
    else
      ++found->second;
  }
  std::vector<std::string> list;
  for (const auto& [segment, count] : counts) list.push_back(printable(segment) + " in " + count_text(count));
  return joined(list);
}

std::string one_sided(const std::vector<RecordedCell>& cells, const std::string& heading,
                      const Style& style) {
  if (cells.empty()) return "";
  std::vector<const RecordedCell*> list;
  for (const RecordedCell& cell : cells) list.push_back(&cell);
  return "\n" + style.bold(count_text(cells.size()) + " " + heading) + "\n" +
         field(4, list.size() > listed_by_name ? "classes" : "in",
               list.size() > listed_by_name ? classes_text(list) : names_text(list), style);
}

}  // namespace

MatrixComparison compare(const RecordedMatrix& before, const RecordedMatrix& after) {
  MatrixComparison comparison{before.kernel, after.kernel, notes_of(before, after), 0, {}, {}, {}, {}};
  std::map<Key, const RecordedCell*> earlier;
  for (const RecordedCell& cell : before.cells) earlier[key_of(cell)] = &cell;
  for (const RecordedCell& cell : after.cells) {
    const auto found = earlier.find(key_of(cell));
    if (found == earlier.end()) {
      comparison.added.push_back(cell);
      continue;
    }
    const RecordedCell& old = *found->second;
    if (old.verdict == Verdict::inconclusive || cell.verdict == Verdict::inconclusive) {
      comparison.unclear.push_back({old, cell});
    } else {
      ++comparison.compared;
      if (!same(old, cell)) comparison.changed.push_back({old, cell});
    }
    earlier.erase(found);
  }
  for (const RecordedCell& cell : before.cells)
    if (earlier.contains(key_of(cell))) comparison.missing.push_back(cell);
  return comparison;
}

MatrixComparison compare(const RecordedMatrix& before, const matrix::MatrixResult& after) {
  return compare(before, record(after));
}

std::string format_comparison(const MatrixComparison& comparison, const Style& style) {
  const std::string before = printable(comparison.before), after = printable(comparison.after);
  const std::size_t changed = comparison.changed.size();
  std::string text =
      style.bold(before + " -> " + after) + ": " +
      (changed == 0 ? style.green("no change") : style.yellow(count_text(changed) + " changed")) + " of " +
      std::to_string(comparison.compared) + " compared\n";
  for (const std::string& note : comparison.notes)
    text += "  " + style.yellow("note") + ": " + printable(note) + "\n";
  for (const Alike& group : grouped(comparison.changed)) text += group_text(group, style);
  std::vector<RecordedCell> unclear;
  for (const CellChange& change : comparison.unclear) unclear.push_back(change.after);
  text += one_sided(unclear, "could not be compared, being inconclusive", style);
  text += one_sided(comparison.added, "not in the baseline", style);
  return text + one_sided(comparison.missing, "only in the baseline", style);
}

}  // namespace tcpcraft::report
