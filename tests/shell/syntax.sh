# Errors of syntax end a script with status 2 before the line has been run.
for text in 'echo a; )' 'if true; echo b; fi' 'for x in a; echo' 'case x in' 'while true; do' \
    '{ echo a' '( echo a' 'echo "open' "echo 'open" 'echo $(open' 'echo ${open' 'echo a && ' 'fi' \
    'done' '| cat' 'a | | b' 'echo > ' '&& x' ';' ';; ' 'f() ' 'echo `open' '! ' 'if ; then :; fi'; do
    sh -c "$text" > out 2>/dev/null; echo "$? $text"; cat out
done
sh -c 'echo first
echo second; )
echo third' 2>/dev/null; echo $?
eval 'echo fine'; (eval 'if' 2>/dev/null; echo no); echo $?
