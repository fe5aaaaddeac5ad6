// ServiceManager: tells systemd that the service is ready, alive and stopping.
//
// What:     the protocol of sd_notify(3): datagrams to the socket that $NOTIFY_SOCKET names. Without that
//           variable there is nobody to tell, and everything here does nothing.
// Lifetime: the socket is connected when it is made, so that it goes on working in a sandbox.
// Threads:  one thread at a time.
// Errors:   none: a manager that does not listen is no reason to stop, or to wait.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace deadpeer::cli {

class ServiceManager {
public:
    using Clock = std::chrono::steady_clock;

    // From the environment.
    ServiceManager();
    ~ServiceManager();
    ServiceManager(const ServiceManager&) = delete;
    ServiceManager& operator=(const ServiceManager&) = delete;

    void ready() { notify("READY=1"); }
    void stopping() { notify("STOPPING=1"); }

    // Tells that the process lives if it is time to: at half of what the watchdog allows.
    void keep_alive(Clock::time_point now);
    // When keep_alive() will next have something to tell; never without a watchdog.
    [[nodiscard]] Clock::time_point next_sign_of_life() const { return next_; }

private:
    void notify(std::string_view state) const;

    int socket_ = -1;
    std::optional<std::chrono::microseconds> period_;
    Clock::time_point next_ = Clock::time_point::max();
};

}  // namespace deadpeer::cli
