# trap for the end.
sh -c 'trap "echo bye" EXIT; echo hi'
sh -c 'trap "echo bye \$?" EXIT; exit 3'; echo $?
sh -c 'trap "echo bye" 0; false'; echo $?
(trap 'echo sub' EXIT; echo in); echo out
sh -c 'trap "echo one" EXIT; trap "echo two" EXIT; :'
sh -c 'trap "echo no" EXIT; trap - EXIT; echo cleared'
sh -c 'trap "exit 5" EXIT; exit 2'; echo $?
sh -c 'trap "echo parent" EXIT; (echo child); :'
sh -c 'f() { trap "echo in f" EXIT; }; f; echo end'
sh -c 'trap "echo bye" EXIT; trap'
sh -c 'set -e; trap "echo caught" EXIT; false; echo no'; echo $?
sh -c 'trap "echo x" NOSUCH' 2>/dev/null; echo $?
