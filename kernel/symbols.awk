# Turns `nm -n` of the kernel into the table that panic() looks addresses up in.
BEGIN { print "#include \"riscv/symbols.h\"\nconst struct symbol symbol_table[] = {" }
$2 ~ /^[tT]$/ && $3 !~ /^[.$]/ { printf "    { 0x%sUL, \"%s\" },\n", $1, $3; n++ }
END { printf "};\nconst unsigned symbol_count = %d;\n", n }
