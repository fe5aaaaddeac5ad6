#include "deadpeer/scope.h"
#include "core/folded_address.h"
#include "core/parse_address.h"
#include "support/catch.h"
#include "support/flow_key.h"

namespace deadpeer {
namespace {

TEST_CASE("a scope says what it stands for") {
    CHECK(scope_text(0).empty());
    CHECK(scope_text(scope_of(ScopeKind::kVlan, 10)) == "vlan:10");
    CHECK(scope_text(scope_of(ScopeKind::kVlan, 10 << 12 | 4094)) == "vlan:10.4094");
    CHECK(scope_text(scope_of(ScopeKind::kVni, 0)) == "vni:0");
    CHECK(scope_text(scope_of(ScopeKind::kVni, 0xffffff)) == "vni:16777215");
    CHECK(scope_text(scope_of(ScopeKind::kService, 7)) == "service:7");
    CHECK(scope_text(scope_of(ScopeKind::kGre, kLargestScopeValue)) == "gre:268435455");
    CHECK(scope_text(scope_of(ScopeKind::kInterface, 0)) == "interface:0");
    CHECK(scope_text(scope_of(ScopeKind::kTunnel, 0x0a1b2c3)) == "tunnel:0a1b2c3");
    CHECK(scope_text(scope_of(ScopeKind::kSeveral, 0xfffffff)) == "several:fffffff");
}

TEST_CASE("equal addresses in two networks are different, and go through a key unchanged") {
    for (const char* text : {"10.0.0.1", "2001:db8::1", "255.255.255.255"}) {
        const IpAddress plain = *parse_address(text);
        IpAddress tenant = plain;
        tenant.set_scope(scope_of(ScopeKind::kVlan, 10));
        CHECK(plain != tenant);
        CHECK(plain < tenant);
        CHECK(to_string(plain) == to_string(tenant));
        CHECK(folded(plain) != folded(tenant));
        CHECK(IpAddress::of_words(tenant.words(), tenant.is_v6, tenant.scope) == tenant);

        FlowKey key = make_flow_key(plain.words(), 1, plain.words(), 2, plain.is_v6).first;
        CHECK(key.low().address == plain);
        const FlowKey without = key;
        key.set_scope(tenant.scope);
        CHECK(key != without);
        CHECK(key.scope() == tenant.scope);
        CHECK(key.is_v6() == plain.is_v6);
        CHECK(key.low() == Endpoint{tenant, 1});
        CHECK(key.high() == Endpoint{tenant, 2});
    }
}

}  // namespace
}  // namespace deadpeer
