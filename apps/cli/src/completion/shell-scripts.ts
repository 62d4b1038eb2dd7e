export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/**
 * Each script asks `ratchet __complete <cursor> -- <words>`, which answers a line for each candidate: the word, its kind and
 * what it is, between tabs. The shell quotes the word.
 */
export const completionScript = (shell: Shell): string => scripts[shell];

const bash = String.raw`# bash completion of ratchet. To have it in every shell:
#   ratchet completion bash > ~/.local/share/bash-completion/completions/ratchet
_ratchet() {
  local line value kind quoted cursor=$COMP_CWORD
  local -a words=("\${COMP_WORDS[@]}")
  # Words as the program sees them: bash cuts them at = and :, and keeps their quotes.
  if declare -F _comp_get_words >/dev/null; then
    local cur cword
    _comp_get_words -n "=:" cur words cword && cursor=$cword
  elif declare -F _get_comp_words_by_ref >/dev/null; then
    local cword
    _get_comp_words_by_ref -n "=:" words cword && cursor=$cword
  fi
  local -a plain=()
  for value in "\${words[@]:1}"; do
    case $value in
      [\"\']*) value=\${value:1}; value=\${value%[\"\']} ;;
      *) value=\${value//\\/} ;;
    esac
    plain+=("$value")
  done
  local typed=\${words[cursor]} open=
  case $typed in
    \"*) open=\" ;;
    \'*) open=\' ;;
  esac
  # What bash takes for the word begins behind the last = or :.
  local cut=
  [[ -z $open && $typed == *[=:]* ]] && cut=\${plain[cursor - 1]%\${plain[cursor - 1]##*[=:]}}
  COMPREPLY=()
  while IFS=$'\t' read -r value kind _; do
    [[ -n $value ]] || continue
    value=\${value#"$cut"}
    if [[ -n $open ]]; then quoted=$value; else printf -v quoted %q "$value"; fi
    # A path's ~ is the shell's to read.
    [[ -z $open && $value == '~/'* ]] && quoted="~\${quoted#\\~}"
    [[ $kind == folder ]] || { [[ -n $open ]] && quoted+=$open; quoted+=' '; }
    COMPREPLY+=("$quoted")
  done < <(ratchet __complete "$((cursor - 1))" -- "\${plain[@]}" 2>/dev/null)
}
complete -o nospace -F _ratchet ratchet
`;

const zsh = String.raw`#compdef ratchet
# zsh completion of ratchet. To have it in every shell, with ~/.zfunc in fpath before compinit:
#   ratchet completion zsh > ~/.zfunc/_ratchet
_ratchet() {
  local value kind about
  local -a plain open_values open_texts values texts
  plain=("\${(@Q)words[2,-1]}")
  while IFS=$'\t' read -r value kind about; do
    [[ -n $value ]] || continue
    if [[ $kind == folder ]]; then
      open_values+=("$value"); open_texts+=("$value")
    else
      values+=("$value"); texts+=("$value\${about:+  -- $about}")
    fi
  done < <(ratchet __complete $((CURRENT - 2)) -- "\${plain[@]}" 2>/dev/null)
  (( $#values )) && compadd -U -Q -d texts -- "\${(@q)values}"
  (( $#open_values )) && compadd -U -Q -S '' -d open_texts -- "\${(@q)open_values}"
  (( $#values + $#open_values ))
}
if [[ $funcstack[1] == _ratchet ]]; then _ratchet "$@"; else compdef _ratchet ratchet; fi
`;

const fish = String.raw`# fish completion of ratchet. To have it in every shell:
#   ratchet completion fish > ~/.config/fish/completions/ratchet.fish
function __ratchet_complete
  set -l before (commandline -opc)
  set -l current (commandline -ct | string unescape)
  set -e before[1]
  ratchet __complete (count $before) -- $before "$current" 2>/dev/null | while read -l -d \t value kind about
    test -n "$about"; and printf '%s\t%s\n' $value $about; or printf '%s\n' $value
  end
end
complete -c ratchet -f -a '(__ratchet_complete)'
`;

const scripts: Readonly<Record<Shell, string>> = { bash: plainDollar(bash), zsh: plainDollar(zsh), fish };

/** In the texts above a `$` before a brace is marked, because it would begin a value. */
function plainDollar(text: string): string {
  return text.replaceAll('\\${', '${');
}
