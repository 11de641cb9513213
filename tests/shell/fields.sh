# What is not quoted is cut at blanks.
x='  one   two
three	four  '
printf '[%s]' $x; echo
printf '[%s]' "$x"; echo
printf '[%s]' a$x"b"$x; echo
y=; z=
printf '[%s]' $y $z; echo
printf '[%s]' "$y" $z "" ; echo
printf '[%s]' a"$y"$z; echo
set -- $x; echo $#
