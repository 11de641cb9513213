# Bytes of IFS that are not blank each end a field.
cut() { printf '[%s]' $1; echo; }
IFS=:
cut a:b:c; cut ::a::b:; cut ''; cut ' a : b '; cut 'a b'
IFS=' :'
cut ' a : b '; cut 'a  b'; cut 'a: :b'; cut ': a'; cut 'a :: b'
IFS=
cut 'a b:c'
IFS=x; cut axbxxc; v=axb; echo $v "$v"
unset IFS
cut ' a	b '
IFS=-; set -- a b c; echo "$*" $*; IFS=; echo "$*"; printf '[%s]' $*; echo
