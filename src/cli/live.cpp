#include "live.hpp"

#include "commands.hpp"

namespace tcpcraft::cli {

std::vector<capture::Flow> parse_flows(const std::vector<std::string>& texts) {
  std::vector<capture::Flow> flows;
  for (const std::string& text : texts) {
    const auto flow = capture::Flow::parse(text);
    if (!flow) throw UsageError("--flow: '" + text + "' is not an address, a port, or A.B.C.D:PORT");
    flows.push_back(*flow);
  }
  return flows;
}

capture::Live open_live(const std::string& interface, const std::vector<capture::Flow>& flows, int stop,
                        bool messages) {
  capture::LiveOptions options;
  options.interface = interface;
  options.filter = capture::bpf_filter(flows);
  if (messages) options.filter += std::string(" or ") + capture::bpf_of_messages;
  options.stop = stop;
  return capture::Live(options);
}

}  // namespace tcpcraft::cli
