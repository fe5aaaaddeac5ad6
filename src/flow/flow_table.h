// FlowTable<Record>: the state of every flow, by key.
//
// DESCRIPTION
//   find, insert    O(1) expected, whatever keys an outsider chooses (seeded hash)
//   prefetch        starts the memory reads that a later find or insert of the same hash will need
//   erase           O(1) expected
//   clock           walks the records a few at a time, for eviction
//   for_each        every record, in no useful order
//   for_each_marked every record whose mark is wanted: 4 bytes a record are read of those that are not
//   give_back       a block of records, when so many are free
//   record_numbers  with at_number(), every record for those who change the table on the way: a record keeps
//                   its number until it is erased, or give_back() moves it
// A Record has a member `FlowKey key`, is default-constructible and can be copied. Its address stays the same
// until it is erased, or give_back() moves it. One thread at a time. Memory grows by blocks of records and
// the index by half. Nothing is allocated when a known flow is found.
//
// IMPLEMENTATION
//   An open-addressing index of 8-byte slots {tag, record number + 1}, linear probing, load at most 3/4,
//   deletion by shifting back, over records in fixed blocks with a free list. The tag is the upper half of
//   the hash: a slot with another tag is another flow without looking at the record. Invariant: for every
//   record r in use, walking from hash(r.key) meets r's slot before an empty one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/hash.h"
#include "deadpeer/address.h"

namespace deadpeer {

// `Hash` is for tests.
template <typename Record, typename Hash = SeededHash>
class FlowTable {
public:
    explicit FlowTable(std::uint64_t hash_seed) : hash_(hash_seed), slots_(kInitialSlots) {}

    [[nodiscard]] std::uint64_t hash(const FlowKey& key) const { return hash_(key); }

    void prefetch_slot(std::uint64_t hash) const { __builtin_prefetch(&slots_[home(hash)]); }

    // Answers which record may be the one of a key of that hash; nullptr if there is none yet. Its address is
    // good while displaced() tells the same. REQUIRES: best some time after prefetch_slot(hash).
    [[nodiscard]] Record* prefetch_record(std::uint64_t hash) {
        for (std::size_t i = home(hash); slots_[i].record != 0; i = after(i)) {
            if (slots_[i].tag != tag(hash)) continue;
            Record& record = at(slots_[i].record - 1);
            const auto* bytes = reinterpret_cast<const char*>(&record);
            for (std::size_t line = 0; line < sizeof(Record); line += 64) __builtin_prefetch(bytes + line, 1);
            return &record;
        }
        return nullptr;
    }

    // A default-constructed record with its key set. REQUIRES: there is none.
    Record& insert(const FlowKey& key, std::uint64_t hash, std::uint32_t mark = 0) {
        if ((size_ + 1) * 4 > slots_.size() * 3) grow_index();
        std::size_t i = home(hash);
        while (slots_[i].record != 0) i = after(i);
        const std::uint32_t number = take_record();
        slots_[i] = {tag(hash), number + 1};
        ++size_;
        if (keeps_marks_) mark_at(number) = mark;
        Record& record = at(number);
        record.key = key;
        return record;
    }

    // nullptr if there is none.
    [[nodiscard]] Record* find(const FlowKey& key, std::uint64_t hash) {
        for (std::size_t i = home(hash); slots_[i].record != 0; i = after(i)) {
            if (slots_[i].tag != tag(hash)) continue;
            Record& record = at(slots_[i].record - 1);
            if (record.key == key) return &record;
        }
        return nullptr;
    }

    void erase(const FlowKey& key) {
        const std::uint64_t hash = hash_(key);
        std::size_t hole = home(hash);
        while (slots_[hole].tag != tag(hash) || !(at(slots_[hole].record - 1).key == key)) {
            hole = after(hole);
        }
        const std::uint32_t number = slots_[hole].record - 1;
        for (std::size_t i = after(hole); slots_[i].record != 0; i = after(i)) {
            const std::size_t wanted = home(hash_(at(slots_[i].record - 1).key));
            if (steps(wanted, i) >= steps(hole, i)) {
                slots_[hole] = slots_[i];
                hole = i;
            }
        }
        slots_[hole] = {};
        in_use_[number] = false;
        free_.push_back(number);
        --size_;
        ++displaced_;
    }

    // How often records were erased or moved.
    [[nodiscard]] std::uint64_t displaced() const { return displaced_; }

    // Calls visit(record) for up to `count` further records in use, going round for ever.
    template <typename Visit>
    void clock(std::size_t count, Visit visit) {
        for (std::size_t looked = 0; count > 0 && looked < in_use_.size(); ++looked) {
            if (hand_ >= in_use_.size()) hand_ = 0;
            const auto number = static_cast<std::uint32_t>(hand_++);
            if (!in_use_[number]) continue;
            visit(at(number));
            --count;
        }
    }

    template <typename Visit>
    void for_each(Visit visit) {
        for (std::uint32_t number = 0; number < in_use_.size(); ++number) {
            if (in_use_[number]) visit(at(number));
        }
    }

    // From now on the mark of each record is kept beside it: that given to insert(), or mark_of(key) of those
    // that are there.
    template <typename MarkOf>
    void keep_marks(MarkOf mark_of) {
        keeps_marks_ = true;
        while (marks_.size() < blocks_.size()) add_marks();
        for (std::uint32_t number = 0; number < in_use_.size(); ++number) {
            if (in_use_[number]) mark_at(number) = mark_of(at(number).key);
        }
    }
    [[nodiscard]] bool keeps_marks() const { return keeps_marks_; }

    // REQUIRES: keeps_marks().
    template <typename Wanted, typename Visit>
    void for_each_marked(const Wanted& wanted, Visit visit) {
        visit_marked(0, record_numbers(), wanted, visit);
    }
    // Those with numbers from `number` to before `end`.
    template <typename Wanted, typename Visit>
    void visit_marked(std::uint32_t number, std::uint32_t end, const Wanted& wanted, Visit visit) {
        for (; number < end; ++number) {
            if (wanted(mark_at(number)) && in_use_[number]) visit(at(number));
        }
    }

    // The numbers of all records lie below.
    [[nodiscard]] std::uint32_t record_numbers() const { return static_cast<std::uint32_t>(in_use_.size()); }
    // nullptr if there is none. REQUIRES: number < record_numbers().
    [[nodiscard]] Record* at_number(std::uint32_t number) { return in_use_[number] ? &at(number) : nullptr; }

    [[nodiscard]] std::size_t size() const { return size_; }

    // Bytes taken by records and index, free ones included.
    [[nodiscard]] std::size_t memory() const {
        return blocks_.size() * kBlockRecords * sizeof(Record) + slots_.size() * sizeof(Slot) +
               in_use_.size() / 8 + marks_.size() * kBlockRecords * sizeof(std::uint32_t);
    }

    // Whether the next insertion can be served without taking more memory.
    [[nodiscard]] bool has_room() const {
        return (!free_.empty() || in_use_.size() < blocks_.size() * kBlockRecords) &&
               (size_ + 1) * 4 <= slots_.size() * 3;
    }

    // What memory() would grow by, for a moment, at the next insertion if has_room() is false.
    [[nodiscard]] std::size_t next_growth() const {
        const bool index_full = (size_ + 1) * 4 > slots_.size() * 3;
        const std::size_t marks = keeps_marks_ ? kBlockRecords * sizeof(std::uint32_t) : 0;
        return kBlockRecords * sizeof(Record) + marks +
               (index_full ? slots_.size() * 3 / 2 * sizeof(Slot) : 0);
    }

    // Records fewer until give_back() can take effect; 0 if it can.
    [[nodiscard]] std::size_t too_many() const {
        const std::size_t rest = blocks_.size() * kBlockRecords - size_;
        return rest >= kBlockRecords ? 0 : kBlockRecords - rest;
    }

    // Gives back the last block; its records go to free places of the others. REQUIRES: too_many() == 0.
    void give_back() {
        const auto first = static_cast<std::uint32_t>((blocks_.size() - 1) * kBlockRecords);
        std::erase_if(free_, [&](std::uint32_t number) { return number >= first; });
        for (auto number = first; number < in_use_.size(); ++number) {
            if (!in_use_[number]) continue;
            std::size_t i = home(hash_(at(number).key));
            while (slots_[i].record != number + 1) i = after(i);
            const std::uint32_t place = take_record();
            at(place) = at(number);
            if (keeps_marks_) mark_at(place) = mark_at(number);
            slots_[i].record = place + 1;
        }
        in_use_.resize(first, false);
        blocks_.pop_back();
        if (keeps_marks_) marks_.pop_back();
        ++displaced_;
    }

private:
    struct Slot {
        std::uint32_t tag = 0;
        std::uint32_t record = 0;  // number + 1; 0 = empty
    };
    static constexpr std::size_t kInitialSlots = 1024;
    static constexpr std::size_t kBlockRecords = 1024;

    // The lower half of the hash as a fraction of the index: its size need be no power of two.
    [[nodiscard]] std::size_t home(std::uint64_t hash) const {
        return ((hash & 0xFFFFFFFF) * slots_.size()) >> 32;
    }
    [[nodiscard]] std::size_t after(std::size_t slot) const {
        return slot + 1 == slots_.size() ? 0 : slot + 1;
    }
    [[nodiscard]] std::size_t steps(std::size_t from, std::size_t to) const {
        return to >= from ? to - from : to + slots_.size() - from;
    }
    static std::uint32_t tag(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

    Record& at(std::uint32_t number) const { return blocks_[number / kBlockRecords][number % kBlockRecords]; }

    [[nodiscard]] std::uint32_t& mark_at(std::uint32_t number) {
        return marks_[number / kBlockRecords][number % kBlockRecords];
    }
    void add_marks() { marks_.push_back(std::make_unique<std::uint32_t[]>(kBlockRecords)); }

    std::uint32_t take_record() {
        if (!free_.empty()) {
            const std::uint32_t number = free_.back();
            free_.pop_back();
            in_use_[number] = true;
            at(number) = Record{};
            return number;
        }
        const auto number = static_cast<std::uint32_t>(in_use_.size());
        if (number == blocks_.size() * kBlockRecords) {
            blocks_.push_back(std::make_unique<Record[]>(kBlockRecords));
            if (keeps_marks_) add_marks();
        }
        in_use_.push_back(true);
        return number;
    }

    // In the order of the records, which are larger than slots: memory is slow to read here and there.
    void grow_index() {
        slots_ = std::vector<Slot>(slots_.size() + slots_.size() / 2);
        for (std::uint32_t number = 0; number < in_use_.size(); ++number) {
            if (!in_use_[number]) continue;
            const std::uint64_t hash = hash_(at(number).key);
            std::size_t i = home(hash);
            while (slots_[i].record != 0) i = after(i);
            slots_[i] = {tag(hash), number + 1};
        }
    }

    Hash hash_;
    std::vector<Slot> slots_;
    std::vector<std::unique_ptr<Record[]>> blocks_;
    std::vector<std::unique_ptr<std::uint32_t[]>> marks_;  // in blocks as the records, if they are kept
    std::vector<bool> in_use_;
    std::vector<std::uint32_t> free_;
    std::size_t size_ = 0;
    std::uint64_t displaced_ = 0;
    std::size_t hand_ = 0;
    bool keeps_marks_ = false;
};

}  // namespace deadpeer
