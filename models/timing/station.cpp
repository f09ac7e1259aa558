// SPDX-License-Identifier: Apache-2.0
#include "models/timing/station.h"

#include <algorithm>
#include <stdexcept>

#include "models/timing/slot_calendar.h"

namespace cxlpool::timing {
namespace {

/// Alarms of stations come after the arrivals of the same instant and apart from them.
constexpr std::uint64_t alarm_order = 1ull << 63;
/// And those about room in their queues behind the others.
constexpr std::uint64_t room_order = alarm_order | 1ull << 62;

/// And those about what an arbiter waits for.
constexpr std::uint64_t choice_order = alarm_order | 1ull << 61;

/// More than a run needs whose queues are not full for long; beyond that there are events again.
constexpr std::uint32_t most_foreseen = 64;

/// Messages of a link may overtake those that were sent before them, if they fit into flits that
/// have not left. As many places are kept free for them as can leave together.
constexpr unsigned overtaking = 12;

/// Whatever a message may be, as far as a server's time depends on it.
template <typename Action>
void for_each_shape(Action&& action) {
  for (unsigned kind = 0; kind < message_kinds; ++kind) {
    for (const bool write : {false, true}) {
      for (unsigned lines = 1; lines <= most_lines; ++lines) {
        Message message;
        message.kind = static_cast<MessageKind>(kind);
        message.write = write;
        message.lines = static_cast<std::uint8_t>(lines);
        action(message);
      }
    }
  }
}

constexpr bool carries_data(MessageKind kind) {
  return kind == MessageKind::rwd || kind == MessageKind::rwd_partial || kind == MessageKind::drs;
}

}  // namespace

void BufferPool::give(Timeline& timeline) {
  ++free_;
  for (Station* station : waiting_) timeline.touch(*station);
  for (const Event& event : outsiders_) {
    timeline.schedule(timeline.now(), event.order, *event.actor, event.subject);
  }
  outsiders_.clear();
}

void BufferPool::wait(Station& station) {
  if (std::find(waiting_.begin(), waiting_.end(), &station) == waiting_.end()) {
    waiting_.push_back(&station);
  }
}

void BufferPool::found(Station& station) {
  waiting_.erase(std::remove(waiting_.begin(), waiting_.end(), &station), waiting_.end());
}

static_assert(sizeof(Station) % 64 == 0, "stations begin where a line of the cache does");

Station::Station(Timeline& timeline, Config config, std::unique_ptr<Server> server,
                 std::unique_ptr<Arbiter> arbiter)
    : timeline_(timeline),
      pipe_(dynamic_cast<PipeServer*>(server.get())),
      latency_(config.latency),
      depth_(config.depth),
      moves_data_(config.moves_data),
      pool_(config.pool),
      server_(std::move(server)),
      arbiter_(std::move(arbiter)),
      label_(std::move(config.label)),
      kind_(config.kind) {
  number_ = timeline.enlist(*this);
  heads_.grow(1);
  if (!server_ || !arbiter_) {
    throw std::invalid_argument(label() + ": a station needs a server and an arbiter");
  }
  in_order_ = server_->flow().in_order;
  at_once_ = server_->flow().at_once;
  find_out_whether_it_foresees();
}

void Station::find_out_whether_it_foresees() {
  is_queue_ = heads_.size() == 1 && arbiter_->is_queue();
  foresees_ = is_queue_ && takes_time() && server_->flow().ahead && !observer_;
}

/// Whatever comes.
bool Station::takes_time() const {
  bool always = true;
  for_each_shape([&](const Message& message) { always &= alone(message) > 0; });
  return always;
}

void Station::find_shapes() {
  shapes_ = std::make_unique<Shapes>();
  for_each_shape([this](const Message& message) {
    const Server::Room room = server_->room(message);
    shape_of(message) = {server_->alone(message), server_->occupancy(message), 0, room.units};
    calendar_ = room.calendar;
  });
}

void Station::observe(StationObserver* observer) {
  observer_ = observer;
  find_out_whether_it_foresees();
}

StationStatistics Station::statistics(Picoseconds until) const {
  StationStatistics until_then = statistics_;
  for (std::uint32_t i = 0; i < foreseen_.size(); ++i) {
    if (foreseen_[i].begin <= until) count(until_then, foreseen_[i]);
  }
  if (shapes_) add_booked(until_then);
  return until_then;
}

void Station::add_booked(StationStatistics& statistics) const {
  for_each_shape([&](const Message& message) {
    const Shape& shape = shape_of(message);
    statistics.messages += shape.messages;
    statistics.bytes += shape.messages * bytes_of(message.kind, message.lines);
    statistics.busy += shape.messages * shape.occupancy;
  });
}

void Station::measure(Picoseconds from, Picoseconds until) {
  settle(false);
  if (from != counts_from_) {
    statistics_ = {};
    shapes_.reset();
  }
  counts_from_ = from;
  counts_until_ = until;
  server_->measure(from, until);
}

Place Station::input(unsigned input) {
  if (input >= heads_.size()) {
    const bool had_one = many_inputs_.empty();
    many_inputs_.resize(input + 1);
    if (had_one) many_inputs_[0] = std::move(only_input_);
    inputs_ = many_inputs_.data();
    heads_.grow(input + 1);
    find_out_whether_it_foresees();
  }
  return {this, input};
}

void Station::reserve(unsigned input) {
  ++inputs_[input].held;
  if (pool_) pool_->take();
}

void Station::release(unsigned input) {
  --inputs_[input].held;
  if (pool_) pool_->give(timeline_);
  wake_feeder(inputs_[input]);
  wake_outsider(inputs_[input]);
}

void Station::wait_for_room(unsigned input, Station& feeder) {
  inputs_[input].feeder = &feeder;
  if (pool_ && !pool_->has_room()) pool_->wait(feeder);
  if (!foreseen_.empty() && has_begun(foreseen_.front(), true)) {
    timeline_.touch(feeder);  // it asked just before this station's turn
  } else {
    schedule_room();
  }
}

void Station::wait_for_room(unsigned input, Actor& actor, void* subject, std::uint64_t order) {
  const bool full = depth_ != 0 && inputs_[input].held >= depth_;
  if (full || !pool_) {
    auto& outsiders = inputs_[input].outsiders;
    if (!outsiders) outsiders = std::make_unique<std::vector<Event>>();
    outsiders->push_back({0, order, &actor, subject});
    schedule_room();
  } else {
    pool_->wait({0, order, &actor, subject});
  }
}

inline void Station::wake_feeder(Input& input) {
  if (!input.feeder) return;
  timeline_.touch(*input.feeder);
  input.feeder = nullptr;
}

inline void Station::wake_outsider(Input& input) {
  if (!input.outsiders || input.outsiders->empty()) return;
  const Event event = input.outsiders->front();
  input.outsiders->erase(input.outsiders->begin());
  timeline_.schedule(timeline_.now(), event.order, *event.actor, event.subject);
}

void Station::fire(void* subject, Picoseconds now) {
  if (subject == this) {
    gives_room_ = true;
    room_due_ = Wheel::never;
    return timeline_.touch(*this);
  }
  if (subject == &choice_due_) {
    if (now == choice_due_) choice_due_ = Wheel::never;
    return timeline_.touch(*this);
  }
  if (subject) return arrive_last(*static_cast<Transit*>(subject));
  alarmed_ = false;
  timeline_.touch(*this);
}

/// Sends on at once what would be the only one to wait, when the moment comes to decide, and need
/// not: most messages in a fabric that is not saturated. Returns whether it did.
bool Station::pass(Transit& transit) {
  const Picoseconds now = timeline_.now();
  if (waiting_ != 0 || free_at_ > now || observer_ || !timeline_.is_last()) return false;
  const Place next = transit.next();
  if (next.station && !next.station->has_room(next.input, 1, number_)) return false;
  if (!is_queue_ && !arbiter_->lets_pass(transit.leg->input)) return false;
  transit.ready = now;
  if (counts_at(now)) {
    const std::uint32_t waiting = 1 + foreseen_.waiting(now, timeline_.round());
    statistics_.deepest_queue = std::max(statistics_.deepest_queue, waiting);
  }
  if (next.station) next.station->reserve(next.input);
  begin(transit, now);
  return true;
}

void Station::arrive(Transit& transit) {
  transit.ready = timeline_.now();
  const unsigned input = transit.leg->input;
  enqueue(transit, inputs_[input]);
  heads_.set(input, inputs_[input].head);
  ++waiting_;
  if (observer_) observer_->waiting_changed(*this, transit.ready, 1);
  if (counts_at(transit.ready)) {
    const std::uint32_t waiting = waiting_ + foreseen_.waiting(transit.ready, timeline_.round());
    statistics_.deepest_queue = std::max(statistics_.deepest_queue, waiting);
  }
  timeline_.touch(*this);
}

inline void Station::enqueue(Transit& transit, Input& input) {
  const auto goes_first = [&transit](const Transit& other) {
    return other.ready < transit.ready || other.turn <= transit.turn;
  };
  Transit** at = &input.head;
  if (input.tail && goes_first(*input.tail)) {
    at = &input.tail->behind;
  } else {
    while (*at && goes_first(**at)) at = &(*at)->behind;
  }
  transit.behind = *at;
  *at = &transit;
  if (!transit.behind) input.tail = &transit;
}

void Station::decide() {
  if (gives_room_) give_room();
  const Picoseconds now = timeline_.now();
  while (waiting_ > 0) {
    if (free_at_ > now) {
      if (!alarmed_) timeline_.schedule(free_at_, alarm_order | number_, *this, nullptr);
      alarmed_ = true;
      return;
    }
    if (!chosen_ && !choose(now)) return;
    if (!next_has_room(chosen_->next())) return;
    send(*chosen_, now);
  }
}

/// Returns false where the arbiter would rather see what comes.
inline bool Station::choose(Picoseconds now) {
  if (is_queue_) {
    chosen_ = only_input_.head;
    return true;
  }
  const Picoseconds at = arbiter_->chooses_at(heads_, now);
  if (at > now) {
    // Whatever comes before then is decided upon at once.
    if (at != choice_due_) timeline_.schedule(at, choice_order | number_, *this, &choice_due_);
    choice_due_ = at;
    return false;
  }
  chosen_ = &arbiter_->choose(heads_, now);
  return true;
}

inline bool Station::next_has_room(const Place& next) {
  if (!next.station || next.station->has_room(next.input, 1, number_)) {
    if (blocked_on_ && counts_at(timeline_.now())) {
      statistics_.blocked += timeline_.now() - std::max(blocked_since_, counts_from_);
    }
    if (blocked_on_ && blocked_on_->pool_) blocked_on_->pool_->found(*this);
    blocked_on_ = nullptr;
    return true;
  }
  if (!blocked_on_) blocked_since_ = timeline_.now();
  blocked_on_ = next.station;
  next.station->wait_for_room(next.input, *this);
  return false;
}

inline void Station::send(Transit& transit, Picoseconds now) {
  const Place next = transit.next();
  if (next.station) next.station->reserve(next.input);

  const unsigned index = transit.leg->input;
  Input& input = inputs_[index];
  Transit** at = &input.head;
  Transit* before = nullptr;
  while (*at != &transit) {
    before = *at;
    at = &before->behind;
  }
  *at = transit.behind;
  if (input.tail == &transit) input.tail = before;
  heads_.set(index, input.head);
  --waiting_;
  if (observer_) observer_->waiting_changed(*this, now, -1);
  chosen_ = nullptr;
  begin(transit, now);
}

/// Of a message that is in no queue any more, with room reserved where it goes.
inline void Station::begin(Transit& transit, Picoseconds now) {
  const unsigned index = transit.leg->input;
  const Server::Service service = pipe_ ? pipe_->serve(transit.message, now, transit.ready)
                                        : server_->serve(transit.message, now, transit.ready);
  free_at_ = service.free_at;
  if (counts_at(now)) {
    count(statistics_, transit.message.kind, transit.message.lines, now - transit.ready,
          service.busy);
  }
  release(index);

  Picoseconds there = service.done_at + latency_;
  bool in_order = in_order_;
  transit.turn = ++turns_;
  for (++transit.leg; transit.leg < transit.leg_end; ++transit.leg) {
    Station& next = *transit.leg->station;
    if (!next.foresees_ || !next.foresee(transit, there, in_order, number_)) {
      return timeline_.schedule(there, transit.order, next, &transit);
    }
    in_order &= next.in_order_;
  }
  timeline_.schedule(there + transit.after, transit.order, *transit.owner, &transit);
}

/// Takes in a message that will come at `time`, as long as nothing can happen until then that would
/// change when it begins: `time` is then when it will be at the next place. `in_order`: whatever
/// comes later is behind it. Otherwise others may come before it; where nobody waits for the server
/// that is no matter, as long as there is room for all of them.
inline bool Station::foresee(Transit& transit, Picoseconds& time, bool in_order,
                             std::uint32_t asker) {
  if ((!in_order && !at_once_) || timeline_.shares_buffers()) return false;
  settle(asker > number_);
  const std::uint32_t before = foreseen_.size();
  if (only_input_.held != before + 1 || before >= most_foreseen) return false;
  const Place next = transit.next();
  if (next.station) {
    // Nobody else fills that input, so that room that is there now is there when it begins.
    if (!next.station->has_room(next.input, in_order ? 1 : overtaking, asker)) return false;
    next.station->reserve(next.input);
  }
  const Picoseconds begin = at_once_ ? time : std::max(time, free_at_);
  const Server::Service service = pipe_ ? pipe_->serve(transit.message, begin, time)
                                        : server_->serve(transit.message, begin, time);
  if (!at_once_) free_at_ = service.free_at;
  const std::uint32_t round = time > timeline_.now() ? 0 : timeline_.round() + 1;
  foreseen_.insert({begin, time, service.busy, round, 1 + foreseen_.waiting(time, round),
                    transit.message.kind, transit.message.lines});
  transit.ready = time;
  transit.turn = ++turns_;
  time = service.done_at + latency_;
  return true;
}

/// `has_decided`: whether this station's turn in the present round is over.
inline bool Station::has_begun(const Foreseen& message, bool has_decided) const {
  const Picoseconds now = timeline_.now();
  if (message.begin != now) return message.begin < now;
  const std::uint32_t round = message.begin_round();
  return round < timeline_.round() || (round == timeline_.round() && has_decided);
}

/// Does what those have left behind that have begun.
void Station::settle(bool has_decided) {
  for (; !foreseen_.empty() && has_begun(foreseen_.front(), has_decided); foreseen_.pop_front()) {
    count(statistics_, foreseen_.front());
    --inputs_[0].held;
    wake_outsider(inputs_[0]);
  }
}

/// Somebody waits for room, which the next of those that are foreseen will give.
void Station::schedule_room() {
  if (foreseen_.empty() || foreseen_.front().begin == room_due_) return;
  room_due_ = foreseen_.front().begin;
  timeline_.schedule(room_due_, room_order | number_, *this, this);
}

void Station::give_room() {
  gives_room_ = false;
  settle(true);
  wake_feeder(inputs_[0]);
  if (inputs_[0].outsiders && !inputs_[0].outsiders->empty()) schedule_room();
}

/// That pass with it.
inline std::uint64_t Station::bytes_of(MessageKind kind, unsigned lines) const {
  return moves_data_ || carries_data(kind) ? std::uint64_t{lines} * line_bytes : 0;
}

inline void Station::count(StationStatistics& statistics, MessageKind kind, unsigned lines,
                           Picoseconds wait, Picoseconds busy) const {
  ++statistics.messages;
  statistics.bytes += bytes_of(kind, lines);
  statistics.busy += busy;
  statistics.waited += wait;
  statistics.longest_wait = std::max(statistics.longest_wait, wait);
}

inline void Station::count(StationStatistics& statistics, const Foreseen& message) const {
  if (counts_at(message.ready)) {
    statistics.deepest_queue = std::max(statistics.deepest_queue, message.queue);
  }
  if (!counts_at(message.begin)) return;
  count(statistics, message.kind, message.lines, message.begin - message.ready, message.busy);
}

/// Longer than the fabric's own hosts send: a foreign initiator's, below them.
Picoseconds Station::book_long(const Message& message, Picoseconds arrival) {
  const Picoseconds done = server_->book(message, arrival);
  if (counts_at(arrival)) {
    const Picoseconds alone = arrival + server_->alone(message);
    count(statistics_, message.kind, message.lines, done > alone ? done - alone : 0,
          server_->occupancy(message));
  }
  return done + latency_;
}

/// Where messages wait for the server, or for the first time.
Picoseconds Station::book_in_turn(const Message& message, Picoseconds arrival) {
  if (message.lines > most_lines) return book_long(message, arrival);
  if (!shapes_) find_shapes();
  Shape& shape = shape_of(message);
  const Picoseconds alone = arrival + shape.alone;
  const Picoseconds done =
      calendar_ ? alone + calendar_->book(arrival, shape.units) : server_->book(message, arrival);
  const Picoseconds wait = done > alone ? done - alone : 0;
  if (counts_at(arrival)) {
    ++shape.messages;
    statistics_.waited += wait;
    statistics_.longest_wait = std::max(statistics_.longest_wait, wait);
  }
  if (observer_ && wait != 0) {
    observer_->waiting_changed(*this, arrival, 1);
    observer_->waiting_changed(*this, arrival + wait, -1);
  }
  return done + latency_;
}

}  // namespace cxlpool::timing
