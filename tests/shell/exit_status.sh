# Statuses as POSIX has them.
nosuchcommand 2>/dev/null; echo $?
./nosuchfile 2>/dev/null; echo $?
mkdir adir; ./adir 2>/dev/null; echo $?
: > empty; cat nofile 2>/dev/null; echo $?
sh -c 'exit 42'; echo $?; (exit 7); echo $?
sh -c 'syntax (' 2>/dev/null; echo $?
sh -c 'kill -9 $$'; echo $?
sh -c 'kill -15 $$'; echo $?
false; (echo $?; true); echo $?
true; x=$?; echo $x
sh nofile 2>/dev/null || echo failed
sh -c 'exit'; echo $?; sh -c 'false; exit'; echo $?
test; echo $?; [ x ]; echo $?
sh -c 'cd /nowhere' 2>/dev/null; [ $? != 0 ] && echo failed
f() { return 300; }; f; [ $? != 0 ] && echo nonzero
