#include "report/trouble.h"

#include <algorithm>

namespace deadpeer {

void Trouble::note(const std::string& cause) {
    ever_ = true;
    if (std::find(told_.begin(), told_.end(), cause) != told_.end() || told_.size() == kMostCauses) return;
    told_.push_back(cause);
    tell_(cause);
}

void Trouble::over(const std::string& relief) {
    if (told_.empty()) return;
    told_.clear();
    tell_(relief);
}

}  // namespace deadpeer
