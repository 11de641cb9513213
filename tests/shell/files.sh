# Files made, looked at, and removed.
for n in 1 2 3; do echo "content $n" > file$n; done
for f in file*; do read a b < $f; echo "$f: $a/$b"; done
cat file1 file2 file3 > all; n=0; while read l; do n=$((n+1)); done < all; echo $n
rm file2; for f in file?; do echo $f; done; [ -f file2 ] || echo gone
mv file1 moved; cat moved; cp moved copy; cat copy
while read l; do case $l in *3) echo "three: $l";; esac; done < all
mkdir dd; mv moved dd/in; echo dd/*; cat dd/*; rm dd/in; [ -e dd/in ] || echo empty
grep 2 all; grep -v 2 all
