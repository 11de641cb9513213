# printf.
printf 'plain\n'; printf '%s-%s\n' a b; printf '%s\n' one two three
printf '%d %i %u %o %x %X\n' 42 -42 42 8 255 255
printf '[%5d][%-5d][%05d][%+d][% d]\n' 42 42 42 42 42
printf '[%10s][%-10s][%.2s][%5.1s]\n' abc abc abc abc
printf '%c%c%c\n' abc def g
printf 'tab\there\\ \101 \60\n'
printf '%b|%s\n' 'a\tb\\n' 'a\tb'
printf '%%|%5%|\n' 2>/dev/null | cat > /dev/null
printf '%s %d\n' a 1 b 2 c; echo
printf '%d %d %d\n' 0x10 010 "'A"
printf '[%*d][%-*d]\n' 6 42 6 42
printf '%#x %#o\n' 255 8
printf '[%s]\n'; printf '[%d]\n'; printf '\n'
printf '%s' no newline; echo
printf '%b' 'stop\cnot this'; echo
printf '[%.3d][%8.3d]\n' 5 5
printf '%d\n' abc 2>/dev/null; echo $?
printf -- '-x\n' 2>/dev/null
printf '\a\b\f\r\v' | cat > pf; printf 'é\n'
