# Names those of the C sources given that define main; one that speaks of it in a comment, declares or
# calls it does not.
function code(line,    out, found) { # the line without comments and literals
    for (;;) {
        if (comment) {
            if (!(found = index(line, "*/")))
                return out
            line = substr(line, found + 2)
            comment = 0
        }
        if (!match(line, /"([^"\\]|\\.)*"|'([^'\\]|\\.)*'|\/\*|\/\//))
            return out line
        out = out substr(line, 1, RSTART - 1) " "
        found = substr(line, RSTART, RLENGTH)
        line = substr(line, RSTART + RLENGTH)
        if (found == "//")
            return out
        comment = found == "/*"
    }
}
function tell() {
    # Behind the brackets a body begins, or the parameters' declarations in the oldest style.
    if (text ~ /[^A-Za-z0-9_.>]main[ \t]*\([^()]*(\([^()]*\)[^()]*)*\)[ \t]*[A-Za-z_{#]/)
        print name
    text = " "
    comment = 0
}
FNR == 1 && NR > 1 { tell() }
FNR == 1 { name = FILENAME }
{ sub(/\r$/, ""); text = text code($0) " " }
END { if (NR) tell() }
