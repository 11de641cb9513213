# What programs get.
x=own; sh -c 'echo "[$x]"'
export x; sh -c 'echo "[$x]"'
x=new; sh -c 'echo "[$x]"'
y=1 sh -c 'echo "[$y]"'; echo "[$y]"
export z='a b' w=$x; sh -c 'echo "[$z][$w]"'
unset x; sh -c 'echo "[$x]"'
a=1 b=2 sh -c 'echo $a$b'
v='p  q'; export u=$v; sh -c 'echo "[$u]"'
f() { sh -c 'echo "[$t]"'; }; t=temp f; echo "[$t]"
export late; late=yes; sh -c 'echo $late'
