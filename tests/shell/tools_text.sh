# Programs that work on lines, as the host's do.
printf 'pear 3\napple 10\nfig 2\napple 10\n\nplum -1\n' > t
sort t; sort -r t; sort -n -k 2 t; sort -u t; sort -k2 -nr t; sort < t | uniq; sort t | uniq -d
sort t | uniq -c | while read n l; do echo "$n:$l"; done
seq 5; seq 3 6; seq 10 -3 1; seq 5 1
seq 30 | tail -n 3; seq 30 | tail -2; seq 5 | tail; printf 'no end' | tail -1; echo
seq 3 | tee t1 t2 | cat; cat t1 t2; seq 4 5 | tee -a t1 > t3; cat t1 t3
echo hello world | tr a-z A-Z; echo hello | tr -d l; echo aabbcc | tr -s ab; echo a:b:c | tr : '\n'
echo abcabc | tr abc xy; printf 'a  b   c\n' | tr -s ' '
echo a:b:c:d | cut -d : -f 2; echo a:b:c:d | cut -d: -f1,3-; echo abcdef | cut -c 2-4; echo abcdef | cut -c 1,5-
printf 'x\ty\tz\nno tab\n' | cut -f 2
head -n 2 t
grep -c apple t; grep -n fig t; grep -v apple t; grep -i PEAR t; grep -q plum t; echo $?; grep none t; echo $?
