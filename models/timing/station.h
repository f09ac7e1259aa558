// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/timing/arbiter.h"
#include "models/timing/foreseen.h"
#include "models/timing/pipe_server.h"
#include "models/timing/server.h"
#include "models/timing/station_observer.h"
#include "models/timing/timeline.h"
#include "models/timing/transit.h"

namespace cxlpool::timing {

/// What a station saw. Times are sums, to be divided by messages or by the run's length.
struct StationStatistics {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;  ///< data that passed, in lines of 64 B
  Picoseconds busy = 0;     ///< of the server's time
  Picoseconds waited = 0;   ///< between arrival and begin, over all messages
  Picoseconds longest_wait = 0;
  Picoseconds blocked = 0;          ///< time in which the next queue was full; approximately timed
  std::uint32_t deepest_queue = 0;  ///< messages waiting at once, over all inputs; likewise
};

/// Buffers that several stations draw on together, as the two directions of a switch may.
class BufferPool {
 public:
  explicit BufferPool(unsigned buffers) : free_(buffers) {}
  bool has_room() const { return free_ > 0; }
  void take() { --free_; }
  void give(Timeline& timeline);
  /// All that wait look again whenever a buffer is given back, until they have found one.
  void wait(Station& station);
  void found(Station& station);
  void wait(const Event& outsider) { outsiders_.push_back(outsider); }

 private:
  unsigned free_;
  std::vector<Station*> waiting_;
  std::vector<Event> outsiders_;
};

/// A server with bounded queues in front of it, one for each input, and an arbiter between them:
/// a transmitting port, an ingress buffer, a memory controller. A message goes on only when the
/// queue that it goes to has room for it; until then it stays at the head and holds up those
/// behind, so that back-pressure reaches the host. Room is a credit: taken before a message leaves
/// the station before, given back when it leaves this one.
///
/// An event is spent only where something is to be decided. A station with one input is a queue:
/// when a message is sent to it that finds nobody unaccounted for in front, and there is room
/// behind it, then it is known at once when it will begin and leave, and the station foresees it:
/// the message goes on from there without coming here first. What it does meanwhile (its place, the
/// statistics) is settled when its time has passed.
class alignas(64) Station final : public Actor {
 public:
  struct Config {
    std::string label;
    unsigned depth = 0;       ///< messages that wait at one input; 0: as many as come
    Picoseconds latency = 0;  ///< after the server, on the way to the next place
    BufferPool* pool = nullptr;
    const char* kind = "station";  ///< what it stands for, for reports
    bool moves_data = false;       ///< media: a message's lines pass whichever way it goes
  };

  /// Throws std::invalid_argument without a server or an arbiter.
  Station(Timeline& timeline, Config config, std::unique_ptr<Server> server,
          std::unique_ptr<Arbiter> arbiter);

  const std::string& label() const { return label_; }
  /// Of what has begun by `until`; by default, up to the timeline's present.
  StationStatistics statistics() const { return statistics(timeline_.now()); }
  StationStatistics statistics(Picoseconds until) const;
  const char* kind() const { return kind_; }
  /// Statistics are of what happens from `from` on and before `until`; what was counted for another
  /// `from` is forgotten.
  void measure(Picoseconds from, Picoseconds until);
  /// Null for nobody.
  void observe(StationObserver* observer);
  const Server& server() const { return *server_; }
  Picoseconds latency() const { return latency_; }
  std::uint32_t number() const { return number_; }

  /// Makes sure that inputs 0 to `input` exist. At any time: what waits at others stays.
  Place input(unsigned input);

  // Approximately timed.
  bool has_room(unsigned input) { return has_room(input, 1, ~std::uint32_t{0}); }
  void reserve(unsigned input);
  /// Gives back room that is not needed after all.
  void release(unsigned input);
  /// Touches `feeder` once there is room again.
  void wait_for_room(unsigned input, Station& feeder);
  /// Fires `actor` with `subject` once there is room again: for those that are no station.
  void wait_for_room(unsigned input, Actor& actor, void* subject, std::uint64_t order);

  /// The message is at transit.leg, which is here, and room is reserved.
  void arrive(Transit& transit);
  /// The same, as the last thing that its event does.
  void arrive_last(Transit& transit) {
    if (!pass(transit)) arrive(transit);
  }
  /// Sends on what can go. Called by the timeline at the end of a round.
  void decide();

  // Loosely timed.
  /// When the message reaches the next place.
  Picoseconds book(const Message& message, Picoseconds arrival) {
    if (!at_once_ || !shapes_ || message.lines > most_lines) return book_in_turn(message, arrival);
    Shape& shape = shape_of(message);
    shape.messages += counts_at(arrival);
    return arrival + shape.alone + latency_;
  }
  /// The same with nobody in the way.
  Picoseconds alone(const Message& message) const { return server_->alone(message) + latency_; }

  /// Places of each input, or of the buffers that it shares; 0: no bound.
  unsigned depth() const { return depth_; }
  std::size_t waiting() const { return waiting_; }
  const Station* blocked_on() const { return blocked_on_; }
  const BufferPool* pool() const { return pool_; }

 private:
  friend class Timeline;

  struct Input {
    std::uint32_t held = 0;  ///< places taken, by messages here and by those that are on their way
    Station* feeder = nullptr;  ///< waits for room
    Transit* head = nullptr;
    Transit* tail = nullptr;
    /// Wait for a place, the longest first; null as long as nobody ever did.
    std::unique_ptr<std::vector<Event>> outsiders;
  };

  /// `asker`: the number of the station that would send.
  bool has_room(unsigned input, unsigned places, std::uint32_t asker) {
    if (depth_ != 0 && inputs_[input].held + places > depth_) {
      if (foreseen_.empty()) return false;
      settle(asker > number_);
      if (inputs_[input].held + places > depth_) return false;
    }
    return !pool_ || pool_->has_room();
  }

  void fire(void* subject, Picoseconds now) override;
  bool pass(Transit& transit);
  void find_out_whether_it_foresees();
  bool takes_time() const;
  bool foresee(Transit& transit, Picoseconds& time, bool in_order, std::uint32_t asker);
  bool has_begun(const Foreseen& message, bool has_decided) const;
  void settle(bool has_decided);
  void schedule_room();
  void give_room();
  void enqueue(Transit& transit, Input& input);
  bool choose(Picoseconds now);
  Picoseconds book_in_turn(const Message& message, Picoseconds arrival);
  Picoseconds book_long(const Message& message, Picoseconds arrival);
  bool next_has_room(const Place& next);
  void send(Transit& transit, Picoseconds now);
  void begin(Transit& transit, Picoseconds now);
  void wake_feeder(Input& input);
  void wake_outsider(Input& input);
  bool counts_at(Picoseconds time) const { return time >= counts_from_ && time < counts_until_; }
  void add_booked(StationStatistics& statistics) const;
  std::uint64_t bytes_of(MessageKind kind, unsigned lines) const;
  void count(StationStatistics& statistics, MessageKind kind, unsigned lines, Picoseconds wait,
             Picoseconds busy) const;
  void count(StationStatistics& statistics, const Foreseen& message) const;

  /// Messages of one shape, loosely timed: what the server says of each, which never changes, and
  /// how many there were, which gives most of the statistics.
  struct Shape {
    Picoseconds alone = 0, occupancy = 0;
    std::uint64_t messages = 0;
    unsigned units = 0;  ///< of the server's calendar, if booking it is all there is to do
  };
  using Shapes = std::array<std::array<std::array<Shape, most_lines + 1>, 2>, message_kinds>;

  /// Of at most `most_lines`, once they are known.
  Shape& shape_of(const Message& message) const {
    return (*shapes_)[static_cast<unsigned>(message.kind)][message.write][message.lines];
  }
  void find_shapes();

  // A fabric of hundreds of hosts does not fit the caches, and every line of a station that a
  // message touches is a miss: the first four hold what most messages need.
  Timeline& timeline_;
  PipeServer* pipe_;  ///< the server, if it is one, as most are: called without a look-up
  Picoseconds free_at_ = 0;
  const Picoseconds latency_;
  std::uint32_t waiting_ = 0;
  std::uint32_t number_ = 0;
  const std::uint32_t depth_;
  bool touched_ = false;
  bool is_queue_ = false;    ///< one input, the oldest first
  bool foresees_ = false;    ///< a queue, nobody watches, and it takes time
  bool in_order_ = false;    ///< none overtakes another on its way through
  bool at_once_ = false;     ///< nobody waits for the server
  bool alarmed_ = false;     ///< an event is pending for free_at_
  bool gives_room_ = false;  ///< one of those that are foreseen begins now, and somebody waits
  const bool moves_data_;

  Input* inputs_ = &only_input_;
  Input only_input_;
  std::uint64_t turns_ = 0;
  BufferPool* const pool_;

  ForeseenQueue foreseen_;
  Picoseconds counts_from_ = 0;
  Picoseconds counts_until_ = Wheel::never;
  StationObserver* observer_ = nullptr;
  const Station* blocked_on_ = nullptr;

  StationStatistics statistics_;
  std::unique_ptr<Server> server_;

  Transit* chosen_ = nullptr;  ///< waits for room at the next place
  std::unique_ptr<Arbiter> arbiter_;
  std::unique_ptr<Shapes> shapes_;         ///< loosely timed: from the first booking on
  SlotCalendar* calendar_ = nullptr;       ///< likewise; null: the server's book() knows more
  Picoseconds room_due_ = Wheel::never;    ///< an event is pending for when one of them gives room
  Picoseconds choice_due_ = Wheel::never;  ///< and for when the arbiter would choose
  Picoseconds blocked_since_ = 0;
  Heads heads_;                     ///< of the inputs, for the arbiter
  std::vector<Input> many_inputs_;  ///< where there is more than one
  const std::string label_;
  const char* const kind_;
};

}  // namespace cxlpool::timing
