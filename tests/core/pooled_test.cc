#include "core/pooled.h"

#include "support/catch.h"

namespace deadpeer {
namespace {

struct Note {
    int value = 7;
};

TEST_CASE("what holds no record reads as a default one") {
    const Pooled<Note> note;
    CHECK_FALSE(note.held());
    CHECK(note->value == 7);
}

TEST_CASE("a record is taken when it is written to, and comes back as new") {
    RecordPool<Note> pool;
    Pooled<Note> first;
    first.in(pool).value = 1;
    first.in(pool).value += 1;
    CHECK(first->value == 2);

    Pooled<Note> second;
    second.in(pool).value = 3;
    CHECK(first->value == 2);

    first.release(pool);
    CHECK_FALSE(first.held());
    CHECK(first->value == 7);
    Pooled<Note> third;
    CHECK(third.in(pool).value == 7);
    CHECK(second->value == 3);
}

TEST_CASE("who takes over a record is its owner") {
    RecordPool<Note> pool;
    Pooled<Note> from;
    from.in(pool).value = 1;
    const Pooled<Note> to = std::move(from);
    CHECK(to->value == 1);
    CHECK_FALSE(from.held());
}

TEST_CASE("a pool takes memory for what is held at once, not for what was ever taken") {
    RecordPool<Note> pool;
    Pooled<Note> note;
    note.in(pool);
    const std::size_t memory = pool.memory();
    CHECK(memory >= sizeof(Note));
    for (int i = 0; i < 1000; ++i) {
        note.release(pool);
        note.in(pool);
    }
    CHECK(pool.memory() == memory);
}

}  // namespace
}  // namespace deadpeer
