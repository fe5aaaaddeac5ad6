#include "flow/flow_table.h"

#include <map>
#include <random>
#include <set>
#include <unordered_map>

#include "support/catch.h"

namespace deadpeer {
namespace {

struct Record {
    FlowKey key;
    int value = 0;
};

// All keys collide.
struct OneHash {
    explicit OneHash(std::uint64_t /*seed*/) {}
    std::uint64_t operator()(const FlowKey& /*key*/) const { return 0; }
};

// Few homes, the last ones of the index: runs of slots wrap around its end. Tags tell nothing.
struct LastHomes {
    explicit LastHomes(std::uint64_t /*seed*/) {}
    std::uint64_t operator()(const FlowKey& key) const {
        return 0xffff'ffffU - (key.low_port % 4) * 0x0040'0000U;
    }
};

FlowKey key_of(unsigned number) {
    FlowKey key;
    key.low_address = {number / 7, 0};
    key.high_address = {42, 0};
    key.low_port = static_cast<std::uint16_t>(number);
    key.high_port = 443;
    return key;
}

struct Found {
    Record* record;
    bool inserted;
};

template <typename Table>
Found find_or_insert(Table& table, const FlowKey& key, std::uint64_t hash) {
    if (Record* const known = table.find(key, hash)) return {known, false};
    return {&table.insert(key, hash), true};
}

template <typename Table>
void check_equal(Table& table, const std::unordered_map<unsigned, int>& model, unsigned keys) {
    CHECK(table.size() == model.size());
    std::map<unsigned, int> visited;
    table.for_each([&](const Record& record) {
        const bool first = visited.emplace(record.key.low_port, record.value).second;
        CHECK(first);
    });
    CHECK(visited == std::map<unsigned, int>(model.begin(), model.end()));
    for (unsigned number = 0; number < keys; ++number) {
        const FlowKey key = key_of(number);
        const bool found = table.find(key, table.hash(key)) != nullptr;
        if (found != model.contains(number)) FAIL("key " << number);
    }
}

template <typename Table>
void compare_with_map(unsigned keys, int steps) {
    Table table(1);
    std::unordered_map<unsigned, int> model;
    std::mt19937 random(7);
    for (int step = 1; step <= steps; ++step) {
        const unsigned number = static_cast<unsigned>(random() % keys);
        const FlowKey key = key_of(number);
        // Grows for a while, then shrinks, and so on.
        const bool growing = step / static_cast<int>(keys) % 2 == 0;
        if (model.contains(number) && random() % 4 < (growing ? 1U : 3U)) {
            table.erase(key);
            model.erase(number);
            continue;
        }
        const std::uint64_t hash = table.hash(key);
        table.prefetch_slot(hash);
        const std::uint64_t displaced = table.displaced();
        const Record* const guess = table.prefetch_record(hash);
        const auto found = find_or_insert(table, key, hash);
        const bool guessed = guess != nullptr && guess->key == key && table.displaced() == displaced;
        if (guessed && guess != found.record) FAIL("guess of key " << number << " at step " << step);
        const auto [entry, inserted] = model.try_emplace(number, 0);
        if (found.inserted != inserted || found.record->value != entry->second ||
            !(found.record->key == key)) {
            FAIL("key " << number << " at step " << step);
        }
        found.record->value = entry->second = step;
    }
    check_equal(table, model, keys);
}

TEST_CASE("the flow table behaves as a map") {
    compare_with_map<FlowTable<Record>>(5000, 60000);
}

TEST_CASE("the flow table behaves as a map when all keys collide") {
    compare_with_map<FlowTable<Record, OneHash>>(150, 6000);
}

TEST_CASE("the flow table behaves as a map when runs wrap around the index") {
    compare_with_map<FlowTable<Record, LastHomes>>(150, 6000);
}

TEST_CASE("a record stays where it is until it is erased") {
    FlowTable<Record> table(1);
    std::vector<Record*> records;
    for (unsigned number = 0; number < 5000; ++number) {
        const FlowKey key = key_of(number);
        records.push_back(find_or_insert(table, key, table.hash(key)).record);
    }
    for (unsigned number = 0; number < 5000; number += 2) table.erase(key_of(number));
    for (unsigned number = 1; number < 5000; number += 2) {
        const FlowKey key = key_of(number);
        const auto found = find_or_insert(table, key, table.hash(key));
        CHECK(found.record == records[number]);
    }
}

TEST_CASE("the guess of a record is the record until one was erased or moved") {
    FlowTable<Record> table(1);
    const FlowKey key = key_of(1);
    const std::uint64_t hash = table.hash(key);
    CHECK(table.prefetch_record(hash) == nullptr);
    const Record& record = table.insert(key, hash);
    CHECK(table.prefetch_record(hash) == &record);

    constexpr unsigned kMany = 3000;
    for (unsigned number = 2; number < kMany; ++number)
        table.insert(key_of(number), table.hash(key_of(number)));
    CHECK(table.prefetch_record(hash) == &record);
    std::uint64_t displaced = table.displaced();
    CHECK(displaced == 0);
    for (unsigned number = 2; table.too_many() > 0; ++number) table.erase(key_of(number));
    CHECK(table.displaced() > displaced);
    displaced = table.displaced();
    table.give_back();
    CHECK(table.displaced() > displaced);
}

TEST_CASE("an erased record's successor begins afresh") {
    FlowTable<Record> table(1);
    const FlowKey key = key_of(1);
    find_or_insert(table, key, table.hash(key)).record->value = 5;
    table.erase(key);
    const auto found = find_or_insert(table, key, table.hash(key));
    CHECK(found.inserted);
    CHECK(found.record->value == 0);
}

TEST_CASE("records are found by their marks, also those that were there before marks were, or were moved") {
    constexpr unsigned kKeys = 5000;
    FlowTable<Record> table(1);
    std::set<unsigned> wanted;
    const auto mark_of = [](const FlowKey& key) { return std::uint32_t{key.low_port} % 10; };
    for (unsigned number = 0; number < kKeys; ++number) {
        if (number == kKeys / 2) table.keep_marks(mark_of);
        const FlowKey key = key_of(number);
        table.insert(key, table.hash(key), table.keeps_marks() ? mark_of(key) : 0);
    }
    for (unsigned number = 0; number < kKeys; ++number) {
        if (number % 3 == 0) {
            table.erase(key_of(number));
        } else if (number % 10 == 4) {
            wanted.insert(number);
        }
    }
    const auto found = [&] {
        std::set<unsigned> numbers;
        table.for_each_marked([](std::uint32_t mark) { return mark == 4; },
                              [&](const Record& record) { numbers.insert(record.key.low_port); });
        return numbers;
    };
    CHECK(found() == wanted);
    const std::size_t memory = table.memory();
    while (table.too_many() == 0) table.give_back();
    CHECK(table.memory() < memory);
    CHECK(found() == wanted);
}

TEST_CASE("the clock goes round all records in use and no others") {
    FlowTable<Record> table(1);
    for (unsigned number = 0; number < 10; ++number) {
        const FlowKey key = key_of(number);
        find_or_insert(table, key, table.hash(key));
    }
    for (const unsigned number : {0U, 4U, 9U}) table.erase(key_of(number));
    std::map<unsigned, int> visits;
    for (int turn = 0; turn < 7; ++turn) {
        table.clock(3, [&](const Record& record) { ++visits[record.key.low_port]; });
    }
    // 21 visits: each of the seven three times.
    CHECK(visits == std::map<unsigned, int>{{1, 3}, {2, 3}, {3, 3}, {5, 3}, {6, 3}, {7, 3}, {8, 3}});

    FlowTable<Record> empty(1);
    empty.clock(5, [](const Record&) { FAIL("there is no record"); });
}

TEST_CASE("memory grows when there is no room, by what was foretold") {
    FlowTable<Record> table(1);
    for (unsigned number = 0; number < 20000; ++number) {
        const bool room = table.has_room();
        const std::size_t before = table.memory();
        const std::size_t foretold = table.next_growth();
        const FlowKey key = key_of(number);
        find_or_insert(table, key, table.hash(key));
        const std::size_t grown = table.memory() - before;
        // The bits that say which records are in use are not foretold.
        constexpr std::size_t kBits = 1024;
        if (room ? grown > kBits : grown > foretold + kBits) FAIL(number << " grew by " << grown);
    }
    // Freed records are used again.
    const std::size_t full = table.memory();
    for (unsigned number = 0; number < 20000; ++number) table.erase(key_of(number));
    for (unsigned number = 0; number < 20000; ++number) {
        const FlowKey key = key_of(number);
        find_or_insert(table, key, table.hash(key));
    }
    CHECK(table.memory() == full);
}

TEST_CASE("a block is given back once as many records are free, and no flow is lost") {
    constexpr unsigned kKeys = 9000;
    FlowTable<Record> table(1);
    std::unordered_map<unsigned, int> model;
    for (unsigned number = 0; number < kKeys; ++number) {
        const FlowKey key = key_of(number);
        find_or_insert(table, key, table.hash(key)).record->value = static_cast<int>(number);
        model[number] = static_cast<int>(number);
    }
    std::size_t memory = table.memory();
    std::mt19937 random(5);
    for (int round = 0; round < 4; ++round) {
        while (table.too_many() > 0) {
            const auto number = static_cast<unsigned>(random() % kKeys);
            if (model.erase(number) > 0) table.erase(key_of(number));
        }
        table.give_back();
        CHECK(table.memory() < memory);
        check_equal(table, model, kKeys);
        const FlowKey key = key_of(kKeys + 1);
        find_or_insert(table, key, table.hash(key));
        table.erase(key);
        memory = table.memory();
    }
    for (const auto& [number, value] : model) {
        CHECK(table.find(key_of(number), table.hash(key_of(number)))->value == value);
    }
}

}  // namespace
}  // namespace deadpeer
