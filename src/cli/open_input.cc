#include "cli/open_input.h"

#include <fmt/format.h>

#include "cli/readable_link_types.h"

namespace deadpeer::cli {

bool is_no_capture(const InputFiles& files, std::size_t place, OpenOptions options) {
    const Result<int> descriptor = files.borrow(place);
    if (!descriptor) return false;
    options.descriptor = descriptor.value();
    return holds_no_capture(files.path(place), options);
}

Result<std::unique_ptr<PacketSource>> open_input(const std::string& path, const Result<int>& descriptor,
                                                 OpenOptions options) {
    if (!descriptor) return descriptor.error();
    options.descriptor = descriptor.value();
    auto opened = open_capture(path, options);
    if (!opened) return opened;
    const std::string unreadable = unreadable_link_type(*opened.value());
    if (!unreadable.empty()) return Error{fmt::format("{} {}", path, unreadable)};
    return opened;
}

}  // namespace deadpeer::cli
