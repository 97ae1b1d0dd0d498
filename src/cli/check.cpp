#include <algorithm>

#include "commands.hpp"
#include "common.hpp"

namespace tcpcraft::cli {
int check(const CheckCommand& command) {
  const report::Style style = style_for(command.color);
  std::size_t total = 0, wrong = 0;
  for (const ScenarioFile& file : scenario_files(command.paths)) {
    const ReadFile read = read_scenarios(file);
    total += std::max<std::size_t>(read.scenarios.size(), 1);  // of what cannot be read nobody knows how many
    if (read.scenarios.empty()) ++wrong;
    print(read.complaints(style));
  }
  const std::string count = std::to_string(total) + (total == 1 ? " scenario" : " scenarios");
  print(wrong == 0 ? count + ": " + style.green("valid") + "\n"
                   : count + ": " + style.red(std::to_string(wrong) + " invalid") + "\n");
  return wrong == 0 ? ok : invalid;
}

}  // namespace tcpcraft::cli
