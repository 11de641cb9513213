# set -x writes to the error output only.
sh -xc 'x=1; echo out; f() { :; }; f' 2>/dev/null
sh -c 'set -x; echo a; set +x; echo b' 2>/dev/null
sh -xc 'echo a b' 2>&1 >/dev/null | grep -c 'echo a b'
