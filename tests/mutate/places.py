"""Where a C source can be changed, and how.

A place is one small change of the kind that a careless hand makes: a comparison turned, a bound moved
by one, a condition negated, a statement or a call left out, an error swallowed, `&&` for `||`, `+` for
`-`, another constant, another result.  Only bodies of functions are changed, and of these not what is
itself a check (audits, panics, debug builds) nor comments and strings.  The source is formatted by
clang-format, which says much: a body stands between braces at the beginning of a line, and an operator
between blanks has two operands.
"""

import dataclasses
import hashlib
import re

TOKEN = re.compile(r"[A-Za-z_]\w*|0[xX][0-9a-fA-F]+[uUlL]*|\d+[uUlL]*|->|\+\+|--|<<=|>>=|<<|>>"
                   r"|[<>=!]=|&&|\|\||[-+*/%&|^]=|\S")
HIDDEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
# A call that gives back, tells or orders something: what is easiest to forget.
GIVES = re.compile(r"put|wake|unlock|free|flush|fence|release|drop|discard|dirty|mark|commit|forget"
                   r"|unmap|remove|leave|end|restore|get|own|share|count|audit_", re.I)
NOT_CHECKED = re.compile(r"audit|panic|give_up")
DEBUG_ONLY = re.compile(r"DEBUG|KASAN|KINE_HOST")
DECLARATION = re.compile(r"(const|static|struct|enum|union|unsigned|volatile|_Thread_local)\b"
                         r"|\w+ \**\w+( =|;|\[|,)")

TURNED = {"<": ["<=", ">"], "<=": ["<", ">="], ">": [">=", "<"], ">=": [">", "<="],
          "==": ["!="], "!=": ["=="]}
LOGIC = {"&&": "||", "||": "&&"}
SIGN = {"+": "-", "-": "+", "+=": "-=", "-=": "+=", "&": "|", "|": "&", "<<": ">>", ">>": "<<",
        "&=": "|=", "|=": "&=", "++": "--", "--": "++", "*": "+", "/": "*", "%": "/"}
BINARY_ONLY = {"+", "-", "&", "|", "<<", ">>", "*", "/", "%", "<", ">"}


@dataclasses.dataclass(frozen=True)
class Place:
    file: str  # from the project's folder on
    function: str
    line: int
    kind: str
    start: int  # offsets into the text
    end: int
    instead: str
    before: str  # the line as it is, and as it would be
    after: str
    last_line: int
    first_of_function: int  # its first line, and its last
    last_of_function: int
    digest: str  # of the text
    id: str

    def fits(self, text):
        return hashlib.sha1(text.encode()).hexdigest() == self.digest

    def apply(self, text):
        return text[:self.start] + self.instead + text[self.end:]

    def __str__(self):
        return (f"{self.file}:{self.line}: {self.function}: {self.kind}\n"
                f"    - {self.before}\n    + {self.after}")


@dataclasses.dataclass
class Token:
    text: str
    start: int
    end: int


def blank(match):
    return re.sub(r"[^\n]", " ", match[0])


def hide_conditionals(text):
    """Blanks out preprocessor lines, and what only other builds compile."""
    out, stack, continued = [], [], False
    for line in text.split("\n"):
        directive = re.match(r"\s*#\s*(\w+)(.*)", line)
        if directive and not continued:
            word, rest = directive.groups()
            if word in ("if", "ifdef", "ifndef"):
                stack.append(bool(DEBUG_ONLY.search(rest)))
            elif word in ("else", "elif") and stack:
                stack[-1] = False
            elif word == "endif" and stack:
                stack.pop()
        hidden = directive or continued or any(stack)
        continued = (bool(directive) or continued) and line.endswith("\\")
        out.append(" " * len(line) if hidden else line)
    return "\n".join(out)


def visible(text):
    """=> the text with blanks for all that must not be changed; offsets stay"""
    return hide_conditionals(HIDDEN.sub(blank, text))


def bodies(seen):
    """Yields (name, start, end) for each function's body, without its braces."""
    for opening in re.finditer(r"^\{$", seen, re.M):
        close = re.compile(r"^\}", re.M).search(seen, opening.end())
        head = re.split(r"[;}]", seen[:opening.start()])[-1]
        head = re.sub(r"__attribute__\(\(.*?\)\)", "", head)
        name = re.search(r"(\w+)\(", head)
        if close and name:
            yield name[1], opening.end(), close.start()


def close_of(tokens, i):
    """=> the index behind the bracket that closes the one at i"""
    depth = 0
    for j in range(i, len(tokens)):
        depth += tokens[j].text in "([{"
        depth -= tokens[j].text in ")]}"
        if depth == 0:
            return j + 1
    return len(tokens)


class Function:
    """The changes of one body, as (kind, start, end, instead)."""

    def __init__(self, seen, start, end):
        self.seen = seen
        self.tokens = [Token(m[0], m.start(), m.end()) for m in TOKEN.finditer(seen, start, end)]
        self.found = []
        self.kept = set()  # indices of tokens that stay as they are
        self.statements()
        self.operators()

    def add(self, kind, start, end, instead):
        newlines = "\n" * (self.seen[start:end].count("\n") - instead.count("\n"))
        self.found.append((kind, start, end, instead + newlines))

    def text(self, i, j):
        return self.seen[self.tokens[i].start:self.tokens[j - 1].end]

    def statements(self):
        i = 0
        while i < len(self.tokens):
            i = self.statement(i)

    def statement(self, i):
        """Looks at the statement that begins at token i.  => where to go on"""
        t = self.tokens
        word = t[i].text
        if word in "{};" or word in ("else", "do"):
            return i + 1
        if word in ("case", "default") or (i + 1 < len(t) and t[i + 1].text == ":"):
            while t[i].text != ":":
                self.kept.add(i)
                i += 1
            return i + 1
        if word in ("if", "while", "for", "switch") or self.is_loop(i):
            behind = close_of(t, i + 1)
            self.condition(word, i + 1, behind)
            return behind
        j = i
        while j < len(t) and t[j].text != ";":
            j = close_of(t, j) if t[j].text in "([{" else j + 1
        self.simple(i, min(j + 1, len(t)))
        return j + 1

    def is_loop(self, i):
        """A macro that begins a loop: clang-format leaves a blank before its bracket."""
        t = self.tokens
        return (i + 1 < len(t) and re.match(r"[a-z]\w*$", t[i].text) and t[i].text != "return"
                and t[i + 1].text == "(" and t[i + 1].start > t[i].end)

    def condition(self, word, i, behind):
        """A condition in the brackets from token i to `behind`."""
        inner = self.text(i + 1, behind - 1) if behind - i > 2 else ""
        if word == "if" and behind < len(self.tokens) and NOT_CHECKED.search(
                self.tokens[behind].text):
            self.kept.update(range(i, behind))
        elif word in ("if", "while") and inner:
            self.add("negated", self.tokens[i].start, self.tokens[behind - 1].end, f"(!({inner}))")

    def simple(self, i, j):
        """A statement without a body, its semicolon included."""
        text = self.text(i, j)
        first, start, end = self.tokens[i].text, self.tokens[i].start, self.tokens[j - 1].end
        if NOT_CHECKED.match(first) or first == "_Static_assert":
            self.kept.update(range(i, j))
        elif first == "return":
            self.result(start, end, text[len("return"):-1].strip(), i, j)
        elif DECLARATION.match(text):
            call = re.match(r"(int|int64) err = (?!0)(.*);$", text, re.S)
            if call and "(" in call[2]:
                self.add("error", start, end, f"{call[1]} err = ({call[2]}, 0);")
        else:
            call = re.match(r"(\w+)\(", text)
            gives = call and GIVES.search(call[1])
            self.add("call" if gives else "dropped", start, end, ";")
            got = re.match(r"err = (?!0)(.*\(.*);$", text, re.S)
            if got:
                self.add("error", start, end, f"err = ({got[1]}, 0);")

    def result(self, start, end, value, i, j):
        self.kept.add(i + 1)
        if value in ("true", "false"):
            self.add("result", start, end, f"return {'false' if value == 'true' else 'true'};")
        elif value == "0":
            self.add("result", start, end, "return 1;")
        elif value == "err" or re.match(r"-E[A-Z]+$", value):
            self.add("error", start, end, "return 0;")
        elif value and value != "NULL":
            self.add("result", start, end, "return 0;")

    def operators(self):
        t = self.tokens
        for i, token in enumerate(t):
            if i in self.kept:
                continue
            before, behind = self.seen[token.start - 1], self.seen[token.end:token.end + 1]
            binary = before in " \n" and behind in " \n" and i > 0 and (
                re.match(r"[\w)\]]", t[i - 1].text[-1]) and t[i - 1].text != "return")
            if token.text in TURNED and binary:
                for instead in TURNED[token.text]:
                    self.add("comparison", token.start, token.end, instead)
                if t[i + 1].text not in ("NULL", "0"):
                    self.add("bound", token.end, token.end, " 1 +")
                    self.add("bound", token.end, token.end, " -1 +")
            elif token.text in LOGIC:
                self.add("logic", token.start, token.end, LOGIC[token.text])
            elif token.text in SIGN and (binary or token.text not in BINARY_ONLY):
                self.add("sign", token.start, token.end, SIGN[token.text])
            elif re.match(r"\d", token.text):
                self.number(token)
            elif re.match(r"E[A-Z]+$", token.text) and t[i - 1].text == "-" and \
                    t[i - 2].text != "return":
                self.add("error", t[i - 1].start, token.end, "0")
            elif token.text in ("true", "false"):
                self.add("constant", token.start, token.end,
                         "false" if token.text == "true" else "true")

    def number(self, token):
        digits = re.match(r"0[xX][0-9a-fA-F]+|\d+", token.text)[0]
        if digits.startswith("0") and digits.isdigit() and len(digits) > 1:
            return  # octal: modes
        value, suffix = int(digits, 0), token.text[len(digits):]
        self.add("constant", token.start, token.end, f"{value + 1}{suffix}")
        if value > 1:
            self.add("constant", token.start, token.end, f"{value - 1}{suffix}")


def lines_around(text, start, end):
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    return first, last if last >= 0 else len(text)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def squeeze(text):
    return " ".join(text.split())


def places(file, text):
    """=> every place of a source file, in order"""
    seen, found = visible(text), []
    if NOT_CHECKED.search(file.rsplit("/", 1)[-1]):
        return found
    digest = hashlib.sha1(text.encode()).hexdigest()
    for name, start, end in bodies(seen):
        if NOT_CHECKED.search(name):
            continue
        for kind, at, to, instead in Function(seen, start, end).found:
            first, last = lines_around(text, at, to)
            changed = text[first:at] + instead + text[to:last]
            key = hashlib.sha1(f"{digest} {at} {to} {instead}".encode()).hexdigest()[:12]
            found.append(Place(file, name, line_of(text, at), kind, at, to, instead,
                               squeeze(text[first:last]), squeeze(changed), line_of(text, to),
                               line_of(text, start), line_of(text, end), digest, key))
    return found
