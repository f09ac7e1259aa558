// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/connection.h"

#include <string_view>
#include <utility>

namespace cxlpool::qmp {

using boost::system::error_code;

Connection::Connection(Monitor& monitor, Listener::Socket socket, std::function<void()> changed)
    : socket_(std::move(socket)), session_(monitor), changed_(std::move(changed)) {}

void Connection::start() {
  flush();
  read();
}

void Connection::close() {
  error_code ignored;
  socket_.close(ignored);
}

void Connection::read() {
  if (reading_ || input_ended_ || closed() || session_.closed() || session_.paused()) return;
  reading_ = true;
  socket_.async_read_some(boost::asio::buffer(received_),
                          [self = shared_from_this()](const error_code& error, std::size_t bytes) {
                            self->on_read(error, bytes);
                          });
}

void Connection::on_read(const error_code& error, std::size_t bytes) {
  reading_ = false;
  if (error == boost::asio::error::eof) {
    input_ended_ = true;  // and answers may still be wanted: `cat commands | nc`
  } else if (error) {
    close();
  } else {
    session_.receive(std::string_view(received_.data(), bytes));
  }
  changed_();
  read();
}

void Connection::flush() {
  if (closed()) return;
  if (session_.overrun()) return close();
  if (!writing_.empty()) return;
  writing_ = session_.take_output();
  session_.set_in_flight(writing_.size());
  if (writing_.empty()) {
    if (session_.closed() || (input_ended_ && !session_.paused())) close();
    return;
  }
  boost::asio::async_write(socket_, boost::asio::buffer(writing_),
                           [self = shared_from_this()](const error_code& error, std::size_t) {
                             self->on_written(error);
                           });
}

void Connection::on_written(const error_code& error) {
  writing_.clear();
  session_.set_in_flight(0);
  if (error) close();
  if (!closed() && session_.paused()) session_.resume();
  changed_();
  read();
}

}  // namespace cxlpool::qmp
