# tests/public_names/declared.awk - prints "HEADER NAME" for what headers declare at the level of a namespace
#
# usage: awk -f declared.awk mcpawl/core/task.hpp ... (below include/)
#
# NAME is what stands behind `mcpawl::`. Left out is what is in a namespace `detail`, specializations, and the functions that each
# enumeration of errors has. It relies on the form of
# our headers: declarations at the level of a namespace begin in the first column, and so do the lines that open and close one.

function scope(    i, out) {
  out = ""
  for (i = 2; i <= depth; ++i) out = out space[i] "::"  # the first is mcpawl
  return out
}

function found(name) {
  if (depth == 0 || space[1] != "mcpawl" || scope() ~ /(^|::)detail::/) return
  if (!((FILENAME, name, scope()) in told)) print FILENAME, scope() name
  told[FILENAME, name, scope()] = 1
}

FNR == 1 { depth = 0; in_comment = 0; specialized = 0; pending = "" }

/^\/\*\*/ || /^\/\*/ { in_comment = 1 }
in_comment { if (/\*\//) in_comment = 0; next }

/^namespace [a-z_0-9:]+ \{/ {
  name = $2
  count = split(name, parts, "::")
  opened[++opens] = count
  for (i = 1; i <= count; ++i) space[++depth] = parts[i]
  next
}
/^\}  \/\/ namespace/ { depth -= opened[opens--]; next }

/^template <>/ { specialized = 1; next }
/^template <.*>$/ || /^requires/ { after_template = 1; next }

/^[^ \t#\/}]/ {
  if (specialized) { specialized = 0; next }
  line = $0
  sub(/^template <[^{]*> *(requires [^{]*)?/, "", line)
  if (match(line, /^(class|struct|union|enum class|enum) [a-z_0-9]+/)) {
    split(substr(line, RSTART, RLENGTH), words, " ")
    name = words[length(words)]
    # what is declared alone is defined elsewhere, but for a template with specializations alone
    if (line ~ /^(class|struct) [a-z_0-9]+;/) forward[FILENAME, name] = after_template
    else if (line !~ ("^[a-z ]+ " name "<") || forward[FILENAME, name]) found(name)
  } else if (match(line, /^(concept|using) [a-z_0-9]+ =?/)) {
    split(line, words, " ")
    if (words[1] == "concept" || words[3] == "=") found(words[2])
  } else if (match(line, /^(MCPAWL_DECL |inline |constexpr |static )*[A-Za-z_:][^(={;]*[ &*]([a-z_0-9]+)\(/)) {
    name = substr(line, RSTART, RLENGTH - 1)
    sub(/.*[ &*]/, "", name)
    if (name !~ /^(operator.*|describe|category_name|make_error_code|make_error_condition)$/) found(name)
  } else if (match(line, /^inline constexpr [^(={]*[ &*][a-z_0-9]+( =|\{)/)) {
    name = substr(line, RSTART, RLENGTH)
    sub(/( =|\{)$/, "", name)
    sub(/.*[ &*]/, "", name)
    found(name)
  }
  after_template = 0
}
