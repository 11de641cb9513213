# case and its patterns.
t() {
    case $1 in
    a) echo a;;
    b|c) echo b or c;;
    [0-9]) echo digit;;
    [!a-z]*) echo not lower;;
    *.c | *.h) echo source;;
    (x?z) echo xyz;;
    '*') echo star;;
    "") echo empty;;
    *) echo other "$1"
    esac
}
for w in a b c 7 Q9 main.c x.h xyz xz '*' '' zebra 'a b' 77; do t "$w"; done
case a in esac; echo $?
case a in b) false;; esac; echo $?
case x in x) false;; esac; echo $?
p='a*'; case abc in $p) echo pattern;; esac
case abc in "$p") echo no;; *) echo quoted;; esac
case 'a*' in "$p") echo same;; esac
case '\' in '\') echo backslash;; esac
case a-b in a[-x]b) echo dash;; esac
case ']' in []]) echo bracket;; esac
case x in [[:alpha:]]) echo alpha;; esac
case 5 in [[:alpha:]]) echo no;; [[:digit:]x]) echo digit;; esac
case $(echo out) in o*) echo from a command;; esac
