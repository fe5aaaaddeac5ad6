// An IP address that another machine took over, or has as well.
#include "report/text/failure_words.h"
#include "report/text/words.h"

namespace deadpeer {

void say_new_holder(std::string& evidence, const MacChange& macs, Signs signs) {
    say_sentence(evidence, "The RST of a host without the connection came from MAC ", MacText{macs.now},
                 ", and the address had been at ", MacText{macs.before}, ", which did not use it again");
    if ((signs & kSignAddressClaimed) != 0) {
        say_sentence(evidence, "The new one claimed the address by ARP or neighbor discovery");
    } else {
        say_sentence(evidence, "The new one uses the address, though no ARP or neighbor discovery says so");
    }
    if ((signs & kSignOwnAddress) != 0) {
        say_sentence(evidence, "It is a machine of its own, with another IP address besides");
    } else {
        say_sentence(evidence,
                     "A host that changed its network card and lost the connection would look the same");
    }
}

void say_two_holders(std::string& evidence, const MacChange& macs, Signs signs) {
    say_sentence(evidence, "The RST of a host without the connection came from MAC ", MacText{macs.now},
                 ", and ", MacText{macs.before}, " went on with the connection");
    if ((signs & kSignAddressClaimed) != 0) {
        say_sentence(evidence, "The former claimed the address by ARP or neighbor discovery");
    } else {
        say_sentence(evidence,
                     "The former uses the address as well, though no ARP or neighbor discovery says so");
    }
}

void describe_address_moved(Explanation& out, const FailureReport& story) {
    say_sentence(out.what, Side{story.failed},
                 story.confidence > Confidence::kLow ? " moved" : " seems to have moved",
                 " to another machine, which does not have the connection with ", Side{story.left});
    say_new_holder(out.evidence, story.macs, story.signs);
    say_doubts(out.evidence, story);
    say_sentence(out.advice, kAdviceOnMove);
}

void describe_address_conflict(Explanation& out, const FailureReport& story) {
    say_sentence(out.what, "Two machines ", story.confidence > Confidence::kLow ? "use " : "seem to use ",
                 story.failed.address, ": one reset the connection that the other had with ",
                 Side{story.left});
    say_two_holders(out.evidence, story.macs, story.signs);
    say_doubts(out.evidence, story);
    say_sentence(out.advice, kAdviceOnConflict);
}

}  // namespace deadpeer
