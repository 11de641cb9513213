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
say; cd /; rm -rf /tmp/commands; ls /tmp/commands 2>&1 | wc -l
