// One function for each format: findings in, the file's text out. Nothing but `run` depends on time or machine.
#pragma once

#include <span>
#include <string>

#include <holdout/report/findings.hpp>

namespace holdout::report {

/// What the writers of pages are told besides the findings.
struct Page {
  std::span<const std::string> files;  // names of the files in the report's folder
};

std::string json(const Findings& findings, const Page& page);
std::string markdown(const Findings& findings, const Page& page);
std::string html(const Findings& findings, const Page& page);
std::string csv(const Findings& findings, const Page& page);

}  // namespace holdout::report
