"""html_browser.py PROGRAM TESTDATA: the page that --html writes, in headless Chromium.

Light and dark, wide and narrow: no request, no console message, nothing wider than the page, contrast as WCAG 2.2 level AA
asks; and as PDF. Without a browser it is skipped (77)."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import html_page

# Loads the page in a frame, and says what a reader would see of it.
HARNESS = """<!DOCTYPE html><meta charset="utf-8"><style>body{margin:0}iframe{border:0;width:WIDTHpx;height:900px}</style>
<iframe src="PAGE"></iframe><pre id="result"></pre><script>
const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const numbers = text => (text.match(/[\\d.]+/g) || []).map(Number);
const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const behind = (view, element) => {
  for (let e = element; e; e = e.parentElement) {
    const color = numbers(view.getComputedStyle(e).backgroundColor);
    if (color.length === 3 || color[3] === 1) return color;
  }
  return [255, 255, 255];
};
onload = () => {
  const view = document.querySelector('iframe').contentWindow, page = view.document;
  page.querySelectorAll('details').forEach(d => d.open = true);
  const poor = [], wide = [];
  for (const e of page.querySelectorAll('body *')) {
    const style = view.getComputedStyle(e);
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (own && e.getClientRects().length && !['title', 'desc'].includes(e.tagName)) {
      const ink = numbers(e.ownerSVGElement ? style.fill : style.color);
      const [a, b] = [luminance(ink), luminance(behind(view, e))].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      if (ratio < 4.5) poor.push([e.tagName, e.className.baseVal ?? e.className, ratio]);
    }
    const box = e.getBoundingClientRect();
    const inside = e.closest('.scroll, svg');
    if (!inside && box.width && (box.right > view.innerWidth + 0.5 || box.left < -0.5)) wide.push([e.tagName, box.right]);
  }
  const text = [...page.querySelectorAll('svg text')].map(e => e.getBoundingClientRect())
      .filter(b => b.width && (b.right > view.innerWidth + 0.5 || b.left < -0.5)).length;
  document.getElementById('result').textContent = JSON.stringify({
    poor, wide, text, overflow: page.documentElement.scrollWidth - view.innerWidth, title: page.title,
    requests: view.performance.getEntriesByType('resource').map(r => r.name),
    dark: view.matchMedia('(prefers-color-scheme: dark)').matches,
    background: view.getComputedStyle(page.body).backgroundColor, scripts: page.scripts.length});
};
</script>"""


def browser():
    return next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None)


def chromium(*arguments):
    command = [browser(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr",
               "--allow-file-access-from-files", "--virtual-time-budget=5000", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    console = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    assert not console, console
    return done.stdout


def look(page, width, dark):
    harness = page.replace(".html", ".harness.html")
    with open(harness, "w", encoding="utf-8") as file:
        file.write(HARNESS.replace("WIDTH", str(width)).replace("PAGE", os.path.basename(page)))
    theme = ["--blink-settings=preferredColorScheme=0"] if dark else []
    dom = chromium(*theme, f"--window-size={width},900", "--dump-dom", f"file://{harness}")
    found = re.search(r'<pre id="result">(.*?)</pre>', dom, re.S).group(1)
    assert found, dom[:300]
    return json.loads(found.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def check(page):
    backgrounds = set()
    for dark in (False, True):
        for width in (390, 1060):
            seen = look(page, width, dark)
            where = (page, width, dark, seen)
            assert seen["dark"] == dark and seen["scripts"] == 0 and seen["requests"] == [], where
            assert seen["overflow"] <= 0 and not seen["wide"] and not seen["text"] and not seen["poor"], where
            backgrounds.add(seen["background"])
    assert len(backgrounds) == 2, backgrounds
    pdf = page.replace(".html", ".pdf")
    chromium("--no-pdf-header-footer", f"--print-to-pdf={pdf}", f"file://{page}")
    with open(pdf, "rb") as file:
        assert file.read(5) == b"%PDF-"


def main():
    program, testdata = sys.argv[1:]
    if browser() is None:
        print("no Chromium here")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        inventory = f"{folder}/hosts.csv"
        html_page.hostile_inventory(inventory)
        html_page.many_deaths(f"{folder}/many.pcap", 5000, 400, 300)
        captures = [f"{testdata}/{s}/capture.pcap" for s in ("sample", "path_forgot_idle_connection", "graceful_close",
                                                             "host_rebooted_ipv6", "data_met_by_icmp_unreachable")]
        for capture in (*captures, f"{folder}/many.pcap"):
            for arguments in ((), ("--inventory", inventory)):
                html_page.run(program, folder, capture, *arguments)
                check(f"{folder}/page.html")


if __name__ == "__main__":
    main()
