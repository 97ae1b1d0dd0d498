#include <algorithm>

#include <tcpcraft/model/deviations.hpp>
#include <tcpcraft/model/profile.hpp>
#include <tcpcraft/model/rules.hpp>

namespace tcpcraft::model {
namespace {

namespace d = deviations;

constexpr const Deviation* of_linux[] = {
    &d::right_edge,        &d::bytes_acked,        &d::no_flags,
    &d::fast_path,         &d::shrunk_window,      &d::paws_tick,
    &d::paws_old_ack,      &d::paws_replayed_ack,  &d::timestamps_tolerated,
    &d::paws_rst,          &d::embryonic_reset,    &d::syn_ack_again,
    &d::strange_echo,      &d::unacknowledged_syn, &d::crossing_syn_ack,
    &d::listen_syn_fin,    &d::rst_before_fin,     &d::text_over_fin,
    &d::fin_after_close,   &d::orphan_simplified,  &d::orphan_rst,
    &d::time_wait_rst,     &d::time_wait_ack,      &d::time_wait_no_ack,
    &d::time_wait_syn_fin, &d::syn_text,           &d::fin_at_closed_window,
    &d::syn_sent_echo,     &d::second_fin,         &d::left_edge,
    &d::syn_ack_with_text, &d::window_not_shrunk,  &d::time_wait_timestamp,
};

constexpr const Rule* chosen_by_linux[] = {&rules::window_closed_drop, &rules::time_wait_data_ack};

}  // namespace

const Profile rfc9293{"rfc9293", {}, {}};
const Profile linux_profile{"linux", of_linux, chosen_by_linux};

std::string_view to_string(Deviation::Nature nature) {
  constexpr std::string_view names[] = {"deliberate", "simplified", "defect", "unspecified"};
  return names[static_cast<int>(nature)];
}

bool Profile::has(const Deviation& deviation) const {
  return std::find(deviations.begin(), deviations.end(), &deviation) != deviations.end();
}

bool Profile::prefers(const Rule& rule) const {
  return std::find(choices.begin(), choices.end(), &rule) != choices.end();
}

const Profile* find_profile(std::string_view name) {
  for (const Profile* profile : {&rfc9293, &linux_profile})
    if (profile->name == name) return profile;
  return nullptr;
}

}  // namespace tcpcraft::model
