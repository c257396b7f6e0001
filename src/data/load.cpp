#include <holdout/data/load.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <numeric>
#include <tuple>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

#include "encode.hpp"
#include "libsvm.hpp"
#include "split.hpp"
#include "split_keys.hpp"
#include "weights.hpp"

namespace holdout::data {
namespace {

std::string resolved(const std::string& file, const std::string& folder) {
  return (std::filesystem::path(folder) / file).string();
}

char delimiter_of(const DataSettings& settings) { return settings.delimiter == "tab" ? '\t' : settings.delimiter[0]; }

// The split column's cells, for all rows of its table.
SplitColumn values_of(const Table& table, const std::string& name) {
  const auto j = table.find(name);
  if (!j)
    throw Error(Message{{},
                        holdout::quoted(table.file) + " has no column " + holdout::quoted(name),
                        near_names(name, table.names()),
                        {},
                        "data.split.column"});
  const Column& c = table.columns[*j];
  if (c.first_missing)
    throw Error(Message{
        {table.file, c.first_missing->line, 0},
        "column " + holdout::quoted(name) +
            (c.first_missing->cell.empty() ? " is empty"
                                           : ": " + holdout::quoted(c.first_missing->cell) + " is a missing value") +
            ": the row is in no part",
        "expected train, holdout, test, or the number of a fold (-1: test)"});
  if (c.too_many)
    throw Error(Message{{table.file, 0, 0},
                        "column " + holdout::quoted(name) + " has more than " + std::to_string(c.levels.size()) +
                            " different values: it is no split",
                        "expected train, holdout, test, or the number of a fold (-1: test)"});
  SplitColumn column{table.file, {}, table.lines};
  for (const double level : table.column(*j)) column.values.push_back(c.levels[static_cast<std::size_t>(level)]);
  return column;
}

// What means something for tables of cells only.
void check_libsvm(const DataSettings& settings) {
  Errors errors;
  const auto refuse = [&](const char* key, const char* why, const char* hint) {
    errors.add(Message{{}, "data." + std::string(key) + ": " + why, hint, {}, "data." + std::string(key)});
  };
  if (!settings.target.empty())
    refuse("target", "a libsvm file has no column names: the label that each line begins with is predicted",
           "remove it");
  if (!settings.categorical.empty()) refuse("categorical", "all features of a libsvm file are numbers", "remove it");
  if (settings.missing.usual != "refuse" || !settings.missing.columns.empty())
    refuse("missing", "a libsvm file has no missing values: what a row does not name is 0", "remove it");
  if (!settings.encode.columns.empty()) refuse("encode", "a libsvm file has no columns of categories", "remove it");
  if (settings.unseen != "refuse")
    refuse("unseen", "a libsvm file has no categories: indices that the model does not know are passed over",
           "remove it");
  for (const auto& [key, same] : {std::pair("encoding", settings.cells.encoding == CellFormat().encoding),
                                  std::pair("decimal", settings.cells.decimal == CellFormat().decimal),
                                  std::pair("thousands", settings.cells.thousands == CellFormat().thousands),
                                  std::pair("missing_words", settings.cells.missing_words == usual_missing_words())})
    if (!same) refuse(key, "a libsvm file is written in one way", "remove it");
  if (!settings.features.include.empty() || !settings.features.exclude.empty())
    refuse("features", "a libsvm file has no column names", "leave features out of the file itself");
  if (settings.split.selected() == SplitSettings::column && settings.split.file.empty())
    refuse("split.column", "a libsvm file has no columns",
           "put the parts into a CSV file beside it, and name it: file");
  for (const auto& [key, name, hint] :
       {std::tuple("split.group", settings.split.group,
                   "use method: column, with the fold of every row in a CSV file beside it"),
        std::tuple("split.order", settings.split.order, "omit it: the rows are then taken in the order of the file")})
    if (!name.empty()) refuse(key, "a libsvm file has no columns", hint);
  if (settings.split.selected() == SplitSettings::leave_one_out)
    refuse("split", "leave_one_out needs dense rows", "use method: kfold, or write the rows as CSV");
  if (!settings.weight.column.empty() && settings.weight.file.empty())
    refuse("weight", "a libsvm file has no columns",
           "put the weights into a CSV file beside it: weight: {column: NAME, file: FILE}");
  errors.throw_if_any();
}

// Columns of the data file that the study names: whoever names them says that the first line is a header.
std::vector<std::string> named_columns(const DataSettings& settings) {
  std::vector<std::string> names = settings.features.include;
  names.insert(names.end(), settings.features.exclude.begin(), settings.features.exclude.end());
  for (const MissingSettings::Column& column : settings.missing.columns) names.push_back(column.name);
  for (const EncodeSettings::Column& column : settings.encode.columns) names.push_back(column.name);
  names.push_back(settings.target);
  if (settings.weight.file.empty() && !settings.weight.column.empty()) names.push_back(settings.weight.column);
  return names;
}

bool is_libsvm(const DataSettings& settings, const std::string& path) {
  if (const auto known = known_format(settings)) return *known == FileFormat::libsvm;
  return looks_like_libsvm(path, settings.file, "data.file");
}

// [feature]: whether the training rows have one value only.
std::vector<char> constant_columns(const Dataset& data, const RowList& rows) {
  std::vector<std::size_t> count(data.features);
  std::vector<double> value(data.features);
  std::vector<char> same(data.features, 1);
  for (const std::uint32_t i : rows)
    for (std::size_t k = data.sparse.start[i]; k < data.sparse.start[i + 1]; ++k) {
      const std::size_t j = data.sparse.columns[k];
      if (count[j]++ == 0)
        value[j] = data.sparse.values[k];
      else if (data.sparse.values[k] != value[j])
        same[j] = 0;
    }
  for (std::size_t j = 0; j < data.features; ++j) same[j] = same[j] && (count[j] == 0 || count[j] == rows.size());
  return same;
}

// [feature]: the one value that the rows have; NaN: they have none. Nothing: they have several.
std::vector<std::optional<double>> only_values(const Dataset& data, const RowList& rows) {
  std::vector<std::optional<double>> value(data.features, std::numeric_limits<double>::quiet_NaN());
  std::vector<std::size_t> open(data.features);  // features with one value so far
  std::iota(open.begin(), open.end(), std::size_t{0});
  DenseRows dense(data);
  for (std::size_t i = 0; i < rows.size() && !open.empty(); ++i) {
    const std::span<const double> row = dense.row(rows[i]);
    std::erase_if(open, [&](std::size_t j) {
      if (std::isnan(*value[j])) value[j] = row[j];
      if (std::isnan(row[j]) || row[j] == *value[j]) return false;
      value[j].reset();
      return true;
    });
  }
  return value;
}

// What the closed form takes from all rows, the one that is left out among them.
// @param filled  whether any are
void note_leave_one_out(const DataSettings& settings, bool filled, std::vector<std::string>& notices) {
  std::vector<std::string> shared;
  if (settings.standardize != "none") shared.push_back("locations and scales of the features");
  if (filled) shared.push_back("what missing values are filled with");
  notices.push_back("leave-one-out: every row is measured by the model of all others, exactly" +
                    (shared.empty() ? "" : "; but for " + joined(shared) + ", which are those of all rows"));
}

void note_empty_features(const Dataset& data, const Split& split, std::vector<std::string>& notices) {
  const RowList& rows = split.folds[0].train;
  std::vector<std::string> constant, missing;
  if (data.is_sparse()) {
    const std::vector<char> same = constant_columns(data, rows);
    for (std::size_t j = 0; j < data.features; ++j)
      if (same[j]) constant.push_back(data.feature_names[j]);
  }
  if (!data.is_sparse()) {
    const std::vector<std::optional<double>> value = only_values(data, rows);
    for (std::size_t j = 0; j < data.features; ++j)
      if (value[j]) (std::isnan(*value[j]) ? missing : constant).push_back(data.feature_names[j]);
  }
  const auto note = [&](std::vector<std::string> names, const std::string& what) {
    constexpr std::size_t kShown = 5;
    const std::size_t count = names.size();
    if (count == 0) return;
    if (count > kShown) names.resize(kShown), names.push_back("…");
    notices.push_back((count == 1 ? "1 feature is " : std::to_string(count) + " features are ") + what + joined(names));
  };
  note(std::move(constant), "constant on the training rows: ");
  note(std::move(missing), "missing on all training rows, and counts as 0: ");
}

// @param notices  gets what the user should know of the split
void check_and_note(const Prepared& prepared, const Split& split, const DataSettings& settings, const SplitKeys& keys,
                    std::vector<std::string>& notices) {
  check_split(prepared.dataset, split, settings.split);
  if (std::string notice = split_notice(split, settings.split, keys); !notice.empty())
    notices.push_back(std::move(notice));
  const bool filled = std::any_of(prepared.columns.begin(), prepared.columns.end(), [](const InputColumn& column) {
    return column.missing == InputColumn::Missing::fill || column.missing == InputColumn::Missing::indicator;
  });
  if (split.leave_one_out) note_leave_one_out(settings, filled, notices);
  note_empty_features(prepared.dataset, split, notices);
}

}  // namespace

void exchange(Prepared& data, OuterFold& outer) {
  std::swap(data.split, outer.split), std::swap(data.notices, outer.notices);
}

std::optional<FileFormat> known_format(const DataSettings& settings) {
  if (settings.format != "auto") return settings.format == "csv" ? FileFormat::csv : FileFormat::libsvm;
  std::filesystem::path path(settings.file);
  if (path.extension() == ".gz") path = path.stem();
  const std::string ending = path.extension().string();
  const auto is_one_of = [&](std::initializer_list<const char*> endings) {
    return std::find(endings.begin(), endings.end(), ending) != endings.end();
  };
  if (is_one_of({".csv", ".tsv"})) return FileFormat::csv;
  if (is_one_of({".libsvm", ".svm", ".svmlight"})) return FileFormat::libsvm;
  return {};
}

Prepared load(const DataSettings& settings, const std::string& folder, Task task, Seed seed, const Spill& spill) {
  const bool by_column = settings.split.selected() == SplitSettings::column;
  TableOptions options{delimiter_of(settings), settings.categorical, "data.file"};
  options.spill = spill;
  options.cells = settings.cells, options.named = named_columns(settings);
  read_keys(settings, options);
  const std::string path = resolved(settings.file, folder);
  const bool libsvm = is_libsvm(settings, path);
  if (libsvm) check_libsvm(settings);
  if (settings.cells.decimal == settings.cells.thousands)
    throw Error(Message{{},
                        "data.thousands: " + holdout::quoted(settings.cells.thousands) + " is the decimal mark as well",
                        settings.cells.decimal == "." ? "write decimal: \",\"" : "write decimal: \".\"",
                        {},
                        "data.thousands"});
  if (!libsvm && settings.target.empty())
    throw Error(Message{{}, "data.target is missing", "target: name of the column to predict", {}, "data.target"});
  for (const EncodeSettings::Column& column : settings.encode.columns)  // that of weights holds numbers, and is refused
    if (column.name != settings.weight.column || !settings.weight.file.empty()) options.as_text.push_back(column.name);
  if (task == Task::classification) options.as_text.push_back(libsvm ? kLabel : settings.target);
  if (by_column && settings.split.file.empty()) {
    options.as_text.push_back(settings.split.column_name);
    options.parts = settings.split.column_name;
  }
  Prepared prepared;
  prepared.files.emplace_back();
  Table table = (libsvm ? read_libsvm : read_table)(path, settings.file, options, prepared.files.back());

  SplitColumn parts;
  if (by_column && settings.split.file.empty()) {
    parts = values_of(table, settings.split.column_name);
  } else if (by_column) {
    prepared.files.emplace_back();
    TableOptions beside{options.delimiter, {settings.split.column_name}, "data.split.file"};
    beside.cells = settings.cells, beside.parts = settings.split.column_name;
    const Table side =
        read_table(resolved(settings.split.file, folder), settings.split.file, beside, prepared.files.back());
    parts = values_of(side, settings.split.column_name);
    if (side.rows() != table.rows())
      throw Error(Message{{},
                          holdout::quoted(settings.split.file) + " has " + std::to_string(side.rows()) +
                              " rows, the data " + std::to_string(table.rows()),
                          "the split file needs one row for each data row, in the same order",
                          {},
                          "data.split.file"});
  }
  const KeyColumn groups = settings.split.group.empty() ? KeyColumn() : KeyColumn::groups(table, settings),
                  order = settings.split.order.empty() ? KeyColumn() : KeyColumn::order(table, settings);
  const std::vector<double> weights = weights_of(table, settings, [&](const TableOptions& given) {
    prepared.files.emplace_back();
    return read_table(resolved(settings.weight.file, folder), settings.weight.file, given, prepared.files.back());
  });
  Encoded encoded = encode(std::move(table), settings, task, spill);
  prepared.dataset = std::move(encoded.dataset), prepared.columns = std::move(encoded.columns);
  prepared.notices = std::move(encoded.notices), prepared.least_target = encoded.least_target;
  if (!weights.empty()) {
    for (const std::uint32_t i : encoded.kept) prepared.dataset.weights.push_back(weights[i]);
    note_weights(prepared.dataset.weights, settings.weight.column, prepared.notices);
  }
  SplitKeys keys;
  if (by_column) {
    SplitColumn kept{parts.file, {}, {}};
    for (const std::uint32_t i : encoded.kept)
      kept.values.push_back(parts.values[i]), kept.lines.push_back(parts.lines[i]);
    prepared.split = split_by_column(prepared.dataset, kept);
  } else {
    groups.take(encoded.kept, keys), order.take(encoded.kept, keys);
    prepared.split = draw_split(prepared.dataset, settings.split, seed, keys);
  }
  const std::vector<std::string> of_rows = prepared.notices;
  check_and_note(prepared, prepared.split, settings, keys, prepared.notices);
  const OuterSettings& outer = settings.split.outer;
  for (std::int64_t k = 0; outer.fold == OuterSettings::kAll && k < outer.folds; ++k) {
    SplitSettings one = settings.split;
    one.outer.fold = k;
    OuterFold fold{draw_split(prepared.dataset, one, seed, keys), of_rows};
    in_outer_fold(k, [&] { check_and_note(prepared, fold.split, settings, keys, fold.notices); });
    prepared.outer.push_back(std::move(fold));
  }
  prepared.group = std::move(keys.group);
  return prepared;
}

}  // namespace holdout::data
