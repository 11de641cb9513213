# eval.
x='echo hi'; eval $x; eval "$x there"
a=b; b=c; eval echo \$$a; eval "d=\$$a"; echo $d
eval 'for i in 1 2; do echo $i; done'
eval; echo $?; eval ''; echo $?; eval false; echo $?
eval 'f() { echo defined; }'; f
eval "echo 'quoted  blanks'"
for i in 1 2 3; do eval "v$i=$((i*i))"; done; echo $v1 $v2 $v3
eval 'eval "echo deep"'
while :; do eval break; done; echo out
g() { eval 'return 4'; echo no; }; g; echo $?
eval 'x=$(echo multi
echo line)'; echo "$x"
