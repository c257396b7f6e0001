#include <holdout/report/trace.hpp>

#include <algorithm>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>
#include <holdout/study/run_folder.hpp>

#include "text.hpp"
#include "trace_plots.hpp"

namespace holdout::report {
namespace {

std::string seconds_csv(const study::Trace& trace) {
  std::string out = "path,step,seconds\r\n";
  for (const study::TracePath& path : trace.paths)
    for (const study::TracePoint& p : path.points)
      out += csv_cell(path.label) + "," + std::to_string(p.step) + "," + to_text(p.seconds) + "\r\n";
  return out;
}

}  // namespace

std::string trace_csv(const study::Trace& trace) {
  std::string out = trace.of_data ? "path,step,examples,theta0,theta1,value,gradient_norm\r\n"
                                  : "path,step,theta0,theta1,value,gradient_norm\r\n";
  for (const study::TracePath& path : trace.paths)
    for (const study::TracePoint& p : path.points) {
      out += csv_cell(path.label) + "," + std::to_string(p.step);
      if (trace.of_data) out += "," + std::to_string(p.examples);
      for (const double x : {p.theta[0], p.theta[1], p.value, p.gradient_norm}) out += "," + to_text(x);
      out += "\r\n";
    }
  return out;
}

std::vector<std::string> write_trace(const study::Trace& trace, const std::string& folder) {
  std::vector<std::pair<std::string, std::string>> files{{"trace.csv", trace_csv(trace)},
                                                         {"trajectories.svg", trajectories(trace)},
                                                         {"loss.svg", losses(trace, Against::steps)}};
  if (trace.of_data) {
    files.emplace_back("seconds.csv", seconds_csv(trace));
    files.emplace_back("loss_examples.svg", losses(trace, Against::examples));
    files.emplace_back("loss_seconds.svg", losses(trace, Against::seconds));
  }
  std::vector<std::string> paths;
  for (const auto& [name, content] : files) {
    paths.push_back(folder + "/" + name);
    study::write_file(paths.back(), content);
  }
  return paths;
}

std::string trace_summary(const study::Trace& trace, const std::string& folder) {
  const auto above = [&](const study::TracePath& path) { return path.points.back().value - trace.minimum.value_or(0); };
  std::vector<std::vector<std::string>> rows{
      {"path", "steps", trace.minimum ? "above the minimum" : "value", "gradient norm", "end"}};
  for (const study::TracePath& path : trace.paths)
    rows.push_back({escaped(path.label), std::to_string(path.steps), to_text(above(path), 4),
                    to_text(path.points.back().gradient_norm, 4), path.end});
  std::vector<std::size_t> widths(rows[0].size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string out = escaped(trace.what) + "\n";
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) out += row[i] + std::string(widths[i] + 2 - row[i].size(), ' ');
    out += row.back() + "\n";
  }
  return out + "pictures: " + folder + "/trajectories.svg, " + folder + "/loss.svg\n";
}

}  // namespace holdout::report
