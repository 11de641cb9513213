# Run by Debian's bash on Kine; what it prints is in expected.txt.  Nothing in it depends on the machine.
export PATH=/usr/bin LC_ALL=C
rm -rf /tmp/commands; mkdir -p /tmp/commands; cd /tmp/commands
n=0
say() { n=$((n + 1)); echo "== $n"; }
say; echo one two | wc
say; seq 1 10 | tail -n 3
say; seq 5 | tac | paste -sd,
say; printf 'b\na\nc\n' | sort
say; printf '10\n9\n100\n' | sort -n
say; printf 'a\na\nb\n' | uniq -c
say; echo hello | tr a-z A-Z
say; echo a:b:c | cut -d: -f2
say; head -c 5 /usr/bin/dash | tail -c 4 | od -An -c
say; echo text > f; cat f; stat -c '%s %F %a' f
say; ln -s f l; readlink l; cat l
say; ln f h; stat -c %h f; rm h; stat -c %h f
say; mkdir -p d/e/f; ls -R d
say; cp f d/e/copy; mv d/e/copy d/e/g; ls -1 d/e
say; touch -d @86400 t; stat -c %Y t; date -u -d @0 +%FT%T
say; chmod 640 f; stat -c %A f
say; head -c 9 /dev/urandom | wc -c; echo full > /dev/full || echo no room
say; dd if=/dev/zero bs=1000 count=3 2>/dev/null | wc -c
say; truncate -s 5000 big; stat -c %s big; cut -c1-3 big | wc -l
say; echo abc | sha256sum
say; echo abc | md5sum | cut -c1-8
say; echo abc | base64; echo YWJjCg== | base64 -d
say; expr 6 \* 7; factor 360
say; numfmt --to=iec 1048576; basename /a/b.c .c; dirname /a/b.c
say; env -i A=1 B=2 env
say; true && echo yes; false || echo no
say; for i in a b c; do printf '%s-' $i; done; echo
say; a=(one two three); echo ${#a[@]} ${a[1]} ${a[@]:1}
say; declare -A m; m[x]=1; m[y]=2; echo ${m[x]}${m[y]}
say; f() { local v=$1; return $((v + 2)); }; f 5; echo $?
say; x=hello; echo ${x^^} ${x:1:3} ${x/l/L} ${#x}
say; [[ foo123 =~ ([a-z]+)([0-9]+) ]] && echo ${BASH_REMATCH[1]} ${BASH_REMATCH[2]}
say; echo $((2 ** 40)) $((0xff)) $((7 % 3))
say; cat <<END
here $x
END
say; read first rest <<< "alpha beta gamma"; echo $rest
say; (exit 3); echo $?; (echo sub; exit 4) | cat; echo ${PIPESTATUS[0]}
say; trap 'echo got USR1' USR1; kill -USR1 $$; trap - USR1
say; (trap 'echo bye' EXIT; exit 0)
say; sleep 0.05 & wait $!; echo waited $?
say; (kill -TERM $BASHPID); echo $?
say; echo "$(echo nested $(echo deep))"
say; printf '1\n2\n' | while read -r l; do echo "<$l>"; done
say; printf '%05d %x %s\n' 42 255 str
say; case abc in a*) echo star;; *) echo none;; esac
say; set -- p q r; shift; echo $# $1
say; dash -c 'x=5; echo $((x * 2)) $#' name arg
say; printf '#!/usr/bin/dash -e\necho script $1\n' > s; chmod +x s; ./s arg
say; dash -c 'for i in 1 2; do echo $i; done | while read j; do echo got $j; done'
say; busybox echo applet; busybox sh -c 'echo $((3 + 4))'
say; busybox awk 'BEGIN { for (i = 1; i < 4; i++) s += i * i; print s }'
say; echo foo bar | busybox sed 's/o\+/0/;s/bar/baz/'
say; printf 'x 3\ny 1\n' | busybox sort -k2 | busybox head -n1
say; echo content > tarred; busybox tar cf a.tar tarred; busybox tar tf a.tar; busybox tar xOf a.tar
say; busybox gzip -c tarred | busybox gunzip -c
say; busybox find d -type d | sort
say; echo a b c | busybox xargs -n1 echo item
say; lua5.4 -e 'print(1 + 1, ("ab"):rep(3), 7 // 2, 2 ^ 10)'
say; lua5.4 -e 'local t = {} for w in ("a b c"):gmatch("%a") do t[#t + 1] = w end print(table.concat(t, ","))'
say; lua5.4 -e 'local c = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end) print(c(), c(), c())'
say; lua5.4 -e 'local f = io.popen("echo piped") print(f:read("a")) f:close()'
say; lua5.4 -e 'print(pcall(error, "caught"))'
say; timeout 0.1 sleep 5; echo $?
say; mkfifo fifo 2>/dev/null && { echo through > fifo & cat fifo; wait; } || echo through
say; perl -e '$p = fork; exit 3 if !$p; waitpid $p, 0; print "status ", $? >> 8, "\n"'
say; perl -e 'pipe R, W; if (!fork) { print W "from the child\n"; exit } close W; print <R>; wait'
say; perl -e '$n = 1; if (!fork) { $n = 2; exit } wait; print "n is $n\n"'
say; perl -e '$SIG{USR1} = sub { print "handled\n" }; kill "USR1", $$; print "after\n"'
say; perl -e '$SIG{ALRM} = sub { die "alarm\n" }; eval { alarm 1; sleep 9 }; print "woken by $@"'
say; perl -e 'print "child says $_" for map { scalar `echo $_` } 1 .. 3'
say; perl -e 'system("/usr/bin/sh", "-c", "exit 5") if 0; system("dash", "-c", "exit 5"); print $? >> 8, "\n"'
say; perl -e '$p = fork; if (!$p) { sleep 99; exit } kill 9, $p; waitpid $p, 0; print "signal ", $? & 127, "\n"'
say; perl -e 'open my $p, "-|", "seq 3"; print "got $_" while <$p>; close $p; print "closed $?\n"'
say; perl -e '@p = map { my $n = $_; fork || exit $n } 1 .. 5; $s += (waitpid($_, 0), $? >> 8)[1] for @p; print "sum $s\n"'
say; perl -e 'select undef, undef, undef, 0.05; print -d "/tmp" ? "yes\n" : "no\n"; print join(",", sort map { $_ ** 2 } 1 .. 5), "\n"'
say; python3 -c 'print(6 * 7, "ab" * 2, sorted({3, 1, 2}))'
cat > fork.py <<'END'
import os
n = 1
r, w = os.pipe()
pid = os.fork()
if pid == 0:
    n = 2
    os.write(w, b'child has %d' % n)
    os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), os.read(r, 99).decode(), 'parent has', n)
END
say; python3 fork.py
cat > threads.py <<'END'
import threading
count, lock, ready = 0, threading.Lock(), threading.Event()
def work():
    global count
    ready.wait()
    for _ in range(500):
        with lock:
            count += 1
threads = [threading.Thread(target=work) for _ in range(20)]
for t in threads: t.start()
ready.set()
for t in threads: t.join()
print(count, threading.active_count())
END
say; python3 threads.py
cat > procs.py <<'END'
import subprocess
print(subprocess.run(['echo', 'hi'], capture_output=True, text=True).stdout, end='')
print(subprocess.check_output('echo a; echo b | wc -l', shell=True, executable='/usr/bin/bash-static'))
p = subprocess.Popen(['cat'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
print(len(p.communicate(b'z' * 200000)[0]), p.returncode)
p = subprocess.Popen(['sleep', '9'])
p.terminate()
print(p.wait())
try:
    subprocess.run(['sleep', '9'], timeout=0.1)
except subprocess.TimeoutExpired as e:
    print('too long:', e.cmd)
try:
    subprocess.run(['/nowhere'])
except FileNotFoundError as e:
    print(e.strerror)
END
say; python3 procs.py
cat > signals.py <<'END'
import os, signal, time
seen = []
for s in signal.SIGUSR1, signal.SIGALRM, signal.SIGCHLD:
    signal.signal(s, lambda n, f: seen.append(n))
os.kill(os.getpid(), signal.SIGUSR1)
signal.setitimer(signal.ITIMER_REAL, 0.05)
signal.pause()
if os.fork() == 0:
    os._exit(0)
os.wait()
time.sleep(0.01)
print(seen)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
os.kill(os.getpid(), signal.SIGUSR2)
print(signal.sigpending(), signal.sigwait([signal.SIGUSR2]))
END
say; python3 signals.py
cat > polls.py <<'END'
import os, select
r, w = os.pipe()
print(select.select([r], [], [], 0.01), len(select.select([r], [w], [], 1)[1]))
os.write(w, b'x')
p = select.poll()
p.register(r, select.POLLIN)
print([e for _, e in p.poll(100)])
e = select.epoll()
e.register(r, select.EPOLLIN)
print([e for _, e in e.poll(1)])
os.close(w)
os.read(r, 1)
print([e for _, e in p.poll(100)])
END
say; python3 polls.py
say; python3 -c 'open("/dev/null", "r+").close(); import os; print(os.stat("/dev/null").st_size, os.path.exists("fork.py"))'
say; f() { echo "in $FUNCNAME with $#"; return 3; }; f a b; echo $?; declare -a q=([2]=x [5]=y); echo ${!q[@]}
say; trap 'echo leaving' EXIT; (trap 'echo inner' EXIT; :); trap - EXIT; set -o pipefail; false | true; echo $?; set +o pipefail
say; sleep 0.01 & sleep 0.02 & wait; echo all $?
say; exec 3> three; echo three >&3; exec 3>&-; cat three; { echo out; echo err >&2; } 2>&1 | sort
say; printf '%s\n' a{1..3}{x,y}; echo ${PWD##*/}; x=abcabc; echo ${x//b/-} ${x%c} ${x#a}
say; timeout 5 bash -c 'coproc cat; echo through >&${COPROC[1]}; read -r l <&${COPROC[0]}; echo $l; kill $COPROC_PID'
say; dash -c 'f() { echo $1; }; f x; case $- in *i*) echo i;; *) echo not interactive;; esac; set -- a b; echo "$*"'
say; dash -c 'trap "echo got" TERM; kill -TERM $$; echo after'; dash -c 'sleep 9 & kill $!; wait $!; echo $?'
say; busybox vi --help 2>&1 | head -n1 | cut -c1-7; echo 'a,b' | busybox cut -d, -f2; busybox seq 3 | busybox tac
say; cd /; rm -rf /tmp/commands; ls /tmp/commands 2>&1 | wc -l
