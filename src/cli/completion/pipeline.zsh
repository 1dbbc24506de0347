#compdef pipeline
# Completion of pipeline for zsh, also as `pnpm pipeline`, `npm run pipeline --`, `npx pipeline`, `node bin/pipeline.mjs`.
# Made by `pipeline completion zsh`; make it anew when the repository or the package has moved.

# Where the words of pipeline begin: past `pipeline`, or past what runs it. Fails on a line that runs something else.
__echo_chamber_start() {
  local i
  for ((i = 1; i < CURRENT && i < 8; i++)); do
    case ${words[i]} in
      pipeline | */pipeline | *bin/pipeline.mjs)
        start=$((i + 1))
        if [[ ${words[start]} == -- && $CURRENT -gt $start ]]; then start=$((start + 1)); fi
        return 0
        ;;
      pnpm | npx | npm | node | */node | run | exec | x | -* | pnpm@* | echo-chamber) ;;
      *) return 1 ;;
    esac
  done
  return 1
}

__echo_chamber() {
  local start node=@NODE@ line word about paths=
  if ! __echo_chamber_start; then
    local before=${__echo_chamber_before[$service]:-_default}
    $before "$@"
    return
  fi
  [[ -x $node ]] || node=node
  local -a asked closed open
  asked=("${(@)words[start,CURRENT-1]}" "$PREFIX")
  local -a answer
  answer=("${(@f)$($node @LAUNCHER@ complete-words "${(@)asked}" 2>/dev/null)}")
  for line in $answer; do
    word=${line%%$'\t'*}
    about=${line#"$word"}
    about=${about#$'\t'}
    case $word in
      '') ;;
      :file | :folder) paths=$word ;;
      *[=.]) open+=("${word//:/\\:}${about:+:$about}") ;;
      *) closed+=("${word//:/\\:}${about:+:$about}") ;;
    esac
  done
  local found=1
  if (( $#closed )); then _describe -t values value closed && found=0; fi
  if (( $#open )); then _describe -t values value open -S '' && found=0; fi
  if [[ -n $paths ]]; then
    [[ $PREFIX == --*=* ]] && compset -P '*='
    if [[ $paths == :folder ]]; then _files -/ && found=0; else _files && found=0; fi
  fi
  return found
}

typeset -gA __echo_chamber_before
if (( ! $+functions[compdef] )); then
  autoload -Uz compinit && compinit
fi
() {
  local program
  for program in pnpm npm npx node; do
    if [[ -n ${_comps[$program]-} && ${_comps[$program]} != __echo_chamber ]]; then
      __echo_chamber_before[$program]=${_comps[$program]}
    fi
  done
}
compdef __echo_chamber pipeline pnpm npm npx node
