// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "platforms/validate/case.h"
#include "platforms/validate/table.h"

namespace cxlpool::validation {

std::string to_text(const std::vector<Table>& tables);
std::string to_markdown(const std::vector<Table>& tables);
nlohmann::json to_json(const std::vector<Table>& tables);

std::string to_text(const CaseResult& result);
std::string to_markdown(const CaseResult& result);
nlohmann::json to_json(const CaseResult& result);

}  // namespace cxlpool::validation
