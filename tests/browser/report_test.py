#!/usr/bin/env python3
"""report.html in a real browser: nothing is loaded, nothing goes wrong, plots, tips and table work, it can be read.

usage: report_test.py HOLDOUT STUDIES FOLDER [--keep]
Exit code 77, which ctest takes for "skipped", without chromium, its driver or selenium.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError:
    print("skipped: no python3-selenium")
    sys.exit(77)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
if not CHROMIUM or not DRIVER:
    print("skipped: no chromium with its driver")
    sys.exit(77)

HOLDOUT, STUDIES, FOLDER = (pathlib.Path(a).resolve() for a in sys.argv[1:4])
PAYLOAD = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'`&amp;</script>"
failures = []


def check(condition, what):
    if not condition:
        failures.append(what)
        print("FAILED:", what)


def run(study, name, *settings):
    out = FOLDER / name
    command = [HOLDOUT, "run", study, "--out", out, "--fresh", "--quiet"]
    for setting in settings:
        command += ["--set", setting]
    subprocess.run(command, check=True)
    return out / "report.html"


def hostile_study():
    """Names that would be markup: of the study, of columns, of classes."""
    folder = FOLDER / "hostile"
    folder.mkdir(parents=True, exist_ok=True)
    quoted = PAYLOAD.replace('"', '""')
    rows = [f'"{quoted}",x,"t{quoted}"']
    rows += [f'{(i * 37) % 11},{i % 7},"{quoted if (i * 37) % 11 + i % 3 > 6 else "no"}"' for i in range(80)]
    (folder / "data.csv").write_text("\n".join(rows) + "\n")
    text = json.dumps(PAYLOAD)
    (folder / "study.yaml").write_text(f"""name: {text}
data: {{file: data.csv, target: {json.dumps("t" + PAYLOAD)}, split: {{method: holdout, fraction: 0.3}}}}
model: {{type: logistic, l2: {{min: 1e-4, max: 1, scale: log}}}}
training: {{optimizer: {{values: [gd, adam]}}, learning_rate: {{min: 0.01, max: 0.5, scale: log}}, batch_size: batch, epochs: 20}}
objective: {{metric: log_loss}}
search: {{method: random, trials: 40}}
""")
    return folder / "study.yaml"


class Browser:
    def __init__(self):
        options = Options()
        options.binary_location = CHROMIUM
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                         "--disable-background-networking", "--no-first-run", f"--user-data-dir={FOLDER}/profile"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service(DRIVER), options=options)

    def cdp(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def look(self, width=1280, dark=False):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.cdp("Emulation.setEmulatedMedia", media="", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def open(self, page):
        self.driver.get("about:blank")
        self.driver.get_log("browser"), self.driver.get_log("performance")
        self.look()
        start = time.time()
        self.driver.get(page.as_uri())
        return time.time() - start

    def complaints(self, page):
        """What the console says, and what was fetched beside the page itself."""
        bad = [entry["message"] for entry in self.driver.get_log("browser")]
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = message["params"]["request"]["url"]
                if url != page.as_uri() and not url.startswith("data:"):
                    bad.append("fetched " + url)
            if message["method"] == "Page.javascriptDialogOpening":
                bad.append("a dialog")
        return bad


CONTRAST = """
const parse = (c) => { const p = c.match(/[\\d.]+/g).map(Number); return p.length > 3 ? p : [...p, 1]; };
const over = (top, under) => under.map((u, i) => i < 3 ? top[3] * top[i] + (1 - top[3]) * u : 1);
const luminance = (c) => { const [r, g, b] = c.map((x) => (x /= 255) <= .04045 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
  return .2126 * r + .7152 * g + .0722 * b; };
const ground = (e) => { const chain = [];
  for (; e; e = e.parentElement) chain.push(parse(getComputedStyle(e).backgroundColor));
  return chain.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]); };
const bad = []; let seen = 0;
for (const e of document.querySelectorAll('body *')) {
  if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
  if (['SCRIPT', 'STYLE', 'title'].includes(e.tagName) || !e.getClientRects().length) continue;
  const style = getComputedStyle(e), drawn = e instanceof SVGElement;
  let under = ground(drawn ? e.closest('figure') : e);
  const cell = e.classList.contains('cell') && e.previousElementSibling;
  if (cell) { const s = getComputedStyle(cell), f = parse(s.fill); under = over([...f.slice(0, 3), Number(s.fillOpacity)], under); }
  const ink = over(parse(drawn ? style.fill : style.color), under);
  const [a, b] = [luminance(ink), luminance(under)].sort((x, y) => y - x);
  const ratio = (a + .05) / (b + .05);
  ++seen;
  if (ratio < 4.5) bad.push(e.tagName + '.' + e.getAttribute('class') + ' ' + e.textContent.slice(0, 30) + ' ' + ratio.toFixed(2));
}
return [seen, bad.slice(0, 5)];
"""

CUT_LABELS = """
const bad = [];
for (const svg of document.querySelectorAll('figure svg')) {
  const frame = svg.getBoundingClientRect();
  for (const text of svg.querySelectorAll('text')) {
    const box = text.getBoundingClientRect();
    if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
      bad.push(svg.parentElement.className + ': ' + text.textContent);
  }
}
return bad.slice(0, 8);
"""


def readable(browser, name):
    for width in (360, 1600):
        for dark in (False, True):
            where = f"{name} at {width} px, {'dark' if dark else 'light'}"
            browser.look(width, dark)
            wide, room = browser.js("const d = document.documentElement; return [d.scrollWidth, d.clientWidth]")
            check(wide <= room, f"{where}: {wide} px wide")
            seen, bad = browser.js(CONTRAST)
            check(seen > 50, f"{where}: only {seen} texts")
            check(not bad, f"{where}: contrast below 4.5: {bad}")
        cut = browser.js(CUT_LABELS)
        check(not cut, f"{name} at {width} px: labels cut off: {cut}")


PRINTED = """
const wide = [...document.querySelectorAll('.table, .cards, figure, p, ul')].filter((e) => e.scrollWidth > e.clientWidth + 1);
const shown = [...document.querySelectorAll('nav, .controls, .trials, #more, #tip, details')].filter((e) => e.getClientRects().length);
return [wide, shown].map((all) => all.map((e) => e.tagName + '.' + e.className));
"""


def printed(browser, name):
    """On A4 less its margins, from a browser that prefers dark pages: white, nothing cut off, nothing to click."""
    browser.cdp("Emulation.setDeviceMetricsOverride", width=718, height=1000, deviceScaleFactor=1, mobile=False)
    browser.cdp("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    wide, shown = browser.js(PRINTED)
    check(not wide, f"{name}: cut off on paper: {wide}")
    check(not shown, f"{name}: of no use on paper: {shown}")
    ground = browser.js("return getComputedStyle(document.body).backgroundColor")
    check(ground == "rgb(255, 255, 255)", f"{name}: {ground} paper")
    _, bad = browser.js(CONTRAST)
    check(not bad, f"{name}: contrast below 4.5 on paper: {bad}")
    browser.look()


def named(browser, name):
    wanted = {"button", "link", "searchbox", "image", "img", "region", "navigation", "textbox", "heading"}
    tree = browser.cdp("Accessibility.getFullAXTree")["nodes"]
    nodes = [n for n in tree if not n.get("ignored") and n.get("role", {}).get("value") in wanted]
    without = [n["role"]["value"] for n in nodes if not n.get("name", {}).get("value", "").strip()]
    check(len(nodes) > 10, f"{name}: only {len(nodes)} nodes for assistive technology")
    check(not without, f"{name}: without an accessible name: {without}")


def marks(browser, name, expected):
    for selector, count in expected.items():
        found = len(browser.all(selector))
        check(found == count, f"{name}: {found} of {selector}, not {count}")


def tips(browser, name):
    dot = browser.all(".history .best")[0]
    browser.js("arguments[0].scrollIntoView({block: 'center'})", dot)
    time.sleep(0.2)  # the scroll, which hides tips, has been told
    ActionChains(browser.driver).move_to_element(dot).perform()
    text = browser.all("#tip")[0].text
    check(text.startswith("Trial ") and "rank 1" in text, f"{name}: the tip of the best trial says {text!r}")
    plot = browser.all(".history svg")[0]
    browser.js("arguments[0].focus({preventScroll: true})", plot)
    plot.send_keys(Keys.HOME)
    first = browser.all("#tip")[0].text
    plot.send_keys(Keys.ARROW_RIGHT)
    second = browser.all("#tip")[0].text
    check(first.startswith("Trial ") and second.startswith("Trial ") and first != second,
          f"{name}: the arrow keys show {first!r}, {second!r}")
    plot.send_keys(Keys.ESCAPE)
    check(not browser.all("#tip")[0].is_displayed(), f"{name}: Escape leaves the tip open")


def cells(browser, column):
    return browser.js("return [...document.querySelectorAll('.trials tbody tr')].map((r) => r.children[arguments[0]].textContent)", column)


def table(browser, name, trials):
    heads = browser.js("return [...document.querySelectorAll('.trials th button')].map((b) => b.textContent)")
    rows = cells(browser, 0)
    check(len(rows) == min(100, trials), f"{name}: {len(rows)} rows at first")
    check(rows == [str(i + 1) for i in range(len(rows))], f"{name}: the table does not begin in the order of the ranking")
    column = heads.index("training.learning_rate")
    button = browser.all(".trials th button")[column]
    for direction, sign in (("ascending", 1), ("descending", -1)):
        browser.js("arguments[0].click()", button)
        values = [sign * float(v) for v in cells(browser, column)]
        check(values == sorted(values), f"{name}: not sorted {direction}")
        said = browser.js("return document.querySelectorAll('.trials th')[arguments[0]].getAttribute('aria-sort')", column)
        check(said == direction, f"{name}: aria-sort is {said}")
    field = browser.all("#filter")[0]
    field.send_keys("adam learning_rate<0.01")
    optimizers, rates = cells(browser, heads.index("training.optimizer")), cells(browser, column)
    check(0 < len(rates) < trials, f"{name}: the filter leaves {len(rates)} rows")
    check(set(optimizers) == {"adam"} and all(float(r) < 0.01 for r in rates), f"{name}: the filter lets others through")
    field.clear()
    field.send_keys("nothing>1")
    check("no column" in browser.all("#filter-note")[0].text, f"{name}: a wrong column is not named")
    field.clear()
    field.send_keys(Keys.SPACE)
    check(browser.all("#filter-note")[0].text.startswith(f"{trials} of {trials} trials"), f"{name}: the filter cannot be undone")


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    cancer = run(STUDIES / "breast_cancer.yaml", "cancer", "search.trials=128", "training.epochs=20")
    ridge = run(STUDIES / "diabetes.yaml", "ridge")
    digits = run(STUDIES / "digits.yaml", "digits", "search.trials=24", "training.epochs=8")
    many = run(STUDIES / "breast_cancer.yaml", "many", "search.trials=10000", "training.epochs=1",
               "training.batch_size=batch")
    hostile = run(hostile_study(), "hostile-run")
    browser = Browser()
    try:
        def opened(page, name):
            took = browser.open(page)
            print(f"{name}: {page.stat().st_size / 1e6:.2f} MB, opened in {took:.2f} s")
            check(not (said := browser.complaints(page)), f"{name}: {said}")
            named(browser, name)

        opened(cancer, "cancer")
        marks(browser, "cancer", {".history circle": 128, ".times circle": 128, ".slice": 5, ".contour": 6, ".importances": 1,
                                  ".parallel polyline": 128, ".confusion rect": 4, ".roc": 1, ".curves": 2, ".one-parameter": 0})
        tips(browser, "cancer")
        table(browser, "cancer", 128)
        readable(browser, "cancer")
        printed(browser, "cancer")

        opened(ridge, "ridge")
        marks(browser, "ridge", {".one-parameter circle": 41, ".history circle": 41, ".residuals circle": 111, ".slice": 0,
                                 ".contour": 0, ".parallel": 0})
        readable(browser, "ridge")

        opened(digits, "digits")
        marks(browser, "digits", {".confusion rect": 100, ".roc": 0})
        readable(browser, "digits")
        printed(browser, "digits")

        opened(many, "many")
        check(many.stat().st_size < 5e6, f"many: {many.stat().st_size} bytes")
        rows = len(browser.all(".trials tbody tr"))
        check(rows == 100, f"many: {rows} of 10000 rows are elements at once")
        browser.js("document.querySelector('.trials').scrollTop = 1e6")
        time.sleep(0.3)
        check(len(browser.all(".trials tbody tr")) == 200, "many: scrolling does not bring more rows")

        opened(hostile, "hostile")
        check(PAYLOAD in browser.all("h1")[0].text, f"hostile: the heading says {browser.all('h1')[0].text!r}")
        check(not browser.all("img"), "hostile: an <img> came to life")
        heads = [cell.text for cell in browser.all("th")]
        check(PAYLOAD in heads, f"hostile: the class is not in the heads of the tables: {heads}")
        readable(browser, "hostile")
    finally:
        browser.driver.quit()
    if "--keep" not in sys.argv:
        shutil.rmtree(FOLDER, ignore_errors=True)
    print(f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    os.environ.setdefault("LANG", "C.UTF-8")
    sys.exit(main())
