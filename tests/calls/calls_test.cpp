#include <cerrno>
#include <string>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <tcpcraft/calls/error_name.hpp>
#include <tcpcraft/calls/result.hpp>

namespace tcpcraft::calls {
namespace {

wire::Bytes bytes(const std::string& text) {
  return {text.begin(), text.end()};
}

const Call write_abc = Write{bytes("abc")};
const std::optional<Stated> nothing;

std::optional<Stated> stated(Stated what) {
  return what;
}

TEST(ErrorName, names_are_read_as_they_are_written) {
  for (const std::string_view name : error_names()) EXPECT_EQ(error_name(*error_number(name)), name);
  EXPECT_EQ(error_number("ECONNRESET"), ECONNRESET);
  EXPECT_EQ(error_number("EWOULDBLOCK"), EAGAIN);
  EXPECT_FALSE(error_number("ENOSUCH"));
  EXPECT_EQ(error_name(9999), "9999");
}

TEST(SocketOption, is_found_by_its_name_alone) {
  ASSERT_TRUE(find_option("TCP_NODELAY"));
  EXPECT_EQ(find_option("TCP_NODELAY")->level, IPPROTO_TCP);
  EXPECT_EQ(find_option("TCP_NODELAY")->number, TCP_NODELAY);
  EXPECT_EQ(find_option("SO_LINGER")->kind, SocketOption::Kind::linger);
  EXPECT_FALSE(find_option("TCP_NODELAYS"));
  EXPECT_FALSE(find_option(""));
  for (const std::string_view name : option_names()) EXPECT_EQ(find_option(name)->name, name);
}

TEST(SocketOption, values_are_written_as_a_scenario_writes_them) {
  EXPECT_EQ(format_value(*find_option("TCP_NODELAY"), 1), "1");
  EXPECT_EQ(format_value(*find_option("SO_LINGER"), Linger{true, 5}), "on 5");
  EXPECT_EQ(format_value(*find_option("SO_LINGER"), Linger{false, 5}), "off");
  EXPECT_EQ(format_value(*find_option("TCP_CONGESTION"), std::string("cubic")), "cubic");
  EXPECT_EQ(format_value(*find_option("SO_ERROR"), ECONNREFUSED), "ECONNREFUSED");
  EXPECT_EQ(format_value(*find_option("SO_ERROR"), 0), "0");
}

TEST(Call, is_written_as_a_scenario_writes_it) {
  EXPECT_EQ(format_call(Listen{}), "listen");
  EXPECT_EQ(format_call(Listen{3}), "listen backlog=3");
  EXPECT_EQ(format_call(Accept{}), "accept");
  EXPECT_EQ(format_call(Read{10}), "read 10");
  EXPECT_EQ(format_call(Read{{}, true}), "read oob");
  EXPECT_EQ(format_call(Write{bytes("a"), true}), "write \"a\" oob");
  EXPECT_EQ(format_call(Write{bytes("a\n")}), "write \"a\\n\"");
  EXPECT_EQ(format_call(Shutdown{Shutdown::Half::write}), "shutdown write");
  EXPECT_EQ(format_call(Set{find_option("SO_LINGER"), Linger{true, 0}}), "set SO_LINGER on 0");
  EXPECT_EQ(format_call(Get{find_option("TCP_NODELAY")}), "get TCP_NODELAY");
  EXPECT_EQ(format_call(Poll{}), "poll");
}

TEST(Holds, without_a_statement_it_must_succeed) {
  EXPECT_TRUE(holds(nothing, Accept{}, Done{}));
  EXPECT_FALSE(holds(nothing, Accept{}, Failed{EINVAL}));
  EXPECT_FALSE(holds(nothing, Accept{}, WouldBlock{EAGAIN}));
  EXPECT_TRUE(holds(nothing, Read{}, Received{bytes("a")}));
  EXPECT_TRUE(holds(nothing, Read{}, Received{})) << "the end of file is no failure";
  EXPECT_TRUE(holds(nothing, write_abc, Written{3}));
  EXPECT_FALSE(holds(nothing, write_abc, Written{2})) << "all of it is to be taken";
}

TEST(Holds, text_sizes_and_the_end_of_file) {
  const Result abc = Received{bytes("abc")}, end = Received{};
  EXPECT_TRUE(holds(stated(bytes("abc")), Read{}, abc));
  EXPECT_FALSE(holds(stated(bytes("ab")), Read{}, abc));
  EXPECT_FALSE(holds(stated(bytes("abd")), Read{}, abc));
  EXPECT_TRUE(holds(stated(Size{3}), Read{}, abc));
  EXPECT_FALSE(holds(stated(Size{2}), Read{}, abc));
  EXPECT_TRUE(holds(stated(Size{2}), write_abc, Written{2}));
  EXPECT_TRUE(holds(stated(EndOfFile{}), Read{}, end));
  EXPECT_FALSE(holds(stated(EndOfFile{}), Read{}, abc));
  EXPECT_FALSE(holds(stated(EndOfFile{}), Read{}, Failed{ECONNRESET}));
  EXPECT_FALSE(holds(stated(bytes("abc")), Read{}, end));
}

TEST(Holds, errors_values_and_events) {
  EXPECT_TRUE(holds(stated(Error{EPIPE}), write_abc, Failed{EPIPE}));
  EXPECT_FALSE(holds(stated(Error{EPIPE}), write_abc, Failed{ECONNRESET}));
  EXPECT_FALSE(holds(stated(Error{EPIPE}), write_abc, Written{3}));
  EXPECT_TRUE(holds(stated(Error{EAGAIN}), Read{}, WouldBlock{EAGAIN}));
  EXPECT_TRUE(holds(stated(Error{EAGAIN}), Connect{}, WouldBlock{EALREADY}))
      << "the word for all that blocks";
  EXPECT_FALSE(holds(stated(Error{EAGAIN}), Connect{}, Failed{ECONNREFUSED}));
  EXPECT_FALSE(holds(stated(Error{EALREADY}), Connect{}, WouldBlock{EINPROGRESS}));
  EXPECT_FALSE(holds(stated(Error{EALREADY}), Read{}, WouldBlock{EAGAIN}));
  const Get get{find_option("SO_LINGER")};
  EXPECT_TRUE(holds(stated(OptionValue(Linger{})), get, OptionValue(Linger{false, 7})));
  EXPECT_FALSE(holds(stated(OptionValue(Linger{})), get, OptionValue(Linger{true, 0})));
  EXPECT_TRUE(holds(stated(AnyValue{}), get, OptionValue(Linger{true, 0})));
  EXPECT_FALSE(holds(stated(AnyValue{}), get, Failed{ENOPROTOOPT}));
  EXPECT_TRUE(holds(stated(Events{POLLIN | POLLOUT}), Poll{}, Events{POLLOUT | POLLIN}));
  EXPECT_FALSE(holds(stated(Events{POLLIN}), Poll{}, Events{POLLOUT | POLLIN}));
}

TEST(OneAttempt, is_what_blocking_and_parts_are_about) {
  EXPECT_TRUE(is_about_one_attempt(stated(Error{EAGAIN}), Read{}));
  EXPECT_TRUE(is_about_one_attempt(stated(Error{EINPROGRESS}), Connect{}));
  EXPECT_FALSE(is_about_one_attempt(stated(Error{EPIPE}), Read{}));
  EXPECT_TRUE(is_about_one_attempt(stated(Size{2}), write_abc));
  EXPECT_FALSE(is_about_one_attempt(stated(Size{3}), write_abc));
  EXPECT_FALSE(is_about_one_attempt(stated(Size{2}), Read{}));
  EXPECT_FALSE(is_about_one_attempt(nothing, Read{}));
}

TEST(Text, of_results) {
  EXPECT_EQ(format_result(Accept{}, Done{}), "ok");
  EXPECT_EQ(format_result(Read{}, Received{}), "eof");
  EXPECT_EQ(format_result(Read{}, Received{bytes("a\n")}), "\"a\\n\"");
  EXPECT_EQ(format_result(write_abc, Written{1}), "1 byte");
  EXPECT_EQ(format_result(Read{}, Failed{ECONNRESET}), "ECONNRESET");
  EXPECT_EQ(format_result(Poll{}, Events{POLLIN | POLLOUT | POLLHUP | POLLERR | POLLRDHUP}),
            "in,out,hup,err,rdhup");
  EXPECT_EQ(format_result(Poll{}, Events{}), "none");
  EXPECT_EQ(format_stated(nothing, Accept{}), "ok");
  EXPECT_EQ(format_stated(stated(OptionValue(2)), Get{find_option("TCP_NODELAY")}), "2");
}

TEST(Text, of_failures) {
  EXPECT_EQ(summarize(nothing, Read{}, Failed{ECONNRESET}), "the application's read failed with ECONNRESET");
  EXPECT_EQ(summarize(stated(EndOfFile{}), Read{}, Failed{ECONNRESET}),
            "the application's read failed with ECONNRESET, not eof");
  EXPECT_EQ(summarize(stated(bytes("abcd")), Read{}, Received{bytes("abxd")}),
            "what the application read differs at byte 3");
  EXPECT_EQ(summarize(stated(bytes("abcd")), Read{}, Received{bytes("abc")}),
            "the application read 3 bytes, not 4");
  EXPECT_EQ(summarize(stated(bytes("a")), Read{}, Received{}),
            "the application's read came to the end of file, not \"a\"");
  EXPECT_EQ(summarize(stated(EndOfFile{}), Read{}, Received{bytes("a")}),
            "the application read 1 byte, not eof");
  EXPECT_EQ(summarize(stated(Error{EPIPE}), write_abc, Written{3}),
            "the application's write took 3 bytes, not EPIPE");
  EXPECT_EQ(summarize(nothing, write_abc, Written{2}), "the application's write took 2 bytes of 3");
  EXPECT_EQ(summarize(stated(Error{EINVAL}), Accept{}, Done{}),
            "the application's accept succeeded, not EINVAL");
  EXPECT_EQ(summarize(stated(OptionValue(1)), Get{find_option("TCP_NODELAY")}, OptionValue(0)),
            "the application's get gave 0, not 1");
}

}  // namespace
}  // namespace tcpcraft::calls
