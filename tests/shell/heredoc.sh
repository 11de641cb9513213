# Here-documents.
x=val
cat <<E
plain $x ${x} $(echo cmd) `echo back` $((1+2)) \$x \\ "q" 'q'
E
cat <<'E'
literal $x $(echo no) \$ \\ `no`
E
cat <<"E  E"
other end
E  E
cat <<-E
	tabs go
		all of them
	E
cat <<A; cat <<B
first
A
second
B
cat <<E | grep b
abc
xyz
E
while read l; do echo "<$l>"; done <<E
1 2
3
E
cat <<E
joined \
line
E
f() { cat <<E
in $1
E
}
f function
cat <<E
E
echo "$(cat <<E
within
E
)"
cat <<\E && echo and
$x
E
if cat <<E; then echo ok; fi
cond
E
