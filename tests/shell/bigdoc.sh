# A here-document larger than a pipe.
line='0123456789012345678901234567890123456789012345678901234567890123'
doc=$line; for i in 1 2 3 4 5 6 7; do doc="$doc$doc"; done
cat > big <<E
$doc
E
read back < big; [ "$back" = "$doc" ] && echo same ${#back}
n=0; while read x; do n=$((n+${#x})); done <<E
$doc
$doc
E
echo $n
