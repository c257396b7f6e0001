#include "exports/python_rows.hpp"

#include <algorithm>

#include <holdout/base/number.hpp>

#include "python_text.hpp"

namespace holdout::report {
namespace {

using study::TunedModel;
using Missing = data::InputColumn::Missing;

std::string literal(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + python_literal(word);
  return "[" + text + "]";
}

// Of numbers as the data write them.
std::string number_pattern(const std::string& decimal, const std::string& mark) {
  const std::string point = decimal == "," ? "," : "\\.";
  const std::string whole = mark.empty() ? "[0-9]+" : "(?:[0-9]{1,3}(?:" + mark + "[0-9]{3})+|[0-9]+)";
  return "[+-]?(?:" + whole + "(?:" + point + "[0-9]*)?|" + point + "[0-9]+)(?:[eE][+-]?[0-9]+)?";
}

std::string mark_pattern(const std::string& thousands) {
  if (thousands == "none") return {};
  if (thousands == "space") return "[ \\u00a0\\u2009\\u202f]";
  if (thousands == "'") return "['\\u2019]";
  return thousands == "." ? "\\." : thousands;
}

bool any_missing(const TunedModel& model) {
  return std::any_of(model.columns.begin(), model.columns.end(),
                     [](const auto& c) { return c.missing != Missing::refuse; });
}

bool any_coded(const TunedModel& model) {
  return std::any_of(model.columns.begin(), model.columns.end(), [](const auto& c) { return c.coded(); });
}

bool ignores_unseen(const TunedModel& model) {
  return model.ignore_unseen &&
         std::any_of(model.columns.begin(), model.columns.end(), [](const auto& c) { return !c.levels.empty(); });
}

std::string constants(const TunedModel& model) {
  const data::CellFormat& cells = model.cells;
  const std::string mark = mark_pattern(cells.thousands);
  std::string text = "# How cells are written.\nNUMBER = re.compile(r\"" + number_pattern(cells.decimal, mark) +
                     "\")\nMISSING = " + literal(cells.missing_words) + "\n";
  if (any_missing(model)) {
    text +=
        "# What missing cells become: 0 or the fill, and for level and indicator a feature that is 1 there.\nFILLED = "
        "{\n";
    constexpr const char* kNames[] = {"refuse", "fill", "level", "indicator"};
    for (const data::InputColumn& column : model.columns)
      if (column.missing != Missing::refuse)
        text +=
            "    " + python_literal(column.name) + ": \"" + kNames[static_cast<std::size_t>(column.missing)] + "\",\n";
    text += "}\n";
  }
  if (ignores_unseen(model))
    text += "UNSEEN = {}  # values of columns that the model was not trained with: they are none of its levels\n";
  return text;
}

std::string cell_functions(const TunedModel& model) {
  const std::string mark = mark_pattern(model.cells.thousands);
  std::string plain = "cell";
  if (!mark.empty()) plain = "re.sub(r\"" + mark + "\", \"\", " + plain + ")";
  if (model.cells.decimal == ",") plain += ".replace(\",\", \".\")";
  const auto& words = model.cells.missing_words;
  const bool numbers = std::any_of(words.begin(), words.end(), [](const auto& w) { return to_real(w).has_value(); });
  std::string text = R"(

def number(column, cell):
    """The number in a cell: text, as the training data write it, or a number."""
    if isinstance(cell, str) and not NUMBER.fullmatch(cell):
        raise ValueError(f"{column}: {cell!r} is not a number")
    x = float()" + plain +
                     R"( if isinstance(cell, str) else cell)
    if not abs(x) <= 1e300:
        raise ValueError(f"{column}: {cell!r} is no finite number up to 1e300")
    return x


def is_missing(cell):
    """Whether a cell has no value."""
    if cell is None or cell != cell or str(cell) == "" or str(cell) in MISSING:
        return True
)";
  if (numbers)
    text += R"(    try:
        return number("", cell) in [float(word) for word in MISSING if re.fullmatch(r"[+-]?[0-9.]+", word)]
    except ValueError:
        return False
)";
  else
    text += "    return False\n";
  const bool levels =
      std::any_of(model.columns.begin(), model.columns.end(), [](const auto& c) { return !c.levels.empty(); });
  if (levels)
    text += R"(

def level_of(column, cell, levels):
    """Which of the levels a cell is; numbers are compared by their values."""
    if str(cell) in levels:
        return levels.index(str(cell))
    bare = [level.strip(" \t") for level in levels]  # of a level in quotes, spaces are lost on reading
    if bare.count(str(cell)) == 1:
        return bare.index(str(cell))
    try:
        return [number(column, level) for level in levels].index(number(column, cell))
    except ValueError:
)";
  if (levels)
    text += model.ignore_unseen ? "        UNSEEN.setdefault(column, []).append(str(cell))\n        return None\n"
                                : "        raise ValueError(f\"{column}: {cell!r} is none of {levels}\") from None\n";
  return text;
}

std::string csv_features(const TunedModel& model) {
  const bool levels =
      std::any_of(model.columns.begin(), model.columns.end(), [](const auto& c) { return !c.levels.empty(); });
  const bool missing = any_missing(model);
  std::string text = R"(

def features(row):
    """Raw features of a row, a mapping from column to text or number."""
    x = []
    for column, levels in COLUMNS.items():
        cell = row[column]
)";
  if (missing)
    text +=
        R"(        rule = FILLED.get(column)
        missing = is_missing(cell)
        if missing and rule:
            x += [0.0 if rule == "level" else np.nan] * )" +
        std::string(any_coded(model) ? "(1 if column in CODES else len(levels or [None]))" : "len(levels or [None])") +
        "\n        elif missing:\n";
  else
    text += "        if is_missing(cell):\n";
  text +=
      "            raise ValueError(f\"{column}: a missing value, {cell!r}\")\n        elif levels is None:\n"
      "            x.append(number(column, cell))\n";
  if (levels)
    text += R"(        else:
            level = level_of(column, cell, levels)
)";
  if (levels)
    text += any_coded(model) ? R"(            if column in CODES:
                values, other = CODES[column]
                x.append(other if level is None else values[level])
            else:
                x += [float(k == level) for k in range(len(levels))]
)"
                             : "            x += [float(k == level) for k in range(len(levels))]\n";
  if (missing) text += "        if rule in (\"level\", \"indicator\"):\n            x.append(float(missing))\n";
  if (!model.products.empty()) text += "    for a, b in PRODUCTS:\n        x.append(x[a] * x[b])\n";
  return text + "    return np.array(x)\n";
}

constexpr const char* kCsvRows = R"(

def rows(file):
    """Rows of an open file, each with its line."""
    reader, header = csv.reader(file, delimiter=DELIMITER, skipinitialspace=True), None
    for cells in reader:
        cells = [cell.strip(" \t") for cell in cells]
        if not cells:
            continue
        if header is None and cells[0].lower().startswith("sep=") and not any(cells[1:]):
            if len(cells[0]) > 4:
                raise ValueError(f"line 1, {cells[0]}, says that another delimiter stands between cells")
        elif header is None:
            # Quotes keep the spaces of a name, and the csv module does not tell where there were quotes.
            names = {column.strip(" \t"): column for column in COLUMNS}
            header = [names.get(cell, cell) for cell in cells]
            for column in COLUMNS:
                if header.count(column) != 1:
                    raise ValueError(f"the file has {header.count(column)} columns {column!r}, not 1: {header[:12]}; "
                                     f"the model was trained on a CSV file")
        elif len(cells) != len(header):
            raise ValueError(f"line {reader.line_num}: {len(cells)} cells, and the header has {len(header)}")
        else:
            yield reader.line_num, dict(zip(header, cells))
    if header is None:
        raise ValueError("the file is empty")
)";

constexpr const char* kLibsvmStart = R"(

FEATURE_OF = {index: j for j, index in enumerate(INDICES)}
UNKNOWN = {}  # indices that the model does not know, and how many values they had
LABELS = {}  # labels that it does not know, and how many rows had them


def features(line):
    """Raw features of a line LABEL INDEX:VALUE INDEX:VALUE ...; the label may be left out."""
    x, last, known, unknown = np.zeros(len(INDICES)), -1, 0, []
    for place, token in enumerate(line.split("#")[0].split()):
        index, colon, value = token.partition(":")
        if index == "qid":
            continue
        if place == 0 and not colon:
            if not ()";
constexpr const char* kLibsvmEnd = R"():
                raise ValueError(f"{token!r} is no label: expected LABEL INDEX:VALUE INDEX:VALUE ..., a libsvm file")
            if not is_class(token):
                LABELS[token] = LABELS.get(token, 0) + 1
            continue
        if not (re.fullmatch("[0-9]+", index) and NUMBER.fullmatch(value) and int(index) > last):
            raise ValueError(f"{token!r}: expected INDEX:VALUE, with indices that ascend, as in a libsvm file")
        last = int(index)
        if last in FEATURE_OF:
            x[FEATURE_OF[last]], known = float(value), known + 1
        elif float(value) != 0:
            unknown.append(last)
    if unknown and not known:
        raise ValueError(f"the model knows none of its indices: {unknown[:8]}; it was trained with {INDICES[:8]} ...")
    for index in unknown:
        UNKNOWN[index] = UNKNOWN.get(index, 0) + 1
    return x


def rows(file):
    """Rows of an open file, each with its line."""
    for number, line in enumerate(file, 1):
        if line.split("#")[0].strip():
            yield number, line
)";

}  // namespace

std::string python_rows(const TunedModel& model) {
  if (model.sparse) {
    const std::string label =
        model.classes.empty() ? "NUMBER.fullmatch(token)" : "token in CLASSES or NUMBER.fullmatch(token)";
    const std::string known =
        model.classes.empty()
            ? "    return True\n"
            : "    numbers = [float(name) for name in CLASSES if NUMBER.fullmatch(name)]\n"
              "    return label in CLASSES or bool(NUMBER.fullmatch(label)) and float(label) in numbers\n";
    return "NUMBER = re.compile(r\"" + number_pattern(".", {}) +
           "\")\n\n\ndef is_class(label):\n    \"\"\"Whether the model knows the label; numbers are compared as "
           "such.\"\"\"\n" +
           known + kLibsvmStart + label + kLibsvmEnd;
  }
  return constants(model) +
         "DELIMITER = " + python_literal(model.delimiter == "tab" ? std::string_view("\t") : model.delimiter) + "\n" +
         cell_functions(model) + csv_features(model) + kCsvRows;
}

std::string python_main(const TunedModel& model) {
  const std::string encoding = model.cells.encoding == "windows-1252" ? "cp1252" : "utf-8-sig";
  std::string header = "\"prediction\"", cells = "predict(x)";
  if (model.link() == train::Link::odds) {
    header = "*(f\"probability={c}\" for c in CLASSES), " + header;
    cells = "*probabilities(x), " + cells;
  } else if (model.link() == train::Link::decision) {
    header = "\"decision\", " + header;
    cells = "scores(x)[0], " + cells;
  }
  std::string text = R"(

def main(path="-"):
    """Prints predictions for a file, or standard input."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    line = None
    try:
        with (sys.stdin.buffer if path == "-" else open(path, "rb")) as raw:
            file = io.TextIOWrapper(raw, encoding=")" +
                     encoding +
                     R"(", newline="")
            out.writerow([)" +
                     header +
                     R"(])
            for line, row in rows(file):
                x = features(row)
                out.writerow([)" +
                     cells +
                     R"(])
                line = None
    except (OSError, ValueError, csv.Error) as error:
        print(f"{path}: " + (f"line {line}: " if line else "") + str(error), file=sys.stderr)
        return 2
)";
  if (ignores_unseen(model))
    text += R"(    for column, cells in UNSEEN.items():
        print(f"note: {column}: {len(cells)} value(s) that the model was not trained with count as none: "
              f"{sorted(set(cells))[:8]}", file=sys.stderr)
)";
  if (model.sparse)
    text += R"(    if LABELS:
        print(f"note: {sum(LABELS.values())} row(s) have labels that the model does not know: {sorted(LABELS)[:8]}; "
              f"labels are not used", file=sys.stderr)
    if UNKNOWN:
        print(f"note: {sum(UNKNOWN.values())} values with indices that the model does not know are passed over: "
              f"{sorted(UNKNOWN)[:8]}", file=sys.stderr)
)";
  return text + "    return 0\n\n\nif __name__ == \"__main__\":\n    sys.exit(main(*sys.argv[1:2]))\n";
}

}  // namespace holdout::report
