"""Reads files with programs that docmgr has nothing of: poppler's pdftotext, pandoc and lxml.

Standard input has a JSON line {"path", "format"} for each file; standard output has {"path", "text"} or {"path", "error"}.
Formats: pdf, docx, html, markdown, text (UTF-8).
"""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from lxml import html

LIMIT_SECONDS = 120
INLINE = set(
    "a abbr b bdi bdo big cite code data dfn em font i kbd label mark q rp rt ruby s samp small span strike strong sub sup "
    "time tt u var wbr".split()
)
NO_TEXT = {"script", "style", "template", "noscript"}


def run(*command: str) -> bytes:
    return subprocess.run(command, check=True, capture_output=True, timeout=LIMIT_SECONDS).stdout


def text_of_html(source: bytes) -> str:
    pieces: list[str] = []

    def walk(element) -> None:
        if not isinstance(element.tag, str) or element.tag in NO_TEXT:
            return
        border = "" if element.tag in INLINE else "\n"
        pieces.extend([border, element.text or ""])
        for child in element:
            walk(child)
            pieces.append(child.tail or "")
        pieces.append(border)

    walk(html.document_fromstring(source))
    # Line feeds of the source are blanks; borders of blocks are not.
    return "".join(" ".join(piece.split("\n")) if len(piece) > 1 else piece for piece in pieces)


def read(path: str, kind: str) -> str:
    if kind == "pdf":
        return run("pdftotext", "-q", "-enc", "UTF-8", "-nopgbrk", path, "-").decode()
    if kind in ("docx", "markdown"):
        source = "docx" if kind == "docx" else "gfm"
        page = run("pandoc", "-f", source, "-t", "html", "--wrap=none", path)
        return text_of_html(b'<meta charset="utf-8"><body>' + page)
    with open(path, "rb") as file:
        content = file.read()
    return text_of_html(content) if kind == "html" else content.decode()


def answer(line: str) -> str:
    job = json.loads(line)
    try:
        return json.dumps({"path": job["path"], "text": read(job["path"], job["format"])})
    except Exception as error:  # a file that the reader cannot read is no measure of docmgr
        return json.dumps({"path": job["path"], "error": f"{type(error).__name__}: {error}"[:200]})


sys.setrecursionlimit(20_000)
with ThreadPoolExecutor(2) as pool:
    for result in pool.map(answer, sys.stdin):
        print(result)
