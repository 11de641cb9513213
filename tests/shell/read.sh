# read: fields, backslashes, the end.
printf 'one two three four\n' > rd
read a b < rd; echo "$a|$b"
read a b c d e < rd; echo "$a|$b|$c|$d|$e"
read a < rd; echo "$a"
printf '  lead and trail  \n' | { read x; echo "[$x]"; }
printf 'a\\b c\\ d e\n' | { read x y; echo "[$x][$y]"; }
printf 'a\\b c\\ d e\n' | { read -r x y; echo "[$x][$y]"; }
printf 'join\\\ned\n' | { read x; echo "[$x]"; }
printf 'a:b:c\n' | { IFS=: read x y; echo "[$x][$y]"; }
printf 'a:b:\n' | { IFS=: read x y; echo "[$x][$y]"; }
printf 'a::b\n' | { IFS=: read x y z; echo "[$x][$y][$z]"; }
printf ' a b \n' | { IFS= read -r x; echo "[$x]"; }
printf 'no newline' | { read x; echo "$? [$x]"; }
read x < /dev/null; echo "$? [$x]"
printf '1\n2\n3\n' | { read a; read b; cat; echo "$a$b"; }
printf 'x\n' | while read l; do echo "l=$l"; done
printf '\n' | { read x; echo "$? [$x]"; }
