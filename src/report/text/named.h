// Named: addresses with the names that the inventory knows, as words of a sentence.
//
//     say(out, named(finding.subject), " reset ", named(finding.peer));  // 10.2.0.2:9000 (db-1) reset ...
//
// What:     names are made printable; they may hold quotes and delimiters still.
// Lifetime: the inventory must outlive it.
// Threads:  pure functions.
#pragma once

#include <string>

#include "knowledge/inventory.h"
#include "report/text/text.h"
#include "report/text/words.h"

namespace deadpeer {

template <typename Word>
struct NamedWord {
    Word word;
    const std::string* name;  // nullptr: none
};

template <typename Word>
void append_word(std::string& out, const NamedWord<Word>& named) {
    append_word(out, named.word);
    if (named.name != nullptr) say(out, " (", printable(*named.name), ")");
}

class Named {
public:
    // Null: nobody has a name.
    explicit Named(const Inventory* inventory) : inventory_(inventory) {}

    [[nodiscard]] NamedWord<IpAddress> operator()(const IpAddress& address) const {
        return {address, name_of(address)};
    }
    // "10.2.0.2:9000 (db-1)". REQUIRES: the endpoint outlives the sentence.
    [[nodiscard]] NamedWord<Side> operator()(const Endpoint& endpoint) const {
        return {Side{endpoint}, name_of(endpoint.address)};
    }

private:
    [[nodiscard]] const std::string* name_of(const IpAddress& address) const {
        return inventory_ == nullptr ? nullptr : inventory_->name_of(address);
    }

    const Inventory* inventory_;
};

}  // namespace deadpeer
