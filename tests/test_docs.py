"""What the docs name is there: files, functions, chapters, and the rows that `make bench` prints."""

import csv
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FOLDERS = ("kernel", "user", "mkfs", "tests")
SOURCES = (".c", ".h", ".S", ".inc", ".ld", ".py", ".mk", ".sh", ".awk")
# Names that stand for any, what make builds, and programs that the reader or a course brings.
PLACES = re.compile(r"NAME|hello\.c|uthread|kernel\.sym")

FILES = {str(path.relative_to(ROOT)) for folder in FOLDERS for path in (ROOT / folder).rglob("*")}
TEXT = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in map(ROOT.joinpath, sorted(FILES))
                 if path.suffix in SOURCES and path != pathlib.Path(__file__).resolve())
WORDS = set(re.findall(r"\w+", TEXT)) | {pathlib.Path(name).stem for name in FILES}


def quoted(doc):
    """=> what stands in backquotes."""
    return re.findall(r"`([^`\n]+)`", doc.read_text(encoding="utf-8"))


def is_file(name):
    """A path from the root, from kernel/, or the end of one."""
    return any(("/" + file).endswith("/" + name.rstrip("/")) for file in FILES)


def unknown(doc):
    """=> names of files and of functions that are nowhere in the tree."""
    for name in quoted(doc):
        if PLACES.search(name):
            continue
        path = re.fullmatch(rf"(?:(?:{'|'.join(FOLDERS)})/[\w./-]+|[\w/-]+(?:{'|'.join(map(re.escape, SOURCES))}))", name)
        word = re.fullmatch(r"(\w+)\([^()]*\)|([a-z]+_\w+)", name)
        if path:  # a test program may be named without the ending of its source
            known = is_file(name) or is_file(name + ".c")
        elif word:  # a test without its prefix, or a unit test by the program it is built into
            bare = (word[1] or word[2]).removeprefix("test_")
            known = {word[1] or word[2], bare, f"test_{bare}"} & WORDS
        else:
            known = True
        if not known:
            yield name


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_names(doc):
    assert list(unknown(doc)) == []


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_links(doc):
    """Every link within the book leads somewhere, and every chapter is linked from the README."""
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", doc.read_text(encoding="utf-8")):
        assert (doc.parent / target).exists(), target


def test_chapters_are_linked():
    readme = DOCS[0].read_text(encoding="utf-8")
    assert [doc.name for doc in DOCS[1:] if f"docs/{doc.name}" not in readme] == []


def test_rows_of_the_bench():
    """As many as the README says, each with a line in the table of references."""
    with open(ROOT / "tests/bench_reference.csv", encoding="utf-8") as file:
        named = [row["row"] for row in csv.DictReader(line for line in file if not line.startswith("#"))]
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "user/bench").glob("*.c"))
    rows = re.findall(r'^    \{ "([\w-]+)",', source, re.M)
    assert sorted(rows) == sorted(named)
    said = re.search(r"prints all\s+(\d+) rows", DOCS[0].read_text(encoding="utf-8"))
    assert int(said[1]) == len(rows)
