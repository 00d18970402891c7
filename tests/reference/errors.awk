# tests/reference/errors.awk - of Doxygen's XML, the functions that return a `result` and say nowhere what errors it can hold
#
# A paragraph "Errors" counts where the function has it, or its class, or its namespace for all in it.
function flush_compound(   i) {
  if (!says) for (i = 1; i <= missing; i++) print place[i] ": " compound "::" silent[i] " returns a result and has no `@par Errors`"
  missing = 0
}
FNR == 1 { flush_compound(); says = inside = public_compound = 0 }
/<compounddef / { public_compound = /prot="public"/ || /kind="namespace"/ }
/<compoundname>/ && !inside { compound = $0; gsub(/<[^>]*>|^ +/, "", compound) }
/<memberdef / { inside = 1; told = 0; type = name = where = ""; counts = public_compound && /kind="function"/ && /prot="public"/ }
inside && /<type>/ { type = $0; gsub(/<[^>]*>/, "", type) }
inside && /<name>/ { name = $0; gsub(/<[^>]*>|^ +/, "", name) }
inside && /<location / { where = $0; sub(/.*file="/, "", where); line = where; sub(/".*/, "", where); sub(/.*" line="/, "", line); sub(/".*/, "", line); where = where ":" line }
/<title>Errors<\/title>/ { if (inside) told = 1; else says = 1 }
/<\/memberdef>/ {
  if (counts && !told && type ~ /(^|[^a-z_])(auth_)?result *&lt;/) { missing++; silent[missing] = name; place[missing] = where }
  inside = 0
}
END { flush_compound() }
