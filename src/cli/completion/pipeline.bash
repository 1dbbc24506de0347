# Completion of pipeline for bash, also as `pnpm pipeline`, `npm run pipeline --`, `npx pipeline`, `node bin/pipeline.mjs`.
# Made by `pipeline completion bash`; make it anew when the repository or the package has moved.

# The words of the line up to the cursor. Bash parts words at = and : too; here only blanks part them.
__echo_chamber_words() {
  local rest=${COMP_LINE:0:COMP_POINT} i word
  words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if ((i == 0)) || [[ $rest == [[:blank:]]* ]]; then words+=(''); fi
    rest=${rest#"${rest%%[![:blank:]]*}"}
    if ((i == COMP_CWORD)); then word=$rest; fi
    words[${#words[@]} - 1]+=$word
    rest=${rest#"$word"}
  done
}

# Where the words of pipeline begin: past `pipeline`, or past what runs it. Fails on a line that runs something else.
__echo_chamber_start() {
  local i
  for ((i = 0; i < ${#words[@]} - 1 && i < 7; i++)); do
    case ${words[i]} in
      pipeline | */pipeline | *bin/pipeline.mjs)
        start=$((i + 1))
        if [[ ${words[start]-} == -- && ${#words[@]} -gt $((start + 1)) ]]; then start=$((start + 1)); fi
        return 0
        ;;
      pnpm | npx | npm | node | */node | run | exec | x | -* | pnpm@* | echo-chamber) ;;
      *) return 1 ;;
    esac
  done
  return 1
}

__echo_chamber() {
  local words start node=@NODE@ word about answer cut
  COMPREPLY=()
  __echo_chamber_words
  if ! __echo_chamber_start; then
    __echo_chamber_other "$@"
    return
  fi
  [[ -x $node ]] || node=node
  # Where there is nothing to offer, no file is either.
  compopt +o default 2>/dev/null
  local current=${words[${#words[@]} - 1]}
  # What Bash takes for the word begins behind the last = or :, where these part words.
  cut=
  local part
  for part in = :; do
    if [[ $COMP_WORDBREAKS == *$part* && $current == *$part* && ${#current} -gt ${#cut} ]]; then
      word=${current%"${current##*$part}"}
      if ((${#word} > ${#cut})); then cut=$word; fi
    fi
  done
  answer=$("$node" @LAUNCHER@ complete-words "${words[@]:start}" 2>/dev/null) || return
  local -a shown=()
  while IFS=$'\t' read -r word about; do
    case $word in
      '') ;;
      :file)
        compopt -o filenames 2>/dev/null
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "${current#"$cut"}")
        ;;
      :folder)
        compopt -o filenames 2>/dev/null
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -d -- "${current#"$cut"}")
        ;;
      *)
        case $word in *[=.]) compopt -o nospace 2>/dev/null ;; esac
        COMPREPLY+=("${word#"$cut"}")
        shown+=("${word#"$cut"}${about:+  ($about)}")
        ;;
    esac
  done <<<"$answer"
  # A second TAB lists what there is: then with what is said of it.
  if ((COMP_TYPE == 63 && ${#COMPREPLY[@]} > 1 && ${#shown[@]} == ${#COMPREPLY[@]})); then
    COMPREPLY=("${shown[@]/%/}")
    local i width=$((${COLUMNS:-80} - 1))
    for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=${COMPREPLY[i]:0:width}; done
  fi
}

# What completed pnpm, npm, npx and node before goes on doing so. A variable each: the Bash of macOS has no tables.
__echo_chamber_other() {
  local before=__echo_chamber_before_${1##*/}
  if [[ -n ${!before-} ]]; then "${!before}" "$@"; fi
}

complete -F __echo_chamber pipeline
for __echo_chamber_program in pnpm npm npx node; do
  # bash-completion loads what it has for a program when that is first completed: that would be too late.
  if ! complete -p "$__echo_chamber_program" >/dev/null 2>&1; then
    _comp_load "$__echo_chamber_program" 2>/dev/null || _completion_loader "$__echo_chamber_program" 2>/dev/null
  fi
  __echo_chamber_spec=$(complete -p "$__echo_chamber_program" 2>/dev/null)
  if [[ $__echo_chamber_spec =~ -F\ ([^ ]+) && ${BASH_REMATCH[1]} != __echo_chamber ]]; then
    printf -v "__echo_chamber_before_$__echo_chamber_program" %s "${BASH_REMATCH[1]}"
  fi
  complete -o default -F __echo_chamber "$__echo_chamber_program"
done
unset __echo_chamber_program __echo_chamber_spec
