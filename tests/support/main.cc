#include "support/run_catch.h"

int main(int argc, char** argv) {
    return deadpeer::run_catch(argc, argv);
}
