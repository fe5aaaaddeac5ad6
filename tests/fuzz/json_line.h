// A line of JSON Lines, read strictly.
//
// Source: RFC 8259; jsonlines.org.
#pragma once

#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/require.h"

namespace deadpeer::fuzz {

// The members of an object: names, and values as text, of which those of an array follow one another and null
// is empty. Whatever is wrong aborts.
class JsonLine {
public:
    std::vector<std::string> names;
    std::vector<std::string> values;

    explicit JsonLine(std::string_view line) : rest_(line) {
        object();
        require(rest_.empty());
    }

private:
    char next() {
        require(!rest_.empty());
        const char byte = rest_.front();
        rest_.remove_prefix(1);
        return byte;
    }
    void skip(std::string_view text) {
        require(rest_.starts_with(text));
        rest_.remove_prefix(text.size());
    }
    bool skip_if(char byte) {
        const bool there = rest_.starts_with(byte);
        if (there) rest_.remove_prefix(1);
        return there;
    }
    std::size_t digits() {
        std::size_t count = 0;
        for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; ++count) next();
        return count;
    }

    void object() {
        skip("{");
        do {
            names.emplace_back();
            string(names.back());
            skip(":");
            values.emplace_back();
            value(values.back());
        } while (skip_if(','));
        skip("}");
    }

    void value(std::string& text) {
        require(!rest_.empty());
        switch (rest_.front()) {
            case '"':
                return string(text);
            case 'n':
                return skip("null");
            case '[':
                return array(text);
            default:
                return number(text);
        }
    }

    void array(std::string& text) {
        skip("[");
        if (skip_if(']')) return;
        do {
            value(text);
        } while (skip_if(','));
        skip("]");
    }

    void number(std::string& text) {
        const std::string_view before = rest_;
        skip_if('-');
        const bool begins_with_zero = rest_.starts_with('0');
        const std::size_t count = digits();
        require(count == 1 || (count > 1 && !begins_with_zero));
        if (skip_if('.')) require(digits() > 0);
        text += before.substr(0, before.size() - rest_.size());
    }

    void string(std::string& text) {
        skip("\"");
        for (char byte = next(); byte != '"'; byte = next()) {
            require(static_cast<unsigned char>(byte) >= 0x20);
            text += byte == '\\' ? escaped() : byte;
        }
    }

    // Others than these are not written.
    char escaped() {
        const char escape = next();
        if (escape == '"' || escape == '\\') return escape;
        require(escape == 'u' && rest_.size() >= 4);
        unsigned code = 0;
        const auto read = std::from_chars(rest_.data(), rest_.data() + 4, code, 16);
        require(read.ptr == rest_.data() + 4 && code < 0x20);
        rest_.remove_prefix(4);
        return static_cast<char>(code);
    }

    std::string_view rest_;
};

}  // namespace deadpeer::fuzz
