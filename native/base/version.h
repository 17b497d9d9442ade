// The version of rdm, as package.json has it.
#pragma once

namespace rdm {

const char* version();

}  // namespace rdm
