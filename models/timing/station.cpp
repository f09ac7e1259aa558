// SPDX-License-Identifier: Apache-2.0
#include "models/timing/station.h"

#include <algorithm>
#include <stdexcept>

namespace cxlpool::timing {
namespace {

/// Alarms of stations come after the arrivals of the same instant and apart from them.
constexpr std::uint64_t alarm_order = 1ull << 63;

constexpr bool carries_data(MessageKind kind) {
  return kind == MessageKind::rwd || kind == MessageKind::rwd_partial || kind == MessageKind::drs;
}

}  // namespace

void BufferPool::give(Timeline& timeline) {
  ++free_;
  for (Station* station : waiting_) timeline.touch(*station);
  waiting_.clear();
  for (const Event& event : outsiders_) {
    timeline.schedule(timeline.now(), event.order, *event.actor, event.subject);
  }
  outsiders_.clear();
}

Station::Station(Timeline& timeline, Config config, std::unique_ptr<Server> server,
                 std::unique_ptr<Arbiter> arbiter)
    : timeline_(timeline),
      moves_data_(config.moves_data),
      depth_(config.depth),
      pipe_(dynamic_cast<PipeServer*>(server.get())),
      server_(std::move(server)),
      pool_(config.pool),
      latency_(config.latency),
      arbiter_(std::move(arbiter)),
      number_(timeline.enlist(*this)),
      label_(std::move(config.label)),
      kind_(config.kind) {
  heads_.grow(1);
  if (!server_ || !arbiter_) {
    throw std::invalid_argument(label() + ": a station needs a server and an arbiter");
  }
  for (unsigned kind = 0; kind < kinds; ++kind) {
    for (const bool write : {false, true}) {
      for (unsigned lines = 1; lines < lines_known; ++lines) {
        Message message;
        message.kind = static_cast<MessageKind>(kind);
        message.write = write;
        message.lines = static_cast<std::uint8_t>(lines);
        costs_[kind][write][lines] = ask(message);
      }
    }
  }
}

void Station::measure(Picoseconds from, Picoseconds until) {
  if (from != counts_from_) statistics_ = {};
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
  wake_waiter(inputs_[input]);
}

void Station::wait_for_room(unsigned input, Station& feeder) {
  inputs_[input].feeder = &feeder;
  if (pool_ && !pool_->has_room()) pool_->wait(feeder);
}

void Station::wait_for_room(unsigned input, Actor& actor, void* subject, std::uint64_t order) {
  const bool full = depth_ != 0 && inputs_[input].held >= depth_;
  if (full || !pool_) {
    inputs_[input].outsiders.push_back({0, order, &actor, subject});
  } else {
    pool_->wait({0, order, &actor, subject});
  }
}

inline void Station::wake_waiter(Input& input) {
  if (input.feeder) {
    timeline_.touch(*input.feeder);
    input.feeder = nullptr;
  }
  if (!input.outsiders.empty()) {
    const Event event = input.outsiders.front();
    input.outsiders.erase(input.outsiders.begin());
    timeline_.schedule(timeline_.now(), event.order, *event.actor, event.subject);
  }
}

void Station::fire(void* subject, Picoseconds) {
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
  if (next.station && !next.station->has_room(next.input)) return false;
  if (!arbiter_->lets_pass(transit.leg->input)) return false;
  transit.ready = now;
  if (counts_at(now)) statistics_.deepest_queue = std::max(statistics_.deepest_queue, 1u);
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
    statistics_.deepest_queue = std::max(statistics_.deepest_queue, waiting_);
  }
  timeline_.touch(*this);
}

inline void Station::enqueue(Transit& transit, Input& input) {
  // Events of an instant come in order, except over several rounds of it.
  Transit** at = &input.head;
  if (input.tail && (input.tail->ready < transit.ready || input.tail->order < transit.order)) {
    at = &input.tail->behind;
  } else {
    while (*at && ((*at)->ready < transit.ready || (*at)->order < transit.order)) {
      at = &(*at)->behind;
    }
  }
  transit.behind = *at;
  *at = &transit;
  if (!transit.behind) input.tail = &transit;
}

void Station::decide() {
  touched_ = false;
  const Picoseconds now = timeline_.now();
  while (waiting_ > 0) {
    if (free_at_ > now) {
      if (!alarmed_) timeline_.schedule(free_at_, alarm_order | number_, *this, nullptr);
      alarmed_ = true;
      return;
    }
    if (!chosen_) chosen_ = &arbiter_->choose(heads_, now);
    if (!next_has_room(chosen_->next())) return;
    send(*chosen_, now);
  }
}

inline bool Station::next_has_room(const Place& next) {
  if (!next.station || next.station->has_room(next.input)) {
    if (blocked_on_ && counts_at(timeline_.now())) {
      statistics_.blocked += timeline_.now() - std::max(blocked_since_, counts_from_);
    }
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
  if (counts_at(now)) count(transit.message, now - transit.ready, service.busy);
  release(index);

  const Picoseconds there = service.done_at + latency_;
  ++transit.leg;
  if (transit.leg < transit.leg_end) {
    timeline_.schedule(there, transit.order, *transit.leg->station, &transit);
  } else {
    timeline_.schedule(there + transit.after, transit.order, *transit.owner, &transit);
  }
}

inline void Station::count(const Message& message, Picoseconds wait, Picoseconds busy) {
  ++statistics_.messages;
  if (moves_data_ || carries_data(message.kind)) statistics_.bytes += message.lines * line_bytes;
  statistics_.busy += busy;
  statistics_.waited += wait;
  statistics_.longest_wait = std::max(statistics_.longest_wait, wait);
}

Picoseconds Station::book(const Message& message, Picoseconds arrival) {
  const Picoseconds done = pipe_ ? pipe_->book(message, arrival) : server_->book(message, arrival);
  const Cost cost = cost_of(message);
  const Picoseconds wait = done - arrival > cost.alone ? done - arrival - cost.alone : 0;
  if (counts_at(arrival)) count(message, wait, cost.occupancy);
  if (observer_ && wait != 0) {
    observer_->waiting_changed(*this, arrival, 1);
    observer_->waiting_changed(*this, arrival + wait, -1);
  }
  return done + latency_;
}

}  // namespace cxlpool::timing
